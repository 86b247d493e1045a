//go:build unix

package python

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"parallax/runner"
	"parallax/runner/python/which"
)

func TestFourScriptsAtOnceKeepTheirOutputArgumentsFolderAndEnvironmentApart(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		script := b.write("same.py", `
import os, sys, threading, random
random.seed(int(sys.argv[1]))
os.umask(int(sys.argv[1]))
os.environ["MINE"] = sys.argv[1]
def speak():
    for i in range(500):
        assert os.environ["MINE"] == sys.argv[1] and os.path.basename(os.getcwd()) == "d" + sys.argv[1]
        assert os.environ["GIVEN"] == sys.argv[1]
        print(sys.argv[1], i)
t = threading.Thread(target=speak)
t.start()
t.join()
speak()
print(random.random())
sys.exit(int(sys.argv[1]))
`)
		var all []*running
		for i := range 4 {
			n := fmt.Sprint(i)
			dir := filepath.Join(b.dir, "d"+n)
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			all = append(all, b.launch(runner.Job{Script: script, Args: []string{n}, Dir: dir, Env: map[string]string{"GIVEN": n}}))
		}
		randoms := map[string]bool{}
		for i, r := range all {
			exit := r.wait()
			lines := strings.Split(strings.TrimSpace(r.stdout()), "\n")
			if exit.Code != i || len(lines) != 1001 {
				t.Fatalf("%+v, %d lines\n%s", exit, len(lines), r.stderrText())
			}
			for j, line := range lines[:1000] {
				if line != fmt.Sprintf("%d %d", i, j%500) {
					t.Fatalf("line %d of script %d is %q", j, i, line)
				}
			}
			randoms[lines[1000]] = true
			if id := r.Identity(); id.PID != r.host.id.PID || id.TID == 0 || id.TID == id.PID || id.Tree || !strings.Contains(id.Label, "tid") {
				t.Errorf("%+v", id)
			}
			if !exit.Usage.Known || exit.Usage.CPU() <= 0 {
				t.Errorf("%+v", exit.Usage)
			}
		}
		if len(randoms) != 4 {
			t.Errorf("seeds ran together: %v", randoms)
		}
	})
}

func TestFourScriptsFloodTheirLogs(t *testing.T) {
	b := newBench(t, newest(t, "3.8"))
	const lines = 25000
	var all []*running
	for range 4 {
		all = append(all, b.script(fmt.Sprintf("for i in range(%d):\n    print('line', i, 'with some text that is not short', '\\0')", lines)))
	}
	for _, r := range all {
		if exit := r.wait(); exit.Code != 0 {
			t.Fatalf("%+v", exit)
		}
		got := strings.Split(r.stdout(), "\n")
		if len(got) != lines+1 {
			t.Fatalf("%d lines, last %q", len(got), got[len(got)-1])
		}
		for i, line := range got[:lines] {
			if line != fmt.Sprintf("line %d with some text that is not short \x00", i) {
				t.Fatalf("line %d is %q", i, line)
			}
		}
	}
}

func TestAClosedDescriptorIsTheScriptsOwn(t *testing.T) {
	b := newBench(t, newest(t, "3.8"))
	other := b.script("import time\nprint('ready')\ntime.sleep(0.3)\nprint('still here')")
	other.says("ready")
	for _, text := range []string{
		"import os\nprint('x')\nos.close(1)\nprint('gone')",
		"import os, sys\nprint('x')\nos.close(sys.stdout.fileno())\nprint('gone')",
		"import os\nprint('x')\nos.closerange(3, 150)\nos.close(1)\nprint('gone')",
	} {
		r := b.script(text)
		if exit := r.wait(); exit.Code != 120 || !strings.Contains(r.stderrText(), "Bad file descriptor") || r.stdout() != "x\n" {
			t.Errorf("%+v %s", exit, r.stderrText())
		}
	}
	if exit := other.wait(); exit.Code != 0 || other.stdout() != "ready\nstill here\n" {
		t.Errorf("%+v %q", exit, other.stdout())
	}
}

