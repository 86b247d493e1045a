package stats

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// walls are times such as are measured: above 0, in any order of magnitude.
func walls(least int) *rapid.Generator[[]float64] {
	return rapid.SliceOfN(rapid.Float64Range(1e-4, 1e4), least, 20)
}

func TestIntervalsHoldTheirMean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := walls(0).Draw(t, "a"), walls(0).Draw(t, "b")
		for name, e := range map[string]Estimate{"Mean": Mean(a), "Ratio": Ratio(a, b), "PairedRatio": PairedRatio(a, b)} {
			if !(0 <= e.Low && e.Low <= e.Mean && e.Mean <= e.High) {
				t.Errorf("%s is %+v", name, e)
			}
			known := len(a) > 1 && (name == "Mean" || len(b) > 1)
			if !known && e.Known() {
				t.Errorf("%s of %d and %d values claims to be known: %+v", name, len(a), len(b), e)
			}
		}
	})
}

func TestScalingTheDataScalesTheEstimate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := walls(2).Draw(t, "a"), walls(2).Draw(t, "b")
		by := rapid.Float64Range(1e-3, 1e3).Draw(t, "by")
		scaled := slices.Clone(a)
		for i := range scaled {
			scaled[i] *= by
		}
		alike(t, "Mean", Mean(scaled), Mean(a), by)
		alike(t, "Ratio", Ratio(scaled, b), Ratio(a, b), by)
		alike(t, "PairedRatio", PairedRatio(scaled, b), PairedRatio(a, b), by)
	})
}

// alike fails unless got is want times by, as far as floating point goes.
func alike(t *rapid.T, name string, got, want Estimate, by float64) {
	for what, pair := range map[string][2]float64{
		"mean": {got.Mean, by * want.Mean}, "low": {got.Low, by * want.Low}, "high": {got.High, by * want.High},
	} {
		off := math.Abs(pair[0]-pair[1]) / (by * math.Max(want.Mean, math.SmallestNonzeroFloat64))
		if !(off <= 1e-6*math.Max(1, pair[1]/(by*want.Mean))) && pair[0] != pair[1] {
			t.Errorf("%s: %s is %v, want %v", name, what, pair[0], pair[1])
		}
	}
}

func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := walls(1).Draw(t, "a"), walls(1).Draw(t, "b")
		mixed := rapid.Permutation(a).Draw(t, "mixed")
		if got, want := Mean(mixed), Mean(a); got != want {
			t.Errorf("the mean is %+v, in another order %+v", want, got)
		}
		if got, want := Ratio(mixed, b), Ratio(a, b); got != want {
			t.Errorf("the ratio is %+v, in another order %+v", want, got)
		}
		n := min(len(a), len(b))
		rounds := make([]int, n)
		for i := range rounds {
			rounds[i] = i
		}
		var as, bs []float64
		for _, i := range rapid.Permutation(rounds).Draw(t, "rounds") {
			as, bs = append(as, a[i]), append(bs, b[i])
		}
		if got, want := PairedRatio(as, bs), PairedRatio(a[:n], b[:n]); got != want {
			t.Errorf("the ratio of rounds is %+v, in another order %+v", want, got)
		}
	})
}

// Which of two is on top is a matter of taste: the interval says the same.
func TestTurnedRatioIsTheReciprocal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := walls(2).Draw(t, "a")
		b := rapid.SliceOfN(rapid.Float64Range(1e-4, 1e4), len(a), len(a)).Draw(t, "b")
		for name, method := range methods {
			up, down := method(a, b), method(b, a)
			for _, pair := range [][2]float64{{up.Mean, down.Mean}, {up.Low, down.High}, {up.High, down.Low}} {
				if product := pair[0] * pair[1]; math.Abs(product-1) > 1e-6 && pair[0] != 0 && pair[1] != 0 {
					t.Errorf("%s: %v and %v are not each other's reciprocal", name, pair[0], pair[1])
				}
			}
		}
	})
}

// Whatever is measured, nothing panics and the result can be written and read.
func TestAnyNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		any := rapid.SliceOf(rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, -1, math.NaN(), inf, -inf, 1e308, 5e-324})))
		a, b := any.Draw(t, "a"), any.Draw(t, "b")
		Median(a)
		for _, i := range Outliers(a) {
			_ = a[i]
		}
		for _, e := range []Estimate{Mean(a), Ratio(a, b), PairedRatio(a, b)} {
			text, err := json.Marshal(e)
			if err != nil {
				t.Fatalf("%+v of %v and %v: %v", e, a, b, err)
			}
			var back Estimate
			if err := json.Unmarshal(text, &back); err != nil || back != e {
				t.Errorf("wrote %s, read %+v (%v), want %+v", text, back, err, e)
			}
		}
	})
}
