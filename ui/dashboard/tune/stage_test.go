package tune

import (
	"fmt"
	"testing"
	"time"

	"github.com/muesli/termenv"

	"parallax/monitor/comparison"
	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/scaling"
	"parallax/monitor/verdict/trial"
	"parallax/monitor/verdict/tuning"
	"parallax/runner"
	"parallax/ui/dashboard/compare"
	"parallax/ui/dashboard/frame/frametest"
)

// wall is how long 16 jobs of half a second take on four cores: with a little contention, and some
// overhead above the cores.
func wall(n int) float64 {
	p := float64(min(n, 4))
	return 8/p*(1+.03*(p-1)) + .03*float64(n)
}

// tried is a trial of a load.
func tried(w trial.Way, round int) trial.Trial {
	t := wall(w.Workers) * (1 + .004*float64((round+w.Workers)%3))
	return trial.Trial{
		Way: w, Round: round, Run: fmt.Sprintf("run-%s-%d", tuning.Short(w), round), Wall: t, CPU: 8 + .02*float64(w.Workers), Live: t,
		WaitGIL: 0, WaitCore: 0, PeakPSS: int64(w.Workers) * 9 << 20, Foreign: .02, Jobs: 16, Succeeded: 16,
	}
}

// ran is a run in which the first cores were busy.
func ran(busy int, lasted time.Duration, over bool) []runner.Event {
	return frametest.Run([4]string{"a", "b", "c", "d"}, lasted, over, func(_, core int) ([]runner.Cell, *runner.TaskSample) {
		if core < busy {
			return []runner.Cell{{Task: int32(core), Ours: 98, Load: 98}}, nil
		}
		return []runner.Cell{{Task: runner.Idle}}, nil
	})
}

func ways(ns ...int) []trial.Way {
	var out []trial.Way
	for _, n := range ns {
		out = append(out, trial.Way{Model: runner.Processes, Workers: n})
	}
	return out
}

// status is a sweep over in which so many rounds were made, the warm-up not counted; none for less than 0.
func status(tb testing.TB, ways []trial.Way, rounds int) compare.Status {
	tb.Helper()
	s := compare.Status{Way: -1, Newest: make([]compare.Shown, len(ways)), Doing: compare.Over}
	s.Record.Info = comparison.Info{
		ID: "t1", Kind: comparison.Tune, Target: string(scaling.Time), Title: "primes.py ×16", Start: frametest.Began, Python: "Python 3.13.0", Ways: ways,
		Jobs: make([]runner.Job, 16),
	}
	if rounds > 0 {
		s.Record.Rounds = 3
	}
	for r := 0; r <= rounds; r++ {
		for i, w := range ways {
			s.Record.Trials = append(s.Record.Trials, tried(w, r))
			st := frametest.Fold(tb, ran(w.Workers, time.Duration(wall(w.Workers)*float64(time.Second)), true))
			s.Newest[i] = compare.Shown{ID: s.Record.Trials[len(s.Record.Trials)-1].Run, State: st, Feed: runner.NewFeed()}
		}
	}
	judge(&s)
	return s
}

func judge(s *compare.Status) {
	base := tuning.Base(s.Record.Ways)
	s.Table = choice.Tabulate(s.Record.Ways, s.Record.Trials, choice.Setting{Jobs: 16, Cores: 4, Base: &base})
	rec := tuning.Recommend(&s.Table, s.Record.Trials, scaling.Target(s.Record.Target))
	s.Tuning = &rec
}

// trying is a sweep that tries a load in a round.
func trying(s compare.Status, doing compare.Doing, load, round int, feed compare.Feed) compare.Status {
	s.Doing, s.Way, s.Round = doing, load, round
	s.Newest = append([]compare.Shown(nil), s.Newest...)
	s.Newest[load] = compare.Shown{ID: "live", Feed: feed}
	return s
}

// changed is a sweep with other trials.
func changed(s compare.Status, change func(*trial.Trial)) compare.Status {
	s.Record.Trials = append([]trial.Trial(nil), s.Record.Trials...)
	for i := range s.Record.Trials {
		change(&s.Record.Trials[i])
	}
	judge(&s)
	return s
}

// screen is a model under test, on a terminal of some size.
type screen struct {
	*model
	*frametest.Stage
	course *frametest.Course[compare.Status]
}

func options(c compare.Course) Options {
	return Options{
		Options: frametest.Options(termenv.TrueColor), Sweep: compare.Follow(c),
		Report: func() (string, error) { return "report.html", nil },
	}
}

func shown(s compare.Status, w, h int) *screen {
	c := frametest.NewCourse(s)
	m := newModel(options(c))
	m.clock = func() time.Time { return frametest.Began.Add(58300 * time.Millisecond) }
	return &screen{model: m, Stage: frametest.On(m, w, h), course: c}
}
