//go:build unix

package python

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"parallax/runner"
	"parallax/runner/python/which"
	"parallax/runner/python/which/whichtest"
)

// burns starts a child that is on a core for half a second and has 60 MB.
const burns = `
import subprocess, sys
print('ready', flush=True)
subprocess.run([sys.executable, '-c', "import time; x = b'x' * 60000000\nwhile time.process_time() < 0.5: pass"], check=True)
`

// What a script's processes have used is its own, and no other's.
func TestWhatChildrenUseIsTheScripts(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		its, other := b.script(burns), b.script("import time\ntime.sleep(0.3)\n")
		for name, r := range map[string]*running{"its": its, "other": other} {
			exit := r.wait()
			if exit.Code != 0 || !exit.Usage.Known {
				t.Fatalf("%s: %+v\n%s", name, exit, r.stderrText())
			}
			if got := exit.Usage.CPU(); (name == "its") != (got >= 400*time.Millisecond) || name == "other" && got >= 200*time.Millisecond {
				t.Errorf("%s: %v on a core", name, got)
			}
			if got := exit.Usage.MaxRSS; (name == "its") != (got >= 60<<20) {
				t.Errorf("%s: a peak of %d bytes", name, got)
			}
		}
	})
}

func TestWhatChildrenUseIsTheScriptsInSubinterpretersToo(t *testing.T) {
	for _, p := range whichtest.Few(t, which.Python.Interpreters) {
		t.Run(whichtest.Name(p), func(t *testing.T) {
			b := newBench(t, p)
			b.launcher.opts.Model = runner.Interpreters
			its, other := b.script(burns), b.script("import time\ntime.sleep(0.3)\n")
			if exit := its.wait(); exit.Code != 0 || exit.Usage.CPU() < 400*time.Millisecond {
				t.Errorf("%+v\n%s", exit, its.stderrText())
			}
			if exit := other.wait(); exit.Code != 0 || exit.Usage.CPU() >= 200*time.Millisecond {
				t.Errorf("%+v\n%s", exit, other.stderrText())
			}
		})
	}
}

// waiters wait for a child in each of the ways there are. A child tells its number.
var waiters = map[string]string{
	"run":         "import subprocess\nsubprocess.run(CHILD, shell=True)",
	"captured":    "import subprocess\nsubprocess.run(CHILD, shell=True, stdout=subprocess.PIPE)",
	"timeout":     "import subprocess\nsubprocess.run(CHILD, shell=True, timeout=1000)",
	"system":      "import os\nos.system(CHILD)",
	"popen":       "import os\nos.popen(CHILD).read()",
	"fork":        "import os\npid = os.fork()\nif not pid:\n    os.execv('/bin/sh', ['sh', '-c', CHILD])\nos.waitpid(pid, 0)",
	"any":         "import os\npid = os.fork()\nif not pid:\n    os.execv('/bin/sh', ['sh', '-c', CHILD])\nos.wait()",
	"coroutine":   "import asyncio\nasync def main():\n    p = await asyncio.create_subprocess_shell(CHILD)\n    await p.wait()\nasyncio.run(main())",
	"descendants": "import subprocess\nsubprocess.run(['sh', '-c', 'sh -c \"$0\"; :', CHILD])",
}

// waiting launches such a script, and returns it when its child runs, with the child's number.
func (b *bench) waiting(how string) (*running, int) { return b.waitingAfter("", how) }

// waitingAfter is waiting of a script that begins with some lines.
func (b *bench) waitingAfter(first, how string) (*running, int) {
	b.t.Helper()
	told := filepath.Join(b.dir, fmt.Sprintf("child%d", b.tasks.Add(1)))
	child := fmt.Sprintf("echo $$ > %s.new; mv %s.new %s; while :; do :; done", told, told, told)
	r := b.script(fmt.Sprintf("%sCHILD = %q\n%s\nprint('went on', flush=True)\n", first, child, waiters[how]))
	var pid int
	eventually(b.t, "the child's number", func() bool {
		text, err := os.ReadFile(told)
		if err != nil {
			return false
		}
		pid, err = strconv.Atoi(strings.TrimSpace(string(text)))
		return err == nil
	}, r.stderrText)
	return r, pid
}

func waits(t *testing.T, test func(t *testing.T, how string)) {
	t.Helper()
	for how := range waiters {
		t.Run(how, func(t *testing.T) { test(t, how) })
	}
}

