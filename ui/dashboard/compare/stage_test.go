package compare

import (
	"testing"
	"time"

	"github.com/muesli/termenv"

	"parallax/monitor/comparison"
	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/stats"
	"parallax/monitor/verdict/trial"
	"parallax/runner"
	"parallax/ui/dashboard/frame"
	"parallax/ui/dashboard/frame/frametest"
)

const (
	milli  = time.Millisecond
	second = time.Second
)

// The ways of the tests: four jobs on four cores.
var (
	serial       = trial.Way{Model: runner.Processes, Serial: true, Workers: 1}
	threads      = trial.Way{Model: runner.Threads, Workers: 4}
	interpreters = trial.Way{Model: runner.Interpreters, Workers: 4}
	processes    = trial.Way{Model: runner.Processes, Workers: 4}
	hybrid       = trial.Way{Model: runner.Hybrid, Workers: 4, Interpreters: 2}
	goroutines   = trial.Way{Model: runner.Goroutines, Workers: 4}
	all          = []trial.Way{serial, threads, interpreters, processes, hybrid, goroutines}
)

// kind is how the made-up runs of a way went.
type kind struct {
	wall, cores, gil float64
	memory           int64
}

var kinds = map[trial.Way]kind{
	serial:       {8.04, 1, 0, 12 << 20},
	threads:      {8.12, 1.01, .74, 15 << 20},
	interpreters: {2.31, 3.58, 0, 58 << 20},
	processes:    {2.19, 3.88, 0, 44 << 20},
	hybrid:       {4.20, 1.97, .45, 29 << 20},
	goroutines:   {2.25, 3.70, -1, 20 << 20},
}

// tried is a trial as its way goes.
func tried(w trial.Way, round int) trial.Trial {
	k := kinds[w]
	wall := k.wall * (1 + .004*float64(round%3))
	t := trial.Trial{
		Way: w, Round: round, Run: w.Name() + "-" + string(rune('0'+round)), Wall: wall, CPU: k.cores * wall, Live: 4 * wall,
		WaitGIL: k.gil * 4 * wall, WaitCore: 0, PeakPSS: k.memory, Switches: 400, Foreign: .02, Jobs: 4, Succeeded: 4,
	}
	if w.Serial {
		t.Live = wall
	}
	if k.gil < 0 {
		t.WaitGIL = -1
	}
	return t
}

// ran makes the events of a run of a way as far as told, of which each core is held by one job in turn; over
// says that it ended then.
func ran(w trial.Way, lasted time.Duration, over bool) []runner.Event {
	k := kinds[w]
	names := [4]string{"primes.1", "primes.2", "primes.3", "primes.4"}
	return frametest.Run(names, lasted, over, func(n, core int) ([]runner.Cell, *runner.TaskSample) {
		cell := runner.Cell{Task: runner.Idle}
		switch {
		case k.cores > 3:
			cell = runner.Cell{Task: int32(core), Ours: 98, Load: 98}
		case k.cores > 1.5 && core < 2, core == n*7%4 && k.cores <= 1.5:
			cell = runner.Cell{Task: int32(n % 4), Ours: 100, Load: 100}
		}
		return []runner.Cell{cell, cell, cell, cell, cell}, &runner.TaskSample{
			Task: core, Live: 100 * milli, OnCore: time.Duration(k.cores / 4 * 100 * float64(milli)),
			WaitGIL: time.Duration(max(k.gil, 0) * 100 * float64(milli)), Core: core, Processes: 1, Threads: 1, RSS: -1, PSS: -1,
		}
	})
}

// status is a comparison of some ways in which so many rounds were made, the warm-up not counted; none for
// less than 0.
func status(tb testing.TB, ways []trial.Way, rounds int) Status {
	tb.Helper()
	s := Status{Way: -1, Newest: make([]Shown, len(ways)), Doing: Over}
	s.Record.Info = comparison.Info{
		ID: "c1", Title: "primes.py ×4", Start: frametest.Began, Python: "Python 3.13.0", Ways: ways, Jobs: make([]runner.Job, 4), Memory: 8 << 30,
	}
	if rounds > 0 {
		s.Record.Rounds = 5
	}
	for r := 0; r <= rounds; r++ {
		for i, w := range ways {
			s.Record.Trials = append(s.Record.Trials, tried(w, r))
			st := frametest.Fold(tb, ran(w, time.Duration(kinds[w].wall*float64(second)), true))
			s.Newest[i] = Shown{ID: s.Record.Trials[len(s.Record.Trials)-1].Run, State: st, Feed: runner.NewFeed()}
		}
	}
	judge(&s)
	return s
}

// judge makes the table and the verdict of the trials.
func judge(s *Status) {
	s.Table = choice.Tabulate(s.Record.Ways, s.Record.Trials, choice.Setting{
		Jobs: 4, Cores: 4, Memory: 8 << 30,
		Startup: func(w trial.Way) (stats.Estimate, bool) {
			mean := .014 * float64(len(w.Name()))
			return stats.Estimate{Mean: mean, Low: .9 * mean, High: 1.1 * mean, N: 5}, true
		},
	})
	s.Verdict = choice.Decide(&s.Table)
}

// failing makes a way fail in the warm-up.
func failing(s Status, at int, why string) Status {
	w := s.Record.Ways[at]
	var kept []trial.Trial
	for _, t := range s.Record.Trials {
		if t.Way == w {
			if t.Round > 0 {
				continue
			}
			t.Error, t.Succeeded = why, 3
		}
		kept = append(kept, t)
	}
	s.Record.Trials = kept
	judge(&s)
	return s
}

// goingOnAt is a comparison that tries a way in a round; the run of it has gone on for so long.
func goingOnAt(s Status, d Doing, way, round int, feed Feed) Status {
	s.Doing, s.Way, s.Round = d, way, round
	s.Newest = append([]Shown(nil), s.Newest...)
	if feed != nil {
		s.Newest[way] = Shown{ID: "live", Feed: feed}
	}
	return s
}

// screen is a model under test, on a terminal of some size.
type screen struct {
	*model
	*frametest.Stage
}

func options(statuses ...Status) Options {
	o := Options{
		Options: frametest.Options(termenv.TrueColor),
		Report:  func(int) (string, error) { return "report.html", nil },
		Export:  func(_ int, run string) (string, error) { return run + ".json", nil },
	}
	titles := []string{"CPU-bound", "I/O-bound", "another"}
	for i, s := range statuses {
		o.Acts = append(o.Acts, Act{Title: titles[i], Course: frametest.NewCourse(s)})
	}
	return o
}

func shown(o Options, w, h int) *screen {
	m := newModel(o)
	m.clock = func() time.Time { return frametest.Began.Add(58300 * milli) }
	return &screen{model: m, Stage: frametest.On(m, w, h)}
}

// hears puts into the inboxes what watches would find of courses that stand so, and tells of it.
func (s *screen) hears(now ...Status) {
	for i, st := range now {
		s.place.courses[i].inbox.put(st, taken(&st))
	}
	s.Tell(frame.News{})
}
