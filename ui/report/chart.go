package report

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/scaling"
	"parallax/monitor/verdict/stats"
	"parallax/monitor/verdict/tuning"
	"parallax/ui/draw"
	"parallax/ui/figures"
)

// bar is one row of a chart.
type bar struct {
	Name    string
	Drawing template.HTML
	Value   string
	Best    bool
}

// chart is a chart of rows over one axis.
type chart struct {
	Rows []bar
	Axis template.HTML
	Note string
}

// ticks are round numbers from 0 to at most most, some want of them.
func ticks(most float64, want int) []float64 {
	if most <= 0 || math.IsInf(most, 0) || math.IsNaN(most) {
		return []float64{0}
	}
	step := math.Pow(10, math.Floor(math.Log10(most/float64(want))))
	for _, m := range []float64{1, 2, 5, 10} {
		if most/(step*m) <= float64(want) {
			step *= m
			break
		}
	}
	var out []float64
	for i := 0; float64(i)*step <= most*1.0001; i++ {
		out = append(out, float64(i)*step)
	}
	return out
}

// scale places values on an axis from 0 to most, in per cent, with room at its end.
type scale struct{ most float64 }

func (s scale) at(v float64) float64 {
	if s.most <= 0 || math.IsNaN(v) {
		return 0
	}
	return 97 * min(max(v/s.most, 0), 1)
}

// grid draws the lines of an axis behind a row.
func (s scale) grid(d *drawing, height float64) {
	for _, t := range ticks(s.most, 6) {
		d.line("grid", s.at(t), 0, s.at(t), height)
	}
}

// axis draws the numbers of an axis.
func (s scale) axis(label string, write func(float64) string) template.HTML {
	d := newDrawing(22, label)
	for _, t := range ticks(s.most, 6) {
		anchor := "middle"
		if t == 0 {
			anchor = "start"
		}
		d.line("tick", s.at(t), 0, s.at(t), 4)
		d.word("axis", anchor, s.at(t), 17, write(t))
	}
	return d.done()
}

// errorBar draws the interval of an estimate where it is known, with a stroke at the mean. An end that lies
// beyond the axis has no cap.
func (s scale) errorBar(d *drawing, e stats.Estimate, y float64) {
	if e.Known() && e.N > 1 {
		low, high := s.at(e.Low), s.at(e.High)
		d.line("err", low, y, high, y)
		if e.Low >= 0 {
			d.line("err", low, y-4, low, y+4)
		}
		if e.High <= s.most {
			d.line("err", high, y-4, high, y+4)
		}
	}
	d.line("mean", s.at(e.Mean), y-7, s.at(e.Mean), y+7)
}

// upper is the end of an interval, as far as an axis should reach for it.
func upper(e stats.Estimate) float64 {
	if e.N == 0 {
		return 0
	}
	if !e.Known() {
		return e.Mean
	}
	return min(e.High, 2*e.Mean)
}

// interval says an interval in words, or "".
func interval(u choice.Unit, e stats.Estimate, cores float64) string {
	if e.N < 2 || !e.Known() {
		return ""
	}
	of := func(v float64) string { return figures.Value(u, stats.Estimate{Mean: v, N: 1}, cores) }
	return fmt.Sprintf("95 %% interval %s to %s", of(e.Low), of(e.High))
}

