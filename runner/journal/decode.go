package journal

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"time"

	"parallax/runner"
)

// decoder turns lines into events. It accepts nothing that could lead a reader of the events out
// of its slices or out of the run's folder: what it returns has been checked against the number of
// tasks.
type decoder struct {
	tasks   int             // how many tasks the run has
	known   map[string]bool // unknown fields that have been told
	unknown []string        // fields of this line that were not told before
	columns [columns]column
	cells   []runner.Cell // scratch
	tier    string        // the last one: it hardly ever changes
}

func newDecoder(tasks int) *decoder { return &decoder{tasks: tasks, known: map[string]bool{}} }

// maxSeconds bounds times, so that no sum of them overflows: 30 years.
const maxSeconds = 1e9

// event decodes one line. Fields that it does not know are left out and listed in d.unknown the
// first time.
func (d *decoder) event(line []byte) (runner.Event, error) {
	d.unknown = d.unknown[:0]
	typ, err := typeOf(line)
	if err != nil {
		return nil, err
	}
	s := &scanner{data: line}
	var ev runner.Event
	switch typ {
	case "run_started":
		ev = d.runStarted(s)
	case "task_queued":
		ev = d.taskQueued(s)
	case "task_started":
		ev = d.taskStarted(s)
	case "task_paused":
		ev = d.taskPaused(s)
	case "task_resumed":
		ev = d.taskResumed(s)
	case "task_ended":
		ev = d.taskEnded(s)
	case "sampled":
		ev = d.sampled(s)
	case "advised":
		ev = d.advised(s)
	case "run_paused":
		ev = runner.RunPaused{At: d.fields(s, typ, unknown)}
	case "run_resumed":
		ev = runner.RunResumed{At: d.fields(s, typ, unknown)}
	case "run_ended":
		ev = d.runEnded(s)
	default:
		return nil, fmt.Errorf("unknown type of event %q", typ)
	}
	s.end()
	if s.err != nil {
		return nil, fmt.Errorf("%s: %w", typ, s.err)
	}
	return ev, nil
}

// typeOf returns the type of the event in a line. This package writes it first.
func typeOf(line []byte) (string, error) {
	s := &scanner{data: line}
	var typ string
	found := false
	s.object(func(key []byte) {
		if string(key) != "type" {
			s.skip(0)
			return
		}
		typ, found = s.str(), s.err == nil
		if found {
			s.err = errFound
		}
	})
	switch {
	case found:
		return typ, nil
	case s.err != nil:
		return "", s.err
	}
	return "", errors.New("it has no type")
}

var errFound = errors.New("found")

// fields reads the object of an event: f reads the value of a key, or returns false if it does not
// know the key. It returns the event's time.
func (d *decoder) fields(s *scanner, typ string, f func(key []byte) bool) runner.At {
	at := time.Duration(-1)
	s.object(func(key []byte) {
		switch {
		case string(key) == "type":
			s.skip(0)
		case string(key) == "t":
			at = seconds(s)
		case !f(key):
			d.skip(s, typ, key)
		}
	})
	if at < 0 {
		s.fail("it has no t")
	}
	return runner.At(at)
}

// unknown is for events that tell nothing but when.
func unknown([]byte) bool { return false }

// skip leaves out a field that this version does not know.
func (d *decoder) skip(s *scanner, in string, key []byte) {
	s.skip(0)
	if name := in + "." + string(key); !d.known[name] {
		if len(d.known) < 1000 { // a damaged file can hold any number of names
			d.known[name] = true
		}
		d.unknown = append(d.unknown, name)
	}
}

// seconds reads a time.
func seconds(s *scanner) time.Duration {
	v := s.float()
	if v < 0 || v > maxSeconds {
		s.fail("%v is no time", v)
		return 0
	}
	return time.Duration(math.Round(v*1e6)) * time.Microsecond
}

// task wants the index of a task.
func (d *decoder) task(s *scanner, i int) int {
	if i < 0 || i >= d.tasks {
		s.fail("task %d is none of 0 to %d", i, d.tasks-1)
	}
	return i
}

func (d *decoder) runStarted(s *scanner) runner.Event {
	var ev runner.RunStarted
	format := 0
	ev.At = d.fields(s, ev.Type(), func(key []byte) bool {
		switch string(key) {
		case "time":
			var err error
			if ev.Time, err = time.Parse(time.RFC3339Nano, s.str()); err != nil {
				s.fail("%w", err)
			}
		case "format":
			format = int(s.int())
		case "id":
			ev.ID = s.str()
		case "name":
			ev.Name = s.str()
		case "workers":
			ev.Workers = int(s.int())
		case "cores":
			ev.Cores = s.ints()
		case "quota":
			ev.Quota = s.float()
		default:
			return false
		}
		return true
	})
	if format > Format && s.err == nil {
		s.err = (&Info{Format: format}).check()
	}
	return ev
}

func (d *decoder) taskQueued(s *scanner) runner.Event {
	ev := runner.TaskQueued{Task: -1}
	ev.At = d.fields(s, ev.Type(), func(key []byte) bool {
		switch string(key) {
		case "task":
			ev.Task = int(s.int())
		case "try":
			ev.Try = int(s.int())
		case "not_before":
			ev.NotBefore = seconds(s)
		default:
			return false
		}
		return true
	})
	d.task(s, ev.Task)
	return ev
}

