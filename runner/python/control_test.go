//go:build unix

package python

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parallax/runner"
	"parallax/runner/python/which"
)

func (r *running) held() string {
	r.b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	where, err := r.Held(ctx)
	if err != nil {
		r.b.t.Fatalf("held: %v\n%s", err, r.stderrText())
	}
	return where
}

// counter counts as fast as it can and says after each thousand how far it is.
const counter = `
import sys
def step(n):
    return n + 1
class Counter:
    def go(self):
        n = 0
        while True:
            n = step(n)
            if n % 1000 == 0:
                print(n)
print("ready")
Counter().go()
`

// holding runs a test on Pythons that can hold one thread.
func holding(t *testing.T, test func(t *testing.T, p which.Python)) {
	t.Helper()
	each(t, func(t *testing.T, p which.Python) {
		if !p.PausesThreads() {
			t.Skip("it cannot hold one thread")
		}
		test(t, p)
	})
}

func TestAPausedScriptStandsStillAndGoesOnWhereItWas(t *testing.T) { holding(t, standsStill) }

func standsStill(t *testing.T, p which.Python) {
	b := newBench(t, p)
	var all []*running
	for range 3 {
		all = append(all, b.script(counter))
	}
	for _, r := range all {
		r.says("1000\n")
	}
	for round := range 8 {
		r := all[round%len(all)]
		if err := r.Pause(); err != nil {
			t.Fatal(err)
		}
		if where := r.held(); !strings.Contains(where, ".py:") {
			t.Errorf("held at %q", where)
		}
		before := r.stdout()
		others := all[(round+1)%len(all)]
		length := len(others.stdout())
		eventually(t, "the others go on", func() bool { return len(others.stdout()) > length+100 }, others.stdout)
		if after := r.stdout(); after != before {
			t.Errorf("a held script printed %q", after[len(before):])
		}
		if err := r.Resume(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the script goes on", func() bool { return len(r.stdout()) > len(before) }, r.stderrText)
	}
	for _, r := range all {
		if err := r.Stop(runner.Ask); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range all {
		if exit := r.wait(); exit.Code != 130 {
			t.Errorf("%+v", exit)
		}
		if got := r.stderrText(); !strings.HasSuffix(got, "KeyboardInterrupt\n") {
			t.Errorf("%s", got)
		}
		lines := strings.Fields(r.stdout())
		for i, line := range lines[1:] {
			if line != strconv.Itoa((i+1)*1000) {
				t.Fatalf("line %d is %q", i, line)
			}
		}
	}
}

func TestManyKindsOfLoopsArePausedAndEnded(t *testing.T) {
	b := newBench(t, newest(t, "3.12"))
	for name, text := range map[string]string{
		"one line":      "print('ready', flush=True)\nwhile True: pass",
		"generator":     "print('ready')\nsum(i & 1 for i in iter(int, 1))",
		"comprehension": "print('ready')\n[0 for i in iter(int, 1) if i]",
		"lambda":        "print('ready')\nf = lambda: f\nwhile f(): f",
		"swallows all":  "print('ready')\nn = 0\nwhile True:\n    try:\n        n += 1\n    except BaseException:\n        pass",
		"nested":        "print('ready')\nn = 0\nwhile True:\n    try:\n        try:\n            n += 1\n        finally:\n            n -= 1\n    except:\n        n += 0\n    finally:\n        n *= 1",
		"sleeps":        "import time\nprint('ready')\ntime.sleep(1000)",
		"sleeps often":  "import time\nprint('ready')\nwhile True:\n    time.sleep(0.001)",
		"two threads":   "import threading\ndef f():\n    n = 0\n    while True:\n        n += 1\nthreading.Thread(target=f).start()\nprint('ready')\nf()",
		"joins":         "import threading\ndef f():\n    n = 0\n    while True:\n        n += 1\nt = threading.Thread(target=f)\nt.start()\nprint('ready')\nt.join()",
		"asyncio":       "import asyncio\nasync def f():\n    while True:\n        await asyncio.sleep(0.001)\nprint('ready')\nasyncio.run(f())",
		"json":          "import json\nprint('ready')\nwhile True:\n    json.loads(json.dumps([1, 2, {'a': 3}]))",
		"neighbour":     "import looper\nprint('ready')\nlooper.go()",
	} {
		t.Run(name, func(t *testing.T) {
			b := b.within(t)
			b.write("looper.py", "def go():\n    n = 0\n    while True:\n        n += 1\n")
			r := b.script(text)
			r.says("ready")
			for range 2 {
				if err := r.Pause(); err != nil {
					t.Fatal(err)
				}
				r.held()
				if _, err := r.Stack(); err != nil {
					t.Error(err)
				}
				if err := r.Resume(); err != nil {
					t.Fatal(err)
				}
			}
			if err := r.Pause(); err != nil { // killed while it is held
				t.Fatal(err)
			}
			r.held()
			pid := r.host.id.PID
			if err := r.Stop(runner.Kill); err != nil {
				t.Fatal(err)
			}
			if exit := r.wait(); exit.Code != 137 || exit.Reason != "" {
				t.Errorf("%+v\n%s", exit, r.stderrText())
			}
			if again := b.script("print(1)"); again.host.id.PID != pid {
				t.Error("the interpreter was ended with it")
			} else {
				again.wait()
			}
		})
	}
}

func TestOlderPythonsRefuseToPauseInWords(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		if p.PausesThreads() {
			t.Skip("it can pause")
		}
		b := newBench(t, p)
		r := b.script("print('ready')\nwhile True: pass")
		r.says("ready")
		if err := r.Pause(); err == nil || !strings.Contains(err.Error(), "3.9 and later") {
			t.Errorf("%v", err)
		}
		if err := r.Stop(runner.Ask); err != nil {
			t.Error(err)
		}
		if exit := r.wait(); exit.Code != 130 {
			t.Errorf("%+v", exit)
		}
	})
}

