package versus

import (
	"testing"
	"time"

	"parallax/runner"
)

// way is how a run of two jobs went.
type way struct {
	as      runner.Model
	took    time.Duration
	foreign uint8 // percent of the only core
	end     runner.Status
	paused  bool
	workers int
}

func (w way) state(t *testing.T) *runner.State {
	t.Helper()
	if w.workers == 0 {
		w.workers = 2
	}
	s := &runner.State{}
	cells := make([]runner.Cell, w.took/(100*time.Millisecond))
	for i := range cells {
		cells[i] = runner.Cell{Task: 0, Ours: 50, Load: 50 + w.foreign}
	}
	evs := []runner.Event{
		runner.RunStarted{Jobs: []runner.Job{{Name: "a", Model: w.as}, {Name: "b", Model: w.as}}, Workers: w.workers, Cores: []int{0}},
		runner.TaskQueued{Task: 0, Try: 1},
		runner.TaskQueued{Task: 1, Try: 1},
		runner.TaskStarted{Task: 0, Try: 1},
		runner.TaskStarted{Task: 1, Try: 1},
		runner.Sampled{
			At: runner.At(w.took), Span: w.took, Tasks: []runner.TaskSample{{Task: 0, Try: 1, Live: w.took, OnCore: w.took / 2}},
			Lanes: runner.Lanes{Cores: []int{0}, Cell: 100 * time.Millisecond, Rows: [][]runner.Cell{cells}},
		},
	}
	if w.paused {
		evs = append(evs, runner.TaskPaused{At: runner.At(w.took / 2), Task: 1}, runner.TaskResumed{At: runner.At(w.took), Task: 1})
	}
	evs = append(
		evs, runner.TaskEnded{At: runner.At(w.took), Task: 0, Try: 1, Status: w.end},
		runner.TaskEnded{At: runner.At(w.took), Task: 1, Try: 1, Status: runner.Succeeded},
	)
	for _, ev := range evs {
		if err := s.Apply(ev); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func TestCompare(t *testing.T) {
	const ok = runner.Succeeded
	threads := way{as: runner.Threads, took: 3800 * time.Millisecond, end: ok}
	for _, c := range []struct {
		name         string
		before, last way
		want         string
	}{
		{"faster", threads, way{as: runner.Processes, took: 2 * time.Second, end: ok}, "processes: 2.0 s, 1.9× of threads (3.8 s). Cores kept busy: 0.50, before 0.50."},
		{"slower", way{as: runner.Processes, took: 2 * time.Second, end: ok}, threads, "threads: 3.8 s, 1.9× slower than processes (2.0 s). Cores kept busy: 0.50, before 0.50."},
		{"alike", threads, way{as: runner.Hybrid, took: 3700 * time.Millisecond, end: ok}, "hybrid: 3.7 s, the same as threads (3.8 s) within what one run of each can tell. Cores kept busy: 0.50, before 0.50."},
		{"other workers", threads, way{as: runner.Processes, took: 2 * time.Second, end: ok, workers: 4}, "processes: 2.0 s, 1.9× of threads (3.8 s). Cores kept busy: 0.50, before 0.50. At a time ran 4, before 2."},
		{"failed", threads, way{as: runner.Processes, took: 2 * time.Second, end: runner.Failed}, "processes: 2.0 s; threads: 3.8 s. How they compare is not known: not every job succeeded (as processes: 1 of 2)."},
		{"paused", way{as: runner.Threads, took: 4 * time.Second, end: ok, paused: true}, way{as: runner.Processes, took: 2 * time.Second, end: ok}, "processes: 2.0 s; threads: 4.0 s. How they compare is not known: jobs were paused (as threads)."},
		{"disturbed", threads, way{as: runner.Processes, took: 2 * time.Second, end: ok, foreign: 40}, "processes: 2.0 s; threads: 3.8 s. How they compare is not known: other programs had up to 0.4 cores meanwhile."},
		{"nothing measured", way{as: runner.Threads, end: ok}, threads, "threads: 3.8 s; threads: 0 s. How they compare is not known: nothing was measured (as threads)."},
	} {
		if got := Compare(c.before.state(t), c.last.state(t)); got != c.want {
			t.Errorf("%s:\n%q, want\n%q", c.name, got, c.want)
		}
	}
}
