package session

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"parallax/monitor"
	"parallax/runner"
	"parallax/runner/process"
	"parallax/runner/python"
	"parallax/runner/python/which"
	"parallax/runner/python/which/whichtest"
)

// threaded is a script of so many threads that do nothing but compute, the first of which is the main one.
func threaded(threads int) string {
	return fmt.Sprintf(`
import threading, time
end = time.time() + 2
def spin():
    n = 0
    while time.time() < end:
        for i in range(1000): n += i
others = [threading.Thread(target=spin) for _ in range(%d)]
for t in others: t.start()
spin()
for t in others: t.join()
`, threads-1)
}

// execute runs jobs at once through all that a run has, with so many processes for the model hybrid, and
// returns how it was at its end and the codes of all that was advised of the run.
func execute(t *testing.T, py which.Python, hosts int, jobs []runner.Job) (runner.State, []string) {
	t.Helper()
	cores, quota, _ := monitor.Usable()
	st := NewStage(t.Context(), Env{
		Root: filepath.Join(t.TempDir(), "runs"), Cores: cores, Quota: quota,
		Launchers: func() map[runner.Model]runner.Launcher {
			all := python.Models(python.Options{Python: py.Path, Hosts: hosts, Processes: process.New(process.Options{})})
			all[runner.Processes] = process.New(process.Options{Python: func(runner.Job) (string, error) { return py.Path, nil }})
			return all
		},
	})
	s, err := st.Start(Plan{Workers: len(jobs), Jobs: jobs, Live: true})
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for ended := false; !ended; {
		select {
		case <-st.Whole().Done():
			t.Fatal(st.Wait())
		case <-s.Feed.Ready():
		}
		for _, ev := range s.Feed.Take() {
			switch ev := ev.(type) {
			case runner.Advised:
				if ev.Task < 0 {
					said = append(said, ev.Code)
				}
			case runner.RunEnded:
				ended = true
			}
		}
	}
	state, err := s.Wait()
	if err != nil || state.Count(runner.Succeeded) != len(jobs) {
		t.Fatalf("%d succeeded, %v: %s", state.Count(runner.Succeeded), err, state.Tasks[0].Reason)
	}
	return state, said
}

// needWaitCore skips a test where the kernel does not tell what shares are shares of.
func needWaitCore(t *testing.T) {
	t.Helper()
	if !monitor.Host().WaitCore {
		t.Skip("this kernel does not tell how long threads wait for a core")
	}
}

// shareOf is how much of the time in which its threads did not wait for a core a task waited for the GIL. On
// a busy machine it is more than on one that is idle: the one that has the GIL waits for a core, and the others
// for it.
func shareOf(t *testing.T, state *runner.State, task, threads int) float64 {
	t.Helper()
	of := &state.Tasks[task]
	split := of.Stats.Total
	if split.WaitGIL < 0 || split.WaitCore < 0 {
		t.Fatalf("%s: %+v", state.Jobs[task].Name, split)
	}
	share := split.WaitGIL.Seconds() / max(of.Wall(of.Ended)*time.Duration(threads)-split.WaitCore, time.Millisecond).Seconds()
	t.Logf("%s: %+v", state.Jobs[task].Name, split)
	return share
}

// busyShare is the same of a task whose threads never block, however late it started them.
func busyShare(t *testing.T, state *runner.State, task int) float64 {
	t.Helper()
	shareOf(t, state, task, 1)
	split := state.Tasks[task].Stats.Total
	return split.WaitGIL.Seconds() / max(split.WaitGIL+split.OnCore, time.Millisecond).Seconds()
}

// within says so if a share is not what it must be.
func within(t *testing.T, what string, share, least, most float64) {
	t.Helper()
	if share < least || share > most {
		t.Errorf("%s: %.1f %%, not %.0f to %.0f", what, 100*share, 100*least, 100*most)
	}
}

// TestEachSubinterpreterHasAGaugeOfItsOwn runs one with three threads beside two with one.
func TestEachSubinterpreterHasAGaugeOfItsOwn(t *testing.T) {
	needWaitCore(t)
	for _, py := range whichtest.Few(t, which.Python.Interpreters) {
		t.Run(whichtest.Name(py), func(t *testing.T) {
			jobs := scripts(t, runner.Interpreters, map[string]string{"1 of three": threaded(3), "2 of one": threaded(1), "3 that sleeps": sleeper})
			state, _ := execute(t, py, 0, jobs)
			within(t, "three threads", shareOf(t, &state, 0, 3), 0.45, 1)
			within(t, "one thread", shareOf(t, &state, 1, 1), 0, 0.02)
			within(t, "one that sleeps", shareOf(t, &state, 2, 1), 0, 0.02)
			if len(state.Locks) != 3 {
				t.Fatalf("%d gauges: %+v", len(state.Locks), state.Locks)
			}
			pid, numbers := state.Locks[0].Mean.PID, []int{0}
			// Who waits for a core may have it all the while; 30 looks at a share of a third are off by 0.17 at times.
			// Before the script began its interpreter was made, which computes.
			slept := state.Tasks[2].Stats.Total
			for _, l := range state.Locks {
				g := l.Mean
				most := 0.25 + (slept.OnCore+slept.WaitCore+max(g.Span-slept.Live, 0)).Seconds()/max(g.Span, slept.Live).Seconds()
				t.Logf("%+v", g)
				if g.PID != pid || slices.Contains(numbers, g.Interpreter) || g.Task < 0 || g.Host != 0 && state.Tasks[g.Task].Host.ID == 0 {
					t.Errorf("%+v", g)
					continue
				}
				numbers = append(numbers, g.Interpreter)
				switch {
				case g.Task == 0 && (g.Waiting <= 0 || g.Waiting > 2.2 || g.Held < 0.8):
					t.Errorf("of three threads that compute: %+v", g)
				case g.Task != 0 && g.Waiting > 0.1, g.Task == 1 && g.Held < 0.8, g.Task == 2 && g.Held > most:
					t.Errorf("of one thread: %+v; %+v", g, slept)
				}
			}
		})
	}
}

