//go:build linux

package zygote

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"parallax/runner"
	"parallax/runner/process"
	"parallax/runner/python/which"
)

func TestWithoutPreloadJobsAreProcesses(t *testing.T) {
	b := newBench(t, newest(t))
	spec := b.spec(runner.Job{Line: "echo $PPID"})
	if err := b.launcher.Check(spec.Job); err != nil {
		t.Fatal(err)
	}
	r, err := b.launch(spec)
	if err != nil {
		t.Fatal(err)
	}
	if r.wait(); r.stdout() != strings.TrimSpace(r.stdout())+"\n" || len(b.zygotes()) > 0 {
		t.Errorf("%q %v", r.stdout(), b.zygotes())
	}
	if got := b.launcher.Interpreter(runner.Job{Script: "a.sh"}); len(got) == 0 {
		t.Error(got)
	}
}

func TestCheckRefusesInWords(t *testing.T) {
	p := newest(t)
	b := newBench(t, p)
	script := b.write("a.py", "print(1)")
	b.write("beside.py", "")
	for _, c := range []struct {
		job  runner.Job
		want string
	}{
		{runner.Job{Script: script, Preload: []string{"json", "os.path", "xml.dom"}}, ""},
		{runner.Job{Script: script, Preload: []string{"auto"}}, ""},
		{runner.Job{Line: "true", Preload: []string{"json"}}, "preload: true is not a Python script: only a .py file can begin in a preloaded interpreter"},
		{runner.Job{Script: "a.sh", Preload: []string{"json"}}, "preload: a.sh is not a Python script"},
		{runner.Job{Script: script, Preload: []string{"-x"}}, `preload: "-x" is no module's name`},
		{runner.Job{Script: script, Preload: []string{"json;x"}}, `preload: "json;x" is no module's name`},
		{runner.Job{Script: script, Preload: []string{"nosuch.thing", "json"}}, "preload: python " + p.Version + " (" + p.Path + ") has no module nosuch.thing: what lies beside a script cannot be preloaded"},
		{runner.Job{Script: script, Preload: []string{"beside"}}, "has no module beside"},
		{runner.Job{Script: b.dir + "/gone.py", Preload: []string{"json"}}, "no such file"},
	} {
		err := b.launcher.Check(b.filled(c.job))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%+v: got %v, want %q", c.job, err, c.want)
		}
	}
}

func TestOldPythonsAreRefused(t *testing.T) {
	for _, p := range which.All() {
		if p.AtLeast(oldest) || p.Implementation != "CPython" {
			continue
		}
		b := newBench(t, p)
		err := b.launcher.Check(b.filled(runner.Job{Script: b.write("a.py", "print(1)")}))
		if want := "preload: needs Python 3.8 or later, " + p.Path + " is " + p.Version; err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v", p.Version, err)
		}
	}
}

// library makes a folder of modules, and returns the environment that has them.
func (b *bench) library(modules map[string]string) map[string]string {
	b.t.Helper()
	for name, text := range modules {
		b.write("lib/"+name+".py", text)
	}
	return map[string]string{"PYTHONPATH": filepath.Join(b.dir, "lib")}
}

// faulty are modules that no script can be forked after, and what is said of them.
var faulty = map[string][2]string{
	"raises":  {"1 / 0", "preload: raises cannot be imported: ZeroDivisionError: division by zero: leave it out of preload"},
	"ends":    {"import sys; sys.exit(3)", "preload: ends cannot be imported: SystemExit: 3: leave it out of preload"},
	"threads": {"import threading, time\nfor _ in range(2): threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()", "preload: threads starts 2 threads when it is imported, and a process with threads cannot be forked safely: leave it out of preload"},
	"lacks":   {"import nosuchmodule", "preload: lacks cannot be imported: ModuleNotFoundError: No module named 'nosuchmodule': leave it out of preload"},
	"dies":    {"import os, sys; sys.stderr.write('last words\\n'); os._exit(3)", "preload: the interpreter ended while it imported dies: last words"},
}

