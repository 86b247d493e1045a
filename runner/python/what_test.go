//go:build unix

package python

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"parallax/runner"
	"parallax/runner/python/which"
)

func TestWhatOfAJobAnInterpreterRuns(t *testing.T) {
	for _, c := range []struct {
		job  runner.Job
		want target
		err  string
	}{
		{job: runner.Job{Script: "/w/a.py", Args: []string{"1"}}, want: target{named: "/w/a.py", path: "/w/a.py", argv: []string{"/w/a.py", "1"}}},
		{job: runner.Job{Argv: []string{"python", "a.py", "x y"}, Dir: "/w"}, want: target{named: "a.py", path: "/w/a.py", argv: []string{"a.py", "x y"}, python: "python"}},
		{job: runner.Job{Argv: []string{"python3.13t", "-u", "/w/a"}, Dir: "/"}, want: target{named: "/w/a", path: "/w/a", argv: []string{"/w/a"}, python: "python3.13t"}},
		{job: runner.Job{Argv: []string{".venv/bin/python", "-m", "pkg.mod", "-v"}, Dir: "/w"}, want: target{module: "pkg.mod", argv: []string{"-m", "-v"}, python: "/w/.venv/bin/python"}},
		{job: runner.Job{Line: " python3  -u a.py --n=5 ", Dir: "/w"}, want: target{named: "a.py", path: "/w/a.py", argv: []string{"a.py", "--n=5"}, python: "python3"}},
		{job: runner.Job{Line: "/usr/bin/python3.8 -m timeit -n 1", Dir: "/w"}, want: target{module: "timeit", argv: []string{"-m", "-n", "1"}, python: "/usr/bin/python3.8"}},
		{job: runner.Job{Line: "python a.py | wc"}, err: `python a.py | wc needs a shell, for its "|": an interpreter runs .py files, "python script.py" and "python -m module"`},
		{job: runner.Job{Line: "python a.py $HOME"}, err: `needs a shell, for its "$"`},
		{job: runner.Job{Line: `python3 'it'"'"'s.py' "a b" '$x'`, Dir: "/w"}, want: target{named: "it's.py", path: "/w/it's.py", argv: []string{"it's.py", "a b", "$x"}, python: "python3"}},
		{job: runner.Job{Line: "python 'a.py"}, err: "a ' is never closed"},
		{job: runner.Job{Line: "X=1 python a.py"}, err: "is not Python"},
		{job: runner.Job{Line: "pythonic a.py"}, err: "pythonic a.py is not Python"},
		{job: runner.Job{Argv: []string{"sh", "a.sh"}}, err: "sh a.sh is not Python"},
		{job: runner.Job{Script: "a.sh"}, err: "a.sh is not Python"},
		{job: runner.Job{Workload: "spin"}, err: "spin is not Python"},
		{job: runner.Job{Line: "python"}, err: "python would read its program from its input"},
		{job: runner.Job{Line: "python -m"}, err: "-m needs the name of a module"},
		{job: runner.Job{Line: "python -O a.py"}, err: "the option -O is for an interpreter of its own"},
		{job: runner.Job{Line: "python -c pass"}, err: "the option -c is for an interpreter of its own"},
		{job: runner.Job{Argv: []string{"python", "a\x00.py"}}, err: "holds a zero byte"},
	} {
		got, err := targetOf(c.job)
		got.cwd = ""
		switch {
		case c.err != "":
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: error %v, want %q", c.job.Command(), err, c.err)
			}
		case err != nil:
			t.Errorf("%s: %v", c.job.Command(), err)
		case got.named != c.want.named || got.path != c.want.path || got.module != c.want.module ||
			!slices.Equal(got.argv, c.want.argv) || got.python != c.want.python:
			t.Errorf("%s: %+v, want %+v", c.job.Command(), got, c.want)
		}
	}
}

