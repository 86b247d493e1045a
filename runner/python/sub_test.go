//go:build unix

package python

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"parallax/runner"
	"parallax/runner/python/which"
)

// eachSub runs a test on every Python that has subinterpreters of use.
func eachSub(t *testing.T, test func(*testing.T, *bench)) {
	t.Helper()
	each(t, func(t *testing.T, p which.Python) {
		if err := p.Interpreters(); err != nil {
			t.Skip(err)
		}
		test(t, newBench(t, p).as(runner.Interpreters, 0))
	})
}

// gone waits until the subinterpreter of a script is.
func (r *running) gone() {
	r.b.t.Helper()
	eventually(r.b.t, "the subinterpreter is gone", func() bool {
		select {
		case <-r.host.done:
			return true
		default:
			return false
		}
	}, func() string { return r.stderrText() })
}

func TestAScriptRunsInASubinterpreterOfItsOwn(t *testing.T) {
	eachSub(t, func(t *testing.T, b *bench) {
		all := b.several(3, sleeper)
		locks := map[int]bool{}
		for _, r := range all {
			id := r.Identity()
			if id.Host.ID != 1 || id.PID != all[0].host.id.PID || !strings.HasPrefix(id.Label, "interpreter ") {
				t.Errorf("%+v", id)
			}
			locks[id.Host.Lock] = true
			if mates, shared := r.Mates(); len(mates) != 2 || shared != "process" {
				t.Errorf("%v %q", mates, shared)
			}
		}
		if b.python.GIL && len(locks) != 3 || !b.python.GIL && !locks[0] {
			t.Errorf("locks %v", locks)
		}
		for _, r := range all {
			r.stop(runner.Ask)
			if exit := r.wait(); exit.Code != 130 || exit.Reason != "" {
				t.Errorf("%+v\n%s", exit, r.stderrText())
			}
			r.gone()
		}
		if again := b.script("print(1)"); again.wait().Code != 0 || again.host.id.PID != all[0].host.id.PID {
			t.Error("the process ended with its subinterpreters")
		}
	})
}

// One script keeps its GIL until the other has run: with a GIL in common neither would end.
func TestEachSubinterpreterHasAGILOfItsOwn(t *testing.T) {
	eachSub(t, func(t *testing.T, b *bench) {
		if !b.python.GIL {
			t.Skip("it has no GIL, and waits for all threads when it starts one more")
		}
		fifo := filepath.Join(b.dir, "fifo")
		if err := syscall.Mkfifo(fifo, 0o600); err != nil {
			t.Fatal(err)
		}
		holds := b.script("import ctypes, os, sys\nfd = os.open(sys.argv[1], os.O_RDWR)\nprint('ready')\nctypes.PyDLL(None).read(fd, ctypes.create_string_buffer(1), 1)\nprint('let go')", fifo)
		holds.says("ready")
		other := b.script("import sys\nn = 0\nfor i in range(100000):\n    n += i\nwith open(sys.argv[1], 'w') as f:\n    f.write('x')", fifo)
		if exit := other.wait(); exit.Code != 0 {
			t.Errorf("%+v %s", exit, other.stderrText())
		}
		if exit := holds.wait(); exit.Code != 0 || !strings.Contains(holds.stdout(), "let go") {
			t.Errorf("%+v %s", exit, holds.stderrText())
		}
	})
}

func TestScriptsDoInSubinterpretersWhatTheyDoUnderPlainPython(t *testing.T) {
	same := map[string]bool{}
	for _, name := range strings.Split("main guard,argparse,exit 3,exit text,raises,atexit,input,threads,pool,neighbour,pickle,"+
		"os.write,env,chdir umask,os._exit,del at end,exec", ",") {
		same[name] = true
	}
	eachSub(t, func(t *testing.T, b *bench) {
		b.write("neighbour.py", "value = 7\nclass C:\n    pass\ndef fails():\n    raise LookupError('in neighbour')\n")
		b.write("package/__init__.py", "")
		b.write("package/inner.py", "from . import other\nfrom .other import value as deep\nup = __name__\n")
		b.write("package/other.py", "value = 'deep'\n")
		ran := 0
		for _, k := range kinds {
			if !same[k.name] {
				continue
			}
			ran++
			t.Run(k.name, func(t *testing.T) {
				t.Parallel()
				at := b.within(t)
				file := strings.ReplaceAll(k.name, " ", "_")
				job := runner.Job{Script: at.write(file+"_.py", k.text), Args: k.args, Env: k.env, Dir: b.dir}
				if k.stdin != "" {
					job.Stdin = at.write(file+".stdin", k.stdin)
				}
				want := at.plain(job)
				r := at.launch(job)
				exit := r.wait()
				if exit.Code != want.code || exit.Signal != "" || exit.Reason != "" {
					t.Errorf("exit %+v, want %d\n%s", exit, want.code, r.stderrText())
				}
				if got := r.stdout(); tidied(got) != tidied(want.out) {
					t.Errorf("stdout\ngot  %q\nwant %q\nstderr %s", got, want.out, r.stderrText())
				}
				if got := r.stderrText(); tidied(got) != tidied(want.err) && !k.loose {
					t.Errorf("stderr\ngot:\n%s\nwant:\n%s", got, want.err)
				}
			})
		}
		if ran != len(same) {
			t.Errorf("%d of %d kinds are there", ran, len(same))
		}
	})
}