// wallChart draws how long each way took: the mean with its interval, and each round.
func wallChart(t *choice.Table, ways []way) chart {
	s := scale{}
	for i := range t.Columns {
		c := &t.Columns[i]
		s.most = max(s.most, upper(c.Wall))
		for _, l := range c.Laps {
			s.most = max(s.most, l.Wall)
		}
	}
	var out chart
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Wall.N == 0 {
			continue
		}
		var walls []float64
		for _, l := range c.Laps {
			walls = append(walls, l.Wall)
		}
		d := newDrawing(40, fmt.Sprintf("%s: %s, %s", ways[i].Name, draw.Precise(c.Wall.Mean), interval(choice.Seconds, c.Wall, 0)))
		s.grid(d, 40)
		s.errorBar(d, c.Wall, 13)
		odd := stats.Outliers(walls)
		for k, l := range c.Laps {
			title := fmt.Sprintf("round %d: %s", l.Round, draw.Precise(l.Wall))
			if slices.Contains(odd, k) {
				d.cross("outlier", s.at(l.Wall), 29, title+", stands apart")
				out.Note = "× stands apart from the other rounds; it counts all the same."
				continue
			}
			d.dot("round", s.at(l.Wall), 29, title)
		}
		out.Rows = append(out.Rows, bar{ways[i].Name, d.done(), figure(choice.Seconds, c.Wall, t), ways[i].Chosen})
	}
	out.Axis = s.axis("axis: wall time", seconds)
	return out
}

// speedChart draws how many times sooner each way was over than the jobs one after the other, with the
// line that as many cores as could be used would reach.
func speedChart(t *choice.Table, ways []way) chart {
	ideal := t.Usable()
	s := scale{ideal * 1.08}
	for i := range t.Columns {
		s.most = max(s.most, upper(t.Columns[i].Speedup))
	}
	var out chart
	for i := range t.Columns {
		c := &t.Columns[i]
		if isBase(t, c) || c.Speedup.N == 0 {
			continue
		}
		d := newDrawing(34, fmt.Sprintf("%s: %s of the baseline, %s; ideal %s×", ways[i].Name,
			figures.Value(choice.Times, c.Speedup, 0), interval(choice.Times, c.Speedup, 0), short(ideal, 2)))
		s.grid(d, 34)
		d.rect("speed", 0, s.at(c.Speedup.Mean), 8, 18, interval(choice.Times, c.Speedup, 0))
		d.line("one", s.at(1), 0, s.at(1), 34)
		d.line("ideal", s.at(ideal), 0, s.at(ideal), 34)
		s.errorBar(d, c.Speedup, 17)
		out.Rows = append(out.Rows, bar{ways[i].Name, d.done(), figure(choice.Times, c.Speedup, t), ways[i].Chosen})
	}
	out.Axis = s.axis("axis: speed-up", func(v float64) string { return short(v, 2) + "×" })
	out.Note = fmt.Sprintf("Solid line: the baseline (1×). Dashed line: ideal for jobs that only compute, on %s (%s×); jobs that wait can gain more.", cores(ideal), short(ideal, 2))
	return out
}

func cores(n float64) string {
	if n == 1 {
		return "1 core"
	}
	return short(n, 2) + " cores"
}

// figure writes a figure with its spread.
func figure(u choice.Unit, e stats.Estimate, t *choice.Table) string {
	text := figures.Value(u, e, t.Usable())
	if spread := figures.Spread(u, e); spread != "" {
		text += " " + spread
	}
	return text
}

// The place of a speed-up curve on its drawing, in pixels.
const (
	curveLeft, curveTop     = 46.0, 16.0
	curveWide, curveHigh    = 640.0, 260.0
	curveWidth, curveHeight = curveLeft + curveWide + 24, curveTop + curveHigh + 44
)

