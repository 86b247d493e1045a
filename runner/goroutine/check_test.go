package goroutine

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"parallax/runner"
)

// pythonisms are scripts that are no Starlark, and what is said of them.
var pythonisms = map[string]string{
	"import os":                           `1:1: "import" is Python, not Starlark`,
	"# a\n\nfrom a import b":              `3:1: "from" is Python, not Starlark`,
	"class A:\n  pass":                    `1:1: "class" is Python, not Starlark`,
	"try:\n  x = 1\nexcept:\n  pass":      `1:1: "try" is Python, not Starlark`,
	"with f() as x:\n  pass":              `1:1: "with" is Python, not Starlark`,
	"def f():\n  yield 1":                 `2:3: "yield" is Python, not Starlark`,
	"x = (yield)":                         `1:6: "yield" is Python, not Starlark`,
	"async def f(): pass":                 `1:1: "async" is Python, not Starlark`,
	"x = [i async for i in y]":            `1:8: "async" is Python, not Starlark`,
	"x = await y":                         `1:5: "await" is Python, not Starlark`,
	"def f():\n  global x\n  x = 1":       `2:3: "global" is Python, not Starlark`,
	"def f():\n  nonlocal x":              `2:3: "nonlocal" is Python, not Starlark`,
	"x = 1\ny = x is None":                `2:7: "is" is Python, not Starlark: use ==`,
	"x = a is not b":                      `1:7: "is" is Python, not Starlark: use ==`,
	"del x":                               `1:1: "del" is Python, not Starlark`,
	"raise ValueError('x')":               `1:1: "raise" is Python, not Starlark: use fail(...)`,
	"assert x":                            `1:1: the assert statement is Python, not Starlark`,
	"match x:\n  case 1: pass":            `1:1: the match statement is Python, not Starlark`,
	"type X = int":                        `1:1: the type statement is Python, not Starlark`,
	"print 'x'":                           `1:1: the print statement is Python, not Starlark`,
	"x = f\"a{1}\"":                       `1:5: an f-string is Python, not Starlark: use % or .format()`,
	"print(f'x')":                         `1:7: an f-string is Python`,
	"print('a' f'x')":                     `1:11: an f-string is Python`,
	"x = Rf'''a\nb'''":                    `1:5: an f-string is Python`,
	"x = u'a'":                            `1:5: u"..." is Python`,
	"x = br'a'":                           `1:5: br"..." is Python`,
	"x = 'é' 'b'":                         `1:9: joining text without an operator is Python`,
	"x = ('a'\n  'b')":                    `2:3: joining text without an operator is Python`,
	"x = 1_000":                           `1:5: _ within a number is Python`,
	"x = 2j":                              `1:5: a complex number is Python`,
	"@dec\ndef f(): pass":                 `1:1: a decorator is Python, not Starlark`,
	"x = a @ b":                           `1:7: "@" is Python, not Starlark`,
	"y = 2**3":                            `1:6: "**" is Python, not Starlark: use pow()`,
	"if (n := 3): pass":                   `1:7: ":=" is Python, not Starlark`,
	"x = 1 < 2 < 3":                       `1:11: a chained comparison is Python, not Starlark: join two with "and"`,
	"x = {1, 2}":                          `1:7: a set in braces is Python, not Starlark: use set([...])`,
	"x = {1}":                             `1:7: a set in braces is Python`,
	"x = {i for i in y}":                  `1:8: a set comprehension is Python`,
	"x = sum(i for i in range(3))":        `1:11: a generator expression is Python, not Starlark: put it in [ ]`,
	"x = (i for i in range(3))":           `1:8: a generator expression is Python`,
	"x: int = 3":                          `1:2: a type annotation is Python`,
	"def f(x: int): pass":                 `1:8: a type annotation is Python`,
	"def f(x) -> int: pass":               `1:10: "->" is Python, not Starlark`,
	"def f[T](x): pass":                   `1:6: a type parameter is Python`,
	"def f(a, /, b): pass":                `1:10: / among parameters is Python`,
	"a, *b = 1, 2, 3":                     `1:4: unpacking with * is Python, not Starlark, except in a call`,
	"x = [*a, 1]":                         `1:6: unpacking with * is Python`,
	"x = a[...]":                          `1:7: "..." is Python`,
	"for i in []:\n  pass\nelse:\n  pass": `3:1: "else" after a loop is Python, not Starlark`,
	"open('x')":                           `1:1: "open" is Python, not Starlark`,
	"x = isinstance(1, int)\ny = z":       `1:5: "isinstance" is Python, not Starlark (and 1 more)`,
	"a = nowhere":                         `1:5: undefined: nowhere`,
	"x = (1,\n":                           `2:1: got end of file, want ')'`,
	"x = 'abc":                            `1:5: unexpected EOF in string`,
	"if x:\npass":                         `2:5: got pass, want indent`,
	"load('a', 'b')":                      `1:6: there are no modules to load here`,
	"x = $":                               `1:5: unexpected input character '$'`,
	"é = f(1, 2\ny = is":                  ``,
}