func TestOnePausesAndEndsASubinterpreter(t *testing.T) {
	eachSub(t, func(t *testing.T, b *bench) {
		r := b.script(counter)
		other := b.script(counter)
		r.says("1000\n")
		other.says("1000\n")
		for range 3 { // it must leave the frames of others alone
			if s, err := r.Stack(); err != nil || !strings.Contains(s, "in go") {
				t.Errorf("%v %s", err, s)
			}
		}
		err := r.Pause()
		if !b.python.AtLeast("3.14") {
			if err == nil || !strings.Contains(err.Error(), "cannot hold a subinterpreter: 3.14 and later can") {
				t.Errorf("%v", err)
			}
			r.stop(runner.Ask)
			other.stop(runner.Ask)
		} else {
			if err != nil {
				t.Fatal(err)
			}
			r.held()
			before := r.stdout()
			length := len(other.stdout())
			eventually(t, "the other goes on", func() bool { return len(other.stdout()) > length+100 }, other.stdout)
			if after := r.stdout(); after != before {
				t.Errorf("a held script printed %q", after[len(before):])
			}
			if err := r.Resume(); err != nil {
				t.Fatal(err)
			}
			eventually(t, "it goes on", func() bool { return len(r.stdout()) > len(before) }, r.stderrText)
			r.stop(runner.Kill)
			other.stop(runner.Kill)
		}
		for _, r := range []*running{r, other} {
			if exit := r.wait(); exit.Code != 130 && exit.Code != 137 || exit.Reason != "" {
				t.Errorf("%+v\n%s", exit, r.stderrText())
			}
			r.gone()
		}
	})
}

