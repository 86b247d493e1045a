//go:build linux

package zygote

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"parallax/runner"
	"parallax/runner/python/which"
)

const short = 60 * time.Millisecond

func (r *running) pid(prefix string) int {
	r.b.t.Helper()
	pid, err := strconv.Atoi(r.says(prefix))
	if err != nil {
		r.b.t.Fatal(err)
	}
	return pid
}

func (r *running) do(what func() error) {
	r.b.t.Helper()
	if err := what(); err != nil {
		r.b.t.Fatal(err)
	}
}

func TestScriptsDoNotSeeEachOther(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		script := b.write("a.py", `import json, os, random, sys, time
assert not hasattr(json, "mark"), json.mark
json.mark = sys.argv[1]; os.environ["MARK"] = sys.argv[1]; os.chdir("/" if sys.argv[1] == "1" else "/tmp")
print("set", random.random(), flush=True)
while not os.path.exists(sys.argv[2]): time.sleep(.005)
print("end", json.mark, os.environ["MARK"], os.getcwd(), "asyncio" in sys.modules)
`)
		release := b.dir + "/release"
		job := func(n string) runner.Job {
			return runner.Job{Script: script, Args: []string{n, release}, Preload: []string{"json", "random"}}
		}
		one, two := b.start(job("1")), b.start(job("2"))
		if x, y := one.says("set "), two.says("set "); x == y {
			t.Error("both have the same random numbers: ", x)
		}
		b.write("release", "")
		if x, y := one.wait(), two.wait(); x.Code != 0 || y.Code != 0 {
			t.Errorf("%+v %s\n%+v %s", x, one.stderr(), y, two.stderr())
		}
		if x, y := one.says("end "), two.says("end "); x != "1 1 / False" || y != "2 2 /tmp False" {
			t.Error(x, y)
		}
		if n := len(b.zygotes()); n != 1 {
			t.Errorf("%d zygotes", n)
		}
	})
}

func TestUsageIsThatOfTheScriptAndItsChildren(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		r := b.script(`
import time, subprocess, sys
x = bytearray(150 << 20)
for i in range(0, len(x), 4096): x[i] = 1
while time.process_time() < .3: pass
subprocess.run([sys.executable, "-c", "import time\nwhile time.process_time() < .3: pass"])
time.sleep(.01)
`)
		u := r.wait().Usage
		if !u.Known || u.CPU() < 600*time.Millisecond || u.CPU() > patience || u.MaxRSS < 150<<20 || u.MaxRSS > 400<<20 || u.Voluntary == 0 {
			t.Errorf("%+v", u)
		}
	})
}

func TestIdentityIsThatOfAProcess(t *testing.T) {
	b := newBench(t, newest(t))
	r := b.script(`import os, sys; print("pid", os.getpid()); print(sys.stdin.read())`)
	id := r.Identity()
	if pid := r.pid("pid "); id.PID != pid || id.Birth == 0 || !id.Tree || id.Label != fmt.Sprintf("pid %d", pid) {
		t.Errorf("%+v of pid %d", id, pid)
	}
	r.wait()
}

func TestPauseAndResume(t *testing.T) {
	b := newBench(t, newest(t))
	r := b.script(`
import subprocess, sys
p = subprocess.Popen([sys.executable, "-c", "while True: pass"])
print("child", p.pid, flush=True)
while True: pass
`)
	child := r.pid("child ")
	r.do(r.Pause)
	for _, pid := range []int{r.Identity().PID, child} {
		eventually(t, "stopped", func() bool { return state(pid) == 'T' }, nothing)
	}
	r.do(r.Resume)
	eventually(t, "running again", func() bool { return state(child) != 'T' && state(r.Identity().PID) != 'T' }, nothing)
	r.do(r.Pause)
	r.do(func() error { return r.Stop(runner.Kill) })
	if exit := r.wait(); exit.Signal != "SIGKILL" || exit.Lost {
		t.Errorf("%+v", exit)
	}
	if !gone(child) {
		t.Error("the child lives")
	}
}

func TestCancelLetsAScriptCleanUp(t *testing.T) {
	b := newBench(t, newest(t))
	r := b.script(`
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(4))
print("ready", flush=True)
try: time.sleep(1000)
finally: print("cleaned up")
`)
	r.says("ready")
	r.do(r.Pause)
	r.do(func() error { return r.Stop(runner.Ask) })
	if exit := r.wait(); exit.Code != 4 || !strings.Contains(r.stdout(), "cleaned up") {
		t.Errorf("%+v %s", exit, r.stdout())
	}
}

