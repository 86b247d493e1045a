package figures_test

import (
	"math"
	"testing"

	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/stats"
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
		{choice.Seconds, stats.Estimate{Mean: 81.23, Low: 81, High: 82, N: 3}, "81.2 s", "±0.50"},
		{choice.Times, stats.Estimate{Mean: 3.714, Low: 3.6, High: 3.8, N: 5}, "3.71×", "±0.10"},
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
