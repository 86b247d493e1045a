//go:build linux

package zygote

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"parallax/runner"
	"parallax/runner/python/which"
)

// facts prints what a script can see of itself without looking at its parent or at sys.modules.
const facts = `
import sys, os, time, signal, inspect, traceback, threading, gc
listed = os.listdir("/proc/self/fd")  # before any is opened; one is that of the listing itself
# In some builds ctypes, which zygotes need, keeps the interpreter's file open.
listed = [fd for fd in listed if not os.path.exists("/proc/self/fd/" + fd) or os.readlink("/proc/self/fd/" + fd) != os.path.realpath(sys.executable)]
print(__name__, __file__, sys.argv, sys.path, getattr(sys, "orig_argv", None), sys.flags, sys.executable, sys.prefix)
print(sorted(globals()), __spec__, __package__, __doc__, type(__loader__), sys.modules["__main__"].__dict__ is globals())
print(sys.exc_info(), hasattr(sys, "last_value"), sys.excepthook is sys.__excepthook__, [f.filename for f in inspect.stack()])
traceback.print_stack()
print(sorted(listed, key=int), os.getcwd(), oct(os.umask(0o22)))
print(os.getsid(0) == os.getpid() == os.getpgid(0), os.sched_getaffinity(0))
for stream in (sys.stdin, sys.stdout, sys.stderr):
    print(stream.name, stream.mode, stream.encoding, stream.errors, stream.line_buffering, stream.write_through if stream is not sys.stdin else "",
          type(stream.buffer), stream.fileno(), stream.isatty(), stream.seekable(), getattr(sys, "__%s__" % stream.name[1:-1]) is stream)
print({s: signal.getsignal(s) for s in sorted(signal.valid_signals())}, signal.pthread_sigmask(signal.SIG_BLOCK, []))
print(signal.set_wakeup_fd(-1), threading.current_thread(), threading.active_count(), threading.main_thread().ident == threading.get_ident())
print(gc.isenabled(), gc.get_threshold(), sys.getrecursionlimit())
print(open("/proc/self/cmdline").read().rstrip("\0").split("\0")[1:])
print(time.strftime("%Z %z", time.localtime(0)), time.tzname)
volatile = ("PARALLAX_TASK", "PARALLAX_SLOT", "PARALLAX_JOB", "_")
print(sorted((k, v) for k, v in os.environ.items() if k not in volatile))
seen = dict(p.split("=", 1) for p in open("/proc/self/environ", errors="surrogateescape").read().split("\0") if "=" in p)
print(os.environ["PARALLAX_TASK"] == seen["PARALLAX_TASK"], os.environ["PARALLAX_RUN"] == seen["PARALLAX_RUN"])
sys.stdout.flush()
os.system("env -u PARALLAX_TASK -u PARALLAX_SLOT -u PARALLAX_JOB -u _ sort -z /dev/null; env | grep -v -e PARALLAX_ -e ^_= | sort")
print(sys.stdin.read())
`

// quick are those of ends that are tried on every Python, not only on the newest.
var quick = []string{"exception", "syntax", "bad bytes", "exit text", "interrupt", "atexit", "multiprocessing"}

