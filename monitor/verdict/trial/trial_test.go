package trial_test

import (
	"math"
	"testing"
	"time"

	"parallax/monitor/verdict/trial"
	"parallax/runner"
)

const second = time.Second

// fold makes a State of events.
func fold(t *testing.T, evs ...runner.Event) *runner.State {
	t.Helper()
	s := &runner.State{}
	for i, ev := range evs {
		if err := s.Apply(ev); err != nil {
			t.Fatalf("event %d: %v", i, err)
		}
	}
	return s
}

// twoJobs is a run of two jobs of which the second ends as told. Each had 1 s on a core.
func twoJobs(t *testing.T, last runner.TaskEnded, between ...runner.Event) *runner.State {
	t.Helper()
	used := runner.Exit{Usage: runner.Usage{Known: true, User: second, Voluntary: 3, Involuntary: 4}}
	evs := []runner.Event{
		runner.RunStarted{ID: "run1", Workers: 2, Jobs: []runner.Job{{Name: "a"}, {Name: "b"}}},
		runner.TaskQueued{Task: 0, Try: 1},
		runner.TaskQueued{Task: 1, Try: 1},
		runner.TaskStarted{Task: 0, Try: 1},
		runner.TaskStarted{Task: 1, Try: 1},
	}
	evs = append(evs, between...)
	evs = append(evs, runner.TaskEnded{At: runner.At(2 * second), Task: 0, Status: runner.Succeeded, Exit: used, Cause: -1})
	last.At, last.Task, last.Exit, last.Cause = runner.At(4*second), 1, used, -1
	evs = append(evs, last, runner.RunEnded{At: runner.At(9 * second)})
	return fold(t, evs...)
}

func TestATrialSumsUpARun(t *testing.T) {
	got := trial.Of(twoJobs(t, runner.TaskEnded{Status: runner.Succeeded}), trial.Way{Model: runner.Processes, Workers: 2}, 3)
	if !got.Counts() {
		t.Errorf("does not count: %q", got.Error)
	}
	if got.Wall != 4 || math.Abs(got.CPU-2) > 1e-9 || got.Parallelism() != 0.5 {
		t.Errorf("wall %v, CPU %v, parallelism %v; want 4, 2, 0.5: the wall time ends with the last job", got.Wall, got.CPU, got.Parallelism())
	}
	if got.Switches != 14 || got.Run != "run1" || got.Round != 3 || got.Jobs != 2 || got.Succeeded != 2 {
		t.Errorf("%+v", got)
	}
	if got.PeakPSS != -1 || got.WaitCore != -1 || got.WaitGIL != -1 || got.Foreign != -1 {
		t.Errorf("what was not measured must be -1: %+v", got)
	}
}

// Two seconds on a core in four are no figure for a run of which half was not measured.
func TestCPUTimeOfWhichMuchIsNotKnownIsNotTold(t *testing.T) {
	run := func(secondJob time.Duration) trial.Trial {
		used := runner.Exit{Usage: runner.Usage{Known: true, User: 2 * second}}
		return trial.Of(fold(t,
			runner.RunStarted{ID: "run1", Workers: 2, Jobs: []runner.Job{{Name: "a"}, {Name: "b"}}},
			runner.TaskQueued{Task: 0, Try: 1}, runner.TaskQueued{Task: 1, Try: 1},
			runner.TaskStarted{Task: 0, Try: 1}, runner.TaskStarted{Task: 1, Try: 1},
			runner.TaskEnded{At: runner.At(secondJob), Task: 1, Status: runner.Succeeded, Cause: -1},
			runner.TaskEnded{At: runner.At(4 * second), Task: 0, Status: runner.Succeeded, Exit: used, Cause: -1},
		), trial.Way{Model: runner.Processes, Workers: 2}, 1)
	}
	if got := run(4 * second); got.CPU != -1 || got.Parallelism() != -1 || !got.Counts() {
		t.Errorf("CPU %v, parallelism %v; want -1, though the trial counts", got.CPU, got.Parallelism())
	}
	if got := run(second / 5); math.Abs(got.CPU-2.1) > 1e-9 { // 2 s of 4 s, so 2.1 of 4.2
		t.Errorf("CPU %v, want 2.1: of the rest it is taken to be likewise", got.CPU)
	}
}

func TestATrialThatDoesNotCountSaysWhy(t *testing.T) {
	paused := []runner.Event{runner.TaskPaused{At: runner.At(second), Task: 1}, runner.TaskResumed{At: runner.At(2 * second), Task: 1}}
	for _, c := range []struct {
		name    string
		last    runner.TaskEnded
		between []runner.Event
		why     string
		broken  bool
	}{
		{"failed", runner.TaskEnded{Status: runner.Failed, Reason: "exit status 3"}, nil, "b failed: exit status 3", false},
		{"cancelled", runner.TaskEnded{Status: runner.Cancelled, Reason: "by the user"}, nil, "b was cancelled: by the user", true},
		{"paused", runner.TaskEnded{Status: runner.Succeeded}, paused, "b was paused", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := trial.Of(twoJobs(t, c.last, c.between...), trial.Way{Model: runner.Threads}, 1)
			if got.Error != c.why || got.Broken != c.broken || got.Counts() {
				t.Errorf("%q, broken %v, counts %v; want %q, %v, false", got.Error, got.Broken, got.Counts(), c.why, c.broken)
			}
		})
	}
}

func TestWhatARunCostsIsWithWhatNoJobOwns(t *testing.T) {
	for _, c := range []struct{ cpu, paid, want float64 }{
		{2, 0, 2},     // an older record, or a system that does not tell
		{2, 2.3, 2.3}, // with the start of an interpreter that the jobs share
		{2, 0.1, 2},   // goroutines are no processes
		{-1, 0.4, 0.4},
		{-1, 0, -1},
	} {
		tr := trial.Trial{CPU: c.cpu, Paid: c.paid, Wall: 2}
		want := c.want / 2
		if c.want < 0 {
			want = -1
		}
		if got := tr.Cost(); got != c.want || tr.Parallelism() != want {
			t.Errorf("CPU %v, paid %v: cost %v, parallelism %v; want %v, %v", c.cpu, c.paid, got, tr.Parallelism(), c.want, want)
		}
	}
}

func TestShapesAreSaidInWords(t *testing.T) {
	for _, c := range []struct {
		way  trial.Way
		jobs int
		want string
	}{
		{trial.Way{Model: runner.Processes, Serial: true, Workers: 1}, 4, "one after the other"},
		{trial.Way{Model: runner.Threads, Workers: 4}, 4, "1 interpreter × 4 threads"},
		{trial.Way{Model: runner.Threads, Workers: 4}, 1, "1 interpreter × 1 thread"},
		{trial.Way{Model: runner.Interpreters, Workers: 8}, 4, "1 process × 4 interpreters"},
		{trial.Way{Model: runner.Hybrid, Workers: 6, Interpreters: 4}, 6, "4 interpreters × 2 threads"},
		{trial.Way{Model: runner.Goroutines, Workers: 3}, 8, "3 goroutines"},
		{trial.Way{Model: runner.Processes, Workers: 3}, 8, "3 at once"},
	} {
		if got := c.way.Shape(c.jobs); got != c.want {
			t.Errorf("%+v: %q, want %q", c.way, got, c.want)
		}
	}
}
