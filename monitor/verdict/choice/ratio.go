package choice

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"parallax/monitor/verdict/stats"
)

// ratio is [Ratio] with an interval also for one round, where it is a rule of thumb. That of two is no
// narrower, and as wide as they lie apart.
func ratio(of, over *Column) stats.Estimate {
	r := Ratio(of, over)
	if r.N == 0 || r.N >= limits.rounds {
		return r
	}
	low, high := r.Mean/limits.few, r.Mean*limits.few
	if r.Known() {
		low, high = min(low, r.Low), max(high, r.High)
	}
	r.Low, r.High = low, high
	return r
}

// furtherRounds is how many more rounds would make the interval of a ratio end before the margin, if
// they spread as those there are; 0 where that cannot be known or takes more than limits.patience.
func furtherRounds(r stats.Estimate, margin float64) int {
	if r.N < 2 || !r.Known() || r.Low <= 0 || r.Mean <= 0 {
		return 0
	}
	away := math.Abs(math.Log(r.Mean / margin))
	spread := math.Log(r.High/r.Mean) * math.Sqrt(float64(r.N)) / student(r.N)
	for more := 1; more <= limits.patience; more++ {
		n := r.N + more
		if student(n)*spread/math.Sqrt(float64(n)) < away {
			return more
		}
	}
	return 0
}

// student is Student's t for both sides of a 95 % interval of so many rounds.
func student(rounds int) float64 {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(rounds - 1)}.Quantile((1 + stats.Confidence) / 2)
}

// disturbed reports whether others took so much that the figures are doubtful: enough to be felt, or
// they kept cores from a way that does not wait for anything else.
func disturbed(t *Table) bool {
	if felt(t, limits.foreign, limits.felt) {
		return true
	}
	cores, known := foreign(t)
	if known && cores <= limits.foreign*t.Cores {
		return false
	}
	for i := range t.Columns {
		if w := &t.Columns[i]; w.Counts() && !w.Serial && !waitsForGIL(w) && lost(t, w) > limits.lost {
			return true
		}
	}
	return false
}

// felt reports whether other programs held more than a share of the cores and the jobs noticed: in the
// baseline, where no job waits for another's core, they were without one for so much of the time in
// which they wanted one. What is not known does not count against it.
func felt(t *Table, share, without float64) bool {
	cores, known := foreign(t)
	lost, seen := unmet(t)
	switch {
	case !seen:
		return known && cores > share*t.Cores
	case !known:
		return lost > without
	}
	return lost > without && cores > share*t.Cores
}

// lost is which share of the cores that a way's jobs could have used they did not get: of as many as
// they wanted on average, on a core or waiting for one, and no more than there are; 0 where that is not known,
// and where other programs had too few cores to be the reason.
func lost(t *Table, w *Column) float64 {
	if w.Parallelism.N == 0 || w.WaitCore.N == 0 || w.OnCore.N == 0 || w.OnCore.Mean <= 0 {
		return 0
	}
	could := min(w.Parallelism.Mean*(1+w.WaitCore.Mean/w.OnCore.Mean), t.Usable())
	missed := could - w.Parallelism.Mean
	if w.Foreign >= 0 && w.Foreign < limits.taken*missed {
		return 0 // nobody else had them: the jobs are of unequal length, and the last one has no company
	}
	return max(missed/could, 0)
}

// unmet is for which share of the time in which jobs of the baseline wanted a core they had none.
func unmet(t *Table) (share float64, known bool) {
	base := t.find(func(c *Column) bool { return t.base(c.Way) })
	if base == nil || base.WaitCore.N == 0 || base.OnCore.N == 0 {
		return 0, false
	}
	return base.WaitCore.Mean / max(base.WaitCore.Mean+base.OnCore.Mean, 1e-9), true
}

// foreign is how many cores other programs kept busy, on average over the ways in the ranking.
func foreign(t *Table) (cores float64, known bool) {
	n := 0
	for i := range t.Columns {
		if c := &t.Columns[i]; c.Counts() && c.Foreign >= 0 {
			cores, n = cores+c.Foreign, n+1
		}
	}
	return cores / float64(max(n, 1)), n > 0
}
