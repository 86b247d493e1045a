package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Ratio returns mean(a)/mean(b) with its interval, for values that are not negative and of which not
// all of a side are 0; for others it is not known, and Mean is 0. The two sides are taken to be
// independent of each other: see PairedRatio for rounds.
func Ratio(a, b []float64) Estimate {
	e, ok := ratio(a, b)
	if !ok {
		return e
	}
	va, vb := relativeVariance(a), relativeVariance(b)
	if va+vb == 0 {
		e.Low, e.High = e.Mean, e.Mean
		return e
	}
	freedom := (va + vb) * (va + vb) / (va*va/float64(len(a)-1) + vb*vb/float64(len(b)-1))
	return around(e, quantile(freedom)*math.Sqrt(va+vb))
}

// PairedRatio is Ratio for rounds: a[i] and b[i] were measured in the same round, shortly one after
// the other, so that what slowed the whole machine down slowed both. That noise cancels, as only the
// differences of the relative deviations count. Sides of unequal length are taken as not paired.
func PairedRatio(a, b []float64) Estimate {
	if len(a) != len(b) {
		return Ratio(a, b)
	}
	e, ok := ratio(a, b)
	if !ok {
		return e
	}
	meanA, meanB := stat.Mean(sorted(a), nil), stat.Mean(sorted(b), nil)
	off := make([]float64, len(a))
	for i := range a {
		off[i] = a[i]/meanA - b[i]/meanB
	}
	_, deviation := meanDeviation(off)
	return around(e, quantile(float64(len(a)-1))*deviation/math.Sqrt(float64(len(a))))
}

// ratio is the ratio without its interval, and whether there can be one.
func ratio(a, b []float64) (e Estimate, ok bool) {
	e = Estimate{High: math.Inf(1), N: min(len(a), len(b))}
	if e.N == 0 || slices.Min(a) < 0 || slices.Min(b) < 0 || slices.Max(a) == 0 || slices.Max(b) == 0 {
		return e, false
	}
	e.Mean = stat.Mean(sorted(a), nil) / stat.Mean(sorted(b), nil)
	e.Outliers = len(Outliers(a)) + len(Outliers(b))
	return e, e.N > 1
}

// around is the estimate with an interval that reaches so far to both sides in the logarithm.
func around(e Estimate, half float64) Estimate {
	e.Low, e.High = e.Mean*math.Exp(-half), e.Mean*math.Exp(half)
	return e
}

// relativeVariance is the variance of the mean of at least two values, in squares of that mean: by
// the delta method the variance of its logarithm.
func relativeVariance(xs []float64) float64 {
	mean, deviation := meanDeviation(xs)
	return deviation * deviation / (mean * mean * float64(len(xs)))
}
