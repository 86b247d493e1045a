// Package scaling says how work grows faster with more workers, where that ends, and how many are
// worth having. It is all pure functions. docs/statistics.md has the formulas and their sources.
package scaling

import "math"

// KarpFlatt returns the serial fraction that was found by experiment: the share of the work that
// went as if one of p cores did it, from the speed-up on p cores (Karp and Flatt 1990). It is 0 for
// S = p, 1 for S = 1, negative for a speed-up above p, and above 1, which is contention and to be
// called so, for one below 1. It is not known (ok is false) unless p > 1 and the speed-up is above 0.
func KarpFlatt(speedup, p float64) (e float64, ok bool) {
	if !(speedup > 0) || !(p > 1) || math.IsInf(speedup, 1) || math.IsInf(p, 1) {
		return 0, false
	}
	return (1/speedup - 1/p) / (1 - 1/p), true
}

// Amdahl returns the speed-up on p cores, p >= 1, of work of which the share f, from 0 to 1, is serial
// (Amdahl 1967).
func Amdahl(f, p float64) float64 { return 1 / (f + (1-f)/p) }
