package cli

import (
	"strings"
	"testing"

	"parallax/runner"
	"parallax/runner/python/which"
	"parallax/runner/python/which/whichtest"
)

// A model that needs another Python is refused with one that would do, named once for all jobs.
func TestAPythonThatCouldIsNamed(t *testing.T) {
	every := whichtest.Every(t, which.Python.Threads)
	if every[len(every)-1].Interpreters() == nil {
		t.Skip("every Python here has subinterpreters")
	}
	old := every[len(every)-1].Path
	able := func(p which.Python) error { return p.Interpreters() }
	want := "try --python " + spelled(whichtest.Every(t, able)[0]) + ": it can run scripts as interpreters"
	p := &pythons{}
	a := runner.Job{Name: "a", Script: "a.py", Python: old, Model: runner.Interpreters}
	b := a
	b.Name, b.Script = "b", "b.py"
	if err := p.could([]runner.Job{a, b}); err == nil || err.Error() != want {
		t.Errorf("it says %v, want %s", err, want)
	}
	a.Model = runner.Threads
	if err := p.could([]runner.Job{a}); err != nil {
		t.Errorf("%s is not meant for threads, which it has: %v", old, err)
	}
	a.Model, a.Python = runner.Interpreters, "no-such-python"
	if err := p.could([]runner.Job{a}); err != nil && strings.Contains(err.Error(), "try") {
		t.Errorf("the fault is another: %v", err)
	}
}
