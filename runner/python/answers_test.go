//go:build unix

package python

import (
	"fmt"
	"testing"

	"parallax/runner"
)

// waitingFor counts the answers for which a host still keeps a place.
func (r *running) waitingFor() int {
	r.host.mu.Lock()
	defer r.host.mu.Unlock()
	return len(r.host.answers)
}

// A pause that is resumed before it holds, or whose script ends before that, is never answered.
func TestAPauseThatNeverHoldsLeavesNothing(t *testing.T) {
	b := newBench(t, newest(t, "3.12"))
	neighbour := b.script(sleeper)
	neighbour.says("ready")
	r := b.script("import time\nprint('ready')\nlist(map(time.sleep, [0] * 10000000))") // a line without an end, for a while
	r.says("ready")
	for range 50 {
		if err := r.Pause(); err != nil {
			t.Fatal(err)
		}
		if err := r.Resume(); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		if err := r.Pause(); err != nil {
			t.Fatal(err)
		}
	}
	left := func() string { return fmt.Sprint(r.waitingFor()) }
	eventually(t, "the last pause alone is waited for", func() bool { return r.waitingFor() <= 1 }, left)
	if err := r.Resume(); err != nil {
		t.Fatal(err)
	}
	if err := r.Pause(); err != nil {
		t.Fatal(err)
	}
	r.stop(runner.Kill)
	r.wait()
	if err := r.Pause(); err != nil { // it is over: nobody will answer
		t.Fatal(err)
	}
	eventually(t, "nothing is waited for", func() bool { return r.waitingFor() == 0 }, left)
	if neighbour.over() {
		t.Errorf("%+v", neighbour.Wait())
	}
	neighbour.stop(runner.Kill)
	neighbour.wait()
}