// command runs a job's words with the interpreter itself.
func (b *bench) command(words []string, dir string, stdin string) plainEnd {
	b.t.Helper()
	cmd := exec.Command(b.python.Path, words...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.Dir, cmd.Stdin = &out, &errs, dir, strings.NewReader(stdin)
	if err := cmd.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		b.t.Fatal(err)
	}
	return plainEnd{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

// commands are what `python` is called with; each must do in an interpreter that is shared what it
// does in one of its own.
var commands = []struct {
	name  string
	words []string
	stdin string
	loose bool // what is on standard error differs in the frames of runpy
}{
	{name: "script", words: []string{"tool.py", "a", "--n=5"}},
	{name: "unbuffered", words: []string{"-u", "sub/tool.py", "a"}},
	{name: "no ending", words: []string{"bare", "a"}},
	{name: "package", words: []string{"-m", "pkg", "a", "-v"}},
	{name: "module", words: []string{"-m", "pkg.mod", "a"}},
	{name: "deep module", words: []string{"-m", "pkg.deep.mod"}},
	{name: "module beside", words: []string{"-m", "tool", "a"}},
	{name: "namespace", words: []string{"-m", "space.mod"}},
	{name: "of the library", words: []string{"-m", "json.tool"}, stdin: `{"a": [1, 2]}`},
	{name: "unittest", words: []string{"-m", "unittest", "-q", "check"}, loose: true},
	{name: "no such module", words: []string{"-m", "nope"}},
	{name: "no such module in a package", words: []string{"-m", "pkg.nope"}},
	{name: "no such package", words: []string{"-m", "nope.mod"}},
	{name: "in no package", words: []string{"-m", "tool.mod"}},
	{name: "no __main__", words: []string{"-m", "pkg.deep"}},
	{name: "namespace only", words: []string{"-m", "space"}},
	{name: "with its ending", words: []string{"-m", "tool.py"}},
	{name: "relative", words: []string{"-m", ".tool"}},
	{name: "broken package", words: []string{"-m", "broken.mod"}, loose: true},
	{name: "syntax error", words: []string{"-m", "syntax"}, loose: true},
	{name: "raises", words: []string{"-m", "pkg.raises"}, loose: true},
	{name: "spawns", words: []string{"-m", "pkg.spawns"}},
	{name: "pickles", words: []string{"-m", "pkg.pickles"}},
}

const telling = "import sys, os\nprint(__name__, __package__, __spec__ and __spec__.name, sys.argv, os.path.basename(sys.path[0]), os.path.basename(__file__), type(__builtins__).__name__)\n"

func (b *bench) writePackages() {
	for name, text := range map[string]string{
		"tool.py": telling, "sub/tool.py": telling, "bare": telling,
		"pkg/__init__.py": "print('pkg loaded', __name__)\n", "pkg/__main__.py": telling + "from . import mod\nfrom pkg import mod as other\nprint(mod is other)\n",
		"pkg/mod.py":           telling + "from .deep import value\nprint(value)\n",
		"pkg/deep/__init__.py": "value = 7\n", "pkg/deep/mod.py": telling + "from . import value\nfrom ..deep import value as same\nprint(value, same)\n",
		"pkg/raises.py":      "def f():\n    raise LookupError('in a module')\nf()\n",
		"space/mod.py":       telling,
		"check.py":           "import unittest\nclass T(unittest.TestCase):\n    def test(self):\n        self.assertEqual(1, 2)\n",
		"broken/__init__.py": "import missing_neighbour\n", "broken/mod.py": "print('never')\n", "syntax.py": "x = = 1\n",
		"pkg/spawns.py":  "import multiprocessing as mp\ndef f(x):\n    return x * x\nif __name__ == '__main__':\n    with mp.get_context('spawn').Pool(1) as p:\n        print(p.map(f, [3]))\n",
		"pkg/pickles.py": "import pickle\nclass C:\n    pass\nprint(type(pickle.loads(pickle.dumps(C()))) is C)\n",
	} {
		b.write(name, text)
	}
}

func TestCommandsDoInsideWhatTheyDoAsProcesses(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		b.writePackages()
		for _, c := range commands {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				at := b.within(t)
				want := at.command(c.words, b.dir, c.stdin)
				job := runner.Job{Argv: append([]string{p.Path}, c.words...), Dir: b.dir}
				if c.stdin != "" {
					job.Stdin = at.write(strings.ReplaceAll(c.name, " ", "_")+".stdin", c.stdin)
				}
				r := at.launch(job)
				if exit := r.wait(); exit.Code != want.code || exit.Reason != "" {
					t.Errorf("exit %+v, want %d", exit, want.code)
				}
				if got := r.stdout(); got != want.out {
					t.Errorf("stdout\ngot  %q\nwant %q", got, want.out)
				}
				got := r.stderrText()
				if c.loose { // the last line says it
					got, want.err = last(got), last(want.err)
				}
				if got != want.err {
					t.Errorf("stderr\ngot:\n%s\nwant:\n%s", got, want.err)
				}
			})
		}
	})
}

func last(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

func TestTwoPackagesOfOneNameRunAtOnce(t *testing.T) {
	b := newBench(t, newest(t, which.Oldest))
	var all []*running
	for _, dir := range []string{"one", "two"} {
		b.write(dir+"/app/__init__.py", "")
		b.write(dir+"/app/own.py", "where = '"+dir+"'\n")
		b.write(dir+"/app/__main__.py", "from .own import where\nimport app.own, time\nfor _ in range(20):\n    time.sleep(0.001)\n    assert app.own.where == where\nprint(where)\n")
		all = append(all, b.launch(runner.Job{Line: b.python.Path + " -m app", Dir: filepath.Join(b.dir, dir)}))
	}
	for i, r := range all {
		if exit := r.wait(); exit.Code != 0 || r.stdout() != []string{"one\n", "two\n"}[i] {
			t.Errorf("%+v %s%s", exit, r.stdout(), r.stderrText())
		}
	}
}

func TestACommandsFilesAreCheckedBeforeAnythingStarts(t *testing.T) {
	b := newBench(t, newest(t, which.Oldest))
	b.write("a.py", "print(1)")
	if err := os.Mkdir(filepath.Join(b.dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	for words, want := range map[string]string{
		"a.py":     "",
		"nope.py":  `script "nope.py": no such file`,
		"folder":   `script "folder": is a folder`,
		"-m x":     "",
		"-W i a":   "the option -W is for an interpreter of its own",
		"a.py & b": "needs a shell",
	} {
		err := b.launcher.Check(runner.Job{Line: b.python.Path + " " + words, Dir: b.dir})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", words, err, want)
		}
	}
	if err := b.launcher.Check(runner.Job{Line: "/no/python a.py", Dir: b.dir}); err == nil || !strings.Contains(err.Error(), "/no/python") {
		t.Errorf("%v", err)
	}
}
