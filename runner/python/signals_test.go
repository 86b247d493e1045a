//go:build unix

package python

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"parallax/runner"
	"parallax/runner/python/which"
)

// handled are scripts that are asked to end and have something to say to that.
var handled = []struct {
	name, text string
	code       int
	out        string
	from       string // the oldest Python on which it is so
}{
	{"busy", "import signal, sys\nsignal.signal(signal.SIGTERM, lambda n, f: sys.exit(n))\nprint('ready')\nwhile True: pass", 15, "", ""},
	{"asleep", "import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *a: sys.exit(7))\nprint('ready')\ntime.sleep(1000)", 7, "", ""},
	{"in C code", "import signal, threading\ne = threading.Event()\nsignal.signal(signal.SIGTERM, lambda *a: e.set())\nprint('ready')\ne.wait()\nprint('clean')", 0, "clean", ""},
	{"a flag", "import signal\nstop = []\nsignal.signal(signal.SIGTERM, lambda *a: stop.append(1))\nprint('ready')\nwhile not stop: pass\nprint('clean')", 0, "clean", ""},
	{"an exception in a line", "import signal\nclass Stop(Exception): pass\ndef h(n, f): raise Stop(n, f.f_lineno)\nsignal.signal(signal.SIGTERM, h)\nprint('ready')\ntry:\n    for i in iter(int, 1): pass\nexcept Stop as e:\n    print('clean', e.args)", 0, "clean (15, 7)", "3.12"},
	{"SIGINT", "import signal, sys\nsignal.signal(signal.SIGINT, lambda *a: sys.exit(3))\nprint('ready')\nwhile True:\n    pass", 3, "", ""},
	{"asyncio's own", "import asyncio\nasync def f():\n    try:\n        print('ready')\n        await asyncio.sleep(1000)\n    finally:\n        print('clean')\nasyncio.run(f())", 130, "clean", "3.11"},
	{"in asyncio", "import asyncio, signal\nasync def f():\n    e = asyncio.Event()\n    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, e.set)\n    print('ready')\n    await e.wait()\n    print('clean')\nasyncio.run(f())", 0, "clean", ""},
}

func TestAskedToEndAScriptsHandlersAreCalled(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		for _, c := range handled {
			if c.from != "" && !p.AtLeast(c.from) {
				continue
			}
			r := b.script(c.text)
			r.says("ready")
			r.stop(runner.Ask)
			if exit := r.wait(); exit.Code != c.code || !strings.Contains(r.stdout(), c.out) {
				t.Errorf("%s: %+v\n%s%s", c.name, exit, r.stdout(), r.stderrText())
			}
		}
	})
}

func TestAScriptThatIgnoresBeingAskedIsKilled(t *testing.T) {
	b := newBench(t, newest(t, "3.12"))
	r := b.script("import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('ready')\nn = 0\nwhile True:\n    n += 1\n    if n % 100000 == 0:\n        print(n)")
	r.says("ready")
	r.stop(runner.Ask)
	before := len(r.stdout())
	eventually(t, "it goes on", func() bool { return len(r.stdout()) > before+10 }, r.stdout)
	r.stop(runner.Kill)
	if exit := r.wait(); exit.Code != 137 {
		t.Errorf("%+v", exit)
	}
}

func TestAlarmsRing(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		for _, c := range []struct {
			text string
			code int
			out  string
		}{
			{"import signal\nsignal.signal(signal.SIGALRM, lambda *a: print('rang'))\nprint(signal.alarm(9), signal.alarm(1))\nsignal.pause()\nprint('on')", 0, "0 9\nrang\non\n"},
			{"import signal, time\nn = []\nsignal.signal(signal.SIGALRM, lambda *a: n.append(1))\nsignal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)\nwhile len(n) < 5: time.sleep(0.001)\nleft, interval = signal.setitimer(signal.ITIMER_REAL, 0)\nprint(interval, signal.getitimer(signal.ITIMER_REAL), 0 <= left < 1)", 0, "0.01 (0.0, 0.0) True\n"},
			{"import signal, time\nclass Late(Exception): pass\ndef h(*a): raise Late('so late')\nsignal.signal(signal.SIGALRM, h)\nsignal.setitimer(signal.ITIMER_REAL, 0.02)\ntry:\n    while True:\n        sum(range(100))\nexcept Late as e:\n    print('caught', e)", 0, "caught so late\n"},
			{"import signal, time\nprint('set')\nsignal.setitimer(signal.ITIMER_REAL, 0.02)\nwhile True:\n    pass", 142, "set\n"},
			{"import signal\nsignal.alarm(100)\nprint('ends without it')", 0, "ends without it\n"},
			{"import signal, os\nsignal.signal(signal.SIGUSR1, lambda n, f: print(n, f.f_lineno))\nos.kill(os.getpid(), signal.SIGUSR1)\nsignal.raise_signal(signal.SIGUSR1)\nos.kill(os.getpid(), signal.SIGTERM)\nprint('no')", 143, "10 3\n10 4\n"},
			{"import _thread, threading, time\ntry:\n    threading.Thread(target=_thread.interrupt_main).start()\n    time.sleep(1000)\nexcept KeyboardInterrupt:\n    print('interrupted')", 0, "interrupted\n"},
		} {
			neighbour := b.script(sleeper)
			neighbour.says("ready")
			r := b.script(c.text)
			if exit := r.wait(); exit.Code != c.code || r.stdout() != c.out {
				t.Errorf("%+v %q\n%s\n%s", exit, r.stdout(), c.text, r.stderrText())
			}
			neighbour.stop(runner.Ask)
			if exit := neighbour.wait(); exit.Code != 130 {
				t.Errorf("the neighbour: %+v", exit)
			}
		}
	})
}

