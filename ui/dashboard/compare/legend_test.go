package compare

import (
	"slices"
	"testing"

	"parallax/monitor/comparison"
	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/stats"
	"parallax/monitor/verdict/trial"
	"parallax/runner"
)

// A verdict that does not fit hides its end, where the models that are missing stand: they are named all the same.
func TestMissingModelsAreNamedHoweverLongTheVerdictIs(t *testing.T) {
	s := status(t, []trial.Way{serial, threads, processes}, 5)
	s.Record.Cannot = []comparison.Cannot{{Model: runner.Interpreters, Why: "a.py: 3.13 or later has them (and 3 jobs more)"}}
	for _, size := range [][2]int{{80, 24}, {120, 30}, {140, 60}} {
		sc := shown(options(s), size[0], size[1])
		sc.Says(t, "not compared: interpreters: a")
		sc.SaysNot(t, "jobs more)")
	}
}

func TestTheHelpExplainsTheMarks(t *testing.T) {
	sc := shown(options(status(t, all, 5)), 140, 42)
	sc.Press("?")
	for _, words := range []string{"marks", "best of the models", "±?", "more rounds narrow it"} {
		sc.Says(t, words)
	}
}

func TestAnIntervalWiderThanItsValueIsNotWritten(t *testing.T) {
	times := choice.Figures()[1]
	for _, c := range []struct {
		high float64
		want string
	}{{209, "0.89× ±?"}, {1, "0.89× ±0.11"}} {
		e := stats.Estimate{Mean: 0.89, Low: 0.8, High: c.high, N: 3}
		if got := value(times, e, 2)[0]; got != c.want {
			t.Errorf("up to %g it says %q, want %q", c.high, got, c.want)
		}
	}
}

// Once all is measured, what is known of no way has no row; before, all rows have their places.
func TestRowsOfDashesGoAtTheEnd(t *testing.T) {
	s := status(t, all, 5)
	for i := range s.Table.Columns {
		s.Table.Columns[i].Startup = stats.Estimate{}
	}
	has := func() bool {
		return slices.ContainsFunc(figures(&s), func(f choice.Figure) bool { return f.Key == "startup_s" })
	}
	if has() {
		t.Error("start-up has a row, with dashes only")
	}
	shown(options(s), 140, 60).SaysNot(t, "start-up ")
	if s.Doing = Trying; !has() {
		t.Error("start-up has no row before its time")
	}
}