func TestADeadInterpreterFailsEachOfItsScriptsWithTheReason(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		for _, c := range []struct {
			text   string // what the culprit does
			kill   bool   // or it is killed from outside
			reason string // of the culprit's end
			other  string // of its neighbour's
			log    string // what the culprit's log holds
		}{
			{
				text:   "import ctypes\ndef deep():\n    ctypes.string_at(0)\ndeep()",
				reason: "the interpreter ended by SIGSEGV: segmentation fault in this script",
				other:  `lost with the interpreter, which ended by SIGSEGV in "culprit"`,
				log:    "in deep",
			},
			{
				text:   "import os, threading\nt = threading.Thread(target=os.abort)\nt.start()\nt.join()",
				reason: "the interpreter ended by SIGABRT: aborted in this script",
				other:  `lost with the interpreter, which ended by SIGABRT in "culprit"`,
				log:    "threading.py",
			},
			{
				text:   "import ctypes\nctypes.CDLL(None)._exit(5)",
				reason: "lost with the interpreter: the interpreter ended with exit status 5",
				other:  "lost with the interpreter: the interpreter ended with exit status 5",
			},
			{
				text: "import time\ntime.sleep(1000)", kill: true,
				reason: "lost with the interpreter: the interpreter lost its connection or ended by SIGKILL (killed by someone, or out of memory)",
				other:  "lost with the interpreter: the interpreter lost its connection or ended by SIGKILL (killed by someone, or out of memory)",
			},
		} {
			other := b.script("import time\nprint('ready')\ntime.sleep(1000)")
			other.says("ready")
			culprit := b.launch(runner.Job{Name: "culprit", Script: b.write("culprit.py", c.text)})
			if c.kill {
				if err := syscall.Kill(culprit.host.id.PID, syscall.SIGKILL); err != nil {
					t.Fatal(err)
				}
			}
			if exit := culprit.wait(); exit.Reason != c.reason {
				t.Errorf("%+v\n%s", exit, culprit.host.printed(0))
			}
			if exit := other.wait(); exit.Reason != c.other || exit.Code != -1 {
				t.Errorf("%+v", exit)
			}
			if got := culprit.stderrText(); !strings.Contains(got, c.log) || strings.Contains(got, "<parallax") {
				t.Errorf("log:\n%s", got)
			}
			if err := other.Stop(runner.Kill); err != nil {
				t.Error(err)
			}
			if _, err := other.Stack(); err == nil {
				t.Error("a stack of a dead script")
			}
		}
	})
}

func TestTheInterpreterEndsWithParallax(t *testing.T) {
	b := newBench(t, newest(t, "3.8"))
	script := b.write("s.py", "import time, subprocess\np = subprocess.Popen(['sleep', '1000'])\nprint('child', p.pid, flush=True)\ntime.sleep(1000)")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), helperVar+"="+script)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var child, pid int
	for said := bufio.NewScanner(out); (child == 0 || pid == 0) && said.Scan(); {
		if _, err := fmt.Sscanf(said.Text(), "child %d", &child); err != nil {
			fmt.Sscan(said.Text(), &pid)
		}
	}
	if child == 0 || pid == 0 {
		t.Fatal("it did not start")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	for _, p := range []int{pid, child} {
		eventually(t, "the interpreter and what its script started are gone", func() bool {
			stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p))
			gone := errors.Is(syscall.Kill(p, 0), syscall.ESRCH)
			return gone || err == nil && strings.Contains(string(stat), ") Z ")
		}, func() string { return fmt.Sprint(p) })
	}
}

func TestABadCommandIsAnsweredAndNothingEnds(t *testing.T) {
	b := newBench(t, newest(t, "3.8"))
	r := b.script("import time\nprint('ready')\ntime.sleep(1000)")
	r.says("ready")
	h := r.host
	for _, line := range []string{
		"", "garbage", "{}", "[]", "null", "7", `{"type":"nope"}`, `{"type":"pause"}`, `{"type":"pause","slot":99}`,
		`{"type":"run","slot":5}`, `{"type":["run"]}`, `{"type":"cancel","slot":"x"}`, `{"type":"stack","slot":[1]}`,
		"\xff\xfe\x00", strings.Repeat("[", 100000), `{"type":"run","slot":1,"path":3}`,
	} {
		_, err := h.conn.Write([]byte(line + "\n"))
		if err != nil {
			t.Fatal(err)
		}
	}
	answer, forget, err := h.ask(command{Type: "ping"})
	if err != nil {
		t.Fatal(err)
	}
	defer forget()
	if ev := <-answer; ev.Type != "pong" {
		t.Errorf("%+v", ev)
	}
	r.Stop(runner.Ask)
	r.wait()
}

func TestGarbageFromTheHostEndsItInWords(t *testing.T) {
	b := newBench(t, newest(t, "3.8"))
	r := b.script("import os\nfor fd in range(200, 300):\n    try:\n        os.write(fd, b'no message\\n') if fd != 1 else 0\n    except OSError:\n        pass\nimport time\ntime.sleep(1000)")
	if exit := r.wait(); !strings.Contains(exit.Reason, "the host sent what is no message") {
		t.Errorf("%+v", exit)
	}
}

