package stats

import (
	"encoding/json"
	"math"
	"slices"
	"testing"
)

var inf = math.Inf(1)

func near(t *testing.T, name string, got, want, within float64) {
	t.Helper()
	if got != want && !(math.Abs(got-want) <= within) {
		t.Errorf("%s is %v, want %v within %v", name, got, want, within)
	}
}

func TestMean(t *testing.T) {
	for _, c := range []struct {
		name string
		xs   []float64
		want Estimate
	}{
		{"none", nil, Estimate{0, 0, inf, 0, 0}},
		{"one", []float64{3}, Estimate{3, 0, inf, 1, 0}},
		{"one below zero", []float64{-3}, Estimate{-3, -inf, inf, 1, 0}},
		// s = 0.1414214, t(1) = 12.7062: 12.7062 × 0.1414214/√2 = 1.27062
		{"two", []float64{10, 10.2}, Estimate{10.1, 10.1 - 1.27062, 10.1 + 1.27062, 2, 0}},
		{"two, far apart", []float64{1, 3}, Estimate{2, 0, 14.7062, 2, 0}},
		// s = 1, t(2) = 4.302653: 4.302653/√3 = 2.484138
		{"three", []float64{4, 5, 6}, Estimate{5, 2.515862, 7.484138, 3, 0}},
		{"below zero", []float64{-1, 0, 1}, Estimate{0, -2.484138, 2.484138, 3, 0}},
		{"the same", []float64{2, 2, 2, 2}, Estimate{2, 2, 2, 4, 0}},
	} {
		t.Run(c.name, func(t *testing.T) { same(t, Mean(c.xs), c.want) })
	}
}

func same(t *testing.T, got, want Estimate) {
	t.Helper()
	near(t, "mean", got.Mean, want.Mean, 1e-5)
	near(t, "low", got.Low, want.Low, 1e-5)
	near(t, "high", got.High, want.High, 1e-5)
	if got.N != want.N || got.Outliers != want.Outliers {
		t.Errorf("n is %d with %d outliers, want %d with %d", got.N, got.Outliers, want.N, want.Outliers)
	}
}

func TestRatio(t *testing.T) {
	for _, c := range []struct {
		name string
		a, b []float64
		want Estimate
	}{
		{"nothing", nil, nil, Estimate{0, 0, inf, 0, 0}},
		{"one side", []float64{1, 2}, nil, Estimate{0, 0, inf, 0, 0}},
		{"one each", []float64{6}, []float64{3}, Estimate{2, 0, inf, 1, 0}},
		{"below zero", []float64{-6, 2, 3}, []float64{3, 3, 3}, Estimate{0, 0, inf, 3, 0}},
		{"all zero", []float64{1, 2, 3}, []float64{0, 0, 0}, Estimate{0, 0, inf, 3, 0}},
		{"exact", []float64{6, 6, 6}, []float64{3, 3, 3}, Estimate{2, 2, 2, 3, 0}},
		// each side: s/mean/√n = 0.1/√3 = 0.0577350; together √2 of it, 0.0816497; Welch: 4 degrees,
		// t = 2.776445: half = 0.226696; 2·e^∓
		{"three each", []float64{1.8, 2, 2.2}, []float64{0.9, 1, 1.1}, Estimate{2, 1.594326, 2.508897, 3, 0}},
	} {
		t.Run(c.name, func(t *testing.T) { same(t, Ratio(c.a, c.b), c.want) })
	}
}

func TestPairedRatio(t *testing.T) {
	for _, c := range []struct {
		name string
		a, b []float64
		want Estimate
	}{
		{"the round's noise cancels", []float64{1.8, 2, 2.2}, []float64{0.9, 1, 1.1}, Estimate{2, 2, 2, 3, 0}},
		// relative deviations differ by -0.2, 0, 0.2: s = 0.2, half = 4.302653·0.2/√3 = 0.496828
		{"against each other", []float64{1.8, 2, 2.2}, []float64{1.1, 1, 0.9}, Estimate{2, 1.216923, 3.286998, 3, 0}},
		{"one round", []float64{6}, []float64{3}, Estimate{2, 0, inf, 1, 0}},
		{"not paired", []float64{6, 6, 6}, []float64{3, 3}, Estimate{2, 2, 2, 2, 0}},
	} {
		t.Run(c.name, func(t *testing.T) { same(t, PairedRatio(c.a, c.b), c.want) })
	}
}

func TestMedianAndMAD(t *testing.T) {
	for _, c := range []struct {
		xs          []float64
		median, mad float64
	}{
		{nil, 0, 0},
		{[]float64{7}, 7, 0},
		{[]float64{4, 1}, 2.5, 1.5},
		{[]float64{9, 1, 2}, 2, 1},
		{[]float64{1, 1, 2, 2, 4, 6, 9}, 2, 1}, // distances 1 1 0 0 2 4 7
	} {
		near(t, "median", Median(c.xs), c.median, 0)
		near(t, "MAD", Median(distances(c.xs)), c.mad, 0)
	}
}

func TestOutliers(t *testing.T) {
	twenty := slices.Repeat([]float64{2}, 20)
	for _, c := range []struct {
		name string
		xs   []float64
		want []int
	}{
		{"none", nil, nil},
		{"plain", []float64{1, 2, 3, 4, 5}, nil},
		{"at the limit", []float64{1, 2, 3, 4, 3 + 14.8}, nil}, // median 3, distances 2 1 0 1 14.8, MAD 1
		{"above it", []float64{3 + 14.9, 1, 2, 3, 4}, []int{0}},
		{"below it", []float64{3 - 14.9, 4, 2, 3, 5}, []int{0}},
		{"too few to tell", []float64{2, 2.01, 90}, nil},
		{"just enough", []float64{2, 2.01, 2.02, 90}, []int{3}}, // median 2.015, MAD 0.01
		{"four, three the same", []float64{2, 2, 2, 3}, nil},
		{"all the same", []float64{2, 2, 2, 2, 2}, nil},
		{"one tick more than the others", []float64{2, 2, 2, 2, 3}, nil},
		{"one of 21 that are otherwise the same", append(twenty, 3), []int{20}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Outliers(c.xs); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestEstimateAsJSON(t *testing.T) {
	for _, c := range []struct {
		e    Estimate
		text string
	}{
		{Estimate{2, 1, 3, 5, 1}, `{"mean":2,"low":1,"high":3,"n":5,"outliers":1}`},
		{Estimate{2, -inf, inf, 1, 0}, `{"mean":2,"low":null,"high":null,"n":1,"outliers":0}`},
		{Estimate{2, 0, inf, 1, 0}, `{"mean":2,"low":0,"high":null,"n":1,"outliers":0}`},
	} {
		text, err := json.Marshal(c.e)
		if err != nil || string(text) != c.text {
			t.Errorf("wrote %s (%v), want %s", text, err, c.text)
		}
		var back Estimate
		if err := json.Unmarshal(text, &back); err != nil || back != c.e {
			t.Errorf("read %+v (%v), want %+v", back, err, c.e)
		}
	}
	if err := json.Unmarshal([]byte(`{"mean":"x"}`), new(Estimate)); err == nil {
		t.Error("a text was taken for a number")
	}
}
