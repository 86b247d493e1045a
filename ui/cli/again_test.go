package cli

import (
	"errors"
	"strings"
	"testing"

	"parallax/runner"
)

// picky is a Launcher that runs some jobs.
type picky struct {
	runner.Launcher
	refuses string
}

func (p picky) Check(j runner.Job) error {
	if strings.Contains(j.Name, p.refuses) {
		return errors.New("not for me")
	}
	return nil
}

func (p picky) Close() error { panic("closed by one who launched nothing with it") }

func TestChoicesSayWhyNot(t *testing.T) {
	jobs := []runner.Job{{Name: "a.py", Model: runner.Processes}, {Name: "b.sh"}, {Name: "c.sh"}}
	got := map[runner.Model]string{}
	for _, c := range choices(jobs, map[runner.Model]runner.Launcher{
		runner.Threads: picky{refuses: ".sh"}, runner.Goroutines: picky{refuses: "a.py"}, runner.Processes: picky{refuses: "none"},
	}) {
		got[c.Model] = c.Why
	}
	for m, want := range map[runner.Model]string{
		runner.Threads: "b.sh: not for me (and 1 job more)", runner.Goroutines: "a.py: not for me", runner.Processes: "",
		runner.Hybrid: "not part of this build",
	} {
		if got[m] != want {
			t.Errorf("%s: %q, want %q", m, got[m], want)
		}
	}
	if len(got) != len(runner.Models()) {
		t.Errorf("%d choices of %d models", len(got), len(runner.Models()))
	}
	if jobs[0].Model != runner.Processes {
		t.Error("the jobs that run were changed")
	}
}
