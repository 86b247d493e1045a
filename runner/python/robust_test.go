//go:build unix

package python

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"parallax/runner"
	"parallax/runner/python/which"
)

// long is a function that is never called and takes so many lines: it is what makes compiling last.
func long(lines int) string {
	var text strings.Builder
	text.WriteString("def unused():\n")
	for i := range lines {
		fmt.Fprintf(&text, "    x%d = [%d, 'a', (%d, y, z)]\n", i, i, i)
	}
	return text.String()
}

// endless says that it is there, and then counts on for ever.
const endless = "print('ready', flush=True)\nn = 0\nwhile True:\n    n += 1\n    if n % 1000 == 0:\n        print(n, flush=True)\n"

// heldStill pauses a script, and fails the test if it goes on when it is said to be held.
func (r *running) heldStill() {
	r.b.t.Helper()
	if err := r.Pause(); err != nil {
		r.b.t.Fatal(err)
	}
	r.held()
	before := r.stdout()
	if _, err := r.Stack(); err != nil { // time for a line, were it not held
		r.b.t.Error(err)
	}
	if after := r.stdout(); after != before {
		r.b.t.Errorf("a held script printed %q", after[len(before):])
	}
}

func TestAPauseBeforeTheFirstLineHolds(t *testing.T) {
	holding(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		r := b.script(long(30000) + endless)
		r.heldStill()
		if err := r.Resume(); err != nil {
			t.Fatal(err)
		}
		r.says("\n2000\n")
		r.stop(runner.Ask)
		if exit := r.wait(); exit.Code != 130 {
			t.Errorf("%+v\n%s", exit, r.stderrText())
		}
	})
}

func TestAPauseBeforeTheFirstLineOfAModuleHolds(t *testing.T) {
	holding(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		b.write("beside.py", long(30000)+endless)
		r := b.script("print('loading', flush=True)\nimport beside")
		r.says("loading")
		r.heldStill()
		if err := r.Resume(); err != nil {
			t.Fatal(err)
		}
		r.says("\n2000\n")
		r.stop(runner.Ask)
		if exit := r.wait(); exit.Code != 130 || strings.Contains(r.stderrText(), "<parallax") {
			t.Errorf("%+v\n%s", exit, r.stderrText())
		}
	})
}

func TestAskedToEndBeforeItsFirstLineAScriptEnds(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		for how, want := range map[runner.Stop]int{runner.Ask: 130, runner.Kill: 137} {
			if how == runner.Kill && !p.AtLeast("3.12") {
				continue
			}
			r := b.script(long(5000) + "n = 0\nwhile True:\n    n += 1")
			r.stop(how)
			if exit := r.wait(); exit.Code != want {
				t.Errorf("%+v\n%s", exit, r.stderrText())
			}
		}
	})
}

// noMoreThreads makes the interpreter unable to start any, as one whose memory is used up.
const noMoreThreads = "import threading\nthreading.stack_size(1 << 47)\n"

func TestAScriptEndsThoughNoThreadCanBeStarted(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		r := b.script("import threading, time\nthreading.Thread(target=time.sleep, args=(1000,), daemon=True).start()\n" + noMoreThreads + "print('end')")
		if exit := r.wait(); exit.Code != 0 || exit.Note != "" || r.stdout() != "end\n" {
			t.Errorf("%+v %q\n%s", exit, r.stdout(), r.stderrText())
		}
	})
}

func TestAScriptIsAskedToEndThoughNoThreadCanBeStarted(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		for _, waits := range []string{"while True:\n    pass", "import time\ntime.sleep(1000)"} {
			r := b.script("import threading\n" + noMoreThreads + "print('ready', flush=True)\n" + waits)
			r.says("ready")
			r.stop(runner.Ask)
			if exit := r.wait(); exit.Code != 130 {
				t.Errorf("%+v\n%s", exit, r.stderrText())
			}
			threadsAgain(b, r)
		}
	})
}

// threadsAgain is nothing where a script could start: it ends the interpreter, so that the next has another.
func threadsAgain(b *bench, r *running) {
	b.t.Helper()
	if err := r.host.kill("for the next"); err != nil {
		b.t.Fatal(err)
	}
	<-r.host.dead
}

func TestTheEndOfAScriptIsToldThoughItCannotBeClearedUp(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		r := b.script(`
import sys
class Out:
    def write(self, text): pass
    def flush(self): raise GeneratorExit
def hook(*args): raise GeneratorExit
sys.stdout, sys.excepthook = Out(), hook
`)
		if exit := r.wait(); exit.Note != "could not clear up its output: GeneratorExit" {
			t.Errorf("%+v\n%s", exit, r.stderrText())
		}
		if r := b.script("print('next')"); r.wait().Code != 0 || r.stdout() != "next\n" {
			t.Error("the interpreter is of no more use")
		}
	})
}

func TestAScriptThatClosesWhatItsForkServerHearsByEnds(t *testing.T) {
	onLinux(t)
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		r := b.script(`
import multiprocessing, os
if __name__ == '__main__':
    multiprocessing.set_start_method('forkserver')
    p = multiprocessing.Process(target=int)
    p.start()
    p.join()
    for fd in range(3, 100):
        try:
            os.close(fd)
        except OSError:
            pass
    print('end', flush=True)
`)
		if exit := r.wait(); exit.Code != 0 || exit.Note != "" || r.stdout() != "end\n" {
			t.Errorf("%+v %q\n%s", exit, r.stdout(), r.stderrText())
		}
	})
}

