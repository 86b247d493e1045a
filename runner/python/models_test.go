//go:build unix

package python

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"parallax/runner"
	"parallax/runner/python/which"
	"parallax/runner/python/which/whichtest"
)

// as returns a bench whose launcher runs scripts in a model.
func (b *bench) as(m runner.Model, hosts int) *bench {
	b.launcher.opts.Model, b.launcher.opts.Hosts = m, hosts
	return b
}

// sleeper says that it is there and stays.
const sleeper = "import time\nprint('ready')\ntime.sleep(1000)"

// stubborn is in C code that does not return.
const stubborn = "import select\nprint('ready')\nselect.select([], [], [])"

// until runs until a file is there.
const until = "import os, sys, time\nprint('ready')\nwhile not os.path.exists(sys.argv[1]):\n    time.sleep(0.01)"

func (b *bench) several(n int, text string) []*running {
	b.t.Helper()
	var all []*running
	for range n {
		all = append(all, b.script(text))
	}
	for _, r := range all {
		r.says("ready")
	}
	return all
}

func (r *running) stop(how runner.Stop) {
	r.b.t.Helper()
	if err := r.Stop(how); err != nil {
		r.b.t.Error(err)
	}
}

func TestScriptsTellWhatTheyShare(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		all := b.several(3, sleeper)
		for i, r := range all {
			id := r.Identity().Host
			if want := (runner.Host{ID: 1, Name: "python " + p.Version, Lock: 1}); p.GIL && id != want {
				t.Errorf("%+v, want %+v", id, want)
			}
			var others []int
			for j, other := range all {
				if i != j {
					others = append(others, other.task)
				}
			}
			if mates, shared := r.Mates(); !slices.Equal(mates, others) || shared != "interpreter" {
				t.Errorf("mates of %d: %v %q, want %v", r.task, mates, shared, others)
			}
		}
		all[1].stop(runner.Ask)
		all[1].wait()
		if mates, _ := all[1].Mates(); len(mates) > 0 {
			t.Errorf("a script that is over shares its fate with %v", mates)
		}
		if mates, _ := all[0].Mates(); !slices.Equal(mates, []int{all[2].task}) {
			t.Errorf("%v", mates)
		}
		for _, r := range all {
			r.stop(runner.Ask)
			r.wait()
		}
	})
}

func TestAScriptsThreadsAreKnown(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		other := b.script(sleeper)
		r := b.script("import threading\ne = threading.Event()\nt = [threading.Thread(target=e.wait) for _ in range(2)]\n"+
			"[x.start() for x in t]\nprint('ready', *[threading.get_native_id()] + [x.native_id for x in t])\n"+
			"import sys, os, time\nwhile not os.path.exists(sys.argv[1]):\n    time.sleep(0.01)\ne.set()\n[x.join() for x in t]\nprint('joined')\ntime.sleep(1000)",
			filepath.Join(b.dir, "go"))
		r.says("ready")
		var want []int
		for _, word := range strings.Fields(r.stdout())[1:] {
			var tid int
			fmt.Sscan(word, &tid)
			want = append(want, tid)
		}
		slices.Sort(want)
		eventually(t, "its three threads", func() bool { return slices.Equal(r.Threads(), want) }, func() string {
			return fmt.Sprint(r.Threads(), " want ", want)
		})
		if slices.Contains(other.Threads(), r.tid) || len(other.Threads()) != 1 {
			t.Errorf("%v", other.Threads())
		}
		b.write("go", "")
		r.says("joined")
		eventually(t, "its one thread", func() bool { return slices.Equal(r.Threads(), []int{r.tid}) }, func() string {
			return fmt.Sprint(r.Threads(), " want ", r.tid)
		})
		for _, r := range []*running{r, other} {
			r.stop(runner.Ask)
			r.wait()
			if left := r.Threads(); len(left) > 0 {
				t.Errorf("threads of what is over: %v", left)
			}
		}
	})
}

func TestWhoIsTakenAlongIsLostAndTheCulpritIsNot(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		others := b.several(2, sleeper)
		culprit := b.script("import ctypes\nctypes.string_at(0)")
		if exit := culprit.wait(); exit.Lost {
			t.Errorf("the culprit is said to be lost: %+v", exit)
		}
		for _, r := range others {
			if exit := r.wait(); !exit.Lost {
				t.Errorf("%+v", exit)
			}
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
		alone := b.script("import ctypes\nctypes.CDLL(None)._exit(5)")
		if exit := alone.wait(); exit.Lost || exit.Reason != "the interpreter ended with exit status 5 in this script" {
			t.Errorf("%+v", exit)
		}
	})
}

