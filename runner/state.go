package runner

import (
	"fmt"
	"iter"
	"slices"
	"time"
)

// State is everything known of a run after some of its events: a pure fold over the stream. The
// same events always make the same State, whether they come from a live run or from its folder.
//
// Applying an event costs the same with ten tasks and with 100 000. A State belongs to one
// goroutine; to share a run, give each reader its own [Feed].
type State struct {
	ID      string
	Name    string
	Time    time.Time // the wall clock at the start
	Jobs    []Job
	Tasks   []Task // parallel to Jobs
	Workers int
	Cores   []int
	Quota   float64
	Models  []Model // of the jobs, each once, in the order of the jobs
	Alike   bool    // all jobs are of one kind: replicas, one command for several arguments, one script

	Now      time.Duration // when the last event happened, since the start
	Ended    bool
	Held     bool   // all are paused: nothing starts until they are resumed
	Reason   string // why the run was ended early, or ""
	Active   []int  // tasks that hold a worker, ascending
	Stopping []int  // tasks that were asked to end and have not, ascending
	Pausing  []int  // tasks that were asked to hold and are not held yet, ascending
	Stalled  []int  // running tasks that have long made no sign of life, ascending

	Host     HostSample
	Lanes    History
	Times    Times           // of all tasks together
	Spoilt   Spoilt          // what the machine took from the run
	PeakPSS  int64           // bytes; the most that all tasks together were seen to hold at once; -1 before it was measured
	Together []time.Duration // for how long 0, 1, 2 … threads were on cores at once, where that was known
	Locks    []Lock          // the GILs of the run's Pythons, in the order in which they were met; the newest where there were very many
	Walls    Walls           // of the tries that succeeded or failed by themselves
	Done     Walls           // of the tries that succeeded
	Advice   Advised         // the last sentence on the run; Text is "" before the first
	Notices  map[int]Advised // the last sentence on a task
	Output   []Chunk         // the newest output of all tasks in the order in which it was seen

	count  [statuses]int
	status []Status // of each task, close together: what orders 100 000 of them reads this
	queued numberSet
	deps   *deps
	shared map[string]int64 // how much of each host's log was seen
	idle   time.Duration    // how long all tasks were over before one was queued again
	busy   time.Duration    // when the last task ended or, while one is active, Now
}

// Chunk is a piece of a task's output, or of what an interpreter itself printed: bytes From to To of
// one log file.
type Chunk struct {
	Task     int // or -1 for an interpreter, whose log is Log
	Stderr   bool
	Log      string // the log file, relative to the run's folder
	From, To int64
}

// maxChunks bounds State.Output; older output is still in the jobs' own logs.
const maxChunks = 4096

// Count returns how many tasks have the status s.
func (s *State) Count(st Status) int { return s.count[st] }

// Statuses returns the status of each task, by index. It is the state's own: read it, keep nothing.
func (s *State) Statuses() []Status { return s.status }

// Queued yields the tasks that are queued, ascending. What one of them costs does not grow with the run.
func (s *State) Queued() iter.Seq[int] { return s.queued.all() }

// WaitsFor returns the first task that a task waits for and that has not succeeded, or -1.
func (s *State) WaitsFor(task int) int {
	return s.deps.lacking(task, func(need int) bool { return s.status[need] == Succeeded })
}

// Over reports whether every task has ended.
func (s *State) Over() bool {
	return s.count[Failed]+s.count[Cancelled]+s.count[Succeeded] == len(s.Tasks)
}

// Elapsed returns how long the run had something to do at the time now: it stands still once all
// tasks are over, until one is restarted.
func (s *State) Elapsed(now time.Duration) time.Duration {
	if s.Ended || s.Over() {
		return s.busy - s.idle
	}
	return max(now, s.Now) - s.idle
}

// IsStopping reports whether task was asked to end and has not.
func (s *State) IsStopping(task int) bool {
	_, found := slices.BinarySearch(s.Stopping, task)
	return found
}

// IsPausing reports whether task was asked to hold and is not held yet.
func (s *State) IsPausing(task int) bool {
	_, found := slices.BinarySearch(s.Pausing, task)
	return found
}

// IsStalled reports whether a task has long used no core, printed nothing and waits for nothing that
// is known to end.
func (s *State) IsStalled(task int) bool {
	_, found := slices.BinarySearch(s.Stalled, task)
	return found
}

// IsDeadlocked reports whether a task is stalled because its threads wait for locks that none of them
// can release.
func (s *State) IsDeadlocked(task int) bool {
	return s.IsStalled(task) && s.Notices[task].Code == CodeDeadlock
}

