package monitor

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"parallax/runner"
	"parallax/runner/python/which"           //nolint:depguard // the Pythons to test with, as in the folder gil
	"parallax/runner/python/which/whichtest" //nolint:depguard // likewise
)

// spinning is a Python program of so many threads that count for ever.
const spinning = `
import sys, threading
def spin():
    n = 0
    while True:
        n += 1
# None computes before all are there: each start would have to wait for all that do.
go = threading.Event()
def wait():
    go.wait()
    spin()
for _ in range(int(sys.argv[1]) - 1):
    threading.Thread(target=wait, daemon=True).start()
go.set()
spin()
`

// contended is whether threads can wait for a GIL.
func (g *rig) contended() bool {
	for _, p := range g.r.locks.procs {
		if p.contended() {
			return true
		}
	}
	return false
}

// python starts a program in a Python and has it watched as a task.
func (g *rig) python(task int, py which.Python, args ...string) *exec.Cmd {
	g.t.Helper()
	path := filepath.Join(g.t.TempDir(), "a.py")
	if err := os.WriteFile(path, []byte(spinning), 0o600); err != nil {
		g.t.Fatal(err)
	}
	cmd := exec.Command(py.Path, append([]string{path}, args...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() { kill(cmd) })
	g.r.watch(task, runner.Identity{PID: cmd.Process.Pid, Tree: true}, time.Since(g.began))
	return cmd
}

func measurable(p which.Python) error {
	if !p.AtLeast("3.8") {
		return fmt.Errorf("it is too old")
	}
	return nil
}

func TestThreadsOfAProcessWaitForItsGIL(t *testing.T) {
	for _, py := range whichtest.Few(t, measurable) {
		t.Run(whichtest.Name(py), func(t *testing.T) {
			g := newRig(t)
			g.python(0, py, "4")
			g.until("all threads", func() bool { return g.r.figures(0).threads == 4 })
			before, began := g.r.figures(0), g.r.now
			g.r.gils()
			g.until("two seconds", func() bool { return g.r.now-began > 2*time.Second })
			after := g.r.figures(0)
			waited, on, wait := after.gil-before.gil, after.used.on-before.used.on, after.used.wait-before.used.wait
			locks := g.r.gils()
			t.Logf("in %v: on a core %v, waiting for one %v, for the GIL %v; %+v", g.r.now-began, on, wait, waited, locks)
			if !after.gilKnown || len(locks) != 1 {
				t.Fatalf("known %v; %+v", after.gilKnown, locks)
			}
			if locks[0].Task != 0 || locks[0].Python == "" {
				t.Errorf("seen: %+v", locks[0])
			}
			if py.FreeThreaded {
				if waited != 0 || !locks[0].Free {
					t.Errorf("without a GIL, waited %v for it: %+v", waited, locks[0])
				}
				return
			}
			all := 4 * (g.r.now - began)
			if sum := on + wait + waited; sum < all*8/10 || sum > all*12/10 {
				t.Errorf("four threads that do nothing but compute: %v of %v is told", sum, all)
			}
			if free := all - wait; waited < free*55/100 {
				t.Errorf("of %v in which they did not wait for a core, they waited %v for the GIL", free, waited)
			}
			if l := locks[0]; l.Waiting < 1 || l.Waiting > 3.2 || py.AtLeast("3.13") && (l.Held < 0.8 || l.Handoffs < 1) {
				t.Errorf("seen: %+v", l)
			}
		})
	}
}

func TestProcessesOfOneThreadWaitForNoGIL(t *testing.T) {
	py := whichtest.Few(t, measurable)[0]
	g := newRig(t)
	g.python(0, py, "1")
	g.python(1, py, "1")
	g.until("both to be measured", func() bool {
		return g.r.index[0].gilState == gilMeasured && g.r.index[1].gilState == gilMeasured
	})
	began := g.r.now
	g.until("a second", func() bool { return g.r.now-began > time.Second })
	for task := range 2 {
		if f := g.r.figures(task); !f.gilKnown || f.gil > g.r.now/50 {
			t.Errorf("task %d waited %v, known %v", task, f.gil, f.gilKnown)
		}
	}
	if locks := g.r.gils(); len(locks) != 0 || g.contended() {
		t.Errorf("nobody waits, yet %+v is told", locks)
	}
}

func TestWhatIsNoPythonHasNoGIL(t *testing.T) {
	g := newRig(t)
	g.start(0, "while :; do :; done")
	if f := g.r.figures(0); !f.gilKnown || f.gil != 0 {
		t.Errorf("what may become a Python yet waited %v, known %v", f.gil, f.gilKnown)
	}
	g.until("it to be no Python", func() bool { return !g.r.figures(0).gilKnown })
	p := g.r.locks.procs[g.r.index[0].root]
	if p.measured || p.next-g.r.now > askSeldom {
		t.Errorf("it is looked at again in %v, measured %v", p.next-g.r.now, p.measured)
	}
	if locks := g.r.gils(); len(locks) != 0 {
		t.Errorf("told: %+v", locks)
	}
}

func TestAShellThatBecomesAPythonIsSeen(t *testing.T) {
	py := whichtest.Few(t, measurable)[0]
	g := newRig(t)
	g.start(0, fmt.Sprintf("sleep 0.3; exec %s -c 'while True: pass'", py.Path))
	g.until("it to be a Python", func() bool { return g.r.index[0].gilState == gilMeasured })
}

func TestTheGILOfAPythonThatIsRefusedIsUnknown(t *testing.T) {
	py := whichtest.Few(t, func(p which.Python) error {
		if p.AtLeast("3") {
			return fmt.Errorf("it is new")
		}
		return nil
	})[0]
	g := newRig(t)
	g.python(0, py, "2")
	g.until("it to be refused", func() bool { return !g.r.figures(0).gilKnown })
	locks := g.r.gils()
	if len(locks) != 1 || locks[0].Why == "" || locks[0].Held != -1 || locks[0].Task != 0 {
		t.Errorf("told: %+v", locks)
	}
}

func TestProcessesThatHaveGoneAreForgotten(t *testing.T) {
	py := whichtest.Few(t, measurable)[0]
	g := newRig(t)
	cmd := g.python(0, py, "2")
	g.until("it to be measured", func() bool { return g.r.index[0].gilState == gilMeasured })
	kill(cmd)
	g.until("it to be forgotten", func() bool { return len(g.r.locks.procs) == 0 })
}

// The processor time of a look at a Python of four threads of which one can run, and of one at eight
// processes that are no Python.
func BenchmarkLookAtGILs(b *testing.B) {
	for _, c := range []struct {
		name  string
		start func(g *rig)
	}{
		{"threads", func(g *rig) {
			g.python(0, whichtest.Few(g.t, measurable)[0], "4")
			g.until("all threads", func() bool { return g.r.figures(0).threads == 4 && g.contended() })
		}},
		{"others", func(g *rig) {
			for task := range 8 {
				g.start(task, "while :; do :; done")
			}
			g.until("all to be seen", func() bool { return !g.r.figures(7).gilKnown })
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			g := newRig(b)
			c.start(g)
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			tick := time.NewTicker(reportBusy) // one that follows at once finds caches warm
			defer tick.Stop()
			var cost time.Duration
			for b.Loop() {
				<-tick.C
				began := threadTime()
				g.r.locks.every = 0
				g.r.now += reportBusy
				g.r.locks.look(g.r)
				cost += threadTime() - began
			}
			b.ReportMetric(float64(cost.Microseconds())/float64(b.N), "cpu-µs/op")
		})
	}
}
