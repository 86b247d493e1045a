package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parallax/runner"
	"parallax/runner/journal"
	"parallax/ui/facts"
)

func TestShowTellsWhatHasStalled(t *testing.T) {
	rec := journal.Recording{Status: journal.Running}
	for _, ev := range []runner.Event{
		runner.RunStarted{Jobs: []runner.Job{{Name: "a"}, {Name: "b"}, {Name: "c"}}, Workers: 3},
		runner.TaskQueued{Task: 0, Try: 1},
		runner.TaskStarted{Task: 0, Try: 1},
		runner.TaskQueued{Task: 1, Try: 1},
		runner.TaskStarted{Task: 1, Try: 1},
		runner.TaskQueued{Task: 2, Try: 1},
		runner.TaskStarted{Task: 2, Try: 1},
		runner.Sampled{Span: time.Second, Tasks: []runner.TaskSample{{Task: 0}, {Task: 1}, {Task: 2}}, Stalled: []int{0, 1}},
		runner.Advised{Task: 1, Code: runner.CodeDeadlock, Text: "deadlock: x"},
	} {
		if err := rec.State.Apply(ev); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range [][2]string{{"stalled", "stalled"}, {"deadlock", "deadlock: x"}, {"running", ""}} {
		r := facts.OfJob(&rec, i)
		if got := [2]string{stateOf(&rec.State, i, r), r.Stalled}; got != want || r.Status != "running" {
			t.Errorf("job %d is %q, as JSON %q; want %q", i, got, r.Status, want)
		}
	}
	rec.Status = journal.Interrupted
	if r := facts.OfJob(&rec, 0); r.Stalled != "" {
		t.Errorf("of a run that was interrupted: %q", r.Stalled)
	}
}

// What is known until the last event only is told so, and so is a run that is over with its screen open.
func TestShowTellsHowFarTheTimesOfARunAreKnown(t *testing.T) {
	rec := journal.Recording{Status: journal.Interrupted}
	shown := func(evs ...runner.Event) string {
		for _, ev := range evs {
			if err := rec.State.Apply(ev); err != nil {
				t.Fatal(err)
			}
		}
		file, err := os.Create(filepath.Join(t.TempDir(), "out"))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		a := &app{std: Streams{Out: file, Err: file}}
		if err := a.showRun(rec, "there"); err != nil {
			t.Fatal(err)
		}
		out, err := os.ReadFile(file.Name())
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	out := shown(
		runner.RunStarted{Jobs: []runner.Job{{Name: "a"}}, Workers: 1}, runner.TaskQueued{Task: 0, Try: 1},
		runner.TaskStarted{Task: 0, Try: 1}, runner.Sampled{At: runner.At(4 * time.Millisecond), Span: 4 * time.Millisecond},
	)
	for _, want := range []string{"at least 4 ms", "≥ 4 ms"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	rec.Status = journal.Running
	out = shown(runner.TaskEnded{At: runner.At(9 * time.Millisecond), Task: 0, Try: 1, Status: runner.Succeeded})
	if !strings.Contains(out, "all jobs are over, its screen is still open, 9 ms") || strings.Contains(out, "at least") {
		t.Error(out)
	}
	rec.Status = journal.Interrupted
	if out = shown(); strings.Contains(out, "at least") || strings.Contains(out, "≥") {
		t.Errorf("all of it is known, yet\n%s", out)
	}
}
