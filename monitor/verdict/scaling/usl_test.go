package scaling

import (
	"math"
	"strings"
	"testing"
)

func points(pairs ...[2]float64) []Point {
	ps := make([]Point, len(pairs))
	for i, p := range pairs {
		ps[i] = Point{p[0], p[1]}
	}
	return ps
}

// Data that were published with their fit. specsdm91 and raytracer are measurements of Gunther's book
// "Guerrilla Capacity Planning" (2007); the fits are those of the R package usl 3.0.3, which uses
// R's nls. Its documents show the whole of the first and the first six points of the second. The
// third is that package's own example, whose parameters are exact.
var (
	specsdm91 = points([2]float64{1, 64.9}, [2]float64{18, 995.9}, [2]float64{36, 1652.4},
		[2]float64{72, 1853.2}, [2]float64{108, 1828.9}, [2]float64{144, 1775}, [2]float64{216, 1702.2})
	raytracer = points([2]float64{1, 20}, [2]float64{4, 78}, [2]float64{8, 130}, [2]float64{12, 170},
		[2]float64{16, 190}, [2]float64{20, 200}, [2]float64{24, 210}, [2]float64{28, 230},
		[2]float64{32, 260}, [2]float64{48, 280}, [2]float64{64, 310})
	made = points([2]float64{1, 1}, [2]float64{2, 1.8868}, [2]float64{4, 3.0769}, [2]float64{6, 3.5294},
		[2]float64{8, 3.5398}, [2]float64{10, 3.3557})
)

func TestFitPublished(t *testing.T) {
	for _, c := range []struct {
		name                 string
		points               []Point
		lambda, sigma, kappa float64
		digit                [3]float64 // half of the last digit that was printed
		best                 float64
	}{
		{"specsdm91", specsdm91, 89.9952330, 0.0277285, 0.0001044, [3]float64{5e-8 * 100, 5e-8, 5e-8}, 96.51956},
		{"raytracer to 20", raytracer[:6], 20.85605, 0.02444, 0.00163, [3]float64{5e-6, 5e-6, 5e-6}, 24.488},
		{"made", made, 1, 0.02, 0.02, [3]float64{1e-4, 1e-4, 1e-4}, 7},
	} {
		t.Run(c.name, func(t *testing.T) {
			u, err := Fit(c.points)
			if err != nil {
				t.Fatal(err)
			}
			near(t, "λ", u.Lambda, c.lambda, c.digit[0])
			near(t, "σ", u.Sigma, c.sigma, c.digit[1])
			near(t, "κ", u.Kappa, c.kappa, c.digit[2])
			near(t, "best", u.Best, c.best, 0.001)
		})
	}
}

func near(t *testing.T, name string, got, want, within float64) {
	t.Helper()
	if math.Abs(got-want) > within || math.IsNaN(got) {
		t.Errorf("%s is %v, want %v within %v", name, got, want, within)
	}
}

// The whole of raytracer has its minimum where κ is 0: no load is the best.
func TestFitOnTheBound(t *testing.T) {
	u, err := Fit(raytracer)
	if err != nil {
		t.Fatal(err)
	}
	if u.Kappa != 0 || u.Best != 0 {
		t.Errorf("κ is %v and best %v, want 0 and 0", u.Kappa, u.Best)
	}
	near(t, "σ", u.Sigma, 0.05777, 1e-5)
	near(t, "R²", u.R2, 0.9907, 1e-4)
}

// So much coherency that one worker is best: there is no load below 1.
func TestFitBestIsALoad(t *testing.T) {
	var ps []Point
	for _, n := range []float64{1, 2, 3, 4, 5, 6} {
		ps = append(ps, Point{n, USL{Lambda: 3, Sigma: 0.5, Kappa: 0.7}.Predict(n)})
	}
	u, err := Fit(ps)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "κ", u.Kappa, 0.7, 1e-4)
	near(t, "best", u.Best, 1, 0)
}

func TestFitRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		points []Point
		want   string
	}{
		{"nothing", nil, "nothing was measured"},
		{"five loads", raytracer[:5], "5 different numbers of workers are too few"},
		{"five loads, one twice", append(points([2]float64{1, 19}), raytracer[:5]...), "5 different"},
		{"no workers", append(points([2]float64{0, 5}), raytracer...), "a load of 0"},
		{"no throughput", append(points([2]float64{2, 0}), raytracer...), "a throughput of 0 at 2 workers"},
		{"not a number", append(points([2]float64{2, math.NaN()}), raytracer...), "a throughput of NaN"},
		{"infinite", append(points([2]float64{math.Inf(1), 3}), raytracer...), "a load of +Inf"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Fit(c.points)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestKarpFlattAndAmdahl(t *testing.T) {
	for _, c := range []struct {
		name       string
		speedup, p float64
		want       float64
		ok         bool
	}{
		{"half the cores' worth", 2, 4, 1. / 3, true}, // (1/2 - 1/4)/(3/4)
		{"perfect", 4, 4, 0, true},
		{"none", 1, 4, 1, true},
		{"contention", 0.5, 2, 3, true}, // (2 - 1/2)/(1/2)
		{"more than the cores", 5, 4, -1. / 15, true},
		{"one core", 1, 1, 0, false},
		{"no speed-up", 0, 4, 0, false},
		{"not a number", math.NaN(), 4, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, ok := KarpFlatt(c.speedup, c.p)
			if ok != c.ok {
				t.Fatalf("known is %v, want %v", ok, c.ok)
			}
			near(t, "e", e, c.want, 1e-12)
			if ok && c.speedup > 0 {
				near(t, "Amdahl of it", Amdahl(e, c.p), c.speedup, 1e-12)
			}
		})
	}
	near(t, "all serial", Amdahl(1, 64), 1, 0)
	near(t, "a tenth serial on 4", Amdahl(0.1, 4), 1/0.325, 1e-12)
}
