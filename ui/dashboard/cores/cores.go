// Package cores draws the core lanes: one row per core, time runs left to right, a cell's colour is
// the job that held the core most in that slice, its height the core's load.
package cores

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"parallax/monitor/verdict"
	"parallax/runner"
	"parallax/themes"
	"parallax/ui/dashboard/scene"
	"parallax/ui/draw"
	"parallax/ui/text"
)

// Panel draws the lanes of a run in a box, with a sentence below them.
func Panel(s *scene.Scene, width, height int) []string {
	st := s.Styles
	h := &s.State.Lanes
	box := draw.Box{
		Border: st.Border, Width: width, Height: height,
		Left: []draw.Span{{Ink: st.Title, Text: "cores"}},
	}
	side := beside(s, box.Inner(), len(h.Cores) > 0 && (box.Rows()-1)/len(h.Cores) > 1)
	axis := axisOf(s, h, box.Inner()-side)
	box.Right = []draw.Span{{Ink: st.Dim, Text: legend(s, axis, box.Inner())}}
	words := adviceRows(s, box.Inner(), sentence(len(h.Cores), box.Rows()))
	return box.View(append(lanes(s, axis, side, box.Inner(), box.Rows()-len(words)), words...))
}

// sentence is how many of the rows of a panel the sentence below the lanes of so many cores may take: one,
// or two if no lane gets lower by that.
func sentence(cores, rows int) int {
	if cores > 0 && rows-2 >= cores && tallness(cores, rows-2) == tallness(cores, rows-1) {
		return 2
	}
	return 1
}

// tallness is how many of so many rows each core has.
func tallness(cores, rows int) int { return min(max(rows/max(cores, 1), 1), 4) }

// axisOf is what the panel of a run shows of lanes in n columns.
func axisOf(s *scene.Scene, h *runner.History, n int) Axis {
	switch {
	case s.State.Over() || s.State.Ended:
		return EndAxis(h, n, span(s))
	case s.Before != nil:
		return FitAxis(h, n, span(s))
	}
	return NewAxis(h, n, span(s))
}

// span is what the lanes of a run cover. With those of the one before it is the same, so that a run that
// took half as long is half as long.
func span(s *scene.Scene) time.Duration {
	if s.Before == nil {
		return s.State.Elapsed(s.Now)
	}
	return max(s.State.Elapsed(s.Now), s.Before.State.Elapsed(0))
}

// legend says what the axis covers, how the lanes were measured, and what is what in them, as far as there
// is room; how they were measured comes first, for on it depends what can be read from them.
func legend(s *scene.Scene, axis Axis, inner int) string {
	parts := []string{axis.String(), s.State.Lanes.Tier, "colour = job", "height = load", s.State.Lanes.Why}
	if s.Styles.Letters {
		parts[2], parts[3] = "letter = job", ""
	}
	if anonymous(&s.State.Lanes) {
		parts[2] = ""
	}
	room := inner - len("cores") - 4
	words := ""
	for _, part := range parts {
		if words != "" && part != "" {
			part = " · " + part
		}
		if text.Width(words+part) <= room {
			words += part
		}
	}
	return words
}

// tier says how lanes were measured and, with room, why not better.
func tier(h *runner.History, room bool) string {
	if h.Why != "" && room {
		return h.Tier + ": " + h.Why
	}
	return h.Tier
}

// lanes draws as many cores as fit; if not all do, the last row says how many are missing. A blank
// row is kept below them when there is room.
func lanes(s *scene.Scene, axis Axis, side, width, rows int) []*text.Row {
	h := &s.State.Lanes
	out := make([]*text.Row, 0, rows)
	n := len(h.Cores)
	switch {
	case n == 0:
		out = append(out, text.NewRow(width).Put(s.Styles.Dim, "measuring …"))
	case n > rows:
		n = max(rows-1, 0)
	}
	each := tallness(n, rows)
	for i := range n {
		out = append(out, lane(s, axis, i, size{side, width, each}, -1)...)
	}
	if n < len(h.Cores) {
		out = append(out, text.NewRow(width).Put(s.Styles.Dim, fmt.Sprintf("and %d more cores", len(h.Cores)-n)))
	}
	for len(out) < rows {
		out = append(out, text.NewRow(width))
	}
	return out
}

// size is that of a lane: columns before it, all columns, and rows.
type size struct{ side, width, rows int }

// lane draws one core in several rows, the first of which are labelled. The cursor is in the column
// mark, or nowhere if that is -1.
func lane(s *scene.Scene, axis Axis, i int, z size, mark int) []*text.Row {
	cells := axis.Cells(&s.State.Lanes, i)
	out := make([]*text.Row, 0, z.rows)
	for row := range z.rows {
		r := text.NewRow(z.width)
		label(r, s, i, row, z)
		r.Skip(z.side - r.Used())
		putCells(r, s, slice(cells, z.rows-1-row, z.rows), mark)
		out = append(out, r)
	}
	return out
}

