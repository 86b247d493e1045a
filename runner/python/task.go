package python

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"parallax/runner"
	"parallax/runner/python/wire"
)

// Task is one script that runs in a [Host]. It is the handle of a try: all methods but Wait may be
// called from any goroutine.
type Task struct {
	host   *Host
	slot   int
	task   int    // its number in the run
	name   string // of the job
	script string // its file as Python knows it, or ""
	label  string // what the screen calls it, but for its tid
	grace  time.Duration
	stderr *os.File
	say    func(runner.Level, string, string) // or nil
	leave  func()                             // gives back the script's place; more than once is once
	start  chan event                         // one: how the start went; closed if the interpreter ended

	tid     int            // set before start is answered
	ident   uint64         // likewise
	threads map[uint64]int // the system's number of each of its threads by Python's; the host's lock guards it

	mu      sync.Mutex
	killed  bool // it was told to
	resists bool // it has outlived that
	timer   *time.Timer
	pause   <-chan event // the answer to the last pause, or nil
	asked   int          // the number of that request

	done chan struct{}
	exit runner.Exit // set before done is closed
}

// What Run makes use of beyond a handle.
var (
	_ runner.Handle   = (*Task)(nil)
	_ runner.Holder   = (*Task)(nil)
	_ runner.Stacker  = (*Task)(nil)
	_ runner.Threader = (*Task)(nil)
	_ runner.Bound    = (*Task)(nil)
)

// errNotBegun means that the interpreter ended before the script had begun: it can begin in another.
type errNotBegun struct{ how string }

func (e errNotBegun) Error() string { return "start: " + e.how }

// newTask prepares the handle of a try. label is what the screen calls it, leave is called when it is
// over.
func newTask(spec runner.Spec, label string, leave func()) *Task {
	return &Task{
		task: spec.Task, name: spec.Job.Name, label: label, stderr: spec.Stderr, say: spec.Say,
		grace: spec.Job.GraceOrDefault(), leave: sync.OnceFunc(leave),
		start: make(chan event, 1), threads: map[uint64]int{}, done: make(chan struct{}),
	}
}

// run starts a script and returns when it runs. files are its standard streams and, with
// c.Progress, its progress descriptor. A task whose start
// ends with an error is over, or will be without anybody's doing.
func (h *Host) run(ctx context.Context, t *Task, c runCommand, files []*os.File) error {
	t.host = h
	c.Grace = t.grace.Seconds()
	if c.Module == "" {
		t.script = string(c.Path)
	}
	h.mu.Lock()
	if h.over {
		h.mu.Unlock()
		t.leave()
		return errNotBegun{errHostOver.Error()}
	}
	h.last++
	t.slot = h.last
	h.slots[t.slot] = t
	h.mu.Unlock()
	if err := h.send(command{Type: "run", Slot: t.slot, runCommand: &c}, files...); err != nil {
		h.forget(t)
		return unsent(err)
	}
	select {
	case ev, ok := <-t.start:
		switch {
		case !ok:
			return errNotBegun{t.exit.Reason}
		case ev.Type != "started":
			h.forget(t)
			return fmt.Errorf("start: %s", strings.TrimPrefix(ev.Why, "TooManyFiles: "))
		}
		return nil
	case <-ctx.Done():
		t.kill() // it may start yet, and then must end; nobody will ask how it went
		return context.Cause(ctx)
	}
}

// unsent says why a script was not handed over: only an interpreter that has ended is worth another try.
func unsent(err error) error {
	switch {
	case errors.Is(err, wire.ErrClosed):
		return errNotBegun{err.Error()}
	case errors.Is(err, syscall.EMFILE):
		return fmt.Errorf("start: %w: raise the limit (ulimit -n), or run fewer jobs at once", err)
	}
	return fmt.Errorf("start: %w", err)
}

// forget gives up a script that has not begun.
func (h *Host) forget(t *Task) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.drop(t)
	t.leave()
}

// begun, refused, tell, finished and lost are called by the host's owner, which holds its lock.

func (t *Task) begun(ev event) {
	t.tid, t.ident = ev.TID, ev.Ident
	t.answer(ev)
}

// refused is an error that names the slot: it matters only if the script has not started.
func (t *Task) refused(why string) {
	if t.tid == 0 {
		t.answer(event{Type: "refused", Why: why})
	}
}

func (t *Task) answer(ev event) {
	select {
	case t.start <- ev:
	default: // it has begun
	}
}

// tell says something of the script to the user. Nobody may once Wait has returned: that the script
// is known to the host, under its lock, means that it has not.
func (t *Task) tell(level runner.Level, code, text string) {
	if t.say != nil {
		t.say(level, code, text)
	}
}

func (t *Task) finished(exit runner.Exit) {
	t.exit = exit
	t.leave()
	close(t.done)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.timer != nil {
		t.timer.Stop()
	}
}

func (t *Task) lost(c crash) {
	if c.culprit == t && t.tid != 0 && c.fatal != "" {
		// The log is still open: whoever waits closes it.
		fmt.Fprintf(t.stderr, "Fatal Python error: %s\n\n%s", c.fatal, c.stack)
	}
	t.finished(c.of(t))
	if t.tid == 0 {
		close(t.start)
	}
}

// exitOf reads how a script ended.
func exitOf(ev event) runner.Exit {
	exit := runner.Exit{Code: ev.Code.Number, Usage: ev.Usage()}
	if ev.Uncounted { // a sum without a part would pass for the whole
		exit.Usage = runner.Usage{}
	}
	var notes []string
	switch ev.Leftover {
	case 0:
	case 1:
		notes = append(notes, "left 1 thread behind, which goes on in the interpreter")
	default:
		notes = append(notes, fmt.Sprintf("left %d threads behind, which go on in the interpreter", ev.Leftover))
	}
	if ev.Left != "" {
		notes = append(notes, ev.Left)
	}
	exit.Note = strings.Join(notes, "; ")
	return exit
}

// Identity implements [runner.Handle].
func (t *Task) Identity() runner.Identity {
	h := t.host
	return runner.Identity{
		PID: h.id.PID, Birth: h.id.Birth, TID: t.tid, Label: fmt.Sprintf("%s · tid %d", t.label, t.tid),
		Host: runner.Host{ID: h.number, Name: "python " + h.facts.Version, Lock: h.lock, Log: h.log},
	}
}

// Wait implements [runner.Handle].
func (t *Task) Wait() runner.Exit {
	<-t.done
	return t.exit
}

// over reports whether the script has ended.
func (t *Task) over() bool {
	select {
	case <-t.done:
		return true
	default:
		return false
	}
}
