package runner

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// Halt says what a failed job means for the others.
type Halt string

// The halting policies. A job has failed when its retries are used up.
const (
	HaltNever Halt = "never" // nothing
	HaltSoon  Halt = "soon"  // what runs may end, nothing more starts
	HaltFail  Halt = "fail"  // all others are cancelled
)

// ParseHalt reads a policy's name.
func ParseHalt(s string) (Halt, error) {
	if h := Halt(s); slices.Contains([]Halt{HaltNever, HaltSoon, HaltFail}, h) {
		return h, nil
	}
	return "", fmt.Errorf("unknown policy %q: one of never, soon, fail", s)
}

// Options is what a run needs. Jobs must have been through [Prepare].
type Options struct {
	ID        string
	Name      string
	Jobs      []Job
	Workers   int // 1..MaxWorkers
	Cores     []int
	Quota     float64 // cores' worth of time; 0 means len(Cores)
	Halt      Halt
	Separate  bool // keep standard error in a file of its own
	Launchers map[Model]Launcher
	Recorder  Recorder
	// Backoff is the wait before the first retry; it doubles with each up to MaxBackoff.
	// 0 means one second.
	Backoff time.Duration
	// RestartLost starts a task again, at most three times, that failed only because something ended
	// that it shared with others, such as its interpreter. It is no retry of the job's.
	RestartLost bool
	// Hold keeps the run open when all tasks are over, so that they can be restarted, until Finish.
	Hold bool
	// Final returns what was measured since the last report, or false. It is called when all has ended,
	// from Run's goroutine, before the end is told; nil where nothing is measured.
	Final func() (Sampled, bool)
}

// MaxBackoff is the longest wait before a retry.
const MaxBackoff = 30 * time.Second

// Run runs jobs. One goroutine, that of [Run.Run], owns all of it; the other methods may be called
// from any goroutine and never block.
type Run struct {
	opts  Options
	in    *mailbox[any] // Commands, Events to report, and what attempts tell
	feeds []*Feed
	tasks sync.WaitGroup // the goroutines of attempts
	// handles are those of running tries by task, for who asks a task itself, from any goroutine.
	handles sync.Map
	sayings sync.Map // likewise, what they tell of their progress
	began   time.Time

	// Owned by Run's goroutine.
	state     State
	queue     *Queue
	live      map[int]*attempt
	slots     []bool      // slots[i]: somebody holds worker i+1
	retries   map[int]int // retries used since the task was last queued by hand
	losses    map[int]int // likewise, how often it was started again after having been lost
	timers    map[int]*time.Timer
	shut      map[int]bool // nodes of deps that nothing waits for any more, for one of them did not succeed
	freed     map[int]bool // tasks restarted by name while all are held: those start
	out       []Event
	limit     int
	shown     [2][]int // the lists last told of tasks being stopped and being paused
	halted    string   // why nothing more starts, or ""
	stray     int      // attempts that could not be ended and may still be going
	finishing bool
	reason    string // why the run was ended early
	lost      error  // the recorder's last error
}

// New prepares a run. It starts nothing.
func New(opts Options) (*Run, error) {
	if opts.Workers < 1 || opts.Workers > MaxWorkers {
		return nil, fmt.Errorf("%d workers: must be 1 to %d", opts.Workers, MaxWorkers)
	}
	if opts.Recorder == nil {
		return nil, errors.New("a run needs a recorder for its output")
	}
	if opts.Backoff <= 0 {
		opts.Backoff = time.Second
	}
	if opts.Quota <= 0 {
		opts.Quota = float64(len(opts.Cores))
	}
	return &Run{
		opts: opts, in: newMailbox[any](), queue: NewQueue(opts.Jobs), limit: opts.Workers,
		live: map[int]*attempt{}, retries: map[int]int{}, losses: map[int]int{}, timers: map[int]*time.Timer{}, shut: map[int]bool{}, freed: map[int]bool{},
	}, nil
}

