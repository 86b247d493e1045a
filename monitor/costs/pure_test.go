package costs

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"parallax/runner"
)

func TestStat(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   *Stat
	}{
		{nil, nil},
		{[]float64{3}, &Stat{3, 3, 3, 1}},
		{[]float64{4, 2}, &Stat{3, 2.5, 3.5, 2}},
		{[]float64{5, 1, 3, 2, 4}, &Stat{3, 2, 4, 5}},
		{[]float64{1, 1, 1, 1, 100}, &Stat{1, 1, 1, 5}}, // one disturbed round changes nothing
	} {
		if got := statOf(c.values); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v: %v, want %v", c.values, got, c.want)
		}
	}
}

func TestSlope(t *testing.T) {
	for _, c := range []struct {
		xs, ys []float64
		want   float64
	}{
		{[]float64{1, 2, 3}, []float64{10, 14, 18}, 4},
		{[]float64{1, 2, 3}, []float64{9, 16, 17}, 4},
		{[]float64{2, 2}, []float64{1, 9}, 0},
	} {
		if got := slope(c.xs, c.ys); got != c.want {
			t.Errorf("%v %v: %v, want %v", c.xs, c.ys, got, c.want)
		}
	}
}

func TestAnEmptyJobIsStartedAsItsModel(t *testing.T) {
	home, dir := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{
		"a.py": "#!/usr/bin/python3.9\nimport numpy\n", "b.py": "import numpy\n", "c.sh": "#!/bin/bash -e\nfalse\n", "tool": "#!/usr/bin/perl\ndie\n", "bin": "\x7fELF",
	} {
		if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	base := runner.Job{
		Name: "n", Model: runner.Processes, Python: "3.9", Preload: []string{"json"}, Env: map[string]string{"A": "1"}, Dir: home, CPUs: []int{0},
	}
	with := func(change func(*runner.Job)) runner.Job {
		j := base
		change(&j)
		return j
	}
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, c := range []struct {
		name         string
		change, want func(*runner.Job)
		script, text string // written
	}{
		{"a Python script", func(j *runner.Job) { j.Script, j.Args = filepath.Join(home, "b.py"), []string{"7"} }, func(j *runner.Job) { j.Script = at("empty-0.py") }, "empty-0.py", "pass\n"},
		{"its first line", func(j *runner.Job) { j.Script = filepath.Join(home, "a.py") }, func(j *runner.Job) { j.Script = at("empty-0.py") }, "empty-0.py", "#!/usr/bin/python3.9\npass\n"},
		{"a shell script", func(j *runner.Job) { j.Script = filepath.Join(home, "c.sh") }, func(j *runner.Job) { j.Script = at("empty-0.sh") }, "empty-0.sh", "#!/bin/bash -e\n:\n"},
		{"another", func(j *runner.Job) { j.Script = filepath.Join(home, "tool") }, func(j *runner.Job) { j.Script = at("empty-0") }, "empty-0", "#!/usr/bin/perl\n"},
		{"a program", func(j *runner.Job) { j.Script = filepath.Join(home, "bin") }, func(j *runner.Job) { j.Script = at("empty-0") }, "empty-0", "#!/bin/sh\n"},
		{"Starlark", func(j *runner.Job) { j.Script = "x.star" }, func(j *runner.Job) { j.Script = at("empty-0.star") }, "empty-0.star", "pass\n"},
		{"a workload", func(j *runner.Job) { j.Workload = "spin" }, func(j *runner.Job) { j.Script = at("empty-0.star") }, "empty-0.star", "pass\n"},
		{"a line", func(j *runner.Job) { j.Line = "make all | tee x" }, func(j *runner.Job) { j.Line = ":" }, "", ""},
		{"a line that calls Python", func(j *runner.Job) { j.Line = "python3.9 a.py 7 >x" }, func(j *runner.Job) { j.Line = "python3.9 '" + at("empty-0.py") + "'" }, "empty-0.py", "#!/usr/bin/python3.9\npass\n"},
		{"a command", func(j *runner.Job) { j.Argv = []string{"gzip", "x"} }, func(j *runner.Job) { j.Argv = []string{"true"} }, "", ""},
		{"a command that calls Python", func(j *runner.Job) { j.Argv = []string{"/usr/bin/python3", "b.py", "x"} }, func(j *runner.Job) { j.Argv = []string{"/usr/bin/python3", at("empty-0.py")} }, "empty-0.py", "pass\n"},
		{"one that is Python", func(j *runner.Job) { j.Argv = []string{"./a.py", "x"} }, func(j *runner.Job) { j.Argv = []string{at("empty-0.py")} }, "empty-0.py", "#!/usr/bin/python3.9\npass\n"},
	} {
		got, err := Empty([]runner.Job{with(c.change)}, dir)
		if err != nil {
			t.Fatal(err)
		}
		if want := []runner.Job{with(c.want)}; !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n%+v, want\n%+v", c.name, got, want)
		}
		if c.script == "" {
			continue
		}
		if text, err := os.ReadFile(at(c.script)); err != nil || string(text) != c.text {
			t.Errorf("%s: %q, %v, want %q", c.name, text, err, c.text)
		}
	}
	f, err := Empty([]runner.Job{{Func: func(context.Context, *runner.Call) error { return os.ErrInvalid }}}, dir)
	if err != nil || f[0].Func == nil || f[0].Func(t.Context(), nil) != nil {
		t.Errorf("a Go function: %v, %v", f, err)
	}
}
