package journal

import (
	"encoding/json"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"parallax/runner"
)

// line appends one JSON object to b. It is written by hand because a long run writes a line of a
// thousand bytes every second and a large one begins with 100 000 of them.
type line struct{ b []byte }

func (l *line) key(k string) {
	if c := l.b[len(l.b)-1]; c != '{' && c != '[' {
		l.b = append(l.b, ',')
	}
	l.b = append(l.b, '"')
	l.b = append(l.b, k...)
	l.b = append(l.b, '"', ':')
}

func (l *line) int(k string, v int64) {
	l.key(k)
	l.b = strconv.AppendInt(l.b, v, 10)
}

// list writes an array of which each writes one element.
func list[T any](l *line, k string, vs []T, each func(T)) {
	l.key(k)
	l.b = append(l.b, '[')
	for i, v := range vs {
		if i > 0 {
			l.b = append(l.b, ',')
		}
		each(v)
	}
	l.b = append(l.b, ']')
}

func (l *line) ints(k string, vs []int) {
	list(l, k, vs, func(v int) { l.b = strconv.AppendInt(l.b, int64(v), 10) })
}

// seconds writes a time as seconds with exactly six decimals.
func (l *line) seconds(k string, d time.Duration) {
	l.key(k)
	us := micros(max(d, 0))
	l.b = strconv.AppendInt(l.b, us/1e6, 10)
	l.b = append(l.b, '.')
	for unit := int64(1e5); unit > 0; unit /= 10 {
		l.b = append(l.b, byte('0'+us/unit%10))
	}
}

// micros rounds a time to microseconds; what is unknown stays so.
func micros(d time.Duration) int64 {
	if d < 0 {
		return -1
	}
	return int64(d+500) / 1000
}

// number writes a figure with so many decimals at most; unknown and impossible ones are -1.
func (l *line) number(v float64, decimals int) {
	if !(v >= 0) || math.IsInf(v, 0) {
		l.b = append(l.b, "-1"...)
		return
	}
	unit := math.Pow10(decimals)
	if v < 1e9 {
		v = math.Round(v*unit) / unit
	}
	l.b = strconv.AppendFloat(l.b, v, 'f', -1, 64)
}

func (l *line) numbers(k string, vs []float64, decimals int) {
	l.key(k)
	l.b = append(l.b, '[')
	for i, v := range vs {
		if i > 0 {
			l.b = append(l.b, ',')
		}
		l.number(v, decimals)
	}
	l.b = append(l.b, ']')
}

func (l *line) str(k, v string) {
	l.key(k)
	l.b = appendString(l.b, v)
}

// text writes a string that is left out when it is empty.
func (l *line) text(k, v string) {
	if v != "" {
		l.str(k, v)
	}
}

// appendString appends a JSON string. Bytes that are no UTF-8 become U+FFFD.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			quoted, _ := json.Marshal(s) // a string always has a JSON form
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// Tally is how many tasks have ended, and how.
type Tally struct{ Succeeded, Failed, Cancelled int }

// AppendEvent appends an event to b as the line of events.ndjson that tells it, with its newline.
// ended is told in the line that closes the run, so that a list of runs need not read more than
// that; it is used for [runner.RunEnded] only.
func AppendEvent(b []byte, ev runner.Event, ended Tally) []byte {
	l := line{append(b, '{')}
	l.str("type", ev.Type())
	l.seconds("t", ev.When())
	switch ev := ev.(type) {
	case runner.RunStarted:
		l.runStarted(ev)
	case runner.TaskQueued:
		l.int("task", int64(ev.Task))
		l.int("try", int64(ev.Try))
		if ev.NotBefore > 0 {
			l.seconds("not_before", ev.NotBefore)
		}
	case runner.TaskStarted:
		l.int("task", int64(ev.Task))
		l.int("try", int64(ev.Try))
		l.identity(ev.Identity)
	case runner.TaskPaused:
		l.int("task", int64(ev.Task))
		l.text("where", ev.Where)
	case runner.TaskResumed:
		l.int("task", int64(ev.Task))
	case runner.TaskEnded:
		l.taskEnded(ev)
	case runner.Sampled:
		l.sampled(ev)
	case runner.Advised:
		l.int("task", int64(ev.Task))
		l.str("level", ev.Level.String())
		l.str("code", ev.Code)
		l.str("text", ev.Text)
	case runner.RunPaused, runner.RunResumed: // nothing but when
	case runner.RunEnded:
		l.text("reason", ev.Reason)
		if ev.Took > 0 {
			l.seconds("took", ev.Took)
		}
		l.int("succeeded", int64(ended.Succeeded))
		l.int("failed", int64(ended.Failed))
		l.int("cancelled", int64(ended.Cancelled))
	}
	return append(l.b, '}', '\n')
}

func (l *line) runStarted(ev runner.RunStarted) {
	l.str("time", ev.Time.Format(time.RFC3339Nano))
	l.int("format", Format)
	l.str("id", ev.ID)
	l.text("name", ev.Name)
	l.int("workers", int64(ev.Workers))
	l.ints("cores", ev.Cores)
	l.key("quota")
	l.number(ev.Quota, 6)
}

func (l *line) identity(id runner.Identity) {
	if id.PID != 0 {
		l.int("pid", int64(id.PID))
	}
	if id.TID != 0 {
		l.int("tid", int64(id.TID))
	}
	if id.Birth != 0 {
		l.key("birth")
		l.b = strconv.AppendUint(l.b, id.Birth, 10)
	}
	if id.Tree {
		l.key("tree")
		l.b = append(l.b, "true"...)
	}
	l.text("label", id.Label)
	l.text("log", id.Log)
	l.text("stderr_log", id.Err)
	if id.Host != (runner.Host{}) {
		l.sharedHost(id.Host)
	}
	if micros(id.Late) > 0 {
		l.seconds("late", id.Late)
	}
}

func (l *line) sharedHost(h runner.Host) {
	l.key("host")
	l.b = append(l.b, '{')
	l.int("id", int64(h.ID))
	l.str("name", h.Name)
	l.int("gil", int64(h.Lock))
	l.text("log", h.Log)
	l.b = append(l.b, '}')
}

func (l *line) taskEnded(ev runner.TaskEnded) {
	l.int("task", int64(ev.Task))
	l.int("try", int64(ev.Try))
	l.str("status", ev.Status.String())
	l.text("reason", ev.Reason)
	if ev.Cause >= 0 {
		l.int("cause", int64(ev.Cause))
	}
	l.int("stdout", ev.LogSize[0])
	l.int("stderr", ev.LogSize[1])
	l.key("exit")
	l.b = append(l.b, '{')
	l.int("code", int64(ev.Exit.Code))
	l.text("signal", ev.Exit.Signal)
	l.text("reason", ev.Exit.Reason)
	l.text("note", ev.Exit.Note)
	if ev.Exit.Lost {
		l.key("lost")
		l.b = append(l.b, "true"...)
	}
	if u := ev.Exit.Usage; u.Known {
		l.key("usage")
		l.b = append(l.b, '{')
		l.int("user_ns", int64(u.User))
		l.int("system_ns", int64(u.System))
		l.int("max_rss", u.MaxRSS)
		l.int("voluntary", u.Voluntary)
		l.int("involuntary", u.Involuntary)
		l.b = append(l.b, '}')
	}
	l.b = append(l.b, '}')
}
