package tune

import (
	"fmt"
	"math"
	"strings"

	"parallax/monitor/verdict/scaling"
	"parallax/monitor/verdict/stats"
	"parallax/monitor/verdict/tuning"
	"parallax/themes"
	"parallax/ui/dashboard/frame"
	"parallax/ui/text"
)

// point is what the chart shows of a load.
type point struct {
	label   string
	workers float64
	speedup stats.Estimate // N = 0: not known yet
	failed  bool
	doubted bool
	chosen  bool // the recommended one, or the best guess
	focus   bool
}

// chart is speed-up over workers. The loads have the same distance from each other, whatever their numbers,
// as these grow by doubling; between two of them a curve is drawn as if the number grew evenly.
type chart struct {
	points []point      // that are shown
	first  int          // of all loads
	cores  float64      // p of the ideal line
	base   float64      // workers of the load that speed-ups are over
	curve  *scaling.USL // nil for none
	guess  bool         // the load that is marked is no more than the best guess
	unit   float64      // throughput of the base, in the unit of the curve
	styles *themes.Styles
	w, h   int
}

const (
	leastSlot = 4 // columns for a load
	yLabels   = 7 // columns left of the plot
)

// The glyphs of the chart, so that it can be read without colours.
const (
	glyphPoint   = "●"
	glyphDoubted = "○"
	glyphChosen  = "◆"
	glyphIdeal   = "·"
	glyphBar     = "│"
	glyphUpper   = "┬"
	glyphLower   = "┴"
)

// chart makes the chart for a part of the screen.
func (m *model) chart(r frame.Rect) *chart {
	s, columns := m.now(), m.columns()
	first, n := window(len(columns), max((r.W-yLabels-1)/leastSlot, 1), m.place.Load)
	c := &chart{first: first, cores: s.Table.Usable(), styles: &m.Styles, w: r.W, h: r.H, base: 1}
	if len(s.Record.Ways) > 0 {
		base := tuning.Base(s.Record.Ways)
		c.base = float64(base.Workers)
		for i := range columns {
			if columns[i].Way == base && columns[i].Wall.N > 0 {
				c.unit = 1 / columns[i].Wall.Mean
			}
		}
	}
	if !m.early() && c.unit > 0 {
		c.curve = s.Tuning.Law
	}
	c.guess = s.Tuning == nil || !s.Tuning.Found
	for i := first; i < first+n; i++ {
		col := &columns[i]
		c.points = append(c.points, point{
			label: tuning.Short(col.Way), workers: float64(col.Workers), speedup: col.Speedup, failed: col.Failed,
			doubted: s.Table.Doubt(col) != "", chosen: m.chosen(i), focus: i == m.place.Load,
		})
	}
	return c
}

// slot is how many columns a load has.
func (c *chart) slot() int { return max((c.w-yLabels-1)/max(len(c.points), 1), 1) }

// center is the column of a load of those that are shown.
func (c *chart) center(i int) int { return yLabels + i*c.slot() + c.slot()/2 }

// slotAt is which of all loads is at a column of the screen.
func (c *chart) slotAt(x int) (int, bool) {
	i := (x - yLabels) / c.slot()
	return c.first + i, x >= yLabels && i < len(c.points)
}

// explained reports whether there is room to say what the glyphs are.
func (c *chart) explained() bool { return c.h >= 8 }

// rows is how many rows the plot has, without the legend and the line of labels.
func (c *chart) rows() int {
	if c.explained() {
		return c.h - 2
	}
	return max(c.h-1, 2)
}

// ideal is the speed-up over the base of work that n workers share without loss, on so many cores.
func (c *chart) ideal(n float64) float64 { return min(n, c.cores) / min(c.base, c.cores) }