// curve draws the speed-up over the number of workers, with its interval, the line of ideal and the law
// where one was fitted, which words tell. It is "" unless there are two numbers of workers or more.
func curve(t *choice.Table, rec *scaling.Recommendation) (drawn template.HTML, words string) {
	cols := make([]*choice.Column, 0, len(t.Columns))
	base := 1.0 // speed-up is over so many cores
	if t.Base != nil {
		base = min(float64(max(t.Base.Workers, 1)), t.Usable())
	}
	most, high := 1.0, t.Usable()/base
	for i := range t.Columns {
		if c := &t.Columns[i]; c.Counts() && c.Speedup.N > 0 {
			cols = append(cols, c)
			most, high = max(most, float64(c.Workers)), max(high, upper(c.Speedup))
		}
	}
	slices.SortStableFunc(cols, func(a, b *choice.Column) int { return a.Workers - b.Workers })
	if len(cols) < 2 || cols[0].Workers == cols[len(cols)-1].Workers {
		return "", ""
	}
	high *= 1.08
	x := func(v float64) float64 { return curveLeft + curveWide*v/most }
	y := func(v float64) float64 { return curveTop + curveHigh*(1-min(max(v, 0), high)/high) }
	d := &drawing{}
	fmt.Fprintf(&d.b, `<svg role="img" class="curve" viewBox="0 0 %g %g" aria-label="speed-up over the number of workers">`, curveWidth, curveHeight)
	put := func(format string, args ...any) { fmt.Fprintf(&d.b, format, args...) }
	for _, v := range ticks(high, 5) {
		put(`<path class="grid" d="M%.1f %.1fH%.1f"/>`, curveLeft, y(v), x(most))
		put(`<text class="axis" text-anchor="end" x="%.1f" y="%.1f">%s×</text>`, curveLeft-8, y(v)+4, short(v, 2))
	}
	for _, v := range ticks(most, 10) {
		if v == math.Trunc(v) {
			put(`<text class="axis" text-anchor="middle" x="%.1f" y="%.1f">%s</text>`, x(v), curveTop+curveHigh+18, short(v, 0))
		}
	}
	put(`<text class="axis" text-anchor="middle" x="%.1f" y="%.1f">workers</text>`, x(most/2), curveTop+curveHigh+38)
	put(`<path class="ideal" d="M%.1f %.1fL%.1f %.1fH%.1f"/>`, x(0), y(0), x(min(most, t.Usable())), y(min(most, t.Usable())/base), x(most))
	if rec != nil && rec.Law != nil {
		words = lawWords(rec.Law)
		put(`<path class="curveline" d="%s"/>`, lawPath(rec.Law, cols[0], most, x, y))
	}
	for i, c := range cols {
		at := x(float64(c.Workers))
		if i > 0 && words == "" && cols[i-1].Workers < c.Workers {
			put(`<path class="curveline" d="M%.1f %.1fL%.1f %.1f"/>`, x(float64(cols[i-1].Workers)), y(cols[i-1].Speedup.Mean), at, y(c.Speedup.Mean))
		}
		if e := c.Speedup; e.Known() && e.N > 1 {
			put(`<path class="err" d="M%.1f %.1fV%.1fM%.1f %.1fh8M%.1f %.1fh8"/>`, at, y(e.Low), y(e.High), at-4, y(e.Low), at-4, y(e.High))
		}
	}
	for _, c := range cols {
		put(`<circle class="round" cx="%.1f" cy="%.1f" r="4"><title>%s</title></circle>`, x(float64(c.Workers)), y(c.Speedup.Mean),
			escaped(fmt.Sprintf("%s: %s", tuning.Name(c.Way), figure(choice.Times, c.Speedup, t))))
	}
	return d.done(), words
}

// lawPath is the fitted curve, in units of what it predicts for the first load that was measured.
func lawPath(law *scaling.USL, first *choice.Column, most float64, x, y func(float64) float64) string {
	from := float64(first.Workers)
	unit := first.Speedup.Mean / law.Predict(from)
	var b strings.Builder
	const steps = 60
	for i := range steps + 1 {
		n := from + (most-from)*float64(i)/steps
		fmt.Fprintf(&b, "%c%.1f %.1f", "ML"[min(i, 1)], x(n), y(unit*law.Predict(n)))
	}
	return b.String()
}

func lawWords(law *scaling.USL) string {
	s := fmt.Sprintf("The curve is the Universal Scalability Law that fits best: σ %s (contention), κ %s (coherency), R² %s",
		short(law.Sigma, 3), short(law.Kappa, 4), short(law.R2, 3))
	if law.Best > 0 {
		s += fmt.Sprintf("; its peak is at %s workers", short(law.Best, 1))
	}
	return s + "."
}