// exact are scripts whose output tells whether anything was lost, done twice or done in another order.
var exact = []string{
	"def g():\n    i = 0\n    while True:\n        yield i\n        i += 1\nt = 0\nfor x in g():\n    t += x\n    if x == 150000: break\nprint(t)",
	"print(sum(i & 1 for i in range(300000)), len([0 for i in range(300000) if i % 3 == 0]))",
	"def outer():\n    n = 0\n    def inc():\n        nonlocal n\n        n += 1\n    for _ in range(100000): inc()\n    return n\nprint(outer())",
	"def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)\nprint(fib(23))",
	"n = e = 0\nwhile n < 80000:\n    try:\n        n += 1\n        if n % 7 == 0: raise ValueError(n)\n    except ValueError as x:\n        e += 1\n    finally:\n        n += 0\nprint(n, e)",
	"import hashlib, json, zlib\nh = b''\nfor i in range(1500):\n    h = hashlib.sha256(h + zlib.compress(json.dumps([i] * 50).encode())).digest()\nprint(h.hex())",
	"import threading\ncount, total, lock = [0] * 3, 0, threading.Lock()\ndef f(k):\n    global total\n    for i in range(15000):\n        count[k] += 1\n        with lock:\n            total += 1\nts = [threading.Thread(target=f, args=(k,)) for k in range(3)]\n[t.start() for t in ts]\n[t.join() for t in ts]\nprint(count, total)",
	"import threading\ndef outer():\n    n, lock = 0, threading.Lock()\n    def inc():\n        nonlocal n\n        for i in range(15000):\n            with lock:\n                n += 1\n    ts = [threading.Thread(target=inc) for k in range(3)]\n    [t.start() for t in ts]\n    [t.join() for t in ts]\n    return n\nprint(outer())",
	"import queue, threading\nq = queue.Queue(10)\ndef put():\n    for i in range(4000): q.put(i)\n    q.put(None)\nthreading.Thread(target=put).start()\nprint(sum(iter(q.get, None)))",
	"import asyncio\nasync def w(n):\n    t = 0\n    for i in range(n):\n        await asyncio.sleep(0)\n        t += i\n    return t\nasync def m(): return sum(await asyncio.gather(*[w(300) for _ in range(10)]))\nprint(asyncio.run(m()))",
}

func TestPausesAtRandomMomentsChangeNothing(t *testing.T) {
	holding(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		var pauses atomic.Int64
		t.Cleanup(func() { t.Log(pauses.Load(), "pauses") })
		for i, text := range exact {
			t.Run(strconv.Itoa(i), func(t *testing.T) {
				t.Parallel()
				b := b.within(t)
				want := b.plain(runner.Job{Script: b.write(fmt.Sprintf("plain%d.py", i), text)}).out
				r := b.script(text)
				pauses.Add(r.pausedOften())
				if exit := r.wait(); exit.Code != 0 || r.stdout() != want {
					t.Errorf("%+v %q, want %q\n%s", exit, r.stdout(), want, r.stderrText())
				}
			})
		}
	})
}