func TestWhatAScriptLeavesBehindIsEndedAndNamed(t *testing.T) {
	b := newBench(t, newest(t))
	r := b.start(runner.Job{
		Script: b.write("a.py", `import subprocess; print("child", subprocess.Popen(["sleep", "1000"]).pid)`),
		Limits: runner.Limits{Grace: short},
	})
	child := r.pid("child ")
	exit := r.wait()
	if want := fmt.Sprintf("left 1 process behind: sleep (pid %d), ended with SIGTERM", child); exit.Code != 0 || exit.Note != want {
		t.Errorf("%+v, want %q", exit, want)
	}
	if !gone(child) {
		t.Error("the child lives")
	}
}

func TestADaemonOfAScriptIsNamed(t *testing.T) {
	b := newBench(t, newest(t))
	// Of one that executes nothing, only what it shows as its environment says where it comes from.
	r := b.script(`
import os, sys, time
r, w = os.pipe()
if os.fork() == 0:
    os.setsid()
    os.write(w, b"x")
    time.sleep(1000)
    os._exit(0)
os.read(r, 1)
`)
	exit := r.wait()
	if !strings.HasPrefix(exit.Note, "left a daemon running: python") {
		t.Fatalf("%+v", exit)
	}
	var pid int
	if _, err := fmt.Sscanf(exit.Note[strings.Index(exit.Note, "(pid"):], "(pid %d)", &pid); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Error(err)
	}
}

func TestTheDeathOfAZygoteEndsItsScripts(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		text := `
import signal, subprocess, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("child", subprocess.Popen(["sleep", "1000"]).pid, flush=True)
time.sleep(1000)
`
		path := b.write("a.py", text)
		job := runner.Job{Script: path, Limits: runner.Limits{Grace: short}}
		all := []*running{b.start(job), b.start(job)}
		var children []int
		for _, r := range all {
			children = append(children, r.pid("child "))
		}
		zygotes := b.zygotes()
		if len(zygotes) != 1 {
			t.Fatal(zygotes)
		}
		if err := syscall.Kill(zygotes[0], syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		for i, r := range all {
			exit := r.wait()
			if !exit.Lost || exit.Signal != "SIGKILL" || !exit.Usage.Known || exit.Reason != "lost with its preloaded interpreter: the preloaded interpreter ended by SIGKILL" {
				t.Errorf("%+v", exit)
			}
			if !gone(r.Identity().PID) || !gone(children[i]) {
				t.Error("something lives")
			}
		}
		if exit := b.start(runner.Job{Script: b.write("b.py", "import sys; sys.exit(3)")}).wait(); exit.Code != 3 {
			t.Errorf("a new zygote: %+v", exit)
		}
	})
}

