package compare

import (
	"testing"

	"parallax/monitor/comparison"
	"parallax/monitor/verdict/scaling"
	"parallax/monitor/verdict/trial"
	"parallax/runner"
)

// Where numbers of workers are compared, columns are called by them, and the one that is recommended is
// marked though all have one model.
func TestNumbersOfWorkersAreShown(t *testing.T) {
	one, two := trial.Way{Model: runner.Processes, Workers: 1}, trial.Way{Model: runner.Processes, Workers: 2}
	kinds[one], kinds[two] = kinds[serial], kinds[hybrid]
	t.Cleanup(func() { delete(kinds, one); delete(kinds, two) })
	s := status(t, []trial.Way{one, two, processes}, 5)
	s.Record.Kind = comparison.Tune
	s.Verdict.Model, s.Verdict.Headline = runner.Threads, "of models"
	s.Tuning = &scaling.Recommendation{Found: true, N: 2, Fastest: 4, Reasons: []string{"Four workers gain nothing."}}
	sc := shown(options(s), 140, 42)
	sc.Says(t, "parallax  tune  ")
	sc.Says(t, "✓ 2 workers")
	sc.Says(t, "Four workers gain nothing.")
	sc.SaysNot(t, "of models")
	sc.SaysNot(t, "✓ 4 workers")
	s.Tuning.Found = false
	shown(options(s), 140, 42).SaysNot(t, "✓ 2 workers")
}
