package scaling

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// grid is the fit in the plainest way there is, which shares no line with Fit but the law itself: all
// σ and κ of a grid, then a finer one around the best, λ by a search of its own.
func grid(ps []Point) (lambda, sigma, kappa, least float64) {
	left := func(l, s, k float64) float64 {
		var sum float64
		for _, p := range ps {
			d := p.X - l*p.N/(1+s*(p.N-1)+k*p.N*(p.N-1))
			sum += d * d
		}
		return sum
	}
	least = math.Inf(1)
	from, to := [3]float64{0, 0, 0}, [3]float64{2 * ps[0].X / ps[0].N, 1, 0.1}
	const steps = 16
	for range 130 {
		for i := range steps + 1 {
			for j := range steps + 1 {
				for k := range steps + 1 {
					at := [3]float64{along(from[0], to[0], i, steps), along(from[1], to[1], j, steps), along(from[2], to[2], k, steps)}
					if r := left(at[0], at[1], at[2]); r <= least {
						least, lambda, sigma, kappa = r, at[0], at[1], at[2]
					}
				}
			}
		}
		for d, best := range [3]float64{lambda, sigma, kappa} {
			half := (to[d] - from[d]) * 0.46
			from[d], to[d] = best-half, best+half
		}
		from[1], from[2] = max(from[1], 0), max(from[2], 0)
	}
	return lambda, sigma, kappa, least
}

func along(from, to float64, i, steps int) float64 {
	return from + (to-from)*float64(i)/float64(steps)
}

func TestFitAgreesWithAGridSearch(t *testing.T) {
	for name, ps := range map[string][]Point{"specsdm91": specsdm91, "raytracer to 20": raytracer[:6], "raytracer": raytracer} {
		t.Run(name, func(t *testing.T) {
			u, err := Fit(ps)
			if err != nil {
				t.Fatal(err)
			}
			lambda, sigma, kappa, least := grid(ps)
			near(t, "λ", u.Lambda, lambda, 2e-3*lambda)
			near(t, "σ", u.Sigma, sigma, 5e-4)
			near(t, "κ", u.Kappa, kappa, 2e-6)
			var left float64
			for _, p := range ps {
				left += (p.X - u.Predict(p.N)) * (p.X - u.Predict(p.N))
			}
			if left > least*(1+1e-9) {
				t.Errorf("the fit leaves %v, the grid %v", left, least)
			}
		})
	}
}

func TestFitRecoversWhatMadeThePoints(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := USL{
			Lambda: rapid.Float64Range(1e-3, 1e5).Draw(t, "λ"),
			Sigma:  rapid.OneOf(rapid.Just(0.), rapid.Float64Range(0.001, 0.9)).Draw(t, "σ"),
			Kappa:  rapid.OneOf(rapid.Just(0.), rapid.Float64Range(1e-4, 0.2)).Draw(t, "κ"),
		}
		var ps []Point
		for _, n := range rapid.Permutation([]float64{1, 2, 3, 4, 6, 8, 12, 16, 32}).Draw(t, "loads") {
			ps = append(ps, Point{n, want.Predict(n)})
		}
		got, err := Fit(ps)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(got.Lambda/want.Lambda-1) > 1e-4 || math.Abs(got.Sigma-want.Sigma) > 1e-4 || math.Abs(got.Kappa-want.Kappa) > 1e-5 {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if got.R2 < 1-1e-6 {
			t.Errorf("R² of exact points is %v", got.R2)
		}
	})
}

func TestFitHasNoUnitAndNoOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var ps []Point
		for _, n := range []float64{1, 2, 4, 6, 8, 12, 16} {
			ps = append(ps, Point{n, rapid.Float64Range(0.5, 10).Draw(t, "x")})
		}
		by := rapid.SampledFrom([]float64{1. / 1024, 4096}).Draw(t, "by") // exact in binary
		u, err := Fit(ps)
		if err != nil {
			t.Fatal(err)
		}
		if u.Sigma < 0 || u.Sigma > 1 || u.Kappa < 0 || u.Lambda <= 0 {
			t.Errorf("out of bounds: %+v", u)
		}
		mixed := rapid.Permutation(ps).Draw(t, "mixed")
		for i := range mixed {
			mixed[i].X *= by
		}
		v, err := Fit(mixed)
		if err != nil {
			t.Fatal(err)
		}
		v.Lambda /= by
		if u != v {
			t.Errorf("%+v, times %v and in another order %+v", u, by, v)
		}
	})
}
