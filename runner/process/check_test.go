//go:build unix

package process

import (
	"context"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"

	"parallax/runner"
)

func TestCheckRefusesInWords(t *testing.T) {
	b := newBench(t, Options{})
	t.Chdir(b.dir)
	b.write("ok.sh", "true", 0o600)
	b.write("empty.sh", "", 0o700)
	b.write("plain", "true", 0o600)
	b.write("orphan", "#!/no/such/interpreter -x\n", 0o700)
	b.write("orphan.sh", "#!/no/such/interpreter -x\n", 0o600)
	b.write("lost.sh", "#!/usr/bin/env -S nosuchshell -x\n", 0o600)
	b.write("fine.sh", "#!/usr/bin/env -S sh -x\n", 0o600)
	b.write("a.py", "print(1)", 0o600)
	b.write("a.star", "print(1)", 0o600)
	if err := os.Mkdir("folder.sh", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo("fifo", 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		job  runner.Job
		want string // how the refusal begins; "" for none
	}{
		{runner.Job{Script: "ok.sh"}, ""},
		{runner.Job{Line: "anything --at all | goes"}, ""},
		{runner.Job{Argv: []string{"true"}}, ""},
		{runner.Job{Script: "missing.sh"}, `script "missing.sh": no such file`},
		{runner.Job{Script: "folder.sh"}, `script "folder.sh": is a folder`},
		{runner.Job{Script: "empty.sh"}, `script "empty.sh": empty file`},
		{runner.Job{Script: "plain"}, `script "plain": not executable: chmod +x it, or quote a command line`},
		{runner.Job{Script: "orphan"}, `orphan: its first line names the interpreter "/no/such/interpreter": no such file`},
		{runner.Job{Script: "orphan.sh"}, `script "orphan.sh": its first line names the interpreter "/no/such/interpreter", which cannot run it: exec: "/no/such/interpreter": no such file`},
		{runner.Job{Script: "lost.sh"}, `script "lost.sh": its first line asks env for the interpreter "nosuchshell": not found in PATH`},
		{runner.Job{Script: "fine.sh"}, ""},
		{runner.Job{Script: "a.star"}, `a.star: Starlark scripts cannot run as processes here`},
		{runner.Job{Script: "a.py", Python: "pyhton"}, `exec: "pyhton": not found in PATH`},
		{runner.Job{Script: "a.py", Python: "./plain"}, `exec: "` + b.dir + `/plain": not executable`},
		{runner.Job{Argv: []string{"pyhton"}}, `exec: "pyhton": not found in PATH`},
		{runner.Job{Argv: []string{"./plain"}}, `exec: "./plain": not executable`},
		{runner.Job{Argv: []string{"./nothing"}}, `exec: "./nothing": no such file`},
		{runner.Job{Argv: []string{""}}, `exec: "": the command has no name`},
		{runner.Job{Line: " \n"}, "the command line is blank"},
		{runner.Job{Line: "a\x00b"}, `"a\x00b" holds a zero byte`},
		{runner.Job{Line: "true", Env: map[string]string{"A=B": "1"}}, `env "A=B"`},
		{runner.Job{Line: "true", Dir: "nowhere"}, `dir "nowhere": no such folder`},
		{runner.Job{Line: "true", Dir: "plain"}, `dir "plain": not a folder`},
		{runner.Job{Line: "true", Stdin: "nowhere"}, `stdin "nowhere": no such file`},
		{runner.Job{Line: "true", Stdin: "folder.sh"}, `stdin "folder.sh": is a folder`},
		{runner.Job{Line: "true", Stdin: "fifo"}, `stdin "fifo": is a pipe`},
		{runner.Job{Line: "true", CPUs: []int{-1}}, "cpus: "},
		{runner.Job{Line: "true", CPUs: []int{1 << 20}}, "cpus: "},
		{runner.Job{Workload: "primes"}, "primes runs inside parallax only"},
		{runner.Job{Func: func(context.Context, *runner.Call) error { return nil }}, "a Go function runs inside parallax only"},
	} {
		err := b.launcher.Check(c.job)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%+v: %v", c.job, err)
		case c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)):
			t.Errorf("%+v:\ngot  %v\nwant %s", c.job, err, c.want)
		}
	}
}

func TestWhoKnowsPythonsIsAsked(t *testing.T) {
	b := newBench(t, Options{Python: func(job runner.Job) (string, error) {
		if job.Python == "3.99" {
			return "", errors.New("python 3.99: not found")
		}
		return "/bin/sh", nil
	}})
	script := b.write("a.py", "echo $0 $1", 0o600)
	if err := b.launcher.Check(runner.Job{Script: script, Python: "3.99"}); err == nil || err.Error() != "python 3.99: not found" {
		t.Error(err)
	}
	job := runner.Job{Script: script, Args: []string{"x"}}
	if err := b.launcher.Check(job); err != nil {
		t.Error(err)
	}
	if got := b.launcher.Interpreter(job); len(got) != 1 || got[0] != "/bin/sh" {
		t.Error(got)
	}
	if h := b.start(job); h.Wait().Code != 0 || b.read(b.out) != script+" x\n" {
		t.Errorf("%q", b.read(b.out))
	}
}

func BenchmarkCheck(b *testing.B) {
	script := b.TempDir() + "/a.sh"
	if err := os.WriteFile(script, []byte("true"), 0o600); err != nil {
		b.Fatal(err)
	}
	l := New(Options{})
	for b.Loop() {
		if err := l.Check(runner.Job{Script: script}); err != nil {
			b.Fatal(err)
		}
	}
}

func TestTheInterpreterIsToldAsOneWouldTypeIt(t *testing.T) {
	b := newBench(t, Options{})
	for text, want := range map[string]string{
		"echo": "sh", "#!/bin/bash\n": "bash", "#!/bin/bash -eu\n": "bash -eu", "#!/usr/bin/env bash\n": "bash",
		"#!/usr/bin/env -S bash -e\n": "env -S bash -e", "#!\n": "sh", "#!/opt/fish": "fish",
	} {
		script := b.write("a.sh", text, 0o600)
		if got := strings.Join(b.launcher.Interpreter(runner.Job{Script: script}), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := b.launcher.Interpreter(runner.Job{Script: "x.py", Python: "py9"}); len(got) != 1 || got[0] != "py9" {
		t.Error(got)
	}
	if got := b.launcher.Interpreter(runner.Job{Line: "x.sh"}); got != nil {
		t.Error(got)
	}
}
