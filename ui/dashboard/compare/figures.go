package compare

import (
	"fmt"
	"time"

	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/stats"
	inwords "parallax/ui/figures"
	"parallax/ui/text"
)

// unknown stands for what was not measured.
const unknown = "–"

// value writes an estimate in the unit of its figure, the longest form first: with what it is of and with
// how far its interval reaches, with that alone, with neither.
func value(f choice.Figure, e stats.Estimate, cores float64) []string {
	if e.N == 0 {
		return []string{unknown}
	}
	of := ""
	if f.Unit == choice.Cores {
		of = " of " + trimmed(cores)
	}
	show := scaled(f.Unit, e.Mean)
	whole := show(e.Mean, true) + of
	reach, wide := inwords.Half(f.Unit, e)
	half := " ±" + show(reach, false)
	if reach == 0 && !wide { // so by definition
		half = ""
	}
	switch {
	case wide:
		half = " " + inwords.Wide
	case !e.Known():
		return []string{whole, show(e.Mean, true)}
	}
	return []string{whole + half, show(e.Mean, true) + half, whole, show(e.Mean, true)}
}

// scaled returns how values of the size of mean are written, with their unit or without.
func scaled(u choice.Unit, mean float64) func(v float64, unit bool) string {
	scale, digits, unit := 1.0, 2, ""
	switch u {
	case choice.Seconds:
		scale, digits, unit = inSeconds(mean)
	case choice.Times:
		unit = "×"
	case choice.Share:
		scale, digits, unit = 100, 0, " %"
		if mean > 0 && mean < 0.0995 {
			digits = 1
		}
	case choice.Bytes:
		scale, digits, unit = inBytes(mean)
	case choice.PerSecond:
		digits, unit = 0, "/s"
	}
	return func(v float64, named bool) string {
		s := fmt.Sprintf("%.*f", digits, v*scale)
		if named {
			return s + unit
		}
		return s
	}
}

// inSeconds is the unit in which a time has about three digits.
func inSeconds(v float64) (scale float64, digits int, unit string) {
	switch {
	case v < 0.0095:
		return 1000, 1, " ms"
	case v < 0.9995:
		return 1000, 0, " ms"
	case v < 9.995:
		return 1, 2, " s"
	case v < 99.95:
		return 1, 1, " s"
	case v < 1000:
		return 1, 0, " s"
	}
	return 1 / time.Minute.Seconds(), 1, " min"
}

// inBytes is the same of a size.
func inBytes(v float64) (scale float64, digits int, unit string) {
	scale = 1.0 / 1024
	for _, unit := range []string{" KiB", " MiB", " GiB"} {
		if v*scale < 999.5 {
			if v*scale < 99.95 {
				return scale, 1, unit
			}
			return scale, 0, unit
		}
		scale /= 1024
	}
	return scale, 1, " TiB"
}

// trimmed writes a number without needless zeros: 4, 1.5.
func trimmed(v float64) string { return fmt.Sprintf("%.3g", v) }

// level is how long the bar of a value is, 0..1: of all that there is where that is known, else of the
// greatest of the row.
func level(f choice.Figure, e stats.Estimate, t *choice.Table) float64 {
	most := 0.0
	switch f.Unit {
	case choice.Cores:
		most = t.Usable()
	case choice.Share:
		most = 1
	default:
		for i := range t.Columns {
			if o := f.Of(&t.Columns[i]); o.N > 0 {
				most = max(most, o.Mean)
			}
		}
	}
	if most <= 0 || e.N == 0 {
		return 0
	}
	return min(max(e.Mean/most, 0), 1)
}

// best is the column that is marked in a row: the best, if it is so by the digits that this screen has
// room for, which may be fewer than elsewhere. -1: none.
func best(t *choice.Table, f choice.Figure) int {
	at, ok := t.Best(f)
	if !ok {
		return -1
	}
	short := func(c *choice.Column) string {
		all := value(f, f.Of(c), t.Cores)
		return all[len(all)-1]
	}
	for i := range t.Columns {
		if c := &t.Columns[i]; i != at && !c.Serial && c.Counts() && short(c) == short(&t.Columns[at]) {
			return -1
		}
	}
	return at
}

// fitting is the first of several forms, the longest first, that fits into so many columns of the screen,
// or the last.
func fitting(forms []string, width int) string {
	for _, s := range forms {
		if text.Width(s) <= width {
			return s
		}
	}
	return forms[len(forms)-1]
}

// elapsed is how long a comparison has gone on at the time now or, once it is over, had: to the end of its
// last run.
func elapsed(s *Status, now time.Time) time.Duration {
	began := s.Record.Start
	if began.IsZero() || s.Doing == Waiting {
		return 0
	}
	if s.Doing != Over {
		return max(now.Sub(began), 0)
	}
	last := time.Duration(0)
	for i := range s.Newest {
		if st := s.Newest[i].State; st != nil && !st.Time.IsZero() {
			last = max(last, st.Time.Sub(began)+st.Elapsed(0))
		}
	}
	return last
}

// nice rounds a time up so that an axis which grows with a run does so in steps.
func nice(d time.Duration) time.Duration {
	unit := 100 * time.Millisecond
	for unit*10 < d {
		unit *= 10
	}
	for _, n := range []float64{1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8} {
		if step := time.Duration(n * float64(unit)); d <= step {
			return step
		}
	}
	return unit * 10
}