// On a busy machine the next ring may be due before the last has been heard.
func TestAnAlarmThatIsLateStillHasAnInterval(t *testing.T) {
	b := newBench(t, newest(t, "3.8"))
	r := b.script("import signal\nfrom _parallax import local, signals\nsignal.signal(signal.SIGALRM, lambda *_: None) # it may ring\nc = signals.Clock(local.current.slot, 100, 0.2)\nc.due = local.monotonic() - 0.5\n" +
		"local.current.slot.clock = c\nleft, interval = signal.getitimer(signal.ITIMER_REAL)\nprint(0 < left <= 0.2, interval)\n" +
		"left, interval = signal.setitimer(signal.ITIMER_REAL, 0)\nprint(0 < left <= 0.2, interval, signal.getitimer(signal.ITIMER_REAL))")
	if exit := r.wait(); exit.Code != 0 || r.stdout() != "True 0.2\nTrue 0.2 (0.0, 0.0)\n" {
		t.Errorf("%+v %q\n%s", exit, r.stdout(), r.stderrText())
	}
}

func TestAnAlarmWaitsWhileItsScriptIsHeld(t *testing.T) {
	b := newBench(t, newest(t, "3.12"))
	r := b.script("import signal\nrang = []\nsignal.signal(signal.SIGALRM, lambda *a: rang.append(1))\nprint('ready')\nsignal.setitimer(signal.ITIMER_REAL, 0.3)\nwhile not rang: pass\nprint('rang')")
	r.says("ready")
	if err := r.Pause(); err != nil {
		t.Fatal(err)
	}
	r.held()
	b.script("import time\ntime.sleep(1)").wait()
	if got := r.stdout(); got != "ready\n" {
		t.Errorf("held, it said %q", got)
	}
	if err := r.Resume(); err != nil {
		t.Fatal(err)
	}
	if exit := r.wait(); exit.Code != 0 || r.stdout() != "ready\nrang\n" {
		t.Errorf("%+v %q", exit, r.stdout())
	}
}

// told runs a script to its end and returns the kinds of warnings that it was given.
func (b *bench) told(text string) []string {
	b.t.Helper()
	var mu sync.Mutex
	var codes []string
	b.say = func(level runner.Level, code, text string) {
		mu.Lock()
		defer mu.Unlock()
		if level != runner.Warning || text == "" || strings.ContainsAny(text, "\n") {
			b.t.Errorf("%v %s %q", level, code, text)
		}
		codes = append(codes, code)
	}
	r := b.script(text)
	if exit := r.wait(); exit.Reason != "" || strings.Contains(r.stderrText(), "parallax") {
		b.t.Errorf("%+v\n%s", exit, r.stderrText())
	}
	mu.Lock()
	defer mu.Unlock()
	return slices.Clone(codes)
}