func TestAFinalizerDoesNotSwallowTheWishThatItsScriptEnds(t *testing.T) {
	b := newBench(t, newest(t, "3.12"))
	for name, busy := range map[string]string{
		"busy":    "while time.monotonic() < until: n += 1",
		"asleep":  "time.sleep(1.5)",
		"waiting": "subprocess.call(['sleep', '1.5'])",
	} {
		t.Run(name, func(t *testing.T) {
			b := b.within(t)
			r := b.script(`
import subprocess, sys, time
class Slow:
    def __del__(self):
        print('ready', flush=True)
        n, until = 0, time.monotonic() + 1.5
        ` + busy + `
        print('through', flush=True)
while True:
    Slow()
`)
			r.says("ready")
			r.stop(runner.Ask)
			if exit := r.wait(); exit.Code != 130 || !strings.HasSuffix(r.stdout(), "through\n") || strings.Contains(r.stderrText(), "ignored") {
				t.Errorf("%+v %q\n%s", exit, r.stdout(), r.stderrText())
			}
		})
	}
}

// What is thrown into a finalizer all the same, because it never returns or because this Python has no other
// way, ends the script when the finalizer is left.
func TestAFinalizerThatNeverReturnsIsInterrupted(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		r := b.script("import time\nclass Endless:\n    def __del__(self):\n        print('ready', flush=True)\n        while True: pass\nEndless()\nwhile True: time.sleep(0.01)")
		r.says("ready")
		r.stop(runner.Ask)
		if exit := r.wait(); exit.Code != 130 || r.stdout() != "ready\n" || strings.Contains(r.stderrText(), "ignored") {
			t.Errorf("%+v %q\n%s", exit, r.stdout(), r.stderrText())
		}
	})
}

func TestAScriptIsHeldWhateverItsThreadsAreCalled(t *testing.T) {
	onLinux(t)
	holding(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		r := b.script(`
import ctypes, select, threading
def waits():
    ctypes.CDLL(None).prctl(15, b'\xff\xfe\xe4', 0, 0, 0)
    print('ready', flush=True)
    select.select([], [], [], 1000)
threading.Thread(target=waits, daemon=True).start()
n = 0
while True:
    n += 1
`)
		r.says("ready")
		r.heldStill()
		r.stop(runner.Ask)
		if exit := r.wait(); exit.Code != 130 {
			t.Errorf("%+v\n%s", exit, r.stderrText())
		}
	})
}

// descriptors counts those that an interpreter has open.
func descriptors(t *testing.T, pid int) int {
	t.Helper()
	all, err := os.ReadDir(filepath.Join("/proc", strconv.Itoa(pid), "fd"))
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// startsRefused starts a job again and again that cannot begin, and looks whether that leaves anything
// in the interpreter, in which another script lives.
func startsRefused(t *testing.T, b *bench, other *running, job runner.Job, why string) {
	t.Helper()
	pid := other.host.id.PID
	before := descriptors(t, pid)
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for range 8 {
		_, err := b.launcher.Launch(ctx, runner.Spec{
			Run: "r", Task: int(b.tasks.Add(1)), Try: 1, Job: job, Stdout: null, Stderr: null, Progress: null,
		})
		if err == nil || !strings.Contains(err.Error(), why) {
			t.Fatalf("%v", err)
		}
	}
	eventually(t, "all is closed", func() bool { return descriptors(t, pid) == before }, func() string {
		return fmt.Sprint(before, " descriptors before, ", descriptors(t, pid), " after")
	})
}

func TestAStartThatIsRefusedLeavesNothing(t *testing.T) {
	onLinux(t)
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		other := b.script("import sys\nprint('ready', flush=True)\nwhile True: pass")
		other.says("ready")
		startsRefused(t, b, other, runner.Job{Script: b.write("next.py", "print('here')"), Dir: filepath.Join(b.dir, "gone")}, "gone")
		other.stop(runner.Ask)
		other.wait()
	})
}

func TestAStartForWhichThereIsNoThreadLeavesNothing(t *testing.T) {
	onLinux(t)
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		other := b.script("import os, sys, time\n"+noMoreThreads+"print('ready', flush=True)\nwhile not os.path.exists(sys.argv[1]): time.sleep(0.01)\nthreading.stack_size(0)\nprint('again', flush=True)\nwhile True: pass", filepath.Join(b.dir, "go"))
		other.says("ready")
		job := runner.Job{Script: b.write("next.py", "print('here')")}
		startsRefused(t, b, other, job, "can't start new thread")
		b.write("go", "")
		other.says("again")
		if r := b.launch(job); r.wait().Code != 0 || r.stdout() != "here\n" || r.host != other.host {
			t.Errorf("%q\n%s", r.stdout(), r.stderrText())
		}
		other.stop(runner.Ask)
		other.wait()
	})
}

func TestThreadsComeAndGoInAScriptThatIsPausedOften(t *testing.T) {
	holding(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		r := b.script("import threading\nn = 0\ndef one():\n    global n\n    n += 1\nfor _ in range(1500):\n    t = threading.Thread(target=one)\n    t.start()\n    t.join()\nprint(n)")
		t.Log(r.pausedOften(), "pauses")
		if exit := r.wait(); exit.Code != 0 || r.stdout() != "1500\n" {
			t.Errorf("%+v %q\n%s", exit, r.stdout(), r.stderrText())
		}
	})
}