// ends are scripts whose ends say how they were run.
var ends = map[string]string{
	"exception": "def f():\n    1 / 0\n\ntry:\n    f()\nexcept Exception:\n    raise ValueError('é')\n",
	"syntax":    "x = 1\nif x\n    print(x)\n",
	"encoding":  "# coding: latin-1\nprint(len('\xe9'), '\xe9')\n",
	"bad bytes": "print('\xe9')\n",
	"indent":    "def f():\nreturn 1\n",
	"missing":   "import nosuchmodule_at_all\n",
	"exit 7":    "import sys\nsys.exit(7)\n",
	"exit 300":  "import sys\nsys.exit(300)\n",
	"exit text": "import sys\nsys.exit('bye')\n",
	"exit none": "raise SystemExit\n",
	"_exit":     "import os\nprint('x', flush=True)\nos._exit(3)\n",
	"interrupt": "raise KeyboardInterrupt\n",
	"signal":    "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n",
	"segfault":  "import faulthandler, ctypes\nfaulthandler.enable()\ndef f():\n    ctypes.string_at(0)\nf()\n",
	"abort":     "import os\nos.abort()\n",
	"atexit": `import atexit, threading, time, logging, weakref
class C:
    def __del__(self): print("del")
c = C(); weakref.finalize(c, print, "gone")
atexit.register(print, "atexit 1"); atexit.register(print, "atexit 2")
threading.Thread(target=lambda: (time.sleep(.1), print("thread"))).start()
logging.warning("logged")
print("end")
`,
	"atexit raises": "import atexit\n@atexit.register\ndef f():\n    raise ValueError\n",
	"thread raises": "import threading\nt = threading.Thread(target=lambda: 1 / 0, name='t')\nt.start(); t.join()\n",
	"unraisable":    "class C:\n    def __del__(self): 1 / 0\nc = C()\ndel c\nprint('on')\n",
	"hook":          "import sys\nsys.excepthook = lambda *a: print('hook', a[0])\n1 / 0\n",
	"no stdout":     "import sys\nprint('a')\ndel sys.stdout\nsys.stderr.write('b\\n')\n1 / 0\n",
	"closed":        "import os, sys\nos.close(1)\nprint('a')\n",
	"warning":       "import warnings\ndef f():\n    warnings.warn('careful', stacklevel=2)\nf()\nwarnings.warn('top', DeprecationWarning)\n",
	"recursion":     "def f(): f()\ntry:\n    f()\nexcept RecursionError as e:\n    print(type(e))\n",
	"docs":          "'''doc\n>>> 1 + 1\n2\n'''\nimport doctest\nprint(__doc__, doctest.testmod())\n",
	"main": `import pickle, dataclasses, unittest, sys
@dataclasses.dataclass
class D: x: int
print(pickle.loads(pickle.dumps(D(1))))
class T(unittest.TestCase):
    def test(self): self.assertEqual(D(1), D(1))
if __name__ == "__main__":
    unittest.main(exit=False, testRunner=unittest.TextTestRunner(stream=open("/dev/null", "w")))
    import __main__
    print(__main__.D is D)
`,
	"fork":  "import os\npid = os.fork()\nif pid == 0:\n    print('child', flush=True)\n    os._exit(4)\nprint(os.WEXITSTATUS(os.waitpid(pid, 0)[1]))\n",
	"exec":  "import os, sys\nos.execv('/bin/sh', ['sh', '-c', 'echo $0 $1; exit 5', 'a', 'b'])\n",
	"runpy": "import runpy, sys\nsys.argv = ['x']\nprint(runpy.run_module('this', run_name='other')['__name__'])\n",
	"asyncio": `import asyncio, sys
async def main():
    p = await asyncio.create_subprocess_exec(sys.executable, "-c", "print('from the child')", stdout=asyncio.subprocess.PIPE)
    print((await p.communicate())[0], p.returncode)
    await asyncio.gather(*(asyncio.sleep(.01) for _ in range(5)))
    print(await asyncio.get_running_loop().run_in_executor(None, sum, [1, 2]))
asyncio.run(main())
`,
	"multiprocessing": `import multiprocessing as mp, os, sys
def f(x): return x * x, __name__.replace("__mp_main__", "main again"), sys.argv, os.getcwd(), os.environ["SEED"]
if __name__ == "__main__":
    for how in mp.get_all_start_methods():
        with mp.get_context(how).Pool(2) as pool:
            print(how, pool.map(f, range(3)))
    print(mp.process.ORIGINAL_DIR, mp.current_process(), mp.active_children(), mp.parent_process())
`,
	"executors": `from concurrent.futures import ThreadPoolExecutor, ProcessPoolExecutor
def f(x): return x + 1
if __name__ == "__main__":
    with ThreadPoolExecutor(2) as t, ProcessPoolExecutor(2) as p:
        print(list(t.map(f, range(3))), list(p.map(f, range(3))))
`,
	"subprocess": "import subprocess, sys\nprint(subprocess.run([sys.executable, '-c', 'import sys; print(sys.argv, input())', 'x'], capture_output=True, text=True))\nprint(subprocess.check_output('cat; pwd', shell=True))\n",
	"ignored":    "import signal, os\nsignal.signal(signal.SIGTERM, lambda *a: print('asked', flush=True))\nos.kill(os.getpid(), signal.SIGTERM)\nimport subprocess\nprint(subprocess.run(['sh', '-c', 'kill -PIPE $$']).returncode)\n",
}

// changing is what differs between any two processes.
var changing = regexp.MustCompile(`0x[0-9a-f]+|pid[= ][0-9]+|Thread-[0-9]+|MainThread, started [0-9]+|in [0-9.]+s`)

// below is what newer Pythons print of the C stack: it differs, since a script begins elsewhere.
var below = regexp.MustCompile(`(?m)^  Binary file .*\n`)