func TestAScriptIsWarnedOfWhatAThreadCannotHave(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		for _, c := range []struct{ text, want string }{
			{"import os\nfor i in range(2):\n    p = os.fork()\n    if p == 0:\n        os._exit(0)\n    os.waitpid(p, 0)", "fork"},
			{"import multiprocessing as m\nif __name__ == '__main__':\n    p = m.get_context('fork').Process(target=print)\n    p.start()\n    p.join()", "fork"},
			{"import os\nos._exit(3)", "exit"},
			{"import os\nos.execvp('true', ['true'])", "exec"},
			{"import signal\nsignal.signal(signal.SIGUSR1, print)\nsignal.signal(signal.SIGHUP, print)", "signal"},
			{"import os\nmine = open(os.devnull)\nos.closerange(3, 4096)\nmine.read()", "closerange"},
			{"import os\nfor fd in range(3, 400):\n    try:\n        os.close(fd)\n    except OSError:\n        pass", "closerange"},
			{"import gc\ngc.disable()", "gc"},
			{"import os\nf = open(__file__)\nos.closerange(3, 100)\nassert f.read()", "closerange"},
			{"import sys\nsys.setrecursionlimit(3000)", "recursion"},
			{"import locale\nlocale.setlocale(locale.LC_ALL, 'C.UTF-8')\nlocale.setlocale(locale.LC_ALL, 'C')", "locale"},
			{"import resource as r\nr.setrlimit(r.RLIMIT_CORE, r.getrlimit(r.RLIMIT_CORE))", "limits"},
			{"import os, time\nos.environ['TZ'] = 'Asia/Tokyo'\ntime.tzset()", "environ"},
		} {
			if got := strings.Join(b.told(c.text), " "); got != c.want {
				t.Errorf("told %q, want %q\n%s", got, c.want, c.text)
			}
		}
	})
}

func TestAScriptIsNotWarnedOfWhatItHas(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		for _, text := range []string{
			"import os, sys\nos.chdir('/')\nos.umask(0o22)\nos.environ['A'] = 'b'\nos.putenv('B', 'c')\nsys.exit(0)",
			"import signal, time\nfor s in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):\n    signal.signal(s, print)\nsignal.signal(signal.SIGPIPE, signal.SIG_DFL)\nsignal.setitimer(signal.ITIMER_REAL, 0.01)\ntime.sleep(0.03)",
			"import subprocess, os\nsubprocess.run(['true'])\nos.system('true')\nos.popen('true').read()",
			"import logging, asyncio, concurrent.futures, multiprocessing, tempfile, ssl, http.client, unittest, decimal, faulthandler\nasyncio.run(asyncio.sleep(0))\nfaulthandler.enable()\nlogging.basicConfig()",
			"import multiprocessing as m\nif __name__ == '__main__':\n    with m.get_context('spawn').Pool(1) as p:\n        p.map(abs, [1])",
			"import socket, os\nsocket.setdefaulttimeout(3)\nassert socket.socket().gettimeout() == 3 == socket.getdefaulttimeout()\nos.nice(0)",
			"import time, locale\ntime.tzset()\nlocale.setlocale(locale.LC_ALL)",
			"import threading, time\nthreading.Thread(target=time.sleep, args=(1000,), daemon=True).start()",
		} {
			if got := b.told(text); len(got) > 0 {
				t.Errorf("told %q\n%s", got, text)
			}
		}
	})
}

func TestSettingsEndWithTheirScript(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		look := "import gc, sys, socket\nprint(gc.isenabled(), sys.getrecursionlimit(), socket.getdefaulttimeout(), socket.socket().gettimeout())"
		before := b.script(look)
		before.wait()
		b.script("import gc, sys, socket\ngc.disable()\nsys.setrecursionlimit(12345)\nsocket.setdefaulttimeout(1)\nassert sys.getrecursionlimit() == 12345").wait()
		after := b.script(look)
		after.wait()
		if before.stdout() != after.stdout() || !strings.HasPrefix(after.stdout(), "True 1000 None") {
			t.Errorf("%s%s%s", before.stdout(), after.stdout(), after.stderrText())
		}
	})
}

func TestAScriptWaitsForItsOwnChildrenOnly(t *testing.T) {
	b := newBench(t, newest(t, "3.8"))
	other := b.script("import subprocess\np = subprocess.Popen(['sleep', '0.2'])\nprint('ready')\np.wait()\nprint(p.returncode)")
	other.says("ready")
	r := b.script("import os\np = os.fork()\nif p == 0:\n    os._exit(3)\nprint(os.wait() == (p, 768))\ntry:\n    os.wait()\nexcept ChildProcessError:\n    print('none')")
	if exit := r.wait(); exit.Code != 0 || r.stdout() != "True\nnone\n" {
		t.Errorf("%+v %q %s", exit, r.stdout(), r.stderrText())
	}
	if exit := other.wait(); exit.Code != 0 || other.stdout() != "ready\n0\n" {
		t.Errorf("%+v %q", exit, other.stdout())
	}
}