// Subscribe returns a feed of all events. It must be called before [Run.Run].
func (r *Run) Subscribe() *Feed {
	f := &Feed{box: newMailbox[Event]()}
	r.feeds = append(r.feeds, f)
	return f
}

// Do asks for something. What a launcher refuses, or a restart that would wait forever, is answered
// by an Advised event; what means nothing for a task as it is, such as to pause what waits, is left.
func (r *Run) Do(c Command) { r.in.put(c) }

// Stack asks a running task where it is. It takes at most a few seconds. An error says why that
// cannot be told.
func (r *Run) Stack(task int) (string, error) {
	h, ok := r.handles.Load(task)
	if !ok {
		return "", errors.New("it does not run")
	}
	s, ok := h.(Stacker)
	if !ok {
		return "", errors.New("what runs it cannot tell where it is")
	}
	return s.Stack()
}

// Threads returns the system's numbers of a running task's threads, where it is some of the threads
// of a process that it shares; else nil.
func (r *Run) Threads(task int) []int {
	h, _ := r.handles.Load(task)
	if t, ok := h.(Threader); ok {
		return t.Threads()
	}
	return nil
}

// Report adds a measurement to the stream. Its At is set when it is taken up.
func (r *Run) Report(s Sampled) { r.in.put(s) }

// Advise adds a sentence to the stream.
func (r *Run) Advise(a Advised) { r.in.put(a) }

// Run runs the jobs and blocks until all that it started has ended and the launchers are closed, but
// for what cannot be ended, which is an error.
// When ctx is done all tasks are cancelled, with their grace, and the run ends; the cause of ctx
// becomes the reason. It returns the last state.
//
// When the run could not be recorded from the start nothing was started, and the error says so.
func (r *Run) Run(ctx context.Context) (State, error) {
	r.began = time.Now()
	if err := r.open(ctx); err != nil {
		return r.state, err
	}
	done := ctx.Done()
	for !r.finished() {
		select {
		case <-r.in.ready:
			for _, m := range r.in.take() {
				r.handle(m)
			}
		case <-done:
			done = nil           // once: from now on the grace of each task decides
			if !r.state.Over() { // else nothing is cut short
				r.reason = context.Cause(ctx).Error()
			}
			r.finishing = true
			r.cancel(r.every(), r.reason)
		}
		r.fill(ctx)
		r.flush()
	}
	errs := r.close()
	if r.opts.Final != nil {
		if s, ok := r.opts.Final(); ok {
			r.handle(s)
			r.flush()
		}
	}
	r.lastWords()
	r.emit(RunEnded{Reason: r.reason, Took: r.state.Elapsed(0)})
	r.flush()
	return r.state, errs
}

// open queues all tasks and starts the first, so that nothing runs unrecorded.
func (r *Run) open(ctx context.Context) error {
	r.emit(RunStarted{
		ID: r.opts.ID, Name: r.opts.Name, Time: r.began, Jobs: r.opts.Jobs,
		Workers: r.limit, Cores: r.opts.Cores, Quota: r.opts.Quota,
	})
	for i := range r.opts.Jobs {
		r.emit(TaskQueued{Task: i, Try: 1})
		r.queue.Add(i)
	}
	r.flush()
	if r.lost != nil {
		return fmt.Errorf("record the run: %w", r.lost)
	}
	r.fill(ctx)
	return nil
}

// close waits for all that was started and closes the launchers. What could not be ended is not
// waited for, nor are launchers closed that may wait for it.
func (r *Run) close() error {
	if r.stray > 0 {
		return fmt.Errorf("could not end everything: tasks still going: %d", r.stray)
	}
	r.tasks.Wait()
	var errs []error
	closed := map[Closer]bool{}
	for _, l := range r.opts.Launchers {
		if c, ok := l.(Closer); ok && !closed[c] {
			closed[c] = true
			errs = append(errs, c.Close())
		}
	}
	return errors.Join(errs...)
}