// Apply adds one event. An error means that the event cannot have happened in this state (a
// damaged journal); it was left out and the state is as before.
func (s *State) Apply(ev Event) error {
	var err error
	active := len(s.Active) > 0
	switch ev := ev.(type) {
	case RunStarted:
		s.start(ev)
	case Sampled:
		s.sample(ev)
	case Advised:
		if ev.Task >= 0 && ev.Task < len(s.Tasks) {
			s.Notices[ev.Task] = ev
		} else {
			s.Advice = ev
		}
	case RunPaused:
		s.Held = true
	case RunResumed:
		s.Held = false
	case RunEnded:
		s.Ended, s.Held, s.Reason = true, false, ev.Reason
	default:
		err = s.applyTask(ev)
	}
	if err != nil {
		return fmt.Errorf("event at %v: %w", ev.When(), err)
	}
	before := s.Now
	s.Now = max(before, ev.When())
	if active {
		s.Times.Total.Span += s.Now - before
	}
	if len(s.Active) > 0 {
		s.busy = s.Now
	}
	return nil
}

func (s *State) start(ev RunStarted) {
	*s = State{
		ID: ev.ID, Name: ev.Name, Time: ev.Time, Jobs: ev.Jobs, Workers: ev.Workers,
		Cores: ev.Cores, Quota: ev.Quota, Alike: alike(ev.Jobs), PeakPSS: -1,
		Tasks:   make([]Task, len(ev.Jobs)),
		Notices: map[int]Advised{},
		shared:  map[string]int64{},
		status:  make([]Status, len(ev.Jobs)),
		queued:  newNumberSet(len(ev.Jobs)),
		deps:    newDeps(ev.Jobs),
	}
	for i := range s.Tasks {
		s.Tasks[i].Cause = -1
	}
	for i := range ev.Jobs {
		if m := ev.Jobs[i].Model; !slices.Contains(s.Models, m) {
			s.Models = append(s.Models, m)
		}
	}
	s.count[Unborn] = len(s.Tasks)
}

// taskOf returns the task that a task event is about.
func taskOf(ev Event) int {
	switch ev := ev.(type) {
	case TaskQueued:
		return ev.Task
	case TaskStarted:
		return ev.Task
	case TaskPaused:
		return ev.Task
	case TaskResumed:
		return ev.Task
	case TaskEnded:
		return ev.Task
	}
	return -1
}

func (s *State) applyTask(ev Event) error {
	i := taskOf(ev)
	if i < 0 || i >= len(s.Tasks) {
		return fmt.Errorf("%s names task %d of %d", ev.Type(), i, len(s.Tasks))
	}
	t := &s.Tasks[i]
	next, err := t.Status.after(ev)
	if err != nil {
		return fmt.Errorf("task %d: %w", i, err)
	}
	if _, again := ev.(TaskQueued); again && s.Over() {
		s.idle += ev.When() - s.busy
	}
	s.count[t.Status]--
	s.count[next]++
	if t.Status.Active() != next.Active() {
		s.activate(i, next.Active())
	}
	was := t.Status
	t.Status, s.status[i] = next, next
	if next == Queued {
		s.queued.add(i)
	} else {
		s.queued.remove(i)
	}
	s.record(i, t, was, ev)
	return nil
}

// record keeps what a task event says, once its transition is known to be possible.
func (s *State) record(i int, t *Task, was Status, ev Event) {
	at := ev.When()
	switch ev := ev.(type) {
	case TaskQueued:
		t.Queued, t.NotBefore, t.Try = at, ev.NotBefore, ev.Try
		t.ran = false
		if ev.Try > 1 && ev.NotBefore == 0 { // by hand: what was said of the last try is stale
			delete(s.Notices, i)
		}
	case TaskStarted:
		t.Try, t.Identity, t.Started, t.Held, t.Since, t.ran = ev.Try, ev.Identity, at-min(max(ev.Late, 0), at), 0, 0, true
		t.Reason, t.Cause, t.Exit, t.LogSize, t.Stats = "", -1, Exit{}, [2]int64{}, nil
		t.Progress, t.Where = 0, ""
	case TaskPaused:
		t.Since, t.Where = at, ev.Where
		s.Pausing, s.Stalled = remove(s.Pausing, i), remove(s.Stalled, i)
	case TaskResumed:
		t.Held += at - t.Since
		t.Where = ""
	case TaskEnded:
		t.end(ev, was)
		s.correct(t)
		if t.ran && ev.Status != Cancelled && !ev.Exit.Lost {
			s.Walls.add(t.Wall(at))
		}
		if t.ran && ev.Status == Succeeded {
			s.Done.add(t.Wall(at))
		}
		s.output(i, t, ev.LogSize)
		s.Stopping, s.Pausing, s.Stalled = remove(s.Stopping, i), remove(s.Pausing, i), remove(s.Stalled, i)
		s.busy = at
	}
}

// end keeps how a try ended. One that ends while it is held was held until now.
func (t *Task) end(ev TaskEnded, was Status) {
	if was == Paused {
		t.Held += ev.When() - t.Since
	}
	t.Ended, t.Exit, t.Reason, t.Cause = ev.When(), ev.Exit, ev.Reason, ev.Cause
}