func (d *decoder) taskStarted(s *scanner) runner.Event {
	ev := runner.TaskStarted{Task: -1}
	ev.At = d.fields(s, ev.Type(), func(key []byte) bool {
		switch string(key) {
		case "task":
			ev.Task = int(s.int())
		case "try":
			ev.Try = int(s.int())
		case "pid":
			ev.PID = int(s.int())
		case "tid":
			ev.TID = int(s.int())
		case "birth":
			ev.Birth = s.uint()
		case "tree":
			ev.Tree = s.bool()
		case "label":
			ev.Label = s.str()
		case "log":
			ev.Log = local(s)
		case "stderr_log":
			ev.Err = local(s)
		case "host":
			ev.Host = d.sharedHost(s)
		case "late":
			ev.Late = seconds(s)
		default:
			return false
		}
		return true
	})
	d.task(s, ev.Task)
	return ev
}

// local reads a path that must stay within the run's folder.
func local(s *scanner) string {
	path := s.str()
	if s.err == nil && path != "" && !filepath.IsLocal(path) {
		s.fail("%q leads out of the run's folder", path)
	}
	return path
}

func (d *decoder) sharedHost(s *scanner) runner.Host {
	var h runner.Host
	s.object(func(key []byte) {
		switch string(key) {
		case "id":
			h.ID = int(s.int())
		case "name":
			h.Name = s.str()
		case "gil":
			h.Lock = int(s.int())
		case "log":
			h.Log = local(s)
		default:
			d.skip(s, "task_started.host", key)
		}
	})
	return h
}

func (d *decoder) taskPaused(s *scanner) runner.Event {
	ev := runner.TaskPaused{Task: -1}
	ev.At = d.fields(s, ev.Type(), func(key []byte) bool {
		switch string(key) {
		case "task":
			ev.Task = int(s.int())
		case "where":
			ev.Where = s.str()
		default:
			return false
		}
		return true
	})
	d.task(s, ev.Task)
	return ev
}

func (d *decoder) taskResumed(s *scanner) runner.Event {
	ev := runner.TaskResumed{Task: -1}
	ev.At = d.fields(s, ev.Type(), func(key []byte) bool {
		if string(key) != "task" {
			return false
		}
		ev.Task = int(s.int())
		return true
	})
	d.task(s, ev.Task)
	return ev
}

func (d *decoder) taskEnded(s *scanner) runner.Event {
	ev := runner.TaskEnded{Task: -1, Cause: -1}
	ev.At = d.fields(s, ev.Type(), func(key []byte) bool {
		switch string(key) {
		case "task":
			ev.Task = int(s.int())
		case "try":
			ev.Try = int(s.int())
		case "status":
			var err error
			if ev.Status, err = runner.ParseStatus(s.str()); err != nil {
				s.fail("%w", err)
			}
		case "reason":
			ev.Reason = s.str()
		case "cause":
			ev.Cause = d.task(s, int(s.int()))
		case "stdout":
			ev.LogSize[0] = s.int()
		case "stderr":
			ev.LogSize[1] = s.int()
		case "exit":
			ev.Exit = d.exit(s)
		default:
			return false
		}
		return true
	})
	d.task(s, ev.Task)
	if !ev.Status.Over() {
		s.fail("a task does not end %s", ev.Status)
	}
	return ev
}

func (d *decoder) exit(s *scanner) runner.Exit {
	var e runner.Exit
	s.object(func(key []byte) {
		switch string(key) {
		case "code":
			e.Code = int(s.int())
		case "signal":
			e.Signal = s.str()
		case "reason":
			e.Reason = s.str()
		case "note":
			e.Note = s.str()
		case "lost":
			e.Lost = s.bool()
		case "usage":
			e.Usage = d.usage(s)
		default:
			d.skip(s, "task_ended.exit", key)
		}
	})
	return e
}

func (d *decoder) usage(s *scanner) runner.Usage {
	u := runner.Usage{Known: true}
	s.object(func(key []byte) {
		switch string(key) {
		case "user_ns":
			u.User = time.Duration(s.int())
		case "system_ns":
			u.System = time.Duration(s.int())
		case "max_rss":
			u.MaxRSS = s.int()
		case "voluntary":
			u.Voluntary = s.int()
		case "involuntary":
			u.Involuntary = s.int()
		default:
			d.skip(s, "task_ended.exit.usage", key)
		}
	})
	return u
}

func (d *decoder) advised(s *scanner) runner.Event {
	ev := runner.Advised{Task: -1}
	ev.At = d.fields(s, ev.Type(), func(key []byte) bool {
		switch string(key) {
		case "task":
			ev.Task = int(s.int())
		case "level":
			ev.Level = runner.ParseLevel(s.str())
		case "code":
			ev.Code = s.str()
		case "text":
			ev.Text = s.str()
		default:
			return false
		}
		return true
	})
	if ev.Task != -1 {
		d.task(s, ev.Task)
	}
	return ev
}

func (d *decoder) runEnded(s *scanner) runner.Event {
	ev, _ := d.runEndedTally(s)
	return ev
}

// runEndedTally reads the line that closes a run, with what only lists of runs need of it.
func (d *decoder) runEndedTally(s *scanner) (ev runner.RunEnded, ended Tally) {
	ev.At = d.fields(s, ev.Type(), func(key []byte) bool {
		switch string(key) {
		case "reason":
			ev.Reason = s.str()
		case "took":
			ev.Took = seconds(s)
		case "succeeded":
			ended.Succeeded = int(s.int())
		case "failed":
			ended.Failed = int(s.int())
		case "cancelled":
			ended.Cancelled = int(s.int())
		default:
			return false
		}
		return true
	})
	return ev, ended
}

// ascending wants indexes of tasks in ascending order.
func (d *decoder) ascending(s *scanner, tasks []int) []int {
	for i, t := range tasks {
		d.task(s, t)
		if i > 0 && t <= tasks[i-1] {
			s.fail("tasks out of order")
		}
	}
	return slices.Clip(tasks)
}