func TestAModuleThatCannotBePreloadedFailsTheJob(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		modules := map[string]string{}
		for name, m := range faulty {
			modules[name] = m[0]
		}
		env := b.library(modules)
		for name, m := range faulty {
			for range 2 { // the second is told without another try
				job := b.filled(runner.Job{Script: b.write("a.py", "print(1)"), Preload: []string{"json", name, "asyncio"}, Env: env})
				if err := b.launcher.Check(job); err != nil {
					t.Error(err)
				}
				if _, err := b.launch(b.spec(job)); err == nil || err.Error() != "start: "+m[1] {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
	})
}

func TestAModuleThatFailedIsNotTriedAgain(t *testing.T) {
	b := newBench(t, newest(t))
	env := b.library(map[string]string{"counted": "open('" + b.dir + "/count', 'a').write('x')\n1 / 0"})
	for range 3 {
		job := b.filled(runner.Job{Script: b.write("a.py", "print(1)"), Preload: []string{"counted"}, Env: env})
		if _, err := b.launch(b.spec(job)); err == nil || !strings.Contains(err.Error(), "ZeroDivisionError") {
			t.Error(err)
		}
	}
	if data, err := os.ReadFile(b.dir + "/count"); err != nil || string(data) != "x" {
		t.Errorf("%q %v", data, err)
	}
}

func TestAutoPreloadsWhatScriptsShare(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		show := `
print("end", *sorted(n for n in sys.argv[1:] if n in before))
`
		dir := t.TempDir()
		var scripts []string
		for name, text := range map[string]string{
			"a.py": `import sys; before = set(sys.modules)
"""doc"""
from __future__ import annotations
import decimal, wave as w, neighbour, nosuchmodule_at_all.x
from xml.dom import minidom
from concurrent import futures
from . import relative
try: import fractions
except ImportError: import quopri
if True: import calendar
def f(): import ftplib
class C: import imaplib
`,
			"b.py": "import decimal, fractions, calendar, wave, neighbour, colorsys, xml.dom.minidom, concurrent.futures, ftplib, imaplib\nimport quopri if\n",
			"c.py": "import sys; before = set(sys.modules)\nimport decimal, fractions, calendar, wave, neighbour, colorsys, threads, raises\nfrom concurrent.futures import thread\nimport xml.dom.minidom\n",
			"d.py": "import ftplib, imaplib, threads, raises\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING: import colorsys\n",
		} {
			if name == "a.py" { // what cannot be run is read all the same
				text = strings.Replace(text, "from __future__ import annotations\n", "", 1)
			}
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			scripts = append(scripts, path)
		}
		run := filepath.Join(dir, "run.py")
		if err := os.WriteFile(run, []byte("import sys; before = set(sys.modules)"+show), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "neighbour.py"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		b := newBench(t, p, func(o *Options) { o.Scripts = scripts })
		env := b.library(map[string]string{"neighbour": "1", "threads": faulty["threads"][0], "raises": "1 / 0"})
		names := []string{
			"calendar", "colorsys", "concurrent.futures", "concurrent.futures.thread", "decimal", "fractions", "ftplib",
			"imaplib", "neighbour", "quopri", "raises", "threads", "wave", "xml.dom.minidom",
		}
		spec := b.spec(b.filled(runner.Job{Script: run, Args: names, Env: env, Preload: []string{"auto", "colorsys"}}))
		var mu sync.Mutex
		var said []string
		spec.Say = func(_ runner.Level, _, text string) {
			mu.Lock()
			defer mu.Unlock()
			said = append(said, text)
		}
		r, err := b.launch(spec)
		if err != nil {
			t.Fatal(err)
		}
		if exit := r.wait(); exit.Code != 0 {
			t.Fatalf("%+v %s", exit, r.stderr())
		}
		if got, want := r.says("end"), "calendar colorsys concurrent.futures decimal fractions wave xml.dom.minidom"; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		slices.Sort(said)
		want := []string{
			"raises is not preloaded: it cannot be imported: ZeroDivisionError: division by zero",
			"threads is not preloaded: it starts 2 threads when it is imported, and a process with threads cannot be forked safely",
		}
		if !slices.Equal(said, want) {
			t.Errorf("%q", said)
		}
	})
}

func TestAutoOfOneScript(t *testing.T) {
	b := newBench(t, newest(t))
	r := b.start(runner.Job{Script: b.write("a.py", "import sys; print('wave' in sys.modules)\nimport wave\n"), Preload: []string{"auto"}})
	if exit := r.wait(); exit.Code != 0 || r.stdout() != "True\n" {
		t.Errorf("%+v %s %s", exit, r.stdout(), r.stderr())
	}
}

func TestAnInterpreterForEachWayToStart(t *testing.T) {
	b := newBench(t, newest(t))
	script := b.write("a.py", "import sys, os; print(sys.flags.optimize, os.environ['SEED'])")
	for i, c := range []struct {
		env      map[string]string
		modules  string
		want     string
		zygotes  int
		startDir string
	}{
		{map[string]string{"SEED": "1"}, "json", "0 1\n", 1, ""},
		{map[string]string{"SEED": "2"}, "json", "0 2\n", 1, ""},
		{map[string]string{"SEED": "3", "PYTHONOPTIMIZE": "1"}, "json", "1 3\n", 2, ""},
		{map[string]string{"SEED": "4"}, "decimal", "0 4\n", 3, ""},
		{map[string]string{"SEED": "5"}, "json", "0 5\n", 3, b.dir},
	} {
		r := b.start(runner.Job{Script: script, Env: c.env, Preload: []string{c.modules}, Dir: c.startDir})
		if exit := r.wait(); exit.Code != 0 || r.stdout() != c.want || len(b.zygotes()) != c.zygotes {
			t.Errorf("%d: %+v %q, %d zygotes", i, exit, r.stdout(), len(b.zygotes()))
		}
	}
}

func TestAClosedLauncherRefuses(t *testing.T) {
	p := newest(t)
	b := &bench{t: t, python: p, dir: t.TempDir(), launcher: New(Options{Processes: process.New(process.Options{})})}
	b.tasks = newBench(t, p).tasks
	if err := b.launcher.Close(); err != nil {
		t.Fatal(err)
	}
	spec := b.spec(b.filled(runner.Job{Script: b.write("a.py", "1")}))
	if _, err := b.launch(spec); err == nil || !strings.Contains(err.Error(), "the launcher is closed") {
		t.Error(err)
	}
}
