package python

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"parallax/runner"
)

// lastResort is how long a script may outlive being killed before it counts as one that resists.
const lastResort = 2 * time.Second

// Threads implements [runner.Threader]: the script's main thread and those that it has started.
func (t *Task) Threads() []int {
	t.host.mu.Lock()
	defer t.host.mu.Unlock()
	tids := make([]int, 0, len(t.threads))
	for _, tid := range t.threads {
		tids = append(tids, tid)
	}
	slices.Sort(tids)
	return tids
}

// Mates implements [runner.Bound].
func (t *Task) Mates() (tasks []int, shared string) {
	if t.over() {
		return nil, ""
	}
	t.host.engine.each(func(other *Task) bool {
		if other != t {
			tasks = append(tasks, other.task)
		}
		return true
	})
	slices.Sort(tasks)
	if t.host.sub != nil {
		return tasks, "process"
	}
	return tasks, "interpreter"
}

// Pause implements [runner.Handle]. The script is held at its next line; one that sleeps is held at
// once, one that is in C code when that returns: see [Task.Held].
func (t *Task) Pause() error {
	if err := t.host.holds(); err != nil {
		return err
	}
	answer, id, err := t.host.question(command{Type: "pause", Slot: t.slot})
	if err != nil {
		return nil //nolint:nilerr // it is over, or about to be
	}
	t.expect(answer, id)
	if t.over() { // it ended before its end could forget this one, too: nothing will come
		t.host.forgetAnswer(id)
	}
	return nil
}

// expect takes the place of the pause before with another, or (nil) none. An answer that has not come
// may never come: a pause that is resumed before it holds has none.
func (t *Task) expect(answer <-chan event, id int) {
	t.mu.Lock()
	before := t.asked
	t.pause, t.asked = answer, id
	t.mu.Unlock()
	t.host.forgetAnswer(before)
}

// holds says why the interpreter cannot hold one script, or nil.
func (h *Host) holds() error {
	switch {
	case h.facts.Pause:
		return nil
	case h.sub != nil:
		return fmt.Errorf("Python %s cannot hold a subinterpreter: 3.14 and later can", h.facts.Version) //nolint:staticcheck // a name
	}
	return fmt.Errorf("Python %s cannot hold one thread: 3.9 and later can", h.facts.Version) //nolint:staticcheck // a name
}

// Held implements [runner.Holder].
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
		return "", errTaskOver
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// Resume implements [runner.Handle].
func (t *Task) Resume() error {
	_ = t.host.send(command{Type: "resume", Slot: t.slot}) // fails only when it is over
	t.expect(nil, 0)
	return nil
}

// Stop implements [runner.Handle]. Asking raises KeyboardInterrupt in the script. Killing ends it at
// its next line, whatever it catches, where the interpreter can do that. What resists, because it is
// in C code, can only be ended together with the process and all scripts in it: that is done if it is
// killed once more, and as soon as all that remain in it are ones that resist.
func (t *Task) Stop(how runner.Stop) error {
	if t.over() {
		return nil
	}
	if how == runner.Ask {
		_ = t.host.send(command{Type: "cancel", Slot: t.slot}) // fails only when it is over
		return nil
	}
	if t.kill() {
		return t.host.kill(fmt.Sprintf("it was ended to end %q", t.name))
	}
	return nil
}

// kill tells the script to end, and reports whether it was told before.
func (t *Task) kill() (before bool) {
	t.mu.Lock()
	before = t.killed
	if !before {
		t.killed = true
		t.timer = time.AfterFunc(lastResort, t.resist)
	}
	t.mu.Unlock()
	if before {
		return true
	}
	_ = t.host.send(command{Type: "cancel", Slot: t.slot, Hard: true}) // fails only when it is over
	return false
}

// resist notes that the script has outlived being killed.
func (t *Task) resist() {
	t.mu.Lock()
	t.resists = true
	t.mu.Unlock()
	t.host.settle()
}
