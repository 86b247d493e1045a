package goroutine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"parallax/runner"
)

const counter = `
def count():
    n = 0
    while True:
        n += 1
        if n % 100 == 0:
            print(n)
count()
`

func TestPauseHoldsATightLoopAndResumeLetsItGoOn(t *testing.T) {
	r := launch(t, New(), script(t, "a.star", counter))
	eventually(t, "output", func() bool { return r.output() != "" })
	for range 5 {
		r.Pause()
		r.stack() // answered at a checkpoint, and from there it goes no further
		size := len(r.output())
		for range 3 {
			if s := r.stack(); !regexp.MustCompile(`a\.star:\d:\d+: in count\n`).MatchString(s) {
				t.Errorf("stack while paused: %s", s)
			}
		}
		if now := len(r.output()); now != size {
			t.Fatalf("wrote %d bytes while paused", now-size)
		}
		r.Resume()
		eventually(t, "more output", func() bool { return len(r.output()) > size })
	}
}

func TestATightLoopIsHeldAtOnce(t *testing.T) {
	r := launch(t, New(), script(t, "a.star", "def f():\n  while True: pass\nf()"))
	fastest := time.Hour
	for range 10 { // the fastest: this machine may be busy with other things
		begin := time.Now()
		r.Pause()
		r.stack()
		fastest = min(fastest, time.Since(begin))
		r.Resume()
	}
	if fastest > 100*time.Millisecond {
		t.Errorf("held after %v at best", fastest)
	}
	t.Logf("held after %v", fastest)
}

func TestCheckpointsKeepTheirDistanceInTime(t *testing.T) {
	steps, each := uint64(stepsBetween), 10*time.Millisecond
	for range 3 {
		steps = fit(steps, time.Duration(steps)*each)
	}
	if took := time.Duration(steps) * each; took > 100*time.Millisecond {
		t.Errorf("%d steps of %v between checkpoints", steps, each)
	}
	for range 12 {
		steps = fit(steps, time.Microsecond)
	}
	if steps != stepsBetween {
		t.Errorf("%d steps after it became fast again", steps)
	}
	if n := fit(stepsBetween, 24*time.Hour); n != fewestSteps {
		t.Errorf("%d steps after a day", n)
	}
}

func TestCancelEndsWhateverAScriptIsDoing(t *testing.T) {
	for name, text := range map[string]string{
		"loop":    "while True: pass",
		"sleep":   "sleep(1000)",
		"long":    "sleep(1e300)",
		"hashing": "while True: sha256('x' * 10000000)",
		"sum":     "while True: sum(range(100000000))",
		"print":   "while True: print('x')",
	} {
		for _, paused := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s paused %v", name, paused), func(t *testing.T) {
				r := launch(t, New(), script(t, "a.star", text))
				r.stack()
				if paused {
					r.Pause()
					r.stack()
				}
				r.Stop(runner.Ask)
				if exit := r.wait(); exit.Code != 1 || exit.Reason != "cancelled" {
					t.Errorf("exit %+v", exit)
				}
				if strings.Contains(r.output(), "Traceback") {
					t.Errorf("a cancelled script is no failed one: %s", r.output())
				}
				if _, err := r.Handle.(*handle).Stack(); err == nil {
					t.Error("it still has a stack")
				}
				r.Pause() // no more than a no-op
				r.Resume()
				r.Stop(runner.Kill)
			})
		}
	}
}

func TestPausesDoNotChangeTheResult(t *testing.T) {
	r := launch(t, New(), script(t, "a.star", `
def total():
    s = 0
    for i in range(300000):
        s += i * i
    return s
print(total())
`))
	for range 20 {
		r.Pause()
		if _, err := r.Handle.(*handle).Stack(); err != nil {
			break // it was faster than we
		}
		r.Resume()
	}
	r.Resume()
	if exit := r.wait(); exit.Code != 0 || r.output() != "8999955000050000\n" {
		t.Errorf("exit %+v, output %q", exit, r.output())
	}
}

func TestPausedTimeIsNoSleepingTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		begin := time.Now()
		go func() {
			time.Sleep(3 * time.Second)
			g.pause()
			time.Sleep(100 * time.Second)
			g.pause() // again is the same
			g.resume()
			time.Sleep(2 * time.Second)
			g.look(make(chan string, 1)) // a question does not lengthen it
		}()
		if err := g.sleep(10*time.Second, func() string { return "" }); err != nil {
			t.Error(err)
		}
		if took := time.Since(begin); took != 110*time.Second {
			t.Errorf("took %v, want 10 s and 100 s paused", took)
		}
		if e := g.elapsed(); e != 10*time.Second {
			t.Errorf("elapsed %v, want 10s", e)
		}
	})
}

func TestAJobThatComesToNoCheckpointHasNoStack(t *testing.T) {
	free := make(chan struct{})
	r := launch(t, New(), runner.Job{Func: func(context.Context, *runner.Call) error {
		<-free
		return nil
	}})
	h := r.Handle.(*handle)
	_, err := h.Stack()
	if err == nil || !strings.Contains(err.Error(), "no checkpoint for 1s") {
		t.Errorf("error %v", err)
	}
	if len(h.task.looks) != 0 {
		t.Error("the question was kept")
	}
	r.Stop(runner.Kill) // cannot end it
	select {
	case <-h.done:
		t.Error("it ended while it was waiting")
	default:
	}
	close(free)
	if exit := r.wait(); exit.Code != 0 {
		t.Errorf("exit %+v", exit)
	}
}

func TestAFuncIsPausedCancelledAndMayPanic(t *testing.T) {
	var steps atomic.Int64
	r := launch(t, New(), runner.Job{
		Args: []string{"x"}, Env: map[string]string{"K": "v"},
		Func: func(ctx context.Context, call *runner.Call) error {
			if _, err := fmt.Fprintln(call.Out, call.Args[0], call.Env["K"]); err != nil {
				return err
			}
			for {
				steps.Add(1)
				if err := call.Checkpoint(); err != nil {
					if ctx.Err() == nil {
						return errors.New("the context goes on")
					}
					return fmt.Errorf("stopped early: %w", err)
				}
			}
		},
	})
	r.Pause()
	if s := r.stack(); !strings.Contains(s, "TestAFuncIsPausedCancelledAndMayPanic") {
		t.Errorf("stack: %s", s)
	}
	held := steps.Load()
	r.stack()
	if now := steps.Load(); now != held {
		t.Errorf("%d steps while paused", now-held)
	}
	r.Stop(runner.Ask)
	if exit := r.wait(); exit.Reason != "cancelled" || r.output() != "x v\n" {
		t.Errorf("exit %+v, output %q", exit, r.output())
	}

	for name, tt := range map[string]struct {
		f      runner.Func
		reason string
		log    string
	}{
		"error":  {func(context.Context, *runner.Call) error { return os.ErrNotExist }, "file does not exist", ""},
		"panic":  {func(context.Context, *runner.Call) error { panic("oh no") }, "panic: oh no", "control_test.go:"},
		"index":  {func(_ context.Context, c *runner.Call) error { c.Args[len(c.Args)] = ""; return nil }, "panic: runtime error: index out of range", "control_test.go:"},
		"goexit": {func(context.Context, *runner.Call) error { runtime.Goexit(); return nil }, "ended its own goroutine", ""},
	} {
		r := launch(t, New(), runner.Job{Func: tt.f})
		if exit := r.wait(); exit.Code != 1 || !strings.HasPrefix(exit.Reason, tt.reason) || !strings.Contains(r.output(), tt.log) {
			t.Errorf("%s: exit %+v, log:\n%s", name, exit, r.output())
		}
	}
}