// stateOf is what the system calls the state of a process: "T" if it is held, "" if there is none.
func stateOf(pid int) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	return rest[:1]
}

func onLinux(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("looks at processes by /proc, which is of Linux")
	}
}

func TestAPauseHoldsWhatAScriptWaitsFor(t *testing.T) {
	onLinux(t)
	each(t, func(t *testing.T, p which.Python) {
		if !p.PausesThreads() {
			t.Skip("this Python holds no thread")
		}
		b := newBench(t, p)
		waits(t, func(t *testing.T, how string) {
			r, pid := b.within(t).waiting(how)
			if err := r.Pause(); err != nil {
				t.Fatal(err)
			}
			r.held()
			eventually(t, "the child is held", func() bool { return stateOf(pid) == "T" }, func() string { return stateOf(pid) })
			if err := r.Resume(); err != nil {
				t.Fatal(err)
			}
			eventually(t, "the child goes on", func() bool { return stateOf(pid) == "R" }, func() string { return stateOf(pid) })
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			if exit := r.wait(); exit.Code != 0 || r.stdout() != "went on\n" {
				t.Errorf("%+v\n%s%s", exit, r.stdout(), r.stderrText())
			}
		})
	})
}

// A child runs, and may have children, before the thread that makes it can say so: here that thread is kept
// from it until the script is to be held.
func TestAPauseHoldsWhatIsJustBeingStarted(t *testing.T) {
	onLinux(t)
	const late = `
exec("""
from _parallax import children, local
slot, quick = local.current.slot, children.own_peak
def slow():
    while not slot.stopped:
        local.real_sleep(0.01)
    return quick()
children.own_peak = slow
""", {"__name__": "not the script's own, which would be held"})
`
	each(t, func(t *testing.T, p which.Python) {
		if !p.PausesThreads() {
			t.Skip("this Python holds no thread")
		}
		for _, how := range []string{"captured", "descendants"} {
			t.Run(how, func(t *testing.T) {
				r, pid := newBench(t, p).waitingAfter(late, how)
				if err := r.Pause(); err != nil {
					t.Fatal(err)
				}
				r.held()
				eventually(t, "the child is held", func() bool { return stateOf(pid) == "T" }, func() string { return stateOf(pid) })
				r.stop(runner.Kill)
				r.wait()
				eventually(t, "the child is gone", func() bool { return stateOf(pid) == "" || stateOf(pid) == "Z" }, func() string { return stateOf(pid) })
			})
		}
	})
}

func TestACancelEndsWhatAScriptWaitsFor(t *testing.T) {
	onLinux(t)
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		waits(t, func(t *testing.T, how string) {
			if how == "coroutine" && !p.AtLeast("3.11") {
				t.Skip("before 3.11 nothing reaches asyncio while it waits in C code")
			}
			r, pid := b.within(t).waiting(how)
			if err := r.Stop(runner.Ask); err != nil {
				t.Fatal(err)
			}
			if exit := r.wait(); exit.Code != 130 || r.stdout() != "" || strings.HasSuffix(exit.Note, "itself") {
				t.Errorf("%+v\n%s%s", exit, r.stdout(), r.stderrText())
			}
			// One whose parent has ended is parallax's to reap, which may be later.
			eventually(t, "the child is gone", func() bool { return stateOf(pid) == "" || stateOf(pid) == "Z" }, func() string { return stateOf(pid) })
		})
	})
}

// A child that ignores being asked is killed with its script, which no Python can end while it is in C code.
func TestAKillEndsWhatAScriptWaitsFor(t *testing.T) {
	onLinux(t)
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		r := b.script(`
import subprocess, sys
try:
    subprocess.run(["sh", "-c", "trap '' TERM; (trap '' TERM; echo $$; while :; do sleep 1; done); :"], stdout=subprocess.PIPE, start_new_session=True)
finally:
    print('over', flush=True)
`)
		_ = r.Stop(runner.Ask)
		_ = r.Stop(runner.Kill)
		if exit := r.wait(); exit.Signal != "" || exit.Lost || exit.Code == 0 {
			t.Errorf("%+v\n%s", exit, r.stderrText())
		}
	})
}

var behind = regexp.MustCompile(`^left 1 process behind: sleep \(pid [0-9]+\), ended (with SIGTERM|by itself)$`)

