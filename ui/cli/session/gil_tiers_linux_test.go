package session

import (
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"parallax/monitor"
	"parallax/monitor/switches/switchestest"
	"parallax/runner"
	"parallax/runner/python/which"
	"parallax/runner/python/which/whichtest"
)

// withGIL fits the Pythons that run scripts as threads under a GIL.
func withGIL(p which.Python) error {
	if p.FreeThreaded {
		return errors.New("it has no GIL")
	}
	return p.Threads()
}

// TestTheGILIsMeasuredWhereLanesAreNot has four threads compute, or hash large buffers, where the kernel
// records no switches, or less than it tells is asked for: who waits for the GIL is seen all the same.
func TestTheGILIsMeasuredWhereLanesAreNot(t *testing.T) {
	few := whichtest.Few(t, withGIL)
	if os.Getenv(whichtest.Var) == "" { // one that tells who has it, and one that does not
		few = few[:min(2, len(few))]
	}
	for _, c := range []struct {
		name    string
		finest  monitor.Tier
		refused bool
		load    string
		pythons []which.Python
	}{
		{"refused", monitor.Exact, true, "pure", few},
		{"ticks", monitor.Ticks, false, "pure", few[:1]},
		{"ticks", monitor.Ticks, false, "hashes", few[:1]},
	} {
		for _, py := range c.pythons {
			t.Run(c.name+"/"+c.load+"/"+whichtest.Name(py), func(t *testing.T) {
				if c.refused {
					switchestest.Refuse(t, unix.EACCES)
				}
				texts := map[string]string{"1": loads[c.load], "2": loads[c.load], "3": loads[c.load], "4": loads[c.load]}
				got := wholly(t, c.finest, py, scripts(t, runner.Threads, texts), nil)
				var gil, on time.Duration
				for i := range got.state.Tasks {
					split := got.state.Tasks[i].Stats.Total
					if split.WaitGIL < 0 {
						t.Fatalf("task %d: %+v", i, split)
					}
					gil, on = gil+split.WaitGIL, on+split.OnCore
				}
				share := gil.Seconds() / max(gil+on, time.Millisecond).Seconds()
				t.Logf("%s (%s): on a core %v, waiting for the GIL %v; %+v", got.state.Lanes.Tier, got.state.Lanes.Why, on, gil, got.state.Locks)
				if c.load == "hashes" {
					within(t, "threads that let go of the GIL", share, 0, 0.10)
				} else {
					within(t, "threads that compute", share, 0.45, 1)
				}
				if len(got.state.Locks) != 1 {
					t.Fatalf("%d gauges", len(got.state.Locks))
				}
				g := got.state.Locks[0].Mean
				if state := py.AtLeast("3.13"); g.Waiting < 0 || state != (g.Held >= 0) || state && c.load == "pure" && g.Held < 0.8 {
					t.Errorf("%+v", g)
				}
			})
		}
	}
}

// halfAsleep is a script of two threads that compute and two that sleep, until it has used a second of a core.
const halfAsleep = `
import threading, time
done = time.process_time() + 1
def spin():
    n = 0
    while time.process_time() < done:
        for i in range(1000): n += i
def rest():
    while time.process_time() < done: time.sleep(0.4)
others = [threading.Thread(target=f) for f in (spin, rest, rest)]
for t in others: t.start()
spin()
for t in others: t.join()
`

// TestAPauseIsNoWaitForTheGIL pauses a job of which half of the threads wait for the GIL.
func TestAPauseIsNoWaitForTheGIL(t *testing.T) {
	needWaitCore(t)
	py := whichtest.Few(t, func(p which.Python) error {
		if !p.PausesThreads() {
			return errors.New("none of its threads can be held")
		}
		return withGIL(p)
	})[0]
	for _, model := range []runner.Model{runner.Processes, runner.Threads} {
		t.Run(string(model), func(t *testing.T) {
			var asked, held, resumed time.Duration
			got := wholly(t, monitor.Exact, py, scripted(t, "half.py", halfAsleep, model), func(s *Session, ev runner.Event) {
				switch now := ev.When(); {
				case asked == 0 && now > 700*time.Millisecond:
					asked = now
					s.Do(runner.Pause{Tasks: []int{0}})
				case held == 0 && asked > 0:
					if _, ok := ev.(runner.TaskPaused); ok {
						held = now
					}
				case held > 0 && resumed == 0 && now > held+1500*time.Millisecond:
					resumed = now
					s.Do(runner.Resume{Tasks: []int{0}})
				}
			})
			task := &got.state.Tasks[0]
			split := task.Stats.Total
			t.Logf("held from %v to %v: %+v; %+v", held, resumed, split, got.state.Locks)
			if resumed == 0 || split.WaitGIL < 0 || split.WaitCore < 0 {
				t.Fatal("it ended before it was held, or was not measured")
			}
			// Those that sleep have to get the GIL when they wake, which on a busy machine takes long.
			if most := 2*split.Live - split.OnCore - split.WaitCore + split.Live/4 + split.WaitCore/4 + 300*time.Millisecond; split.WaitGIL > most {
				t.Errorf("two threads waited %v for the GIL, which is more than %v", split.WaitGIL, most)
			}
			within(t, "two threads that compute", split.WaitGIL.Seconds()/(split.WaitGIL+split.OnCore).Seconds(), 0.2, 0.9)
			for _, s := range got.samples {
				if s.When() < held+600*time.Millisecond || s.When() > resumed {
					continue
				}
				for _, ts := range s.Tasks {
					if ts.WaitGIL > 0 {
						t.Errorf("at %v, while it is held: %+v", s.When(), ts)
					}
				}
				if model == runner.Processes && slices.ContainsFunc(s.GILs, func(g runner.GIL) bool { return g.Waiting > 0 }) {
					t.Errorf("at %v, while it is held: %+v", s.When(), s.GILs)
				}
			}
		})
	}
}

// TestJobsThatEndAtOnceHaveNoMoreThanTheirTime runs many that do nothing.
func TestJobsThatEndAtOnceHaveNoMoreThanTheirTime(t *testing.T) {
	py := whichtest.Few(t, withGIL)[0]
	texts := map[string]string{}
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		texts[name] = "print(1)\n"
	}
	jobs := slices.Concat(scripts(t, runner.Threads, texts), scripts(t, runner.Processes, texts))
	got := wholly(t, monitor.Exact, py, jobs, nil)
	for i := range got.state.Tasks {
		task := &got.state.Tasks[i]
		if task.Stats == nil {
			continue
		}
		if split := task.Stats.Total; split.WaitGIL > task.Wall(task.Ended) {
			t.Errorf("%s ran for %v: %+v", jobs[i].Name, task.Wall(task.Ended), split)
		}
	}
	for _, l := range got.state.Locks {
		if g := l.Mean; g.Waiting > 8 || g.Held > 1 || g.Why != "" {
			t.Errorf("%+v", g)
		}
	}
}
