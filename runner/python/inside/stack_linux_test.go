package inside

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestStacksOfScriptsInAnyState(t *testing.T) {
	for name, c := range map[string]struct {
		source string
		want   []string
	}{
		"busy": {`
def work():
    while True:
        pass
print("up")
work()`, []string{"  File \"x.py\", line 6, in <module>\n    work()\n  File \"x.py\", line ", "in work\n"}},
		"asleep": {`
import time
def nap():
    time.sleep(600)
print("up")
nap()`, []string{"line 6, in <module>\n    nap()\n  File \"x.py\", line 4, in nap\n    time.sleep(600)\n"}},
		"at a lock": {`
import threading
lock = threading.Lock()
lock.acquire()
print("up")
lock.acquire()`, []string{"line 6, in <module>\n    lock.acquire()\n"}},
		"in C code": {`
import hashlib
big = b"x" * (64 << 20)
def digest():
    while True: hashlib.sha256(big).digest()
print("up")
digest()`, []string{"in <module>\n    digest()\n  File \"x.py\", line 5, in digest\n    while True: hashlib"}},
		"in C code that keeps the GIL": {`
def count():
    sum(range(10**15))
print("up")
count()`, []string{"in <module>\n    count()\n  File \"x.py\", line 3, in count\n    sum(range(10**15))\n"}},
		"threads": {`
import threading, time
def nap(): time.sleep(600)
def busy():
    while True: pass
for f in nap, busy:
    threading.Thread(target=f, daemon=True).start()
print("up")
threading.Event().wait()`, []string{"main thread\n  File \"x.py\", line 9, in <module>\n", "in nap\n", "in busy\n", "\nthread "}},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, python string) {
				s := start(t, python, c.source, nil, "-u")
				s.says("up")
				text := s.shows(c.want...)
				if strings.Contains(text, "most recent") || strings.Contains(text, "0x") {
					t.Errorf("as Python writes it:\n%s", text)
				}
			}, old)
		})
	}
}

func TestBeingAskedChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, python string) {
		s := start(t, python, `
import time
print("up")
began = time.time()
time.sleep(1.5)
print("slept" if time.time() - began >= 1.49 else "woken")
n = 0
for i in range(300000):
    n += i
print(n)`, nil, "-u")
		s.says("up")
		// No faster than somebody at a keyboard: see the package comment.
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		asked := 0
		for ; !strings.Contains(s.out.String(), "\n4") && asked < 15; <-tick.C {
			if _, err := s.stack(); err != nil {
				break // it has come to its end
			}
			asked++
		}
		if asked == 0 {
			t.Error("it was not asked once")
		}
		if got := s.ends(); got != "up\nslept\n44999850000\n" {
			t.Errorf("printed %q", got)
		}
	}, old)
}

func TestAPausedScriptSaysSo(t *testing.T) {
	each(t, func(t *testing.T, python string) {
		s := start(t, python, "print('up')\nwhile True: pass", nil, "-u")
		s.says("up")
		s.shows("line 2")
		if err := s.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		s.waits("the stop", func() bool {
			st, err := readStatus(s.cmd.Process.Pid, s.cmd.Process.Pid)
			return err == nil && st.state == 'T'
		})
		if _, err := s.stack(); !errors.Is(err, errStopped) {
			t.Errorf("stack: %v", err)
		}
		if err := s.cmd.Process.Signal(syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
		s.waits("the stack", func() bool { text, err := s.stack(); return err == nil && strings.Contains(text, "line 2") })
	}, old)
}

func TestForkedChildrenAnswerToo(t *testing.T) {
	each(t, func(t *testing.T, python string) {
		s := start(t, python, `
import os, time
def child():
    time.sleep(600)
pid = os.fork()
if pid == 0:
    child()
print("child %d" % pid)
try:
    os.waitpid(pid, 0)
finally:
    print("waited")`, nil, "-u")
		pid, err := strconv.Atoi(s.says("child "))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = syscall.Kill(pid, syscall.SIGKILL) })
		s.shows("os.waitpid(pid, 0)")
		s.waits("the child's stack", func() bool {
			text, err := s.eye.Stack(pid, s.file)
			return err == nil && strings.Contains(text, "in child\n    time.sleep(600)\n")
		})
	}, old)
}