const sleeper = "import time\nend = time.time() + 2\nwhile time.time() < end: time.sleep(0.05)\n"

// TestEachInterpreterOfHybridHasAGaugeOfItsOwn runs four scripts in two interpreters.
func TestEachInterpreterOfHybridHasAGaugeOfItsOwn(t *testing.T) {
	needWaitCore(t)
	for _, py := range whichtest.Few(t, which.Python.Threads)[:1] {
		jobs := scripts(t, runner.Hybrid, map[string]string{"1": threaded(1), "2": threaded(1), "3": threaded(1), "4": threaded(1)})
		state, _ := execute(t, py, 2, jobs)
		share := 0.0
		for i := range jobs {
			share += shareOf(t, &state, i, 1) / 4
		}
		if py.FreeThreaded {
			within(t, "without a GIL", share, 0, 0)
			return
		}
		if total := state.Times.Total; total.WaitCore > total.Live*3/4 {
			t.Skip("others had the cores: threads that wait for one are in nobody's way")
		}
		within(t, "two threads in each", share, 0.15, 1)
		if len(state.Locks) != 2 {
			t.Fatalf("%d gauges: %+v", len(state.Locks), state.Locks)
		}
		a, b := state.Locks[0].Mean, state.Locks[1].Mean
		if a.PID == b.PID || a.Host == b.Host || a.Host*b.Host != 2 || a.Task != -1 || b.Task != -1 {
			t.Errorf("%+v, %+v", a, b)
		}
		for _, g := range []runner.GIL{a, b} {
			if g.Waiting <= 0 || g.Waiting > 1.1 {
				t.Errorf("two threads: %+v", g)
			}
		}
	}
}

// TestAnyPythonOfAJobIsMeasured has a job be a Python with threads, start one, and start one that does.
func TestAnyPythonOfAJobIsMeasured(t *testing.T) {
	needWaitCore(t)
	t.Parallel()
	few := whichtest.Few(t, func(p which.Python) error {
		if p.Implementation != "CPython" || !p.AtLeast("3.6") {
			return fmt.Errorf("its GIL is another")
		}
		return nil
	})
	if os.Getenv(whichtest.Var) == "" {
		few = few[:1]
	}
	for _, py := range few {
		t.Run(whichtest.Name(py), func(t *testing.T) {
			dir := t.TempDir()
			four := filepath.Join(dir, "four.py")
			starts := filepath.Join(dir, "starts.py")
			for path, text := range map[string]string{
				four:   threaded(4),
				starts: fmt.Sprintf("import subprocess, sys\nsubprocess.check_call(['sh', '-c', 'sleep 0; \"$@\" & wait', 'sh', sys.executable, %q])\n", four),
			} {
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			jobs := []runner.Job{
				{Name: "itself", Model: runner.Processes, Script: four},
				{Name: "below a shell", Model: runner.Processes, Line: fmt.Sprintf("sleep 0.2; '%s' '%s'; true", py.Path, four)},
				{Name: "below a shell below a Python", Model: runner.Processes, Script: starts},
			}
			state, _ := execute(t, py, 0, jobs)
			for i := range jobs {
				share := busyShare(t, &state, i)
				if py.FreeThreaded {
					within(t, jobs[i].Name, share, 0, 0)
					continue
				}
				within(t, jobs[i].Name, share, 0.55, 1)
				at := slices.IndexFunc(state.Locks, func(l runner.Lock) bool { return l.Mean.Task == i })
				if at < 0 {
					t.Errorf("%s has no gauge: %+v", jobs[i].Name, state.Locks)
				} else if g := state.Locks[at].Mean; g.Waiting <= 0 || g.Waiting > 3.2 || g.Why != "" || g.Host != 0 {
					t.Errorf("%s: %+v", jobs[i].Name, g)
				}
			}
			if len(state.Locks) != len(jobs) {
				t.Errorf("%d gauges: %+v", len(state.Locks), state.Locks)
			}
		})
	}
}

// TestOldPythons has one be measured and the other be said not to be.
func TestOldPythons(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, before string
		measured     bool
	}{{"3.6", "3.8", true}, {"2.6", "3.0", false}} {
		t.Run(c.from, func(t *testing.T) {
			all := whichtest.Every(t, func(p which.Python) error {
				if p.Implementation != "CPython" || !p.AtLeast(c.from) || p.AtLeast(c.before) {
					return fmt.Errorf("another")
				}
				return nil
			})
			if os.Getenv(whichtest.Var) == "" {
				all = all[len(all)-1:]
			}
			for _, py := range all {
				state, said := execute(t, py, 0, scripts(t, runner.Processes, map[string]string{"four": threaded(4)}))
				split := state.Tasks[0].Stats.Total
				t.Logf("%s: %+v, %+v", py.Version, split, state.Locks)
				if c.measured {
					within(t, py.Version, busyShare(t, &state, 0), 0.55, 1)
				} else if split.WaitGIL >= 0 || slices.Contains(said, "gil-bound") {
					t.Errorf("it is told that it waited %v, and said %v", split.WaitGIL, said)
				}
				if len(state.Locks) != 1 {
					t.Fatalf("%d gauges: %+v", len(state.Locks), state.Locks)
				}
				if g := state.Locks[0].Mean; c.measured != (g.Why == "") || c.measured != (g.Waiting >= 0) || !c.measured && !strings.Contains(g.Why, "Python 2") {
					t.Errorf("%+v", g)
				}
			}
		})
	}
}
