package session

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"parallax/runner"
	"parallax/runner/python/which"
	"parallax/runner/python/which/whichtest"
)

// loads are what threads can do with the GIL: each runs for two seconds.
var loads = map[string]string{
	"pure":   "import time\nend = time.monotonic() + 2\nn = 0\nwhile time.monotonic() < end:\n    for i in range(1000): n += i\n",
	"sleeps": "import time\nend = time.monotonic() + 2\nwhile time.monotonic() < end: time.sleep(0.05)\n",
	"hashes": "import hashlib, time\nbig = bytes(16 << 20)\nend = time.monotonic() + 2\nwhile time.monotonic() < end: hashlib.sha256(big).digest()\n",
}

// fourOf runs four scripts of a kind, and returns how it was at its end and what was advised.
func fourOf(t *testing.T, py which.Python, m runner.Model, load string) (runner.State, []string) {
	t.Helper()
	texts := map[string]string{}
	for i := range 4 {
		texts[fmt.Sprint(load, i)] = loads[load]
	}
	return execute(t, py, 0, scripts(t, m, texts))
}

// TestWaitingForTheGILIsToldOfAWholeRun holds what is told of a run's time against what its jobs do. The
// one that has the GIL waits for a core when others use them all: then nobody's wait for it is its own
// doing, so the least shares are of the time in which none waited for a core.
func TestWaitingForTheGILIsToldOfAWholeRun(t *testing.T) {
	needWaitCore(t)
	for i, py := range whichtest.Few(t, which.Python.Threads) {
		for _, c := range []struct {
			load        string
			model       runner.Model
			least, most float64
		}{
			{"pure", runner.Threads, 0.55, 1},
			{"sleeps", runner.Threads, 0, 0.02},
			{"hashes", runner.Threads, 0, 0.10},
			{"pure", runner.Processes, 0, 0.001},
		} {
			// Who does not wait for it is the same to all; each is looked at when Pythons are chosen.
			if i > 0 && c.least == 0 && os.Getenv(whichtest.Var) == "" {
				continue
			}
			t.Run(fmt.Sprintf("%s/%s as %s", whichtest.Name(py), c.load, c.model), func(t *testing.T) {
				if py.FreeThreaded {
					c.least, c.most = 0, 0
				}
				state, said := fourOf(t, py, c.model, c.load)
				if c.least == 0 && slices.Contains(said, "gil-bound") {
					t.Errorf("said: %v", said)
				}
				checkTimes(t, &state, c.least, c.most)
				if c.model == runner.Processes {
					if len(state.Locks) != 0 {
						t.Errorf("interpreters with a thread each have GILs to show: %+v", state.Locks)
					}
					return
				}
				checkLock(t, &state, py, c.load)
			})
		}
	}
}

// checkTimes holds the parts of four tasks' time against its whole, and the wait for the GIL against what it
// must be: at least, of the time in which they did not wait for a core; at most, of all.
func checkTimes(t *testing.T, state *runner.State, least, most float64) {
	t.Helper()
	var wall, core, gil time.Duration
	for i := range state.Tasks {
		task := &state.Tasks[i]
		split := task.Stats.Total
		if split.WaitGIL < 0 || split.WaitCore < 0 {
			t.Fatalf("task %d: %+v", i, split)
		}
		live := task.Wall(task.Ended)
		const late = 100 * time.Millisecond // a wait for a core is counted when it is over: the last one too late
		if told := split.OnCore + split.WaitCore + split.WaitGIL; told > live*102/100+late {
			t.Errorf("task %d ran for %v, of which it is told that %v were this and that: %+v", i, live, told, split)
		}
		wall, core, gil = wall+live, core+split.WaitCore, gil+split.WaitGIL
	}
	of := wall
	if least > 0 { // of what little is left on a busy machine, a single look at one who waits is much
		of = wall - core
	}
	share := gil.Seconds() / max(of, time.Millisecond).Seconds()
	for i := range state.Tasks {
		t.Logf("task %d: %+v of %v", i, state.Tasks[i].Stats.Total, state.Tasks[i].Wall(state.Tasks[i].Ended))
	}
	t.Logf("of %v, %v waiting for a core, %v for the GIL: %.1f %%; %+v", wall, core, gil, 100*share, state.Locks)
	if share < least || share > most {
		t.Errorf("they waited for the GIL %.1f %% of the time, not %v to %v", 100*share, 100*least, 100*most)
	}
}

// checkLock looks at what is told of the one interpreter of a run.
func checkLock(t *testing.T, state *runner.State, py which.Python, load string) {
	t.Helper()
	if len(state.Locks) != 1 {
		t.Fatalf("%+v", state.Locks)
	}
	g := state.Locks[0].Mean
	told := state.Times.Total.WaitGIL.Seconds() / g.Span.Seconds() // how many were, by what is told of them
	switch {
	case g.Host != 1 || g.Task != -1 || g.Free != py.FreeThreaded || g.Why != "":
		t.Errorf("%+v", g)
	case g.Free:
	case load == "pure" && (g.Waiting < 0.3*told || g.Waiting <= 0 || g.Waiting > 3.5):
		t.Errorf("%.2f were waiting, %.2f by what is told of them", g.Waiting, told)
	case load != "pure" && g.Waiting > 0.4:
		t.Errorf("%.2f were waiting", g.Waiting)
	case !py.AtLeast("3.13"):
		if g.Held >= 0 || g.Handoffs >= 0 {
			t.Errorf("what cannot be seen is told: %+v", g)
		}
	case load == "pure" && (g.Held < 0.8 || g.Handoffs < 1), load == "sleeps" && g.Held > 0.1:
		t.Errorf("%+v", g)
	}
}