func TestNoTextEverGetsIntoAFileOfTheScript(t *testing.T) {
	each(t, func(t *testing.T, python string) {
		s := start(t, python, `
import os, time
for n in range(3, 400):
    try: os.close(n)
    except OSError: pass
own = os.open("own", os.O_WRONLY | os.O_CREAT)
for n in range(3, 300):
    os.dup2(own, n)
assert all(os.path.sameopenfile(own, n) for n in range(3, 300))
print("up")
time.sleep(600)`, nil, "-u")
		s.says("up")
		if _, err := s.stack(); !errors.Is(err, errOwnFiles) {
			t.Errorf("stack: %v", err)
		}
		if data, err := os.ReadFile(filepath.Join(s.dir, "own")); err != nil || len(data) > 0 {
			t.Errorf("the script's file has %q, %v", data, err)
		}
	}, old)
}

func TestAnotherProgramIsNotAsked(t *testing.T) {
	each(t, func(t *testing.T, python string) {
		s := start(t, python, `
import os
os.execvp("sleep", ["sleep", "600"])`, nil)
		s.waits("sleep", func() bool {
			data, err := os.ReadFile("/proc/" + strconv.Itoa(s.cmd.Process.Pid) + "/comm")
			return err == nil && string(data) == "sleep\n"
		})
		if _, err := s.stack(); !errors.Is(err, ErrOther) {
			t.Errorf("stack: %v", err)
		}
		if err := unix.Tgkill(s.cmd.Process.Pid, s.cmd.Process.Pid, unix.SIGURG); err != nil { // had it come too late
			t.Fatal(err)
		}
		if err := s.cmd.Process.Signal(syscall.Signal(0)); err != nil {
			t.Errorf("the signal ended it: %v", err)
		}
	})
}

func TestAScriptThatTakesTheSignalForItself(t *testing.T) {
	each(t, func(t *testing.T, python string) {
		s := start(t, python, `
import signal, time
signal.signal(signal.SIGURG, lambda *_: None)
print("up")
while True: time.sleep(0.01)`, nil, "-u")
		s.says("up")
		if _, err := s.stack(); err == nil || !strings.Contains(err.Error(), "handles SIGURG itself") {
			t.Errorf("stack: %v", err)
		}
	}, old)
}

func TestThreadsThatWaitForSignalsAreNotAsked(t *testing.T) {
	each(t, func(t *testing.T, python string) {
		s := start(t, python, `
import signal
every = set(range(1, 32)) - {signal.SIGKILL, signal.SIGSTOP}
signal.pthread_sigmask(signal.SIG_BLOCK, every)
print("up")
print("got", signal.sigwait(every))`, nil, "-u")
		s.says("up")
		s.waits("sigwait", func() bool { return awaitsSignal(s.cmd.Process.Pid, s.cmd.Process.Pid) })
		if _, err := s.stack(); err == nil || !strings.Contains(err.Error(), "block SIGURG") {
			t.Errorf("stack: %v", err)
		}
		if strings.Contains(s.out.String(), "got") {
			t.Error("the script got our signal")
		}
	}, old)
}

// look is a script that prints all of it that this package could change.
const look = `
import os, sys
for key in sorted(os.environ):
    if "PYTHON" in key or "INSIDE" in key: print(key + "=" + os.environ[key])
print(sys.path, sorted(p for p in sys.path_importer_cache if p))
print("sitecustomize" in sys.modules and sys.modules["sitecustomize"].__file__)
print(sys.flags, sys.argv, sorted(n for n in sys.modules if n != "faulthandler"))
os.system("env | grep -e INSIDE -e PYTHONPATH")
for fd in range(3, 200):
    try: os.fstat(fd); print("descriptor %d is open" % fd)
    except OSError: pass
sys.stdout.flush()
`