func TestAScriptThatResistsEndsWhenNobodyElseNeedsTheInterpreter(t *testing.T) {
	b := newBench(t, newest(t, which.Oldest))
	stuck := b.several(2, stubborn)
	other := b.script(until, filepath.Join(b.dir, "go"))
	other.says("ready")
	for _, r := range stuck {
		r.stop(runner.Kill)
	}
	eventually(t, "both are known to resist", func() bool {
		n := 0
		for _, r := range stuck {
			r.mu.Lock()
			if r.resists {
				n++
			}
			r.mu.Unlock()
		}
		return n == 2
	}, func() string { return "" })
	if stuck[0].over() || other.over() || !other.host.alive() {
		t.Fatal("the interpreter was ended though a script in it was to go on")
	}
	b.write("go", "")
	if exit := other.wait(); exit.Code != 0 || exit.Reason != "" {
		t.Errorf("%+v", exit)
	}
	for _, r := range stuck {
		if exit := r.wait(); exit.Signal != "SIGKILL" || exit.Lost {
			t.Errorf("%+v", exit)
		}
	}
}

func TestWhatTheInterpreterPrintsIsKeptWithTheRun(t *testing.T) {
	b := newBench(t, newest(t, which.Oldest))
	b.shared = func(name string) (*os.File, string, error) {
		f, err := os.OpenFile(filepath.Join(b.dir, name+"-1.log"), os.O_CREATE|os.O_EXCL|os.O_RDWR|os.O_APPEND, 0o600)
		return f, name + "-1.log", err
	}
	r := b.script("import ctypes\nc = ctypes.CDLL(None)\nc.puts(b'from C')\nc.fflush(None)")
	if exit := r.wait(); exit.Code != 0 {
		t.Errorf("%+v", exit)
	}
	log := r.Identity().Host.Log
	data, err := os.ReadFile(filepath.Join(b.dir, log))
	if err != nil || string(data) != "from C\n" || r.stdout() != "" {
		t.Errorf("%q %v, and the script %q", data, err, r.stdout())
	}
}

func TestWhatTheHostSaysOfAScriptIsPassedOn(t *testing.T) {
	var said []string
	e := &engine{dead: make(chan struct{})}
	h := newHost(e, nil)
	task := newTask(runner.Spec{Say: func(level runner.Level, code, text string) {
		said = append(said, fmt.Sprint(level, " ", code, " ", text))
	}}, "", func() {})
	task.host, task.slot, h.slots[3] = h, 3, task
	for _, line := range []string{
		`{"type":"started","slot":3,"tid":7,"ident":8}`,
		`{"type":"warning","slot":3,"code":"chdir","text":"it changed its folder"}`,
		`{"type":"warning","slot":4,"code":"chdir","text":"of another"}`,
		`{"type":"stubborn","slot":3,"why":"it is too old"}`,
		`{"type":"exit","slot":3,"code":5}`,
		`{"type":"warning","slot":3,"code":"late","text":"nobody may be told"}`,
	} {
		ev, err := decode([]byte(line))
		if err != nil {
			t.Fatal(err)
		}
		h.take(ev)
	}
	want := []string{"warning chdir it changed its folder", "warning stubborn it is too old"}
	if !slices.Equal(said, want) {
		t.Errorf("%q", said)
	}
	if exit := task.Wait(); exit.Code != 5 {
		t.Errorf("%+v", exit)
	}
}