func (r *Run) finished() bool {
	return len(r.live) == 0 && r.state.Over() && (r.finishing || !r.opts.Hold)
}

// fill starts tasks while workers are free.
func (r *Run) fill(ctx context.Context) {
	for len(r.live) < r.limit {
		task, ok := r.next()
		if !ok {
			return
		}
		r.launch(ctx, task)
	}
}

// next hands out the task to start, or false when none may start now. While all are held it is one of
// those that were restarted by name since.
func (r *Run) next() (int, bool) {
	if !r.state.Held {
		return r.queue.Next()
	}
	for _, task := range slices.Sorted(maps.Keys(r.freed)) {
		if r.queue.Take(task) {
			delete(r.freed, task)
			return task, true
		}
	}
	return 0, false
}

// emit stamps an event, folds it into the run's own state and puts it in line for flush.
func (r *Run) emit(ev Event) {
	ev = stamp(ev, At(time.Since(r.began)))
	if err := r.state.Apply(ev); err != nil {
		panic(fmt.Sprintf("runner broke its own rules: %v", err))
	}
	r.out = append(r.out, ev)
}

// flush records what was emitted, then shows it to every feed.
func (r *Run) flush() {
	if now := r.asked(); !slices.Equal(r.shown[0], now[0]) || !slices.Equal(r.shown[1], now[1]) {
		r.tell()
	}
	if len(r.out) == 0 {
		return
	}
	r.record()
	out := r.out
	r.out = nil
	for _, f := range r.feeds {
		f.put(out)
	}
}

// record keeps what was emitted. When that stops working, or works again, it says so once.
func (r *Run) record() {
	err := r.opts.Recorder.Record(r.out)
	if (err == nil) == (r.lost == nil) {
		return
	}
	r.lost = err
	kept := len(r.out)
	if err != nil {
		r.emit(Advised{Task: -1, Level: Warning, Code: CodeUnrecorded, Text: fmt.Sprintf("not recorded from here on: %v", err)})
		return
	}
	r.emit(Advised{Task: -1, Level: Note, Code: CodeRecorded, Text: "recorded again"})
	r.lost = r.opts.Recorder.Record(r.out[kept:])
}

// tell emits the worker limit and the tasks being stopped or paused.
func (r *Run) tell() {
	r.shown = r.asked()
	r.emit(Sampled{Workers: r.limit, Stopping: r.shown[0], Pausing: r.shown[1]})
}

// asked lists the tasks that were asked to end, and to hold, and have not.
func (r *Run) asked() [2][]int { return [2][]int{r.stopping(), r.pausing()} }

func (r *Run) stopping() []int {
	var out []int
	for i, a := range r.live {
		if a.stop != goOn {
			out = append(out, i)
		}
	}
	slices.Sort(out)
	return out
}

func (r *Run) handle(m any) {
	switch m := m.(type) {
	case Command:
		r.command(m)
	case launched:
		r.launched(m)
	case ended:
		r.ended(m)
	case expired:
		r.expired(m)
	case Sampled:
		m.Tasks = r.current(m.Tasks)
		r.shown = r.asked()
		m.Workers, m.Stopping, m.Pausing = r.limit, r.shown[0], r.shown[1]
		r.emit(m)
	case heldUp:
		r.heldUp(m)
	case said:
		if t := r.state.Tasks[m.Task]; t.Try == m.try {
			r.emit(m.Advised)
		}
	case Advised:
		r.emit(m)
	}
}

// current leaves out what was measured of a try that has been followed by another meanwhile: to the
// state it would be of that one, down to the size of the log.
func (r *Run) current(tasks []TaskSample) []TaskSample {
	stale := func(t TaskSample) bool {
		return t.Try != 0 && t.Task >= 0 && t.Task < len(r.state.Tasks) && t.Try != r.state.Tasks[t.Task].Try
	}
	if !slices.ContainsFunc(tasks, stale) {
		return tasks
	}
	return slices.DeleteFunc(slices.Clone(tasks), stale)
}