// correct replaces what sampling saw of a try by what the system accounted at its end, for the task
// and for the run: sampling misses what is short.
func (s *State) correct(t *Task) {
	u := t.Exit.Usage
	if !t.ran || !u.Known && t.Stats == nil {
		return
	}
	if t.Stats == nil {
		t.Stats = newMeasured()
		t.Stats.Total.WaitCore, t.Stats.Total.WaitGIL = -1, -1
	}
	wall := t.Ended - t.Started - t.Held
	missed := t.Stats.correct(u, wall)
	s.Times.Total = s.Times.Total.plus(missed)
	// When in its life it was missed is not known. Spread evenly, this much of it is recent: what an
	// hour's children had must not look like a thousand cores kept busy in this second.
	part := min(max(s.Times.Recent.Span, time.Second).Seconds()/max(wall, 1).Seconds(), 1)
	s.Times.Recent = s.Times.Recent.plus(missed.scaled(part))
}

func (s *State) activate(task int, active bool) {
	if active {
		at, _ := slices.BinarySearch(s.Active, task)
		s.Active = slices.Insert(s.Active, at, task)
		return
	}
	s.Active = remove(s.Active, task)
}

func remove(sorted []int, v int) []int {
	if at, found := slices.BinarySearch(sorted, v); found {
		return slices.Delete(sorted, at, at+1)
	}
	return sorted
}

func (s *State) sample(ev Sampled) {
	if ev.Workers > 0 {
		s.Workers = ev.Workers
	}
	s.Stopping = slices.DeleteFunc(slices.Clone(ev.Stopping), func(i int) bool {
		return i < 0 || i >= len(s.Tasks) || s.Tasks[i].Status.Over()
	})
	s.Pausing = slices.DeleteFunc(slices.Clone(ev.Pausing), func(i int) bool {
		return i < 0 || i >= len(s.Tasks) || s.Tasks[i].Status != Running
	})
	for _, l := range ev.Logs {
		if from := s.shared[l.Log]; l.Size > from {
			s.shared[l.Log] = l.Size
			s.chunk(Chunk{Task: -1, Log: l.Log, From: from, To: l.Size})
		}
	}
	if !ev.Measured() {
		return
	}
	s.Host = ev.Host
	s.Spoilt.add(ev.Span, ev.Host)
	s.Stalled = slices.DeleteFunc(slices.Clone(ev.Stalled), func(i int) bool {
		_, told := slices.BinarySearchFunc(ev.Tasks, i, func(t TaskSample, i int) int { return t.Task - i })
		return !told || i < 0 || i >= len(s.Tasks) || s.Tasks[i].Status != Running // else it was said of an earlier try
	})
	l, end := s.worked(ev)
	s.Lanes.add(end-s.idle, l)
	s.together(ev)
	s.locked(ev.When(), ev.GILs)
	var all TaskSample
	for _, ts := range ev.Tasks {
		if ts.Task < 0 || ts.Task >= len(s.Tasks) || !s.Tasks[ts.Task].ran {
			continue
		}
		t := &s.Tasks[ts.Task]
		s.output(ts.Task, t, ts.LogSize)
		switch {
		case t.Status.Active():
			if t.Stats == nil {
				t.Stats = newMeasured()
			}
			t.Stats.add(ts)
			if ts.Progress != 0 {
				t.Progress = ts.Progress
				t.Stats.Pace.add(ts.Progress, t.Wall(ev.When()))
			}
		case t.Exit.Usage.Known:
			continue // it was corrected at its end, for the run too
		}
		all.Live, all.OnCore = all.Live+ts.Live, all.OnCore+ts.OnCore
		all.WaitCore, all.WaitGIL = addKnown(all.WaitCore, ts.WaitCore), addKnown(all.WaitGIL, ts.WaitGIL)
	}
	s.PeakPSS = max(s.PeakPSS, s.pss())
	s.Times.add(ev.Span, 0, all) // the span of the whole run is counted by the events, to the nanosecond
}

// worked returns the lanes of a sample without what lies after the end of the last task: what others
// do with the cores then is not part of the run. end is when they end.
func (s *State) worked(ev Sampled) (l Lanes, end time.Duration) {
	l, end = ev.Lanes, ev.At.When()
	if l.End > 0 {
		end = l.End
	}
	if !s.Over() || l.Cell <= 0 || len(l.Rows) == 0 {
		return l, end
	}
	late := int((end - s.busy) / l.Cell)
	keep := max(len(l.Rows[0])-max(late, 0), 0)
	if keep == 0 {
		return Lanes{}, end
	}
	end -= time.Duration(len(l.Rows[0])-keep) * l.Cell
	rows := make([][]Cell, len(l.Rows))
	for i, row := range l.Rows {
		rows[i] = row[:keep]
	}
	l.Rows = rows
	return l, end
}

// output notes that a task's logs have grown to size.
func (s *State) output(i int, t *Task, size [2]int64) {
	for stream, n := range size {
		if n <= t.LogSize[stream] {
			continue
		}
		log := t.Log
		if stream == 1 {
			log = t.Err
		}
		s.chunk(Chunk{Task: i, Stderr: stream == 1, Log: log, From: t.LogSize[stream], To: n})
		t.LogSize[stream] = n
	}
}

func (s *State) chunk(c Chunk) {
	s.Output = append(s.Output, c)
	if len(s.Output) > 2*maxChunks { // copied once in maxChunks chunks: constant cost each
		s.Output = slices.Clone(s.Output[len(s.Output)-maxChunks:])
	}
}