// pausedOften pauses and resumes a script until it ends, and returns how often it was held.
func (r *running) pausedOften() (times int64) {
	r.b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for ; ; times++ {
		select {
		case <-r.done:
			return times
		case <-time.After(rand.N(20 * time.Millisecond)):
		}
		if err := r.Pause(); err != nil {
			r.b.t.Fatal(err)
		}
		if _, err := r.Held(ctx); err != nil {
			if !r.over() {
				stack, _ := r.Stack()
				r.b.t.Fatalf("held: %v\n%s", err, stack)
			}
			return times
		}
		if err := r.Resume(); err != nil {
			r.b.t.Fatal(err)
		}
	}
}

func TestAScriptWhoseThreadsWaitForOneThatIsHeldIsHeld(t *testing.T) {
	holding(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		r := b.script("import threading\nlock = threading.Lock()\ndef f():\n    n = 0\n    with lock:\n        print('ready', flush=True)\n        while n < 3000000:\n            n += 1\nts = [threading.Thread(target=f) for _ in range(3)]\n[t.start() for t in ts]\nfor t in ts:\n    t.join()\nprint('done')")
		r.says("ready")
		if err := r.Pause(); err != nil {
			t.Fatal(err)
		}
		r.held()
		if err := r.Resume(); err != nil {
			t.Fatal(err)
		}
		r.stop(runner.Ask)
		r.wait()
	})
}

func TestAHeldScriptThatIsAskedToEndMayCleanUp(t *testing.T) {
	holding(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		for range 5 {
			r := b.script("n = 0\ntry:\n    print('ready')\n    while True:\n        n += 1\nfinally:\n    print('finally')")
			r.says("ready")
			if err := r.Pause(); err != nil {
				t.Fatal(err)
			}
			r.held()
			r.stop(runner.Ask)
			if exit := r.wait(); exit.Code != 130 || r.stdout() != "ready\nfinally\n" {
				t.Errorf("%+v %q\n%s", exit, r.stdout(), r.stderrText())
			}
		}
	})
}

func TestAskedToEndAScriptMayCleanUp(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		for _, text := range []string{
			"import time, atexit\natexit.register(print, 'atexit')\ntry:\n    print('ready')\n    time.sleep(1000)\nfinally:\n    print('finally')",
			"import atexit\natexit.register(print, 'atexit')\ntry:\n    print('ready')\n    while True:\n        pass\nfinally:\n    print('finally')",
		} {
			r := b.script(text)
			r.says("ready")
			if err := r.Stop(runner.Ask); err != nil {
				t.Fatal(err)
			}
			if exit := r.wait(); exit.Code != 130 {
				t.Errorf("%+v", exit)
			}
			if got := r.stdout(); got != "ready\nfinally\natexit\n" {
				t.Errorf("%q", got)
			}
			if got := r.stderrText(); strings.Contains(got, "<parallax") {
				t.Error(got)
			}
		}
	})
}

// The exception waits in one thread for C code to return. Another then enters a function when C code
// calls it, which Python 3.11 looks for exceptions before.
func TestAScriptIsHeldThoughAnotherIsToEndAndInCCode(t *testing.T) {
	holding(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		stuck := b.script("import os, select\nr, w = os.pipe()\nprint('ready', w)\nselect.select([r], [], [])")
		stuck.says("ready")
		r := b.script("import functools, select\ndef f(n):\n    return 0\nprint('ready')\nsum(map(f, iter(functools.partial(select.select, [], [], [], 0.01), None)))")
		r.says("ready")
		stuck.stop(runner.Ask)
		for range 3 {
			if err := r.Pause(); err != nil {
				t.Fatal(err)
			}
			r.held()
			if err := r.Resume(); err != nil {
				t.Fatal(err)
			}
		}
		b.script("import os\nos.write(" + strings.Fields(stuck.stdout())[1] + ", b'x')").wait()
		if exit := stuck.wait(); exit.Code != 130 {
			t.Errorf("what was thrown did not come: %+v\n%s", exit, stuck.stderrText())
		}
		r.stop(runner.Ask)
		if exit := r.wait(); exit.Code != 130 {
			t.Errorf("%+v\n%s", exit, r.stderrText())
		}
	})
}