func TestTheKernelEndsAChildWithItsZygote(t *testing.T) {
	b := newBench(t, newest(t))
	b.script("pass").wait()
	spec := b.spec(b.filled(runner.Job{Script: b.write("a.py", "import time; print('on', flush=True); time.sleep(1000)")}))
	e, err := b.launcher.execution(spec)
	if err != nil {
		t.Fatal(err)
	}
	z, err := b.launcher.zygote(context.Background(), spec, e)
	if err != nil {
		t.Fatal(err)
	}
	// Nobody adopts it, so nobody guards it or ends it.
	c, err := z.fork(context.Background(), e.run(spec.Job), []*os.File{spec.Stdout, spec.Stdout, spec.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	(&running{b: b, out: spec.Stdout, err: spec.Stderr}).says("on")
	if err := syscall.Kill(b.zygotes()[0], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it dies", func() bool { return gone(c.PID()) }, nothing)
	c.Await()
	if exit := c.Reap(); !exit.Lost {
		t.Errorf("%+v", exit)
	}
	_, _ = syscall.Wait4(c.PID(), nil, 0, nil) // it has become a child of this program
}

func TestNothingSurvivesTheDeathOfParallax(t *testing.T) {
	b := newBench(t, newest(t))
	script := b.write("a.py", `
import os, signal, subprocess, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(os.getppid(), os.getpid(), subprocess.Popen(["sleep", "1000"]).pid, flush=True)
time.sleep(1000)
`)
	cmd := exec.CommandContext(context.Background(), os.Args[0])
	cmd.Env = append(os.Environ(), helperVar+"="+script, "PYTHON="+b.python.Path)
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var pids [3]int
	line, err := bufio.NewReader(pipe).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscan(line, &pids[0], &pids[1], &pids[2]); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	for _, pid := range pids {
		eventually(t, fmt.Sprintf("%d dies", pid), func() bool { return gone(pid) }, nothing)
	}
}

func TestACancelledStartLeavesNothing(t *testing.T) {
	b := newBench(t, newest(t))
	b.script("pass").wait()
	for i := range 20 {
		ctx, cancel := context.WithCancelCause(context.Background())
		spec := b.spec(b.filled(runner.Job{Script: b.write("a.py", "import time; time.sleep(1000)")}))
		go cancel(errors.New("over"))
		h, err := b.launcher.Launch(ctx, spec)
		if err == nil {
			if err := h.Stop(runner.Kill); err != nil {
				t.Fatal(err)
			}
			h.Wait()
		} else if err.Error() != "start: over" {
			t.Fatal(i, err)
		}
	}
	// The children that nobody waited for are killed and reaped by and by.
	for _, at := range b.launcher.homes {
		eventually(t, "all children are gone", func() bool {
			at.zygote.mu.Lock()
			defer at.zygote.mu.Unlock()
			return len(at.zygote.children) == 0 && len(at.zygote.births) == 0
		}, nothing)
	}
}

func TestManyAtOnce(t *testing.T) {
	b := newBench(t, newest(t))
	script := b.write("a.py", "import sys; print(sys.argv[1]); sys.exit(int(sys.argv[1]))")
	var all []*running
	for i := range 40 {
		all = append(all, b.start(runner.Job{Script: script, Args: []string{strconv.Itoa(i)}}))
	}
	for i, r := range all {
		if exit := r.wait(); exit.Code != i || r.stdout() != strconv.Itoa(i)+"\n" {
			t.Errorf("%d: %+v %q", i, exit, r.stdout())
		}
	}
}

func TestFurtherDescriptorsArePassedOn(t *testing.T) {
	for name, extra := range map[string]bool{"extra": true, "progress": false} {
		t.Run(name, func(t *testing.T) { passesOn(t, extra) })
	}
}

func passesOn(t *testing.T, extra bool) {
	b := newBench(t, newest(t))
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	spec := b.spec(b.filled(runner.Job{Script: b.write("a.py", `
import os, subprocess
assert os.environ.get("PARALLAX_PROGRESS_FD", "3") == "3"
os.write(3, b"from the script,")
subprocess.run("printf ' from its child' >&3", shell=True, pass_fds=[3])
`)}))
	if extra {
		spec.Extra = []*os.File{w}
	} else {
		spec.Progress = w
	}
	got, err := b.launch(spec)
	if err != nil {
		t.Fatal(err)
	}
	w.Close()
	if exit := got.wait(); exit.Code != 0 {
		t.Fatalf("%+v %s", exit, got.stderr())
	}
	buf := make([]byte, 100)
	n, err := r.Read(buf)
	if err != nil || string(buf[:n]) != "from the script, from its child" {
		t.Errorf("%q %v", buf[:n], err)
	}
}

func TestNobodyWaitsForAZygoteThatDoesNotRead(t *testing.T) {
	b := newBench(t, newest(t))
	script := b.write("a.py", "import time; time.sleep(1000)")
	stuck := b.start(runner.Job{Script: script})
	pid := b.zygotes()[0]
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the zygote is stopped", func() bool { return state(pid) == 'T' }, nothing)
	ctx, cancel := context.WithCancel(t.Context())
	begun := make(chan error)
	const tries = 50
	for range tries { // together they send more than the connection holds
		spec := b.spec(b.filled(runner.Job{Script: script, Env: map[string]string{"BIG": strings.Repeat("x", 100<<10)}}))
		go func() {
			_, err := b.launcher.Launch(ctx, spec)
			begun <- err
		}()
	}
	b.launcher.mu.Lock()
	var z *zygote
	for _, at := range b.launcher.homes {
		z = at.zygote
	}
	b.launcher.mu.Unlock()
	eventually(t, "all tries are asked for", func() bool {
		z.mu.Lock()
		defer z.mu.Unlock()
		return len(z.births) == tries
	}, nothing)
	cancel()
	for range tries {
		select {
		case err := <-begun:
			if !errors.Is(err, context.Canceled) {
				t.Errorf("launch: %v", err)
			}
		case <-time.After(patience):
			t.Fatal("who calls off a try waits for the zygote to read")
		}
	}
	z.close() // with that which is unread
	if exit := stuck.wait(); !exit.Lost {
		t.Errorf("%+v", exit)
	}
}
