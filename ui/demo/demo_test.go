package demo

import (
	"os"
	"strings"
	"testing"
	"time"

	"parallax/runner"
	"parallax/runner/goroutine"
)

func TestEveryScriptRunsAsGoroutineAndProcess(t *testing.T) {
	dir := t.TempDir()
	if err := Write(dir); err != nil {
		t.Fatal(err)
	}
	l := goroutine.New()
	for _, m := range Models(false) {
		jobs := Jobs(dir, m, "")
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

func TestAPythonRunsAllActsButTheFirst(t *testing.T) {
	dir := t.TempDir()
	if err := Write(dir); err != nil {
		t.Fatal(err)
	}
	for i, m := range Models(true) {
		for _, j := range Jobs(dir, m, "/usr/bin/python3") {
			if python := j.Python != ""; python != (i > 0) || python != strings.HasSuffix(j.Script, ".py") || j.Model != m {
				t.Errorf("%s: %+v", m, j)
			}
			if _, err := os.Stat(j.Script); err != nil {
				t.Error(err)
			}
		}
		if About(m, false) == "" || len(About(m, true)) > 48 {
			t.Errorf("%s: what one sees is %q", m, About(m, true))
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
		name string
		acts []*runner.State
		want string
	}{
		{"alike", []*runner.State{run(runner.Goroutines, 5*time.Second, 0, ok), run(runner.Processes, 5200*time.Millisecond, 0, ok)}, "the time is the same"},
		{"slower", []*runner.State{run(runner.Goroutines, 5*time.Second, 0, ok), run(runner.Processes, 8*time.Second, 0, ok)}, "The processes took 60 % longer"},
		{"faster", []*runner.State{run(runner.Goroutines, 9*time.Second, 0, ok), run(runner.Processes, 6*time.Second, 0, ok)}, "The goroutines took 50 % longer"},
		{"disturbed", []*runner.State{run(runner.Goroutines, 5*time.Second, 40, ok), run(runner.Processes, 8*time.Second, 0, ok)}, "cannot be compared"},
		{
			"python",
			[]*runner.State{run(runner.Goroutines, 3*time.Second, 0, ok), run(runner.Threads, 4*time.Second, 0, ok), run(runner.Interpreters, 2100*time.Millisecond, 0, ok), run(runner.Processes, 2*time.Second, 0, ok)},
			"In Starlark as goroutines: 3.0 s. In Python as threads 4.0 s, 0.50 cores busy; interpreters 2.1 s, 0.50 cores busy; processes 2.0 s, 0.50 cores busy. Threads took 2.0× as long as processes: the GIL lets one of them compute at a time.",
		},
		{
			"python without a GIL",
			[]*runner.State{run(runner.Goroutines, 3*time.Second, 0, ok), run(runner.Threads, 2*time.Second, 0, ok), run(runner.Processes, 2*time.Second, 0, ok)},
			"Threads took as long as the others",
		},
		{
			"python disturbed",
			[]*runner.State{run(runner.Goroutines, 3*time.Second, 0, ok), run(runner.Threads, 4*time.Second, 0, ok), run(runner.Processes, 2*time.Second, 40, ok)},
			"cannot be compared: other programs",
		},
		{"failed", []*runner.State{run(runner.Goroutines, 5*time.Second, 0, ok), run(runner.Processes, time.Second, 0, runner.Failed)}, "cannot be compared"},
	} {
		if got := Closing(c.acts); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q lacks %q", c.name, got, c.want)
		}
	}
}
