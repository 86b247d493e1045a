package scaling

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"
	"gonum.org/v1/gonum/stat"
)

// FewestLoads is how many different loads a fit needs: three parameters are to be found, and a curve
// through fewer points follows their noise.
const FewestLoads = 6

// Point is the throughput X that was measured at load N.
type Point struct {
	N float64 // workers, at least 1
	X float64 // work done in a unit of time, above 0
}

// USL is the Universal Scalability Law (Gunther 1993, 2007)
//
//	X(N) = λN / (1 + σ(N-1) + κN(N-1))
type USL struct {
	Lambda float64 `json:"lambda"` // throughput of one worker, in the unit of X
	Sigma  float64 `json:"sigma"`  // contention: the share that is serial, 0 to 1
	Kappa  float64 `json:"kappa"`  // coherency: what each pair of workers costs, at least 0
	// Best is the load with the highest throughput, √((1-σ)/κ), at least 1. It is 0 when κ is 0: then
	// throughput never falls, there is no best load, and the highest throughput ever is λ/σ.
	Best float64 `json:"best"`
	R2   float64 `json:"r2"` // share of the variance of X that the curve explains
}

// Predict returns the throughput at load n.
func (u USL) Predict(n float64) float64 { return u.Lambda * relative(u.Sigma, u.Kappa, n) }

// relative is the throughput at load n in units of that of one worker.
func relative(sigma, kappa, n float64) float64 {
	return n / (1 + sigma*(n-1) + kappa*n*(n-1))
}

// Fit finds the law that is closest to the points by least squares in X, with 0 <= σ <= 1 and κ >= 0.
// Several points may have the same load; there must be FewestLoads different ones. The order of the
// points does not matter.
func Fit(points []Point) (USL, error) {
	if err := check(points); err != nil {
		return USL{}, err
	}
	in := slices.Clone(points)
	slices.SortFunc(in, func(a, b Point) int {
		if a.N != b.N {
			return sign(a.N - b.N)
		}
		return sign(a.X - b.X)
	})
	xs := make([]float64, len(in))
	for i, p := range in {
		xs[i] = p.X
	}
	f := fit{points: in, scale: floats.Max(xs)}
	sigma, kappa := f.search()
	u := USL{Lambda: f.lambda(sigma, kappa), Sigma: sigma, Kappa: kappa}
	if kappa > 0 {
		u.Best = max(1, math.Sqrt((1-sigma)/kappa))
	}
	fitted := make([]float64, len(in))
	for i, p := range in {
		fitted[i] = u.Predict(p.N)
	}
	u.R2 = 1
	if stat.Variance(xs, nil) > 0 {
		u.R2 = stat.RSquaredFrom(fitted, xs, nil)
	}
	return u, nil
}

func check(points []Point) error {
	loads := make(map[float64]bool, len(points))
	for _, p := range points {
		if !(p.N >= 1) || math.IsInf(p.N, 1) {
			return fmt.Errorf("a load of %v: loads are numbers of workers, at least 1", p.N)
		}
		if !(p.X > 0) || math.IsInf(p.X, 1) {
			return fmt.Errorf("a throughput of %v at %v workers: it must be above 0; leave out what was not measured", p.X, p.N)
		}
		loads[p.N] = true
	}
	switch {
	case len(loads) == 0:
		return errors.New("nothing was measured: a scalability curve needs 6 different numbers of workers")
	case len(loads) < FewestLoads:
		return fmt.Errorf("%d different numbers of workers are too few for a scalability curve: measure at least %d", len(loads), FewestLoads)
	}
	return nil
}

func sign(x float64) int {
	if x < 0 {
		return -1
	}
	return 1
}

// fit searches σ and κ only: for each pair of them the best λ is known in closed form (variable
// projection, Golub and Pereyra 1973).
type fit struct {
	points []Point
	scale  float64 // the largest X, so that what is minimised has no unit
}

func (f fit) lambda(sigma, kappa float64) float64 {
	var xy, yy float64
	for _, p := range f.points {
		y := relative(sigma, kappa, p.N)
		xy += p.X * y
		yy += y * y
	}
	return xy / yy
}

// residue is the sum of squares that is left, in units of scale.
func (f fit) residue(sigma, kappa float64) float64 {
	lambda := f.lambda(sigma, kappa)
	var sum float64
	for _, p := range f.points {
		d := (p.X - lambda*relative(sigma, kappa, p.N)) / f.scale
		sum += d * d
	}
	return sum
}

// search looks inside the bounds from several starts, and along each of them: a minimum on a bound is
// found there exactly, which a transformation that only nears it would not do.
func (f fit) search() (sigma, kappa float64) {
	best := f.residue(0, 0)
	try := func(s, k float64) {
		if r := f.residue(s, k); r < best {
			best, sigma, kappa = r, s, k
		}
	}
	inside := func(x []float64) (s, k float64) { return bounded(x[0]), x[1] * x[1] }
	for _, start := range [][]float64{{0.1, 0.01}, {0.5, 0.05}, {1, 0.2}} {
		try(inside(f.minimise(start, inside)))
	}
	best = best*(1+1e-9) + 1e-24 // what is as good on a bound is on it: not a σ or κ of 1e-20
	along := func(start float64, edge func(x []float64) (s, k float64)) {
		try(edge(f.minimise([]float64{start}, edge)))
	}
	noKappa := func(x []float64) (s, k float64) { return bounded(x[0]), 0 }
	along(0.05, noKappa)
	along(0.5, noKappa)
	along(0.1, func(x []float64) (s, k float64) { return 0, x[0] * x[0] })
	along(0.1, func(x []float64) (s, k float64) { return 1, x[0] * x[0] })
	best = best*(1+1e-9) + 1e-24 // along an edge, too, the search only nears its end
	if f.residue(0, kappa) <= best {
		sigma = 0
	}
	if f.residue(sigma, 0) <= best {
		kappa = 0
	}
	return sigma, kappa
}

// bounded takes any number to one from 0 to 1, smoothly.
func bounded(x float64) float64 { return math.Sin(x) * math.Sin(x) }

// minimise is Nelder and Mead's simplex from a start. It begins again where it ended, with a small
// simplex, until that gains nothing: the method can stall on the way.
func (f fit) minimise(start []float64, at func(x []float64) (s, k float64)) []float64 {
	problem := optimize.Problem{Func: func(x []float64) float64 { return f.residue(at(x)) }}
	least := problem.Func(start)
	for size := 0.05; size > 1e-5; size /= 20 {
		found, err := optimize.Minimize(problem, start, &optimize.Settings{
			Converger: &optimize.FunctionConverge{Absolute: 1e-18, Relative: 1e-12, Iterations: 20},
		}, &optimize.NelderMead{SimplexSize: size})
		if err != nil || !(found.F <= least) {
			break // nothing better from here: what was found so far is what there is
		}
		gained := least - found.F
		start, least = found.X, found.F
		if gained <= 1e-12*least {
			break
		}
	}
	return start
}
