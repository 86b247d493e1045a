package python

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"parallax/runner"
)

// lastResort is how long a script may outlive being killed before the interpreter is ended, if every
// script in it was to be killed.
const lastResort = 2 * time.Second

// stackPatience is how long an interpreter may take to say where its threads are.
const stackPatience = 2 * time.Second

// Task is one script that runs in a [Host]. It is the handle of a try: all methods but Wait may be
// called from any goroutine.
type Task struct {
	host   *Host
	slot   int
	name   string // of the job
	stderr *os.File
	worker int
	start  chan event // one: how the start went; closed if the interpreter ended

	tid   int    // set before start is answered
	ident uint64 // likewise

	mu     sync.Mutex
	killed int // how often it was told to
	timer  *time.Timer
	pause  <-chan event // the answer to the last pause, or nil

	done chan struct{}
	exit runner.Exit // set before done is closed
}

var _ runner.Handle = (*Task)(nil)

// run starts a script. files are its standard streams.
func (h *Host) run(ctx context.Context, c runCommand, files [3]*os.File, spec runner.Spec) (*Task, error) {
	t := &Task{
		host: h, name: spec.Job.Name, stderr: spec.Stderr, worker: spec.Slot,
		start: make(chan event, 1), done: make(chan struct{}),
	}
	h.mu.Lock()
	if h.over {
		h.mu.Unlock()
		return nil, errHostOver
	}
	h.last++
	t.slot = h.last
	h.slots[t.slot] = t
	h.mu.Unlock()
	if err := h.send(command{Type: "run", Slot: t.slot, runCommand: &c}, files[:]...); err != nil {
		h.forget(t)
		return nil, err
	}
	select {
	case ev, ok := <-t.start:
		switch {
		case !ok:
			return nil, fmt.Errorf("start: %s", t.exit.Reason)
		case ev.Type != "started":
			h.forget(t)
			return nil, fmt.Errorf("start: %s", ev.Why)
		}
		return t, nil
	case <-ctx.Done():
		// It may start yet, and then must end; nobody will ask how it went.
		_ = h.send(command{Type: "cancel", Slot: t.slot, Hard: true})
		return nil, context.Cause(ctx)
	}
}

func (h *Host) forget(t *Task) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.slots, t.slot)
}

// begun, refused, finished and lost are called by the host's owner, which holds its lock.

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

func (t *Task) finished(exit runner.Exit) {
	t.exit = exit
	close(t.done)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.timer != nil {
		t.timer.Stop()
	}
}

