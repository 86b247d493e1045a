package plain

import (
	"strings"
	"testing"

	"parallax/monitor/comparison"
	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/scaling"
	"parallax/monitor/verdict/stats"
	"parallax/monitor/verdict/trial"
	"parallax/runner"
)

// tabled is a table of threads and processes, whose CPU time is known as that of nobody.
func tabled(spread float64) *choice.Table {
	wall := func(mean float64) stats.Estimate {
		return stats.Estimate{Mean: mean, Low: max(mean-spread, 0), High: mean + spread, N: 3}
	}
	return &choice.Table{Rounds: 3, Columns: []choice.Column{
		{Way: trial.Way{Model: runner.Threads, Workers: 2}, Trials: 3, Wall: wall(2)},
		{Way: trial.Way{Model: runner.Processes, Workers: 2}, Trials: 3, Wall: wall(1)},
	}}
}

func TestATableExplainsItsMarksAndHasNoRowsOfDashes(t *testing.T) {
	for _, c := range []struct {
		spread  float64
		has     []string
		hasNone []string
	}{
		{0.1, []string{"1.00 s ±0.10 *", "\n* best of the models\n"}, []string{"start-up", "–", "±?"}},
		{8512, []string{"1.00 s ±?", "\n±?: the interval is wider than the value; more rounds would narrow it\n"}, []string{"8512", "*"}},
	} {
		var b strings.Builder
		if err := Table(&b, tabled(c.spread)); err != nil {
			t.Fatal(err)
		}
		for _, s := range c.has {
			if !strings.Contains(b.String(), s) {
				t.Errorf("±%g: no %q in\n%s", c.spread, s, b.String())
			}
		}
		for _, s := range c.hasNone {
			if strings.Contains(b.String(), s) {
				t.Errorf("±%g: %q is in\n%s", c.spread, s, b.String())
			}
		}
	}
}

func TestATableOfLoadsExplainsItsMarks(t *testing.T) {
	one := tabled(0.1)
	one.Columns = one.Columns[1:]
	for found, want := range map[bool]string{true: "\n* recommended\n", false: "\n* the best guess\n"} {
		var b strings.Builder
		if err := Loads(&b, one, &scaling.Recommendation{Found: found, N: 2}); err != nil {
			t.Fatal(err)
		}
		if got := b.String(); !strings.HasSuffix(got, want) || strings.Contains(got, "GIL wait") {
			t.Errorf("found %v:\n%s", found, got)
		}
	}
}

func TestAVerdictNamesTheModelsThatAreMissing(t *testing.T) {
	rec := &comparison.Record{Info: comparison.Info{Cannot: []comparison.Cannot{{Model: runner.Interpreters, Why: "a.py: Python 3.9 has none, 3.13 or later has (and 3 jobs more)"}}}}
	got := Verdict(rec, choice.Verdict{Headline: "Use processes."})
	if last := got[len(got)-1]; last != "  not compared: interpreters: a.py: Python 3.9 has none, 3.13 or later has" {
		t.Errorf("the last line is %q", last)
	}
}