// putCells puts one column for each cell, but the cursor in the column mark.
func putCells(r *text.Row, s *scene.Scene, cells []piece, mark int) {
	st := s.Styles
	var run strings.Builder
	var same piece
	flush := func() {
		if run.Len() > 0 {
			r.Put(cellInk(s, same), run.String())
			run.Reset()
		}
	}
	for i, c := range cells {
		if i == mark {
			flush()
			r.Put(st.AccentBold, cursor)
			continue
		}
		if c.who != same.who || c.over != same.over {
			flush()
			same = c
		}
		switch {
		case c.who == unsampled:
			run.WriteString(" ")
		case c.who == runner.Idle:
			run.WriteString("·")
		case st.Letters && c.who >= 0:
			run.WriteString(themes.Letter(int(c.who)))
		case st.Letters:
			run.WriteString("#")
		default:
			run.WriteString(draw.Height(float64(c.fill) / 100))
		}
	}
	flush()
}

// cursor stands for the cursor.
const cursor = "┃"

func cellInk(s *scene.Scene, c piece) text.Ink {
	switch {
	case c.who == runner.Idle, c.who == unsampled:
		return s.Styles.Faint
	case c.who == runner.Foreign:
		return s.Styles.Foreign
	case c.over:
		return s.Styles.Job(int(c.who)).Over(s.Styles.ForeignBack)
	}
	return s.Styles.Job(int(c.who))
}

// advice is the sentence below the lanes: what the run should change or, when it is over, how it went.
func advice(s *scene.Scene, width int) *text.Row { return adviceRows(s, width, 1)[0] }

// adviceRows is the same in as many rows as it takes, but no more than most.
func adviceRows(s *scene.Scene, width, most int) []*text.Row {
	a := current(s.State)
	if s.State.Over() || s.State.Ended {
		a = summary(s)
	}
	lines := []string{a.Text}
	if most > 1 && text.Width(a.Text) > width {
		lines = strings.Split(ansi.Wordwrap(a.Text, max(width, 1), ""), "\n")
	}
	if len(lines) > most {
		lines = append(lines[:most-1], strings.Join(lines[most-1:], " "))
	}
	var out []*text.Row
	for _, line := range lines {
		out = append(out, text.NewRow(width).Put(s.Level(a.Level), text.Shorten(line, width)))
	}
	return out
}

// current is the advice on the run, if it is about jobs that still run: what was said of others is stale.
func current(st *runner.State) runner.Advised {
	a := st.Advice
	if !slices.Contains(verdict.Codes(), a.Code) {
		return a
	}
	for _, i := range st.Active {
		if st.Tasks[i].Started <= a.When() {
			return a
		}
	}
	waiting := st.Count(runner.Queued) + st.Count(runner.Unborn)
	switch {
	case len(st.Active) > 0 || waiting == 0:
		return runner.Advised{}
	case st.Held:
		return runner.Advised{Level: runner.Note, Text: "the run is paused: no job runs, " + draw.Count(waiting) + " waiting"}
	}
	return runner.Advised{Level: runner.Note, Text: "no job runs, " + draw.Count(waiting) + " waiting"}
}

func summary(s *scene.Scene) runner.Advised {
	st := s.State
	a := runner.Advised{Level: runner.Good, Text: "all " + draw.Count(len(st.Tasks)) + " done"}
	if len(st.Tasks) == 1 {
		a.Text = "done"
	}
	if failed, cancelled := st.Count(runner.Failed), st.Count(runner.Cancelled); st.Count(runner.Succeeded) < len(st.Tasks) {
		a.Level = runner.Warning
		a.Text = fmt.Sprintf("%s of %s done", draw.Count(st.Count(runner.Succeeded)), draw.Count(len(st.Tasks)))
		if failed > 0 {
			a.Text += fmt.Sprintf(", %s failed", draw.Count(failed))
		}
		if cancelled > 0 {
			a.Text += fmt.Sprintf(", %s cancelled", draw.Count(cancelled))
		}
	}
	a.Text += fmt.Sprintf(" in %s: %.2f cores kept busy on average", draw.Seconds(st.Elapsed(0)), st.Times.Total.Cores())
	return a
}

// AdviceRow is the sentence alone, for screens too small for lanes.
func AdviceRow(s *scene.Scene, width int) string {
	return text.NewRow(width).Skip(1).PutStyled(advice(s, width-2).String()).String()
}

// Earlier draws the lanes of the run before this one, whole, in a box.
func Earlier(s *scene.Scene, width, height int) []string {
	st := s.Styles
	before := *s
	before.State = s.Before.State
	before.Now = before.State.Now
	h := &before.State.Lanes
	elapsed := before.State.Elapsed(0)
	box := draw.Box{
		Border: st.Border, Width: width, Height: height,
		Left:  []draw.Span{{Ink: st.Title, Text: "before: " + s.Before.Label}},
		Right: []draw.Span{{Ink: st.Dim, Text: draw.Seconds(elapsed)}},
	}
	side := beside(s, box.Inner(), len(h.Cores) > 0 && (box.Rows()-1)/len(h.Cores) > 1)
	axis := axisOf(s, h, box.Inner()-side)
	last := text.NewRow(box.Inner()).Put(st.Dim, text.Shorten(fmt.Sprintf("%.2f cores kept busy on average", before.State.Times.Total.Cores()), box.Inner()))
	return box.View(append(lanes(&before, axis, side, box.Inner(), box.Rows()-1), last))
}