// top is the speed-up at the upper edge: of what was measured and the ideal, unless that is far above.
func (c *chart) top() float64 {
	measured, ideal := 1.0, 1.0
	for _, p := range c.points {
		ideal = max(ideal, c.ideal(p.workers))
		if p.speedup.N > 0 {
			measured = max(measured, p.speedup.Mean)
		}
	}
	top := max(measured, min(ideal, 2*measured))
	for _, p := range c.points { // whole error bars, unless they are huge
		if p.speedup.Known() && p.speedup.N > 0 {
			top = max(top, min(p.speedup.High, 1.25*measured))
		}
	}
	return upwards(top)
}

// upwards rounds up to a number that divides well.
func upwards(v float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(v)))
	for _, n := range []float64{1, 1.5, 2, 2.5, 3, 4, 5, 6, 8} {
		if v <= n*unit*(1+1e-9) {
			return n * unit
		}
	}
	return 10 * unit
}

// row is where a speed-up is, in rows from the top of the plot.
func (c *chart) row(v, top float64) float64 {
	return float64(c.rows()-1) * (1 - min(max(v/top, 0), 1))
}

// workersAt is the number of workers at a column, between the loads; false outside of them.
func (c *chart) workersAt(x float64) (float64, bool) {
	last := len(c.points) - 1
	if last < 0 || x < float64(c.center(0)) || x > float64(c.center(last)) {
		return 0, false
	}
	for i := range last {
		from, to := float64(c.center(i)), float64(c.center(i+1))
		if x <= to {
			share := (x - from) / (to - from)
			return c.points[i].workers + share*(c.points[i+1].workers-c.points[i].workers), true
		}
	}
	return c.points[last].workers, true
}

// cell is one character of the plot.
type cell struct {
	glyph string
	ink   text.Ink
}

// view draws the chart in its rows.
func (c *chart) view() []string {
	grid := make([][]cell, c.rows())
	for y := range grid {
		grid[y] = make([]cell, c.w)
	}
	top := c.top()
	if c.shapeless() {
		c.putIdeal(grid, top)
		c.putCurve(grid, top)
	}
	for i, p := range c.points {
		c.putPoint(grid, i, p, top)
	}
	out := make([]string, 0, c.h)
	if c.explained() {
		out = append(out, c.legend())
	}
	for y, line := range grid {
		out = append(out, c.line(y, line, top))
	}
	return append(out, c.labels())
}

// shapeless reports whether each number of workers has one load, so that a line through them means something.
func (c *chart) shapeless() bool {
	for i := 1; i < len(c.points); i++ {
		if c.points[i].workers <= c.points[i-1].workers {
			return false
		}
	}
	return true
}

func (c *chart) putIdeal(grid [][]cell, top float64) {
	for x := range c.w {
		if n, ok := c.workersAt(float64(x)); ok && c.ideal(n) <= top {
			grid[int(c.row(c.ideal(n), top)+0.5)][x] = cell{glyphIdeal, c.styles.Dim}
		}
	}
}

// putCurve draws the fitted law in the dots of braille, two columns and four rows of them in a cell.
func (c *chart) putCurve(grid [][]cell, top float64) {
	if c.curve == nil {
		return
	}
	dots := [4][2]rune{{1, 8}, {2, 16}, {4, 32}, {64, 128}}
	cells := map[[2]int]rune{}
	for half := range 2 * c.w {
		n, ok := c.workersAt((float64(half) - 0.5) / 2)
		if !ok {
			continue
		}
		if v := c.curve.Predict(n) / c.unit; v <= top {
			dot := int((c.row(v, top) + 0.5) * 4)
			y := min(dot/4, c.rows()-1)
			cells[[2]int{y, half / 2}] |= dots[min(dot-4*y, 3)][half%2]
		}
	}
	for at, bits := range cells {
		grid[at[0]][at[1]] = cell{string('\u2800' + bits), c.styles.Accent}
	}
}

