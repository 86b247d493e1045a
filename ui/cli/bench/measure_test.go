package bench_test

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// series is what was measured, a value each round.
type series []float64

func (s *series) add(v float64) { *s = append(*s, v) }

func (s series) median() float64 {
	sorted := slices.Sorted(slices.Values(s))
	n := len(sorted)
	if n == 0 {
		return 0
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// over is the median of the rounds' ratios: each round is compared with itself, so that it does not
// matter that the machine was busier in one than in another.
func (s series) over(other series) float64 {
	var ratios series
	for i := range s {
		ratios.add(s[i] / other[i])
	}
	return ratios.median()
}

// load is the load average of the last minute, 0 where the system does not tell.
func load() float64 {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(text), " ")
	avg, _ := strconv.ParseFloat(first, 64)
	return avg
}

// report reports a benchmark's figures, to be called after its rounds: the first of them resets what
// was reported before. ns/op would be the time of a whole round, all programs together, which says
// nothing: it is left out.
func report(b *testing.B, loadBefore float64, figures map[string]float64) {
	b.Helper()
	b.ReportMetric(loadBefore, "load")
	b.ReportMetric(0, "ns/op")
	for unit, v := range figures {
		b.ReportMetric(v, unit)
	}
}

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		of   series
		want float64
	}{{nil, 0}, {series{3}, 3}, {series{9, 1, 2}, 2}, {series{4, 1, 2, 9}, 3}} {
		if got := c.of.median(); got != c.want {
			t.Errorf("median of %v is %v, want %v", c.of, got, c.want)
		}
	}
	if got := (series{2, 30, 8}).over(series{1, 10, 2}); got != 3 {
		t.Errorf("median ratio is %v, want 3", got)
	}
}
