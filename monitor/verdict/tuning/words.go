package tuning

import (
	"fmt"

	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/scaling"
	"parallax/monitor/verdict/stats"
	"parallax/monitor/verdict/trial"
)

// Chosen reports whether a way is the recommended one or, where none is, the best guess.
func Chosen(rec *scaling.Recommendation, w trial.Way) bool {
	return rec != nil && rec.N > 0 && w.Workers == rec.N && Label(w) == rec.Label
}

// Headline is the recommendation in a few words: "Use -j 4: more at once does not pay.",
// "Inconclusive; the best guess is -j 4.".
// columns are those of the table.
func Headline(rec *scaling.Recommendation, columns []choice.Column) string {
	flags, most := "", 0
	for i := range columns {
		most = max(most, columns[i].Workers)
		if Chosen(rec, columns[i].Way) {
			flags = Flags(columns[i].Way)
		}
	}
	switch {
	case flags == "":
		return "Inconclusive."
	case !rec.Found:
		return fmt.Sprintf("Inconclusive; the best guess is %s.", flags)
	}
	if rec.Target == scaling.Time && rec.Stops == rec.N && most > rec.N {
		return fmt.Sprintf("Use %s: more at once does not pay.", flags)
	}
	return fmt.Sprintf("Use %s%s.", flags, purpose[rec.Target])
}

// purpose is what is said of the targets that are not the usual one.
var purpose = map[scaling.Target]string{
	scaling.Cost: ", for the least CPU time × wall time", scaling.Memory: ", for the least memory",
}

// Flags are what `parallax run` is given to run the jobs so: "-j 4", "--as hybrid -j 8 --interpreters 2".
func Flags(w trial.Way) string {
	if w.Interpreters > 0 {
		return fmt.Sprintf("--as hybrid -j %d --interpreters %d", w.Workers, w.Interpreters)
	}
	return fmt.Sprintf("-j %d", w.Workers)
}

// Efficiency is the speed-up for each worker, over what one of the base had: 1 where it grows as their number.
func Efficiency(c *choice.Column) stats.Estimate {
	e, n := c.Speedup, float64(max(c.Workers, 1))/float64(max(c.Base, 1))
	e.Mean, e.Low, e.High = e.Mean/n, e.Low/n, e.High/n
	return e
}

// Figures are the columns of a table of loads, the weightiest first.
func Figures() []choice.Figure {
	out := []choice.Figure{}
	for _, key := range []string{"wall_s", "speedup", "efficiency", "cpu_inflation", "gil_wait", "peak_pss_bytes"} {
		if key == "efficiency" {
			out = append(out, choice.Figure{Key: key, Name: "efficiency", Unit: choice.Share, Better: choice.More, Of: Efficiency})
			continue
		}
		for _, f := range choice.Figures() {
			if f.Key == key {
				out = append(out, f)
			}
		}
	}
	return out
}
