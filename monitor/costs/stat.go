package costs

import "slices"

// Stat is what a figure was in several rounds, in the unit of the field that it is in.
type Stat struct {
	Median float64 `json:"median"`
	Low    float64 `json:"low"`  // the lower quartile
	High   float64 `json:"high"` // the upper quartile
	N      int     `json:"n"`    // rounds
}

// statOf sums up the values of rounds, in any order; nil without one. Quartiles are interpolated
// (Hyndman and Fan 1996, definition 7), so that one round that was disturbed does not make them.
func statOf(values []float64) *Stat {
	if len(values) == 0 {
		return nil
	}
	s := slices.Sorted(slices.Values(values))
	at := func(q float64) float64 {
		x := q * float64(len(s)-1)
		i := int(x)
		if i+1 == len(s) {
			return s[i]
		}
		return s[i] + (x-float64(i))*(s[i+1]-s[i])
	}
	return &Stat{Median: at(0.5), Low: at(0.25), High: at(0.75), N: len(s)}
}

// slope is that of the straight line nearest to points (least squares); 0 where all x are the same.
func slope(xs, ys []float64) float64 {
	var mx, my float64
	for i := range xs {
		mx, my = mx+xs[i]/float64(len(xs)), my+ys[i]/float64(len(xs))
	}
	var up, across float64
	for i := range xs {
		up, across = up+(xs[i]-mx)*(ys[i]-my), across+(xs[i]-mx)*(xs[i]-mx)
	}
	if across == 0 {
		return 0
	}
	return up / across
}
