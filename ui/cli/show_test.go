package cli

import (
	"testing"
	"time"

	"parallax/runner"
	"parallax/runner/journal"
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
		r := jobReport(&rec, i)
		if got := [2]string{stateOf(&rec.State, i, r), r.Stalled}; got != want || r.Status != "running" {
			t.Errorf("job %d is %q, as JSON %q; want %q", i, got, r.Status, want)
		}
	}
	rec.Status = journal.Interrupted
	if r := jobReport(&rec, 0); r.Stalled != "" {
		t.Errorf("of a run that was interrupted: %q", r.Stalled)
	}
}