func TestWhatAScriptLeavesBehindIsNamedAndEnded(t *testing.T) {
	onLinux(t)
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		for name, text := range map[string]string{
			"child":  "import subprocess\nsubprocess.Popen(['sleep', '1000'])",
			"orphan": "import os\nos.system('sleep 1000 &')",
		} {
			t.Run(name, func(t *testing.T) {
				b := b.within(t)
				script := b.write(name+".py", text)
				r := b.launch(runner.Job{Script: script, Limits: runner.Limits{Grace: 200 * time.Millisecond}})
				exit := r.wait()
				if exit.Code != 0 || !behind.MatchString(exit.Note) {
					t.Errorf("%+v\n%s", exit, r.stderrText())
				}
				if exit.Usage.Known != (name == "child") {
					t.Errorf("%+v", exit.Usage)
				}
			})
		}
	})
}

func TestADaemonOfAScriptIsNamedAndLeftAlone(t *testing.T) {
	onLinux(t)
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		r := b.script("import subprocess\nprint(subprocess.Popen(['sleep', '1000'], start_new_session=True).pid)")
		exit := r.wait()
		pid := strings.TrimSpace(r.stdout())
		number, err := strconv.Atoi(pid)
		if err != nil {
			t.Fatal(err)
		}
		if want := "left a daemon running: sleep (pid " + pid + ")"; exit.Code != 0 || exit.Note != want {
			t.Errorf("%+v", exit)
		}
		if err := syscall.Kill(number, syscall.SIGKILL); err != nil {
			t.Errorf("it is gone: %v", err)
		}
	})
}

// What it has open keeps the interpreter a while in its end, in which its connection has ended before it
// has, and the daemon is still its child.
func TestADaemonOutlivesItsInterpreter(t *testing.T) {
	onLinux(t)
	for range 5 {
		b := newBench(t, newest(t, "3.8"))
		r := b.script(`
import os, resource, subprocess
print(subprocess.Popen(['sleep', '1000'], start_new_session=True).pid)
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 100000), hard))
try:
    for _ in range(20000):
        os.pipe()
except OSError:
    pass
`)
		if exit := r.wait(); exit.Code != 0 {
			t.Fatalf("%+v\n%s", exit, r.stderrText())
		}
		if err := b.launcher.Close(); err != nil {
			t.Error(err)
		}
		pid, err := strconv.Atoi(strings.TrimSpace(r.stdout()))
		if err != nil {
			t.Fatal(err)
		}
		if state := stateOf(pid); state != "S" && state != "R" && state != "D" {
			t.Errorf("the daemon is %q", state)
		}
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

func TestProcessesOfMultiprocessingAreWaitedForAtTheEnd(t *testing.T) {
	onLinux(t)
	for _, p := range whichtest.Few(t, which.Python.Threads) {
		t.Run(whichtest.Name(p), func(t *testing.T) {
			b := newBench(t, p)
			for _, how := range []string{"spawn", "forkserver"} {
				text := fmt.Sprintf(`
import multiprocessing, time
def work():
    while time.process_time() < 0.4: pass
    print('worked', flush=True)
if __name__ == '__main__':
    m = multiprocessing.get_context(%q)
    m.Process(target=work).start()
    print('started', flush=True)
`, how)
				r := b.script(text)
				exit := r.wait()
				if exit.Code != 0 || exit.Note != "" || r.stdout() != "started\nworked\n" || exit.Usage.CPU() < 400*time.Millisecond {
					t.Errorf("%s: %+v\n%s%s", how, exit, r.stdout(), r.stderrText())
				}
			}
		})
	}
}

func TestAScriptForWhichNoDescriptorIsLeftIsToldSo(t *testing.T) {
	onLinux(t)
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		full := b.script(`
import os, resource, time
resource.setrlimit(resource.RLIMIT_NOFILE, (260, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
fds = []
try:
    while True:
        fds.append(os.open(os.devnull, os.O_RDONLY))
except OSError:
    print('full', flush=True)
time.sleep(1000)
`)
		full.says("full")
		_, err := b.tryLaunch(runner.Job{Script: b.write("next.py", "print('here')")})
		if err == nil || !strings.HasPrefix(err.Error(), "start: too many open files in the interpreter: raise its limit (ulimit -n, now 260)") {
			t.Errorf("%v", err)
		}
		if full.over() {
			t.Errorf("%+v", full.Wait())
		}
		_ = full.Stop(runner.Kill)
		full.wait()
	})
}