func TestWhatIsPythonIsNamedWithItsPlace(t *testing.T) {
	for text, want := range pythonisms {
		_, err := compile("c.py", []byte(text))
		if err == nil {
			t.Errorf("%q is taken for Starlark", text)
			continue
		}
		if got := err.Error(); !strings.HasPrefix(got, "c.py:"+want) || strings.Contains(got, "\n") {
			t.Errorf("%q:\n got %s\nwant c.py:%s", text, got, want)
		}
	}
}

func TestCheckRefusesInWords(t *testing.T) {
	ok := script(t, "ok.py", "print(1)")
	with := func(change func(*runner.Job)) runner.Job {
		job := ok
		change(&job)
		return job
	}
	folder := filepath.Join(t.TempDir(), "a.star")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	big := script(t, "big.star", strings.Repeat("#", maxSource+1))
	for name, tt := range map[string]struct {
		job  runner.Job
		want string
	}{
		"shell":     {runner.Job{Script: "build.sh"}, "build.sh is not Starlark"},
		"line":      {runner.Job{Line: "make test"}, "make test is a command, not Starlark"},
		"argv":      {runner.Job{Argv: []string{"ls", "-l"}}, "ls -l is a command, not Starlark"},
		"missing":   {runner.Job{Script: "no.star"}, `script "no.star": no such file`},
		"folder":    {runner.Job{Script: folder}, "is a folder"},
		"empty":     {script(t, "empty.star", ""), "empty file"},
		"python":    {script(t, "c.py", "x = 1\nimport os\n"), `c.py:2:1: "import" is Python, not Starlark`},
		"too large": {big, "has 16777217 bytes, more than 16777216"},
		"stdin":     {with(func(j *runner.Job) { j.Stdin = "in.txt" }), "a goroutine has no standard input"},
		"no core":   {with(func(j *runner.Job) { j.CPUs = []int{4095} }), ""},
		"negative":  {with(func(j *runner.Job) { j.CPUs = []int{-1} }), ""},
		"workload":  {runner.Job{Workload: "dance"}, `unknown workload "dance": one of spin, sleep, hash, primes, chatter, alloc`},
		"argument":  {runner.Job{Workload: "spin", Args: []string{"x"}}, `workload spin [SECONDS]: SECONDS is "x": must be a number from 0 to 86400`},
		"fraction":  {runner.Job{Workload: "primes", Args: []string{"1.5"}}, "must be a whole number from 1"},
		"nan":       {runner.Job{Workload: "sleep", Args: []string{"nan"}}, "must be a number"},
		"too many":  {runner.Job{Workload: "hash", Args: []string{"1", "2"}}, "has 1 arguments at most, not 2"},
	} {
		err := New().Check(tt.job)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", name, err, tt.want)
		}
	}
	for _, job := range []runner.Job{
		ok,
		{Workload: "spin"},
		{Workload: "chatter", Args: []string{"10", "1s"}},
		{Func: func(context.Context, *runner.Call) error { return nil }},
	} {
		if err := New().Check(job); err != nil {
			t.Errorf("%+v: %v", job, err)
		}
	}
}