func TestAScriptInCCodeIsHeldWhenThatReturns(t *testing.T) {
	b := newBench(t, newest(t, "3.12"))
	r := b.script("import select, os, sys\nr, w = os.pipe()\nprint('ready', w)\nselect.select([r], [], [])\nprint('after')")
	r.says("ready")
	if err := r.Pause(); err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if where, err := r.Held(short); err == nil {
		t.Errorf("held at %s though it is in C code", where)
	}
	fd := strings.Fields(r.stdout())[1]
	b.script("import os\nos.write(" + fd + ", b'x')").wait()
	r.held()
	if got := r.stdout(); strings.Contains(got, "after") {
		t.Error("it went on")
	}
	if err := r.Resume(); err != nil {
		t.Fatal(err)
	}
	if exit := r.wait(); exit.Code != 0 || !strings.Contains(r.stdout(), "after") {
		t.Errorf("%+v %s", exit, r.stdout())
	}
}

func TestWhatResistsEndsWithTheInterpreterIfKilledTwice(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		stuck := b.launch(runner.Job{Name: "stuck", Script: b.write("stuck.py", "import select\nprint('ready')\nselect.select([], [], [])")})
		other := b.script("import time\nprint('ready')\ntime.sleep(1000)")
		stuck.says("ready")
		other.says("ready")
		for range 2 {
			if err := stuck.Stop(runner.Kill); err != nil {
				t.Fatal(err)
			}
		}
		if exit := stuck.wait(); exit.Signal != "SIGKILL" {
			t.Errorf("%+v", exit)
		}
		if exit := other.wait(); exit.Reason != `lost with the interpreter: it was ended to end "stuck"` {
			t.Errorf("%+v", exit)
		}
		if r := b.script("print('new')"); r.wait().Code != 0 || r.stdout() != "new\n" {
			t.Error("no new interpreter")
		}
	})
}

func TestWhenAllAreKilledTheInterpreterGoes(t *testing.T) {
	b := newBench(t, newest(t, "3.8"))
	var all []*running
	for range 3 {
		all = append(all, b.script("import select\nprint('ready')\nselect.select([], [], [])"))
	}
	for _, r := range all {
		r.says("ready")
		if err := r.Stop(runner.Kill); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range all {
		if exit := r.wait(); exit.Signal != "SIGKILL" {
			t.Errorf("%+v", exit)
		}
	}
}

func TestAStackIsToldOfAnyScript(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		r := b.script("import time\ndef outer():\n    inner()\ndef inner():\n    print('ready')\n    time.sleep(1000)\nouter()")
		busy := b.script("print('ready')\nwhile True:\n    pass")
		r.says("ready")
		busy.says("ready")
		s, err := r.Stack()
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"in <module>\n    outer()", "in outer\n    inner()", "in inner\n    time.sleep(1000)", "main thread · tid "} {
			if !strings.Contains(s, want) {
				t.Errorf("no %q in\n%s", want, s)
			}
		}
		if strings.Contains(s, "<parallax") || strings.Contains(s, "threading.py") {
			t.Errorf("the host shows:\n%s", s)
		}
		s, err = busy.Stack()
		if err != nil || !strings.Contains(s, "in <module>") {
			t.Errorf("%s %v", s, err)
		}
		r.Stop(runner.Ask)
		busy.Stop(runner.Ask)
		r.wait()
		busy.wait()
	})
}

func TestAStackIsToldThoughTheInterpreterIsSilent(t *testing.T) {
	b := newBench(t, newest(t, "3.8"))
	// PyDLL keeps the GIL while C code sleeps.
	r := b.script("import ctypes\ndef silent():\n    print('ready')\n    ctypes.PyDLL(None).sleep(8)\nsilent()")
	r.says("ready")
	s, err := r.Stack()
	if err != nil || !strings.Contains(s, "in silent") || strings.Index(s, "<module>") > strings.Index(s, "in silent") {
		t.Errorf("%v\n%s", err, s)
	}
	r.Stop(runner.Kill)
	r.Stop(runner.Kill)
	r.wait()
}