func TestAProcessThatDiesTakesItsSubinterpretersAlong(t *testing.T) {
	eachSub(t, func(t *testing.T, b *bench) {
		others := b.several(2, sleeper)
		culprit := b.launch(runner.Job{Name: "culprit", Script: b.write("culprit.py", "import ctypes\ndef deep():\n    ctypes.string_at(0)\ndeep()")})
		if exit := culprit.wait(); exit.Signal != "SIGSEGV" || exit.Lost || exit.Reason != "the interpreter ended by SIGSEGV: segmentation fault in this script" {
			t.Errorf("%+v\n%s", exit, culprit.stderrText())
		}
		for _, r := range others {
			if exit := r.wait(); !exit.Lost || exit.Reason != `lost with the interpreter, which ended by SIGSEGV in "culprit"` {
				t.Errorf("%+v", exit)
			}
			r.gone()
		}
		others = b.several(2, sleeper)
		if err := syscall.Kill(others[0].host.id.PID, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		for _, r := range others {
			if exit := r.wait(); !exit.Lost {
				t.Errorf("%+v", exit)
			}
		}
	})
}

func TestASubinterpreterThatResistsEndsWithTheProcess(t *testing.T) {
	eachSub(t, func(t *testing.T, b *bench) {
		stuck := b.several(1, stubborn)[0]
		other := b.several(1, sleeper)[0]
		stuck.stop(runner.Kill)
		stuck.stop(runner.Kill)
		if exit := stuck.wait(); exit.Signal != "SIGKILL" || exit.Lost {
			t.Errorf("%+v", exit)
		}
		if exit := other.wait(); !exit.Lost {
			t.Errorf("%+v", exit)
		}
	})
}

func TestASubinterpreterThatLosesItsConnectionEndsAlone(t *testing.T) {
	eachSub(t, func(t *testing.T, b *bench) {
		other := b.several(1, sleeper)[0]
		r := b.script("from _parallax import wire\nprint('ready')\nimport socket, time\nwire.wire.sock.shutdown(socket.SHUT_RDWR)\ntime.sleep(1000)")
		if exit := r.wait(); exit.Reason != "a subinterpreter lost its connection in this script" || exit.Lost {
			t.Errorf("%+v\n%s", exit, r.stderrText())
		}
		if other.over() {
			t.Error("another ended with it")
		}
		other.stop(runner.Ask)
		other.wait()
	})
}

func TestASubinterpreterWithThreadsLeftStaysAndHarmsNobody(t *testing.T) {
	eachSub(t, func(t *testing.T, b *bench) {
		r := b.script("import _thread, select\nl = _thread.allocate_lock()\nl.acquire()\n" +
			"def f():\n    l.release()\n    select.select([], [], [])\n_thread.start_new_thread(f, ())\nl.acquire()\nprint('end')")
		if exit := r.wait(); exit.Code != 0 || exit.Note != "left 1 thread behind, which goes on in the interpreter" {
			t.Errorf("%+v\n%s", exit, r.stderrText())
		}
		r.gone()
		if again := b.script("print(1)"); again.wait().Code != 0 || again.host.id.PID != r.host.id.PID {
			t.Error("the process ended with it")
		}
	})
}

// What is called off may have come to any point: to none of them may it return late, or spoil the next.
func TestStartsThatAreCalledOffReturnAtOnce(t *testing.T) {
	eachSub(t, func(t *testing.T, b *bench) {
		keep := b.several(1, sleeper)[0]
		path := b.write("called.py", sleeper)
		for n := range 12 {
			ctx, cancel := context.WithTimeout(context.Background(), time.Duration(n)*15*time.Millisecond)
			returned := make(chan error, 1)
			go func() {
				task, err := b.launcher.Launch(ctx, runner.Spec{Run: "r", Task: 100 + n, Job: runner.Job{Script: path}, Stdout: keep.out, Stderr: keep.err})
				if err == nil {
					_ = task.Stop(runner.Kill)
					task.Wait()
				}
				returned <- err
			}()
			select {
			case err := <-returned:
				if err != nil && !errors.Is(err, context.DeadlineExceeded) {
					t.Error(err)
				}
			case <-time.After(patience):
				t.Fatalf("called off after %d ms, it has not returned within %v", n*15, patience)
			}
			cancel()
		}
		if r := b.script("print(1)"); r.wait().Code != 0 || r.host.id.PID != keep.host.id.PID {
			t.Error("the process ended with it")
		}
		keep.stop(runner.Ask)
		keep.wait()
	})
}

// A thread that Python no longer counts may still let go of what was its own.
func TestASubinterpreterIsNotEndedUnderAThreadThatStillCleansUp(t *testing.T) {
	eachSub(t, func(t *testing.T, b *bench) {
		keep := b.several(1, sleeper)[0]
		r := b.script("import _thread, threading, time\nown = threading.local()\nl = _thread.allocate_lock()\nl.acquire()\n" +
			"class Slow:\n    def __del__(self):\n        l.release()\n        time.sleep(0.3)\n        print('cleaned')\n" +
			"def f():\n    own.it = Slow()\n_thread.start_new_thread(f, ())\nl.acquire()\nprint('end')")
		if exit := r.wait(); exit.Code != 0 || exit.Reason != "" {
			t.Errorf("%+v\n%s", exit, r.stderrText())
		}
		r.gone()
		if keep.over() {
			t.Errorf("the process ended with it: %+v\n%s", keep.wait(), keep.host.printed(0))
		}
		keep.stop(runner.Ask)
		keep.wait()
	})
}

func TestSubinterpretersLeaveNoThreadsAndLittleMemory(t *testing.T) {
	eachSub(t, func(t *testing.T, b *bench) {
		keep := b.script(sleeper) // so that the process has one at all times
		keep.says("ready")
		threads := func() int {
			tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", keep.host.id.PID))
			if err != nil {
				t.Skip("no /proc: ", err)
			}
			return len(tasks)
		}
		resident := func() int {
			data, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", keep.host.id.PID))
			if err != nil {
				t.Skip("no /proc: ", err)
			}
			var total, resident int
			fmt.Sscan(string(data), &total, &resident)
			return resident * os.Getpagesize() >> 10
		}
		once := func() {
			r := b.script("import json, argparse\nprint(json.dumps([1]))")
			if exit := r.wait(); exit.Code != 0 {
				t.Fatalf("%+v\n%s", exit, r.stderrText())
			}
			r.gone()
		}
		once()
		n, size := threads(), resident()
		const rounds = 4
		for range rounds {
			once()
		}
		eventually(t, "their threads are gone", func() bool { return threads() <= n }, func() string { return fmt.Sprint(threads(), " threads, had ", n) })
		grown := (resident() - size) / rounds
		t.Logf("%d KiB stay after each", grown)
		if grown > 20<<10 {
			t.Errorf("%d KiB stay after each", grown)
		}
		keep.stop(runner.Ask)
		keep.wait()
	})
}

func TestWhatASubinterpreterCannotDoIsSaid(t *testing.T) {
	eachSub(t, func(t *testing.T, b *bench) {
		r := b.script("import os\nos.fork()")
		if exit := r.wait(); exit.Code != 1 || !strings.Contains(r.stderrText(), "fork not supported") {
			t.Errorf("%+v\n%s", exit, r.stderrText())
		}
	})
	each(t, func(t *testing.T, p which.Python) {
		if p.Interpreters() == nil {
			t.Skip("it has subinterpreters")
		}
		b := newBench(t, p).as(runner.Interpreters, 0)
		err := b.launcher.Check(runner.Job{Script: b.write("a.py", "1")})
		want := "3.13 or later"
		if p.FreeThreaded {
			want = "without a GIL"
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v", err)
		}
	})
}
