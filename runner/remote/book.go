package remote

import (
	"sync"

	"parallax/runner"
)

// book is what a server knows of its run, from the events. It is much less than a [runner.State]: a
// few bytes for each task. Its methods may be called from any goroutine.
type book struct {
	mu       sync.Mutex
	status   []runner.Status
	try      []int32
	labels   map[int]string // of tasks that run
	refused  map[int]refusal
	resists  map[int]refusal // of tasks that outlive being killed, and whom it costs to end them by force
	pausing  map[int]bool
	stopping map[int]bool
	workers  int
	taken    int           // how many events it has seen
	held     bool          // all are paused: nothing starts
	ended    bool          // nothing will happen any more
	changed  chan struct{} // closed at the next change
}

// refusal is the last that was said of a task why what was asked is not done.
type refusal struct {
	at  int // the number of the event
	why string
}

// seen is how a task stands.
type seen struct {
	status            runner.Status
	try               int
	pausing, stopping bool
	refusal           refusal
	resists           refusal // why is "" if it does not
}

func newBook(tasks int) *book {
	return &book{
		status: make([]runner.Status, tasks), try: make([]int32, tasks),
		labels: map[int]string{}, refused: map[int]refusal{}, resists: map[int]refusal{},
		changed: make(chan struct{}),
	}
}

// take folds events.
func (b *book) take(evs []runner.Event) {
	if len(evs) == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, ev := range evs {
		b.taken++
		b.fold(ev)
	}
	b.wake()
}

// close says that no more events will come.
func (b *book) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
	b.wake()
}

// wake is called with mu held.
func (b *book) wake() {
	close(b.changed)
	b.changed = make(chan struct{})
}

func (b *book) fold(ev runner.Event) {
	switch ev := ev.(type) {
	case runner.RunStarted:
		b.workers = ev.Workers
	case runner.TaskQueued:
		b.status[ev.Task], b.try[ev.Task] = runner.Queued, int32(ev.Try)
	case runner.TaskStarted:
		b.status[ev.Task], b.labels[ev.Task] = runner.Running, ev.Label
		delete(b.resists, ev.Task)
	case runner.TaskPaused:
		b.status[ev.Task] = runner.Paused
	case runner.TaskResumed:
		b.status[ev.Task] = runner.Running
	case runner.TaskEnded:
		b.status[ev.Task] = ev.Status
		delete(b.labels, ev.Task)
		delete(b.resists, ev.Task)
	case runner.Sampled:
		if ev.Workers > 0 { // else it is a measurement that says nothing of these
			b.workers, b.pausing, b.stopping = ev.Workers, set(ev.Pausing), set(ev.Stopping)
		}
	case runner.Advised:
		b.advised(ev)
	case runner.RunPaused:
		b.held = true
	case runner.RunResumed:
		b.held = false
	case runner.RunEnded:
		b.ended = true
	}
}

// advised keeps the warnings that answer a request.
func (b *book) advised(ev runner.Advised) {
	switch {
	case ev.Task < 0:
	case ev.Code == runner.CodeRefused:
		b.refused[ev.Task] = refusal{b.taken, ev.Text}
	case ev.Code == runner.CodeResists:
		b.resists[ev.Task] = refusal{b.taken, ev.Text}
	}
}

func set(tasks []int) map[int]bool {
	s := make(map[int]bool, len(tasks))
	for _, t := range tasks {
		s[t] = true
	}
	return s
}

// look returns how the tasks stand, as of which event, and a channel that is closed when that changes.
// ended means that it will not.
func (b *book) look(tasks []int) (now []seen, at int, changed <-chan struct{}, ended bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now = make([]seen, len(tasks))
	for i, t := range tasks {
		now[i] = seen{b.status[t], int(b.try[t]), b.pausing[t], b.stopping[t], b.refused[t], b.resists[t]}
	}
	return now, b.taken, b.changed, b.ended
}

// holds reports whether nothing starts until all are resumed.
func (b *book) holds() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.held
}

// limit is how many tasks may run at once.
func (b *book) limit() (workers int, changed <-chan struct{}, ended bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.workers, b.changed, b.ended
}

// label says what a running task is to the system, or "".
func (b *book) label(task int) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.labels[task]
}