func TestAScriptIsCompiledOnceUntilItChanges(t *testing.T) {
	l, job := New(), script(t, "a.star", "print(1)")
	path := job.Script
	first, err := l.scripts.load(path)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := l.scripts.load(path); again != first {
		t.Error("compiled twice")
	}
	if err := os.WriteFile(path, []byte("print(12)"), 0o600); err != nil {
		t.Fatal(err)
	}
	if changed, _ := l.scripts.load(path); changed == first {
		t.Error("not compiled again after a change")
	}
	if len(l.scripts.kept) != 1 {
		t.Errorf("keeps %d programs of one script", len(l.scripts.kept))
	}
	var jobs []*try
	for range 4 {
		jobs = append(jobs, launch(t, l, job))
	}
	for _, j := range jobs {
		if j.wait().Code != 0 || j.output() != "12\n" {
			t.Errorf("output %q", j.output())
		}
	}
}

func TestEveryWorkloadReportsAndEnds(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"spin", []string{"0.05"}, `(?s)^spun for 0 of 0.05 s\n.*done: [0-9a-f]+\n$`},
		{"sleep", []string{"0.01"}, `^slept for 0 of 0.01 s\n(slept.*\n)*done\n$`},
		{"hash", []string{"2"}, `^hashed 0 of 2 MiB\n(hashed.*\n)*sha256 5647f05ec18958947d32874eeb788fa396a05d0bab7c1b71f112ceb7e9b31eee\n$`},
		{"primes", []string{"1000"}, `(?s)^\d+ primes up to 64\n.*168 primes up to 1000\n$`},
		{"chatter", []string{"1000", "0.02"}, `^(line \d+ at \d\.\d\d\d s\n){20}$`},
		{"alloc", []string{"2", "0.01"}, `(?s)^holding 0 of 2 MiB\n.*holding 2 MiB for 0.01 s\ndone\n$`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			job := runner.Job{Workload: tt.name, Args: tt.args}
			r := launch(t, New(), job)
			if exit := r.wait(); exit.Code != 0 || !regexp.MustCompile(tt.want).MatchString(r.output()) {
				t.Errorf("exit %+v, output:\n%s", exit, r.output())
			}
			job.Args = nil // as long as it may take
			r = launch(t, New(), job)
			r.stack()
			r.Stop(runner.Ask)
			if exit := r.wait(); exit.Reason != "cancelled" {
				t.Errorf("exit %+v", exit)
			}
		})
	}
	if n := len(workloads); n != 6 {
		t.Errorf("%d workloads", n)
	}
}

func TestAJobHasAThreadOfItsOwn(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("thread ids are known on Linux only")
	}
	seen := map[int]bool{os.Getpid(): true}
	for range 8 {
		r := launch(t, New(), runner.Job{Workload: "sleep"})
		id := r.Identity()
		if id.PID != os.Getpid() || seen[id.TID] || id.Tree || !strings.HasPrefix(id.Label, "goroutine · tid ") {
			t.Errorf("identity %+v among %v", id, seen)
		}
		seen[id.TID] = true
	}
	used := launch(t, New(), runner.Job{Workload: "spin", Args: []string{"0.2"}})
	exit := used.wait()
	if u := exit.Usage; !u.Known || u.CPU() <= 0 || u.CPU() > 300*time.Millisecond || u.MaxRSS != 0 {
		t.Errorf("usage %+v of a job that spun for 200 ms", u)
	}
	idle := launch(t, New(), runner.Job{Workload: "sleep", Args: []string{"0.05"}})
	if u := idle.wait().Usage; !u.Known || u.CPU() > 20*time.Millisecond || u.Voluntary < 1 {
		t.Errorf("usage %+v of a job that slept", u)
	}
	gone := func(tid int) bool {
		_, err := os.Stat("/proc/self/task/" + strconv.Itoa(tid))
		return os.IsNotExist(err)
	}
	eventually(t, "the end of the thread", func() bool { return gone(used.Identity().TID) })
}