func same(t *testing.T, b *bench, job runner.Job) {
	t.Helper()
	plain, forked := b.plain(job), b.start(job)
	want, got := plain.end(), forked.end()
	for _, e := range []*ending{&want, &got} {
		for _, s := range []*string{&e.out, &e.err} {
			*s = changing.ReplaceAllString(below.ReplaceAllString(*s, ""), "?")
		}
	}
	if want.code != got.code || want.signal != got.signal {
		t.Errorf("plain: %d %s, forked: %d %s", want.code, want.signal, got.code, got.signal)
	}
	for _, s := range [][3]string{{"stdout", want.out, got.out}, {"stderr", want.err, got.err}} {
		x, y := strings.Split(s[1], "\n"), strings.Split(s[2], "\n")
		for i := range max(len(x), len(y)) {
			if a, b := line(x, i), line(y, i); a != b {
				t.Errorf("%s, line %d\nplain:  %s\nforked: %s", s[0], i+1, a, b)
				break
			}
		}
	}
}

func line(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(ended)"
}

func TestAScriptSeesWhatItWouldSeeInAProcessOfItsOwn(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		script := b.write("a.py", facts)
		for name, job := range map[string]runner.Job{
			"as it is": {Script: script, Args: []string{"x", "y z", "\xff", ""}},
			"elsewhere": {
				Script: script, Dir: b.dir, Stdin: b.write("in.txt", "from\r\nthe file\n"), CPUs: []int{0},
				Env: map[string]string{"TZ": "Asia/Tokyo", "LONG": strings.Repeat("x", 5000), "BYTES": "\xff", "EMPTY": "", "PATH": os.Getenv("PATH")},
			},
			"buffered": {Script: script, Env: map[string]string{"PYTHONUNBUFFERED": ""}},
			"encoded":  {Script: script, Env: map[string]string{"PYTHONIOENCODING": "latin-1:replace"}},
			"C locale": {Script: script, Env: map[string]string{"LC_ALL": "", "LC_CTYPE": "", "LANG": "C"}},
			"set up":   {Script: script, Env: map[string]string{"PYTHONOPTIMIZE": "1", "PYTHONWARNINGS": "error", "PYTHONPATH": "lib:/nowhere"}, Dir: b.dir},
		} {
			if p != newest(t) && name != "elsewhere" && name != "C locale" {
				continue
			}
			t.Run(name, func(t *testing.T) { same(t, b.within(t), job) })
		}
		t.Run("relative", func(t *testing.T) {
			b := newBench(t, p) // parallax itself never changes its folder
			t.Chdir(b.dir)
			b.write("a.py", facts)
			same(t, b, runner.Job{Script: "a.py"})
			b.write("sub/a.py", facts)
			same(t, b, runner.Job{Script: "sub/a.py"})
			if err := os.Symlink("../a.py", filepath.Join("sub", "link.py")); err != nil {
				t.Fatal(err)
			}
			same(t, b, runner.Job{Script: "sub/link.py"})
		})
	})
}

func TestAScriptEndsAsItWouldInAProcessOfItsOwn(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		for name, text := range ends {
			if p != newest(t) && !slices.Contains(quick, name) {
				continue
			}
			t.Run(name, func(t *testing.T) {
				b := b.within(t)
				job := runner.Job{Script: b.write(name+"/it.py", text), Env: map[string]string{"SEED": "1"}, Dir: b.dir}
				job.Preload = []string{"multiprocessing", "concurrent.futures", "asyncio", "unittest", "logging"}
				same(t, b, job)
			})
		}
		t.Run("gone", func(t *testing.T) {
			b := b.within(t)
			job := b.filled(runner.Job{Script: b.write("gone.py", "1")})
			if err := os.Remove(job.Script); err != nil {
				t.Fatal(err)
			}
			want := b.plain(job).end()
			r, err := b.launch(b.spec(job))
			if err != nil {
				t.Fatal(err)
			}
			if exit := r.wait(); exit.Code != want.code || r.stderr() != want.err {
				t.Errorf("%+v %s, want %+v", exit, r.stderr(), want)
			}
		})
	})
}

func TestWhatLiesBesideAScriptHidesWhatIsPreloaded(t *testing.T) {
	b := newBench(t, newest(t))
	b.write("queue.py", "print('own queue')\nclass Queue: pass\nclass Empty(Exception): pass\n")
	b.write("calendar/__init__.py", "name = 'own calendar'")
	b.write("json/nothing.txt", "no package")
	b.write("time.py", "1/0  # built in, so that it is never found")
	script := b.write("a.py", "import calendar, queue, json, time\nprint(calendar.name, queue.Queue.__module__, queue.__file__, json.dumps(1))\n")
	job := runner.Job{Script: script, Preload: []string{"json", "queue", "calendar"}}
	same(t, b, job)
}
