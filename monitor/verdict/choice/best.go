package choice

import (
	"math"

	"parallax/monitor/verdict/stats"
)

// Best returns the column that is best in a figure, of those in the ranking without the baseline, and whether
// there is one. It must be clearly better than each other: by the digits that are shown, and so that their
// intervals do not overlap or, of times, that of their ratio leaves out 1. Of one round that is never known. Of
// jobs that mostly wait, how many cores they keep busy and what is serial in them are no merits.
func (t *Table) Best(f Figure) (int, bool) {
	if f.Better == Neither || (f.Key == "parallelism" || f.Key == "serial_part") && natureOf(t).bound == IO {
		return -1, false
	}
	best, n := -1, 0
	for i := range t.Columns {
		if !t.vies(f, i) {
			continue
		}
		n++
		if best < 0 || f.ahead(f.Of(&t.Columns[i]).Mean, f.Of(&t.Columns[best]).Mean) {
			best = i
		}
	}
	if n < 2 {
		return -1, false
	}
	for i := range t.Columns {
		if i != best && t.vies(f, i) && !f.clearly(&t.Columns[best], &t.Columns[i]) {
			return -1, false
		}
	}
	return best, true
}

// vies reports whether a column can be the best in a figure.
func (t *Table) vies(f Figure, i int) bool {
	c := &t.Columns[i]
	return !c.Serial && c.Counts() && f.Of(c).N > 0
}

// ahead reports whether a value is better than another.
func (f Figure) ahead(a, b float64) bool { return a != b && (a < b) == (f.Better == Less) }

// clearly reports whether a column is better than another in a figure, and not by chance.
func (f Figure) clearly(c, than *Column) bool {
	a, b := f.Of(c), f.Of(than)
	if !f.ahead(f.shown(a.Mean), f.shown(b.Mean)) {
		return false
	}
	if f.Key == "wall_s" || f.Key == "speedup" { // which differ alike from round to round
		if r := Ratio(c, than); r.N > 1 {
			return r.High < 1
		}
	}
	return apart(a, b)
}

// apart reports whether the intervals of two estimates are known and do not overlap.
func apart(a, b stats.Estimate) bool {
	return a.Known() && b.Known() && (a.High < b.Low || b.High < a.Low)
}

// shown is a value to as many digits as people are shown: three that count of times and sizes,
// hundredths of factors and cores, per cents of shares.
func (f Figure) shown(v float64) float64 {
	switch {
	case v == 0 || math.IsInf(v, 0) || math.IsNaN(v):
		return v
	case f.Unit == Times || f.Unit == Cores || f.Unit == Share:
		return math.Round(100*v) / 100
	}
	scale := math.Pow(10, 2-math.Floor(math.Log10(math.Abs(v))))
	return math.Round(v*scale) / scale
}
