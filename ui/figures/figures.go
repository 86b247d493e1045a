// Package figures writes the figures of a comparison in words: values with their units, and how far
// they spread. It is all pure functions.
package figures

import (
	"fmt"
	"math"
	"strconv"

	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/stats"
	"parallax/ui/draw"
)

// Value writes a figure of a comparison: "8.12 s", "3.71×", "1.94 of 2", "74 %". cores is how many the
// jobs could keep busy. What was not measured is a dash.
func Value(u choice.Unit, e stats.Estimate, cores float64) string {
	if e.N == 0 {
		return "–"
	}
	v := e.Mean
	switch u {
	case choice.Seconds:
		return draw.Precise(v)
	case choice.Times:
		return draw.Significant(v) + "×"
	case choice.Cores:
		return draw.Significant(v) + " of " + strconv.FormatFloat(cores, 'f', -1, 64)
	case choice.Share:
		return share(v)
	case choice.Bytes:
		return draw.Bytes(int64(v))
	default:
		return draw.Count(int(math.Round(v))) + " /s"
	}
}

// Spread writes half of a figure's 95 % interval, in the unit in which Value writes it: "±0.05". It
// is "" where the interval is not known, and where there is none: of what is so by definition.
func Spread(u choice.Unit, e stats.Estimate) string {
	half := (e.High - e.Low) / 2
	if e.N < 2 || half == 0 || math.IsInf(half, 0) || math.IsNaN(half) {
		return ""
	}
	scale, digits := 1.0, 2
	switch u {
	case choice.Seconds:
		if scale, digits = 1, 2; e.Mean < 0.9995 {
			scale, digits = 1000, 0
		}
	case choice.Share:
		scale, digits = 100, 0
	case choice.Bytes:
		for e.Mean >= 1024 && (scale == 1 || e.Mean/scale >= 999.5 && scale < 1<<40) {
			scale *= 1024
		}
		if digits = 0; e.Mean/scale < 99.95 {
			digits = 1
		}
		scale = 1 / scale
	case choice.PerSecond:
		digits = 0
	case choice.Times, choice.Cores:
	}
	return "±" + strconv.FormatFloat(half*scale, 'f', digits, 64)
}

// share writes a share of 0..1 that may lie a little outside, as a computed one can.
func share(v float64) string { return fmt.Sprintf("%.0f %%", 100*v) }
