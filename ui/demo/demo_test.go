package demo

import (
	"strings"
	"testing"
	"time"

	"parallax/runner"
	"parallax/runner/goroutine"
)

func TestEveryScriptRunsInBothModels(t *testing.T) {
	dir := t.TempDir()
	if err := Write(dir); err != nil {
		t.Fatal(err)
	}
	l := goroutine.New()
	for _, m := range Models() {
		jobs := Jobs(dir, m)
		if len(jobs) != 6 || len(runner.Validate(jobs)) > 0 {
			t.Fatalf("%s: %v", m, runner.Validate(jobs))
		}
		for _, j := range jobs {
			if err := l.Check(j); err != nil {
				t.Errorf("%s: %v", j.Name, err)
			}
		}
	}
}

// run is a finished run of one job in a model that took some time, while others had a share of its core.
func run(m runner.Model, took time.Duration, others uint8, end runner.Status) *runner.State {
	s := &runner.State{}
	cells := make([]runner.Cell, took/(100*time.Millisecond))
	for i := range cells {
		cells[i] = runner.Cell{Task: 0, Ours: 50, Load: 50 + others}
	}
	for _, ev := range []runner.Event{
		runner.RunStarted{Jobs: []runner.Job{{Name: "a", Model: m}}, Workers: 1, Cores: []int{0}},
		runner.TaskQueued{Task: 0, Try: 1},
		runner.TaskStarted{Task: 0, Try: 1},
		runner.Sampled{
			At: runner.At(took), Span: took, Tasks: []runner.TaskSample{{Task: 0, Try: 1, Live: took, OnCore: took / 2}},
			Lanes: runner.Lanes{Cores: []int{0}, Cell: 100 * time.Millisecond, Rows: [][]runner.Cell{cells}},
		},
		runner.TaskEnded{At: runner.At(took), Task: 0, Try: 1, Status: end},
	} {
		if err := s.Apply(ev); err != nil {
			panic(err)
		}
	}
	return s
}

func TestClosing(t *testing.T) {
	const ok = runner.Succeeded
	for _, c := range []struct {
		name         string
		before, last *runner.State
		want         string
	}{
		{"alike", run(runner.Goroutines, 5*time.Second, 0, ok), run(runner.Processes, 5200*time.Millisecond, 0, ok), "the time is the same"},
		{"slower", run(runner.Goroutines, 5*time.Second, 0, ok), run(runner.Processes, 8*time.Second, 0, ok), "The processes took 60% longer"},
		{"faster", run(runner.Goroutines, 9*time.Second, 0, ok), run(runner.Processes, 6*time.Second, 0, ok), "The goroutines took 50% longer"},
		{"disturbed", run(runner.Goroutines, 5*time.Second, 40, ok), run(runner.Processes, 8*time.Second, 0, ok), "cannot be compared"},
		{"failed", run(runner.Goroutines, 5*time.Second, 0, ok), run(runner.Processes, time.Second, 0, runner.Failed), "cannot be compared"},
	} {
		if got := Closing(c.before, c.last); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q lacks %q", c.name, got, c.want)
		}
	}
}