func TestAHybridSpreadsScriptsOverInterpreters(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p).as(runner.Hybrid, 2)
		first := b.script(sleeper)
		if n := len(b.hosts()); n != 1 {
			t.Errorf("%d interpreters for one script", n)
		}
		all := append([]*running{first}, b.several(3, sleeper)...)
		in := map[int][]int{}
		labels := map[string]bool{}
		for _, r := range all {
			id := r.Identity()
			in[id.PID] = append(in[id.PID], r.task)
			label, _, _ := strings.Cut(id.Label, " · tid ")
			labels[label] = true
			if p.GIL && id.Host.Lock != id.Host.ID {
				t.Errorf("%+v", id)
			}
		}
		for n := 1; n <= 2; n++ {
			for k := 1; k <= 2; k++ {
				if want := fmt.Sprintf("interpreter %d · thread %d", n, k); !labels[want] {
					t.Errorf("nobody is %q: %v", want, labels)
				}
			}
		}
		if len(in) != 2 || len(in[first.Identity().PID]) != 2 {
			t.Fatalf("%v", in)
		}
		for _, r := range all {
			if mates, _ := r.Mates(); len(mates) != 1 {
				t.Errorf("%v", mates)
			}
		}
		if err := syscall.Kill(first.host.id.PID, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		for _, r := range all {
			if r.host == first.host {
				if exit := r.wait(); !exit.Lost {
					t.Errorf("%+v", exit)
				}
			}
		}
		again := b.several(2, sleeper)
		for _, r := range all {
			if r.host != first.host && r.over() {
				t.Error("a script of another interpreter ended")
			}
		}
		if n := len(b.hosts()); n != 2 || again[0].host == first.host || again[0].Identity().Host.ID != 3 {
			t.Errorf("%d interpreters, a new one %+v", n, again[0].Identity())
		}
		for _, r := range append(all, again...) {
			r.stop(runner.Ask)
			r.wait()
		}
	})
}

func TestAHybridStartsNoInterpreterWhileOneIsFree(t *testing.T) {
	b := newBench(t, newest(t, which.Oldest)).as(runner.Hybrid, 3)
	for range 3 {
		b.script("print(1)").wait()
	}
	if n := len(b.hosts()); n != 1 {
		t.Errorf("%d interpreters for one script at a time", n)
	}
}

func TestScriptsThatComeAtOnceArePutEvenly(t *testing.T) {
	b := newBench(t, newest(t, which.Oldest)).as(runner.Hybrid, 2)
	script := b.write("s.py", sleeper)
	all := make([]*running, 6)
	var starting sync.WaitGroup
	for i := range all {
		starting.Go(func() { all[i], _ = b.tryLaunch(runner.Job{Script: script}) })
	}
	starting.Wait()
	in := map[int]int{}
	for _, r := range all {
		if r.Task == nil {
			t.Fatal("one did not start")
		}
		in[r.Identity().PID]++
		r.stop(runner.Ask)
	}
	for _, r := range all {
		r.wait()
	}
	if len(in) != 2 {
		t.Errorf("%v", in)
	}
	for pid, n := range in {
		if n != 3 {
			t.Errorf("%d scripts in %d: %v", n, pid, in)
		}
	}
}

func TestModelsNumberTheirInterpretersTogetherAndShareWhatStartsThem(t *testing.T) {
	p := newest(t, which.Oldest)
	closed := 0
	all := Models(Options{Python: p.Path, Processes: counted{newProcesses(), &closed}})
	if len(all) != 3 {
		t.Errorf("%v", all)
	}
	ids := map[int]bool{}
	for _, m := range []runner.Model{runner.Threads, runner.Hybrid} {
		b := &bench{t: t, python: p, dir: t.TempDir(), launcher: all[m].(*Launcher)}
		b.tasks = newBench(t, p).tasks
		r := b.script(sleeper)
		ids[r.Identity().Host.ID] = true
		r.stop(runner.Ask)
		r.wait()
	}
	if !ids[1] || !ids[2] {
		t.Errorf("%v", ids)
	}
	for _, l := range all {
		if closed != 0 {
			t.Error("closed too early")
		}
		if err := l.(runner.Closer).Close(); err != nil {
			t.Error(err)
		}
	}
	if closed != 1 {
		t.Errorf("closed %d times", closed)
	}
}

// counted counts how often a launcher is closed.
type counted struct {
	runner.Closer
	n *int
}

func (c counted) Close() error {
	*c.n++
	return c.Closer.Close()
}

// locked is the newest Python from a version on that has a GIL.
func locked(t *testing.T, from string) which.Python {
	t.Helper()
	for _, p := range whichtest.Every(t, which.Python.Threads) {
		if p.GIL && p.AtLeast(from) {
			return p
		}
	}
	t.Skip("no Python " + from + " or later with a GIL was found in PATH or in pyenv")
	return which.Python{}
}