func TestAScriptSeesNothingOfIt(t *testing.T) {
	for name, env := range map[string][]string{
		"unset": nil, "empty": {"PYTHONPATH="}, "set": {"PYTHONPATH=/own/a:/own/b"}, "odd": {"PYTHONPATH=/own/a:"},
		"no bytecode": {"PYTHONDONTWRITEBYTECODE=1"},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, python string) {
				plain := startWith(t, asEver, python, look, env)
				s := start(t, python, look, env)
				if (s.file == nil) != (name == "empty") {
					t.Fatalf("prepared: %v", s.file != nil)
				}
				if got, want := strings.ReplaceAll(s.ends(), s.dir, "."), strings.ReplaceAll(plain.ends(), plain.dir, "."); got != want {
					t.Errorf("with it\n%swithout\n%s", got, want)
				}
			})
		})
	}
}

func TestAPythonThatTakesNoNoticeIsLeftAlone(t *testing.T) {
	each(t, func(t *testing.T, python string) {
		for _, option := range []string{"-E", "-S"} { // -I is not known to Python 2
			plain := startWith(t, asEver, python, look, []string{"PYTHONPATH=/own"}, option)
			s := start(t, python, look, []string{"PYTHONPATH=/own"}, option)
			if s.file != nil {
				t.Errorf("%s: prepared", option)
			}
			if got, want := strings.ReplaceAll(s.ends(), s.dir, "."), strings.ReplaceAll(plain.ends(), plain.dir, "."); got != want {
				t.Errorf("%s: with it\n%swithout\n%s", option, got, want)
			}
		}
	})
}

func TestTheUsersOwnSitecustomizeRuns(t *testing.T) {
	each(t, func(t *testing.T, python string) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "sitecustomize.py"), []byte("import sys\nsys.own = 'mine'\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		s := start(t, python, "import sys, sitecustomize\nprint(sys.own, sitecustomize.__file__)", []string{"PYTHONPATH=" + dir})
		if got := s.ends(); !strings.Contains(got, "mine") || !strings.Contains(got, dir) {
			t.Errorf("printed %q", got)
		}
	})
}

func TestABadSitecustomizeOfTheUsersFailsAsEver(t *testing.T) {
	each(t, func(t *testing.T, python string) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "sitecustomize.py"), []byte("1/0\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		s := start(t, python, "print('on')", []string{"PYTHONPATH=" + dir})
		if got := s.ends(); !strings.Contains(got, "ZeroDivisionError") && !strings.Contains(got, "import sitecustomize' failed") || !strings.HasSuffix(got, "on\n") {
			t.Errorf("printed %q", got)
		}
	})
}

func TestADescriptorThatIsAnothersIsLeftAlone(t *testing.T) {
	each(t, func(t *testing.T, python string) {
		dir := t.TempDir()
		other, err := os.Create(filepath.Join(dir, "other"))
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		env, file, err := eye(t).Prepare([]string{python, "x.py"}, os.Environ(), 3)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		cmd := exec.Command(python, "-c", "import os; os.write(3, b'mine'); print('PARALLAX_INSIDE' in os.environ)")
		cmd.Env, cmd.ExtraFiles = env, []*os.File{other} // as if somebody between had opened another
		out, err := cmd.CombinedOutput()
		if err != nil || string(out) != "False\n" {
			t.Errorf("%v: %s", err, out)
		}
		if data, err := os.ReadFile(other.Name()); err != nil || string(data) != "mine" {
			t.Errorf("the file has %q, %v", data, err)
		}
	})
}

func TestManySilentThreadsShareOneDeadline(t *testing.T) {
	each(t, func(t *testing.T, python string) {
		s := start(t, python, `
import signal, threading, time
signal.signal(signal.SIGURG, lambda *_: None)
for _ in range(25):
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
print("up")
while True: time.sleep(0.05)`, nil, "-u")
		s.says("up")
		file, err := os.Create(filepath.Join(t.TempDir(), "answers"))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		began := time.Now()
		p := process{pid: s.cmd.Process.Pid, file: file, until: began.Add(time.Second / 2)}
		got := render(p.askEach(p.pid, []thread{{name: "main thread"}}), p.line)
		if took := time.Since(began); took > 10*time.Second { // each of them is waited for a second
			t.Errorf("it took %v", took)
		}
		if got != "main thread\n25 more threads\n  they did not answer\n" {
			t.Errorf("the stack is\n%s", got)
		}
	}, old, "3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.13") // what asks is the same for all
}
