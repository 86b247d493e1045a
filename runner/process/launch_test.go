//go:build unix

package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"parallax/runner"
)

func needPython(t *testing.T) {
	t.Helper()
	script := filepath.Join(t.TempDir(), "a.py")
	if err := os.WriteFile(script, []byte("1"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := New(Options{}).Check(runner.Job{Script: script}); err != nil {
		t.Skip("needs python3: ", err)
	}
}

func TestExitStatusAndSignalAreReported(t *testing.T) {
	for _, c := range []struct {
		line   string
		code   int
		signal string
	}{
		{"true", 0, ""},
		{"exit 7", 7, ""},
		{"kill -SEGV $$", -1, "SIGSEGV"},
		{"kill -KILL $$", -1, "SIGKILL"},
	} {
		t.Run(c.line, func(t *testing.T) {
			exit := newBench(t, Options{}).run(runner.Job{Line: c.line})
			if exit.Code != c.code || exit.Signal != c.signal || exit.Note != "" || exit.Reason != "" {
				t.Errorf("%+v", exit)
			}
			if !exit.Usage.Known || exit.Usage.CPU() <= 0 {
				t.Errorf("usage %+v", exit.Usage)
			}
		})
	}
}

func TestTheInterpreterOfAScriptIsNamedWhereItIsKnown(t *testing.T) {
	for want, name := range map[string]func(runner.Job) string{
		"": nil, "python for a": func(j runner.Job) string { return "python for " + j.Name },
	} {
		t.Run(want, func(t *testing.T) {
			h := newBench(t, Options{Name: name}).start(runner.Job{Name: "a", Line: "exit 0"})
			if got := h.Identity().Host; got != (runner.Host{Name: want}) {
				t.Errorf("its host is %+v, want the name %q alone", got, want)
			}
			h.Wait()
		})
	}
}

// The time of a process begins before its fork: one that is short may have ended when fork returns.
func TestTheTimeOfAProcessBeginsBeforeIt(t *testing.T) {
	before := time.Now()
	h := newBench(t, Options{}).start(runner.Job{Line: "exit 0"})
	launched := time.Now()
	h.Wait()
	if began := h.(runner.Dated).Began(); began.Before(before) || began.After(launched) {
		t.Errorf("it began at %v, and was launched from %v to %v", began, before, launched)
	}
}

func TestUsageCountsWhatTheJobUsed(t *testing.T) {
	needPython(t)
	b := newBench(t, Options{})
	const size = 300 << 20 // more than this test binary ever has, so that it can be told
	exit := b.run(runner.Job{Argv: []string{"python3", "-c", fmt.Sprintf(`x = b"x" * %d`, size)}})
	if exit.Usage.MaxRSS < size || exit.Usage.MaxRSS > 2*size {
		t.Errorf("max rss %d MB", exit.Usage.MaxRSS>>20)
	}
	if exit = b.run(runner.Job{Argv: []string{"true"}}); exit.Usage.MaxRSS != 0 {
		t.Errorf("true is said to have used %d MB, which is our own", exit.Usage.MaxRSS>>20)
	}
}

func TestScriptsRunByTheirEnding(t *testing.T) {
	needPython(t)
	b := newBench(t, Options{Self: []string{"/bin/echo", "self"}})
	b.write("own", "#!/bin/sh\nprintf '<%s>' \"$@\"", 0o700)
	for _, c := range []struct{ name, text, want string }{
		{"a.py", "import sys; print('py', sys.argv[1:])", "py ['x', 'y z']"},
		{"a.sh", `echo sh "$#" "$2"`, "sh 2 y z"},
		{"a.star", "print(1)", "self " + filepath.Join(b.dir, "a.star") + " x y z"},
		{"a.direct", "#!/bin/sh\necho direct \"$2\"", "direct y z"},
		{"-x.sh", "echo dash", "dash"},
		{"py.sh", "#!/usr/bin/env python3\nimport sys; print('py', sys.argv[1:])", "py ['x', 'y z']"},
		{"spaced.sh", "#! \t/bin/sh \t -u \necho $- | grep -o u; echo \"$2\"", "u\ny z"},
		{"split.sh", "#!/usr/bin/env -S sh -u -x\nset +x; echo $- | grep -o u", "+ set +x\nu"},
		{"other.sh", "#!" + filepath.Join(b.dir, "own") + " two words\n", "<two words><" + filepath.Join(b.dir, "other.sh") + "><x><y z>"},
	} {
		path := b.write(c.name, c.text, map[bool]os.FileMode{true: 0o700, false: 0o600}[c.name == "a.direct"])
		b.out = b.create(c.name + ".out")
		b.err = b.out
		exit := b.run(runner.Job{Script: path, Args: []string{"x", "y z"}})
		if got := strings.TrimSpace(b.read(b.out)); got != c.want || exit.Code != 0 {
			t.Errorf("%s: %q, want %q; %+v", c.name, got, c.want, exit)
		}
	}
}

func TestAScriptInTheCurrentFolderIsFoundWhateverItsName(t *testing.T) {
	b := newBench(t, Options{})
	t.Chdir(b.dir)
	b.write("-x.sh", "echo dash", 0o600)
	b.write("direct", "#!/bin/sh\necho direct", 0o700)
	b.run(runner.Job{Script: "-x.sh"})
	b.run(runner.Job{Script: "direct"})
	if got := b.read(b.out); got != "dash\ndirect\n" {
		t.Errorf("%q", got)
	}
}

func TestDirStdinAndEnvironment(t *testing.T) {
	b := newBench(t, Options{Env: append(os.Environ(), "PARALLAX_RUN=stale", "KEPT=yes", "SEED=1")})
	t.Chdir(b.dir)
	if err := os.Mkdir("work", 0o700); err != nil {
		t.Fatal(err)
	}
	b.write("input.txt", "from the file\n", 0o600)
	b.write("a.sh", `pwd; echo "$PWD"; cat
echo "$PARALLAX_RUN|$PARALLAX_JOB|$PARALLAX_TASK|$PARALLAX_TRY|$PARALLAX_SLOT|$SEED|$KEPT|$PYTHONUNBUFFERED"`, 0o600)
	exit := b.run(runner.Job{
		Name: "job one", Script: "a.sh", Dir: "work", Stdin: "input.txt",
		Env: map[string]string{"SEED": "42", "PARALLAX_TASK": "9"},
	})
	dir, err := filepath.EvalSymlinks(filepath.Join(b.dir, "work"))
	if err != nil {
		t.Fatal(err)
	}
	want := dir + "\n" + filepath.Join(b.dir, "work") + "\nfrom the file\n" + t.Name() + "|job one|3|1|5|42|yes|1\n"
	if got := b.read(b.out); got != want || exit.Code != 0 {
		t.Errorf("got:\n%s\nwant:\n%s\n%+v", got, want, exit)
	}
}

func TestWithoutStdinThereIsNothingToRead(t *testing.T) {
	b := newBench(t, Options{})
	b.run(runner.Job{Line: "cat; echo end; (exec 3</dev/tty) 2>/dev/null || echo no terminal"})
	if got := b.read(b.out); got != "end\nno terminal\n" {
		t.Errorf("%q", got)
	}
}

func TestPythonIsUnbufferedUnlessTheUserSaysOtherwise(t *testing.T) {
	for _, c := range []struct {
		base []string
		env  map[string]string
		want string
	}{
		{nil, nil, "1"},
		{[]string{"PYTHONUNBUFFERED="}, nil, ""},
		{nil, map[string]string{"PYTHONUNBUFFERED": ""}, ""},
	} {
		t.Run(fmt.Sprint(c.base, c.env), func(t *testing.T) {
			b := newBench(t, Options{Env: append([]string{"PATH=/usr/bin:/bin"}, c.base...)})
			b.run(runner.Job{Line: `echo "<$PYTHONUNBUFFERED>"`, Env: c.env})
			if got := b.read(b.out); got != "<"+c.want+">\n" {
				t.Error(got)
			}
		})
	}
}

func TestStreamsKeepTheirOrderInOneFileAndCanBeKeptApart(t *testing.T) {
	line := "for i in 1 2 3; do echo out $i; echo err $i >&2; done"
	b := newBench(t, Options{})
	b.run(runner.Job{Line: line})
	if got, want := b.read(b.out), "out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n"; got != want {
		t.Errorf("together: %q", got)
	}
	b.out, b.err = b.create("o"), b.create("e")
	b.run(runner.Job{Line: line})
	if o, e := b.read(b.out), b.read(b.err); o != "out 1\nout 2\nout 3\n" || e != "err 1\nerr 2\nerr 3\n" {
		t.Errorf("apart: %q %q", o, e)
	}
}

func TestTheJobsOwnPathIsSearched(t *testing.T) {
	b := newBench(t, Options{})
	b.write("mine", "#!/bin/sh\necho mine", 0o700)
	job := runner.Job{Argv: []string{"mine"}}
	if err := b.launcher.Check(job); err == nil {
		t.Error("found without PATH")
	}
	job.Env = map[string]string{"PATH": b.dir}
	b.run(job)
	if got := b.read(b.out); got != "mine\n" {
		t.Errorf("%q", got)
	}
}

func TestStartErrorsSayWhatIsWrong(t *testing.T) {
	b := newBench(t, Options{})
	text := b.write("text", "echo hello\n", 0o700)
	for _, c := range []struct {
		job  runner.Job
		want string
	}{
		{runner.Job{Argv: []string{"pyhton"}}, `start: exec: "pyhton": not found in PATH`},
		{runner.Job{Argv: []string{"true"}, Dir: "/nowhere"}, `start: dir "/nowhere": no such folder`},
		{runner.Job{Line: "true", Stdin: "/nowhere"}, `start: stdin: open /nowhere: no such file or directory`},
		{runner.Job{Script: "/nowhere.sh"}, ``},
		{runner.Job{Script: text}, `start: exec: "` + text + `": is no program and has no #! line: quote a command line that runs it`},
		{runner.Job{Workload: "primes"}, "start: runs inside parallax only"},
	} {
		h, err := b.launcher.Launch(context.Background(), b.spec(c.job))
		if c.want == "" { // the shell says it
			if err != nil || h.Wait().Code != 2 && h.Identity().PID == 0 {
				t.Errorf("%+v: %v", c.job, err)
			}
			continue
		}
		if err == nil || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
}

func TestACancelledStartStartsNothing(t *testing.T) {
	b := newBench(t, Options{})
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errors.New("over"))
	// Whether the spawner or the end of ctx is first is open; either way nothing may stay.
	h, err := b.launcher.Launch(ctx, b.spec(runner.Job{Line: "true"}))
	if err == nil {
		h.Wait()
	} else if err.Error() != "start: over" {
		t.Error(err)
	}
}

func TestAClosedLauncherRefuses(t *testing.T) {
	l := New(Options{})
	if err := errors.Join(l.Close(), l.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Launch(context.Background(), runner.Spec{Job: runner.Job{Line: "true"}}); !errors.Is(err, errClosed) {
		t.Error(err)
	}
}

func TestFiftyAtOnce(t *testing.T) {
	b := newBench(t, Options{})
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			h, err := b.launcher.Launch(context.Background(), b.spec(runner.Job{Line: fmt.Sprintf("echo %d; exit %d", i, i)}))
			if err != nil {
				t.Error(err)
				return
			}
			if exit := h.Wait(); exit.Code != i {
				t.Errorf("%d: %+v", i, exit)
			}
		})
	}
	all.Wait()
	if n := strings.Count(b.read(b.out), "\n"); n != 50 {
		t.Errorf("%d lines", n)
	}
}