// putPoint draws a load: its error bar, and on it the point.
func (c *chart) putPoint(grid [][]cell, i int, p point, top float64) {
	x, st := c.center(i), c.styles
	switch {
	case p.failed:
		grid[c.rows()-1][x] = cell{st.Icons.Failed, st.BadBold}
		return
	case p.speedup.N == 0:
		return
	}
	glyph, ink := glyphPoint, st.Title
	switch {
	case p.chosen && c.guess:
		glyph, ink = glyphChosen, st.WarnBold
	case p.chosen:
		glyph, ink = glyphChosen, st.GoodBold
	case p.doubted:
		glyph, ink = glyphDoubted, st.Warn
	}
	at := int(c.row(p.speedup.Mean, top) + 0.5)
	if p.speedup.Known() {
		high, low := int(c.row(p.speedup.High, top)+0.5), int(c.row(p.speedup.Low, top)+0.5)
		for y := high; y <= low; y++ {
			g := glyphBar
			switch {
			case y == high && p.speedup.High <= top:
				g = glyphUpper
			case y == low:
				g = glyphLower
			}
			grid[y][x] = cell{g, st.Dim}
		}
	}
	grid[at][x] = cell{glyph, ink}
}

// line is a row of the plot with its label and the axis.
func (c *chart) line(y int, cells []cell, top float64) string {
	st := c.styles
	r := text.NewRow(c.w)
	label, tick := c.tick(y, top)
	r.Skip(yLabels-2-text.Width(label)).Put(st.Dim, label)
	if tick {
		r.Put(st.Border, " ┤")
	} else {
		r.Put(st.Border, " │")
	}
	for x := yLabels; x < c.w; x++ {
		if cells[x].glyph == "" {
			r.Skip(1)
		} else {
			r.Put(cells[x].ink, cells[x].glyph)
		}
	}
	return text.Fit(r.String(), c.w)
}

// tick is the label of a row of the plot: the upper edge, its half, and no speed-up at all.
func (c *chart) tick(y int, top float64) (string, bool) {
	last := c.rows() - 1
	switch {
	case y == 0:
		return factor(top), true
	case y == last:
		return "0", true
	case last%2 == 0 && y == last/2:
		return factor(top / 2), true
	}
	return "", false
}

func factor(v float64) string { return fmt.Sprintf("%.3g×", v) }

// legend says what the glyphs are, of those that there are.
func (c *chart) legend() string {
	st := c.styles
	r := text.NewRow(c.w).Skip(yLabels)
	put := func(there bool, glyph string, ink text.Ink, words string) {
		if there && r.Left() > text.Width(glyph+words)+3 {
			r.Put(ink, glyph).Put(st.Dim, " "+words+"   ")
		}
	}
	var doubted, chosen bool
	for _, p := range c.points {
		chosen = chosen || p.chosen
		doubted = doubted || p.doubted && p.speedup.N > 0 && !p.failed && !p.chosen
	}
	put(true, glyphPoint, st.Title, "speed-up")
	put(chosen && !c.guess, glyphChosen, st.GoodBold, "recommended")
	put(chosen && c.guess, glyphChosen, st.WarnBold, "best guess")
	put(doubted, glyphDoubted, st.Warn, "in doubt")
	put(c.shapeless(), strings.Repeat(glyphIdeal, 3), st.Dim, idealWords(c.cores))
	put(c.shapeless() && c.curve != nil, "⠤⠒⠉", st.Accent, "fitted curve")
	return text.Fit(r.String(), c.w)
}

func idealWords(cores float64) string {
	if cores == 1 {
		return "ideal for 1 core"
	}
	return fmt.Sprintf("ideal for %.3g cores", cores)
}

// labels are the numbers of workers below the plot; the one in focus and the recommended one are marked.
func (c *chart) labels() string {
	st := c.styles
	r := text.NewRow(c.w)
	for i, p := range c.points {
		ink, mark := st.Dim, ""
		switch {
		case p.focus:
			ink, mark = st.Key, "▸"
		case p.chosen:
			ink = st.GoodBold
		}
		label := text.Shorten(mark+p.label, c.slot())
		at := max(c.center(i)-text.Width(mark)-(text.Width(label)-text.Width(mark))/2, r.Used())
		r.PutAt(at, ink, label)
	}
	if r.Left() > 9 {
		r.PutRight(1, st.Faint, "workers")
	}
	return text.Fit(r.String(), c.w)
}
