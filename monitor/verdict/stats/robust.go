package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// apart is how many times the MAD an outlier lies from the median: ten standard deviations of a
// normal distribution, whose MAD is 1/1.4826 of one.
const apart = 14.826

// apartMean is the same in mean absolute deviations, of which a normal distribution's standard
// deviation is 1.2533.
const apartMean = 12.533

// fewest is how many values there must be for one to stand apart from the others. Of three normal ones
// two lie so close together in 11 % of the cases that the third would be called an outlier; of four one
// is in 2 %, of five in 3 %.
const fewest = 4

// Median returns the middle value, the mean of the two middle ones of an even number, and 0 of none.
func Median(xs []float64) float64 {
	if len(xs) == 0 {
		return 0
	}
	in := sorted(xs)
	half := len(in) / 2
	if len(in)%2 == 1 {
		return in[half]
	}
	return in[half-1] + (in[half]-in[half-1])/2
}

// Outliers returns the indices, ascending, of the values that lie further from the median than 14.826
// times the MAD. Where more than half of the values are the same the MAD is 0 and would make every
// other value an outlier; then the limit is 12.533 times the mean distance from the median (as
// Iglewicz and Hoaglin 1993 do). Of fewer than four values none is an outlier: they say too little
// of how far values lie apart.
func Outliers(xs []float64) []int {
	if len(xs) < fewest {
		return nil
	}
	off := distances(xs)
	limit := apart * Median(off)
	if limit == 0 {
		limit = apartMean * stat.Mean(sorted(off), nil)
	}
	var found []int
	for i, d := range off {
		if d > limit {
			found = append(found, i)
		}
	}
	return found
}

// distances are the absolute distances of xs from their median, in the order of xs.
func distances(xs []float64) []float64 {
	middle := Median(xs)
	off := make([]float64, len(xs))
	for i, x := range xs {
		off[i] = math.Abs(x - middle)
	}
	return off
}

func sorted(xs []float64) []float64 {
	in := slices.Clone(xs)
	slices.Sort(in)
	return in
}