func TestRefusalsAreInWords(t *testing.T) {
	b := newBench(t, newest(t, "3.8"))
	ok := b.write("ok.py", "print(1)")
	b.write("empty.py", "")
	b.write("x.sh", "true")
	for _, c := range []struct {
		job  runner.Job
		want string
	}{
		{runner.Job{Script: ok}, ""},
		{runner.Job{Line: "python x.py"}, `script "x.py": no such file`},
		{runner.Job{Script: filepath.Join(b.dir, "x.sh")}, "is not Python"},
		{runner.Job{Script: filepath.Join(b.dir, "nope.py")}, "no such file"},
		{runner.Job{Script: filepath.Join(b.dir, "nope.sh")}, "no such file"},
		{runner.Job{Script: filepath.Join(b.dir, "empty.py")}, ""},
		{runner.Job{Script: ok, Dir: "/no/such"}, "no such folder"},
		{runner.Job{Script: ok, Stdin: "/no/such"}, "no such file"},
		{runner.Job{Script: ok, Python: "/no/python"}, `python "/no/python": no such file`},
		{runner.Job{Script: ok, Python: "pyhton"}, `python "pyhton": not found in PATH`},
	} {
		err := b.launcher.Check(c.job)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%+v: %v", c.job, err)
		}
	}
	if err := b.launcher.Check(runner.Job{Script: ok, CPUs: []int{4000}}); err == nil || !strings.Contains(err.Error(), "cpus: ") {
		t.Errorf("a core that is not there: %v", err)
	}
	if r := b.launch(runner.Job{Script: ok}); r.wait().Code != 0 {
		t.Error("the interpreter is of no more use")
	}
}

func TestAnInterpreterThatDoesNotStartIsToldWithWhatItSaid(t *testing.T) {
	b := newBench(t, newest(t, "3.8"))
	fake := b.write("fake", "#!/bin/sh\ncase $2 in *platform*) exec "+b.python.Path+" \"$@\";; esac\necho 'no host for you' >&2\nexit 3\n")
	if err := os.Chmod(fake, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := b.tryLaunch(runner.Job{Script: b.write("a.py", "1"), Python: fake})
	if err == nil || !strings.Contains(err.Error(), "no host for you") {
		t.Errorf("%v", err)
	}
}

func TestALaunchThatIsCalledOffLeavesNothing(t *testing.T) {
	b := newBench(t, newest(t, "3.8"))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	_, err = b.launcher.Launch(ctx, runner.Spec{Job: runner.Job{Script: b.write("a.py", "1")}, Stdout: null, Stderr: null})
	if err == nil {
		t.Error("it was launched")
	}
}

func TestBytesThatAreNoTextArriveAsTheyAre(t *testing.T) {
	b := newBench(t, newest(t, "3.8"))
	dir := filepath.Join(b.dir, "d\xff\xfeé")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Skip("the file system takes no such name: ", err)
	}
	script := b.write("d\xff\xfeé/s.py", "import os, sys\nsys.stdout.buffer.write(os.fsencode(sys.argv[1]) + b' ' + os.environb[b'V'] + b' ' + os.fsencode(os.path.basename(os.getcwd())))")
	r := b.launch(runner.Job{Script: script, Args: []string{"a\x80b"}, Env: map[string]string{"V": "\xc3("}, Dir: dir})
	if exit := r.wait(); exit.Code != 0 || r.stdout() != "a\x80b \xc3( d\xff\xfeé" {
		t.Errorf("%+v %q %s", exit, r.stdout(), r.stderrText())
	}
}

func TestAScriptsMemoryIsGivenBack(t *testing.T) {
	b := newBench(t, newest(t, "3.8"))
	size := func() int {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", b.hosts()[0]))
		if err != nil {
			t.Skip("no /proc: ", err)
		}
		var total, resident int
		if _, err := fmt.Sscan(string(data), &total, &resident); err != nil {
			t.Fatal(err)
		}
		return resident * os.Getpagesize() >> 20
	}
	limit := 40 // MiB; one script takes more than that
	if !b.python.GIL {
		limit = 90 // its allocator gives back late: five scripts would take twice that
	}
	for range 5 {
		r := b.script("keep = [str(i) * 3 for i in range(500000)]\nclass C: pass\nc = C()\nc.c = c\nc.keep = keep\nprint(len(keep))")
		if exit := r.wait(); exit.Code != 0 {
			t.Fatalf("%+v", exit)
		}
		eventually(t, "the memory is given back", func() bool { return size() < limit }, func() string { return fmt.Sprint(size(), " MiB") })
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{"type":"hello","protocol":1,"pid":4}`, `{"type":"exit","slot":1,"code":-1}`, `{`, ``, `null`, `[1]`, "{\"type\":\"\xff\"}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		ev, err := decode(line)
		if err == nil && ev.Type == "" {
			t.Errorf("accepted %q", line)
		}
		if err == nil {
			_ = ev.greet()
		}
	})
}

func FuzzDump(f *testing.F) {
	f.Add("Fatal Python error: Segmentation fault\n\nCurrent thread 0x00007f1 (most recent call first):\n  File \"a\", line 1 in f\n")
	f.Fuzz(func(_ *testing.T, s string) {
		crashOf(runner.Exit{}, s, "", nil).how()
		oneOf(s, 1)
	})
}
