// Package figures writes the figures of a comparison in words: values with their units, and how far
// they spread. It is all pure functions.
package figures

import (
	"fmt"
	"math"
	"slices"
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

// Wide stands for an interval that says nothing: it reaches further than the value is large, or has no
// bounds. WideNote explains it, for below a table.
const (
	Wide     = "±?"
	WideNote = Wide + ": the interval is wider than the value; more rounds would narrow it"
)

// leastWide is how far the interval of a share may reach whatever the share is: a share close to 0 with a few
// per cent on both sides says that it is small.
const leastWide = 0.1

// Half is how far a figure's 95 % interval reaches from its mean: on the side on which it reaches further, for
// those of ratios and of what cannot be negative are not as far below the mean as above. wide says that it
// is not worth writing, see Wide. Both are zero where there is no interval: of fewer than two values, and
// of what is so by definition.
func Half(u choice.Unit, e stats.Estimate) (half float64, wide bool) {
	half = max(e.High-e.Mean, e.Mean-e.Low)
	if e.N < 2 || half == 0 {
		return 0, false
	}
	most := math.Abs(e.Mean)
	if u == choice.Share {
		most = max(most, leastWide)
	}
	return half, !(half <= most) // not a number is wide, too
}

// AnyWide reports whether an interval in some rows of a table is written as Wide.
func AnyWide(t *choice.Table, rows []choice.Figure) bool {
	for _, f := range rows {
		for i := range t.Columns {
			if _, wide := Half(f.Unit, f.Of(&t.Columns[i])); wide {
				return true
			}
		}
	}
	return false
}

// Measured are the figures of which something is known in some column of a table: the others would be rows
// of dashes.
func Measured(t *choice.Table, rows []choice.Figure) []choice.Figure {
	return slices.DeleteFunc(slices.Clone(rows), func(f choice.Figure) bool {
		return !slices.ContainsFunc(t.Columns, func(c choice.Column) bool { return f.Of(&c).N > 0 })
	})
}

// Spread writes how far a figure's 95 % interval reaches, see Half, in the unit in which Value writes it:
// "±0.05", or Wide. It is "" where there is no interval.
func Spread(u choice.Unit, e stats.Estimate) string {
	half, wide := Half(u, e)
	switch {
	case wide:
		return Wide
	case half == 0:
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
