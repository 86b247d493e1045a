package cli

import (
	"context"
	"math"
	"testing"

	"parallax/monitor/verdict/trial"
	"parallax/runner"
	"parallax/runner/goroutine"
	"parallax/ui/cli/course"
	"parallax/ui/cli/session"
)

// It stands in a table in which every ± is half of a 95 % interval, which is as far above a mean as below.
func TestStartUpComesWithTheIntervalOfAllFigures(t *testing.T) {
	quick := func(context.Context, *runner.Call) error { return nil }
	w := course.Way{Way: trial.Way{Model: runner.Goroutines, Workers: 2}, Plan: session.Plan{
		Jobs: []runner.Job{{Name: "a", Model: runner.Goroutines, Func: quick}, {Name: "b", Model: runner.Goroutines, Func: quick}},
		Launchers: func() map[runner.Model]runner.Launcher {
			return map[runner.Model]runner.Launcher{runner.Goroutines: goroutine.New()}
		},
	}}
	e, err := startup(t.Context(), w)
	if err != nil || e.N != startups || e.Mean <= 0 {
		t.Fatalf("%+v, %v", e, err)
	}
	if above, below := e.High-e.Mean, e.Mean-e.Low; e.Low > 0 && math.Abs(above-below) > 1e-6*above || above <= 0 {
		t.Errorf("%+v is no interval of a mean", e)
	}
}