func (t *Task) lost(c crash) {
	if c.culprit == t && t.tid != 0 {
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
	exit := runner.Exit{Code: ev.Code, Usage: runner.Usage{
		Known: true, User: seconds(ev.User), System: seconds(ev.System),
		Voluntary: ev.Voluntary, Involuntary: ev.Involuntary,
	}}
	switch ev.Leftover {
	case 0:
	case 1:
		exit.Note = "left 1 thread behind, which goes on in the interpreter"
	default:
		exit.Note = fmt.Sprintf("left %d threads behind, which go on in the interpreter", ev.Leftover)
	}
	return exit
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// Identity implements [runner.Handle].
func (t *Task) Identity() runner.Identity {
	return runner.Identity{
		PID: t.host.id.PID, Birth: t.host.id.Birth, TID: t.tid,
		Label: fmt.Sprintf("thread %d · tid %d", t.worker, t.tid),
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

// Pause implements [runner.Handle]. The script is held at its next line; one that sleeps is held at
// once, one that is in C code when that returns: see [Task.Held].
func (t *Task) Pause() error {
	if !t.host.facts.Pause {
		return fmt.Errorf("Python %s cannot hold one thread: 3.12 and later can", t.host.facts.Version) //nolint:staticcheck // a name
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	answer, _, err := t.host.ask(command{Type: "pause", Slot: t.slot})
	if err != nil {
		return nil // it is over, or about to be
	}
	t.pause = answer
	return nil
}

// Held blocks until the script is held by the last Pause, and says where. It returns an error if the
// script ends first or ctx does.
func (t *Task) Held(ctx context.Context) (where string, err error) {
	t.mu.Lock()
	answer := t.pause
	t.mu.Unlock()
	if answer == nil {
		return "", errors.New("the script was not paused")
	}
	select {
	case ev, ok := <-answer:
		switch {
		case !ok:
			return "", errHostOver
		case !ev.OK:
			return "", errors.New(ev.Why)
		}
		return ev.Where, nil
	case <-t.done:
		return "", errors.New("the script is over")
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// Resume implements [runner.Handle].
func (t *Task) Resume() error {
	_ = t.host.send(command{Type: "resume", Slot: t.slot}) // fails only when it is over
	return nil
}

// Stop implements [runner.Handle]. Asking raises KeyboardInterrupt in the script. Killing ends it at
// its next line, whatever it catches, where the interpreter can do that. What resists, because it is
// in C code, can only be ended together with the interpreter and all scripts in it: that is done if
// all of them were to be killed, or if this one is told to for the second time.
func (t *Task) Stop(how runner.Stop) error {
	if t.over() {
		return nil
	}
	if how == runner.Ask {
		_ = t.host.send(command{Type: "cancel", Slot: t.slot}) // fails only when it is over
		return nil
	}
	t.mu.Lock()
	t.killed++
	again := t.killed > 1
	if t.timer == nil {
		t.timer = time.AfterFunc(lastResort, t.resort)
	}
	t.mu.Unlock()
	if again {
		return t.host.kill(fmt.Sprintf("it was ended to end %q", t.name))
	}
	_ = t.host.send(command{Type: "cancel", Slot: t.slot, Hard: true}) // fails only when it is over
	return nil
}

// resort ends the interpreter if no script in it is to live on.
func (t *Task) resort() {
	if t.over() {
		return
	}
	t.host.mu.Lock()
	alone := true
	for _, other := range t.host.slots {
		other.mu.Lock()
		alone = alone && other.killed > 0
		other.mu.Unlock()
	}
	t.host.mu.Unlock()
	if alone {
		_ = t.host.kill(fmt.Sprintf("%q did not end when it was killed", t.name))
	}
}

// Stack returns where the script's threads are, innermost call last. An interpreter that does not
// answer, because C code holds its lock, is made to print it: that works from Python's own signal
// handler. It takes at most a few seconds.
func (t *Task) Stack() (string, error) {
	from, err := t.host.size()
	if err != nil {
		return "", err
	}
	answer, forget, err := t.host.ask(command{Type: "stack", Slot: t.slot})
	if err != nil {
		return "", err
	}
	defer forget()
	timer := time.NewTimer(stackPatience)
	defer timer.Stop()
	select {
	case ev, ok := <-answer:
		if !ok || ev.Text == "" {
			return "", errors.New("the script is over")
		}
		return ev.Text, nil
	case <-t.done:
		return "", errors.New("the script is over")
	case <-timer.C:
	}
	return t.dumped(from)
}

// dumped reads the stack from what the interpreter prints on a signal.
func (t *Task) dumped(from int64) (string, error) {
	if err := dump(t.host.id.PID); err != nil {
		return "", err
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(stackPatience); time.Now().Before(deadline); {
		select {
		case <-tick.C:
		case <-t.done:
			return "", errors.New("the script is over")
		}
		if s := oneOf(t.host.printed(from), t.ident); s != "" {
			return s + "\n", nil
		}
	}
	return "", fmt.Errorf("the interpreter did not answer for %v: C code in one of its scripts does not let go", 2*stackPatience)
}

// size is how much the interpreter itself has printed.
func (h *Host) size() (int64, error) {
	info, err := h.out.Stat()
	if err != nil {
		return 0, errHostOver
	}
	return info.Size(), nil
}
