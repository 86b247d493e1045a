// Package stats says how far a few measured numbers can be believed: means and ratios of means with
// 95 % intervals, and values that stand apart. It is all pure functions: the same data, in any
// order, give the same result. docs/statistics.md has the formulas, their sources, and how often
// the intervals hold what they promise.
package stats

import (
	"encoding/json"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Confidence is the share of intervals that are meant to hold the true value.
const Confidence = 0.95

// Estimate is a value with its 95 % interval: Low <= Mean <= High.
//
// Where the interval is not known (fewer than two values) it is without bounds: High is +Inf and Low
// is -Inf, or 0 for data that cannot be negative. So whoever asks whether the interval lies above or
// below a limit is told no, without a case of its own. JSON has no infinities: there they are null.
type Estimate struct {
	Mean     float64
	Low      float64
	High     float64
	N        int // values, or rounds for a ratio: of the side that has fewer
	Outliers int // of these values, as by Outliers; they are in Mean all the same
}

// Known reports whether the interval has both bounds.
func (e Estimate) Known() bool { return !math.IsInf(e.Low, 0) && !math.IsInf(e.High, 0) }

// Spans reports whether the interval holds v, so that the value cannot be told from v.
func (e Estimate) Spans(v float64) bool { return e.Low <= v && v <= e.High }

// written is an Estimate in JSON: a bound that does not exist is null.
type written struct {
	Mean     float64  `json:"mean"`
	Low      *float64 `json:"low"`
	High     *float64 `json:"high"`
	N        int      `json:"n"`
	Outliers int      `json:"outliers"`
}

// MarshalJSON writes mean, low, high, n and outliers; a bound that is infinite is null.
func (e Estimate) MarshalJSON() ([]byte, error) {
	w := written{Mean: e.Mean, N: e.N, Outliers: e.Outliers}
	if !math.IsInf(e.Low, 0) {
		w.Low = &e.Low
	}
	if !math.IsInf(e.High, 0) {
		w.High = &e.High
	}
	return json.Marshal(w)
}

// UnmarshalJSON reads what MarshalJSON wrote; a bound that is null or missing is infinite.
func (e *Estimate) UnmarshalJSON(text []byte) error {
	var w written
	if err := json.Unmarshal(text, &w); err != nil {
		return err
	}
	*e = Estimate{Mean: w.Mean, Low: math.Inf(-1), High: math.Inf(1), N: w.N, Outliers: w.Outliers}
	if w.Low != nil {
		e.Low = *w.Low
	}
	if w.High != nil {
		e.High = *w.High
	}
	return nil
}

// Mean returns the mean of xs with Student's interval, mean ± t·s/√n with n-1 degrees of freedom
// (Student 1908). If no value is negative, Low is at least 0. Without values, or if one is not
// a finite number, the mean is 0 and the interval not known.
func Mean(xs []float64) Estimate {
	e := Estimate{Low: floor(xs), High: math.Inf(1), N: len(xs)}
	switch {
	case len(xs) == 0 || !finite(xs):
		return e
	case len(xs) == 1:
		e.Mean = xs[0]
		return e
	}
	e.Outliers = len(Outliers(xs))
	mean, deviation := meanDeviation(xs)
	half := quantile(float64(len(xs)-1)) * deviation / math.Sqrt(float64(len(xs)))
	e.Mean, e.Low, e.High = mean, max(e.Low, mean-half), mean+half
	return e
}

// floor is the least that the mean of values such as xs can be.
func floor(xs []float64) float64 {
	if slices.ContainsFunc(xs, func(x float64) bool { return !(x >= 0) }) {
		return math.Inf(-1)
	}
	return 0
}

// finite reports whether all values are numbers whose squares are numbers, too.
func finite(xs []float64) bool {
	return !slices.ContainsFunc(xs, func(x float64) bool { return !(math.Abs(x) < 1e150) })
}

// quantile is Student's t for both sides of a 95 % interval with so many degrees of freedom.
func quantile(freedom float64) float64 {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: freedom}.Quantile((1 + Confidence) / 2)
}

// meanDeviation is the mean and the standard deviation (n-1) of at least two values. They are added
// in order of size, so that the order in which they were measured changes no digit.
func meanDeviation(xs []float64) (mean, deviation float64) {
	return stat.MeanStdDev(sorted(xs), nil)
}
