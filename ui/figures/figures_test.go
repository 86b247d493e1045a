package figures_test

import (
	"math"
	"slices"
	"testing"

	"parallax/monitor/comparison"
	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/stats"
	"parallax/runner"
	"parallax/ui/figures"
)

func TestFiguresAreWrittenWithTheirSpread(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		unit          choice.Unit
		e             stats.Estimate
		value, spread string
	}{
		{choice.Seconds, stats.Estimate{Mean: 8.123, Low: 8.07, High: 8.17, N: 5}, "8.12 s", "±0.05"},
		{choice.Seconds, stats.Estimate{Mean: 0.812, Low: 0.8, High: 0.824, N: 5}, "812 ms", "±12"},
		{choice.Seconds, stats.Estimate{Mean: 0.0042, Low: 0, High: inf, N: 1}, "4.2 ms", ""},
		{choice.Seconds, stats.Estimate{}, "–", ""},
		{choice.Seconds, stats.Estimate{Mean: 81.23, Low: 80.73, High: 81.4, N: 3}, "81.2 s", "±0.50"},
		{choice.Times, stats.Estimate{Mean: 3.714, Low: 3.6, High: 3.8, N: 5}, "3.71×", "±0.11"}, // further below than above
		{choice.Times, stats.Estimate{Mean: 0.89, Low: 0.3, High: 1.7, N: 2}, "0.89×", "±0.81"},
		{choice.Times, stats.Estimate{Mean: 0.89, Low: 0.01, High: 418, N: 2}, "0.89×", "±?"},
		{choice.Times, stats.Estimate{Mean: 0.89, Low: 0, High: inf, N: 3}, "0.89×", "±?"},
		{choice.Times, stats.Estimate{Mean: 1, Low: 1, High: 1, N: 5}, "1.00×", ""},
		{choice.PerSecond, stats.Estimate{Mean: 4811, Low: 0, High: 13323, N: 2}, "4 811 /s", "±?"},
		{choice.Share, stats.Estimate{Mean: 0.01, Low: 0, High: 0.04, N: 3}, "1 %", "±3"},
		{choice.Share, stats.Estimate{Mean: 0.01, Low: 0, High: 0.4, N: 3}, "1 %", "±?"},
		{choice.Cores, stats.Estimate{Mean: 1.94, Low: 1.9, High: 1.98, N: 5}, "1.94 of 2", "±0.04"},
		{choice.Share, stats.Estimate{Mean: 0.74, Low: 0.7, High: 0.78, N: 5}, "74 %", "±4"},
		{choice.Share, stats.Estimate{Mean: 1.2, Low: 1.2, High: 1.2, N: 5}, "120 %", ""},
		{choice.Bytes, stats.Estimate{Mean: 15 << 20, Low: 14 << 20, High: 16 << 20, N: 5}, "15.0 MiB", "±1.0"},
		{choice.Bytes, stats.Estimate{Mean: 212 << 20, Low: 200 << 20, High: 224 << 20, N: 5}, "212 MiB", "±12"},
		{choice.PerSecond, stats.Estimate{Mean: 4811.4, Low: 4800, High: 4822, N: 5}, "4 811 /s", "±11"},
	} {
		if got := figures.Value(c.unit, c.e, 2); got != c.value {
			t.Errorf("%+v: %q, want %q", c.e, got, c.value)
		}
		if got := figures.Spread(c.unit, c.e); got != c.spread {
			t.Errorf("%+v: spread %q, want %q", c.e, got, c.spread)
		}
	}
}

func TestRowsOfDashesAreNoneToShow(t *testing.T) {
	table := &choice.Table{Columns: []choice.Column{{}, {Wall: stats.Estimate{Mean: 1, Low: -4, High: 6, N: 2}}}}
	rows := figures.Measured(table, choice.Figures())
	if len(rows) != 1 || rows[0].Key != "wall_s" {
		t.Errorf("%d rows are measured: %v", len(rows), rows)
	}
	if !figures.AnyWide(table, rows) || figures.AnyWide(table, choice.Figures()[1:]) {
		t.Error("it is the wall time whose interval is wide")
	}
}

func TestModelsThatAreMissingAreNamedOnceForEachReason(t *testing.T) {
	got := figures.Missing([]comparison.Cannot{
		{Model: runner.Threads, Why: "a: sh is not Python (and 3 jobs more)"},
		{Model: runner.Hybrid, Why: "a.py: needs 3.8 or later"},
		{Model: runner.Interpreters, Why: "a: sh is not Python (and 3 jobs more)"},
	})
	want := []string{"not compared: threads, interpreters: a: sh is not Python", "not compared: hybrid: a.py: needs 3.8 or later"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
