// Package panes draws a pane for each job: what it is, what it uses, and the tail of its output.
package panes

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"parallax/monitor/verdict"
	"parallax/runner"
	"parallax/ui/dashboard/scene"
	"parallax/ui/draw"
	"parallax/ui/text"
)

// sparkWidth is the width of the little history of a job's CPU use.
const sparkWidth = 14

// View draws the grid in width x height with the tasks of one page.
func View(s *scene.Scene, g Grid, tasks []int) []string {
	var out []string
	for row := range g.Rows {
		var blocks [][]string
		var widths []int
		for col := range g.Cols {
			w, h := g.Cell(col, row)
			block := []string{}
			if at := row*g.Cols + col; at < len(tasks) {
				block = pane(s, tasks[at], w, h)
			}
			for len(block) < h {
				block = append(block, text.Blanks(w))
			}
			blocks, widths = append(blocks, block), append(widths, w)
		}
		out = append(out, draw.Beside(0, widths, blocks...)...)
	}
	return out
}

func pane(s *scene.Scene, task, width, height int) []string {
	st := s.Styles
	t := &s.State.Tasks[task]
	icon, ink := s.Icon(task)
	border := st.Border
	if task == s.Focus {
		border = st.BorderFocus
	}
	box := draw.Box{
		Border: border, Width: width, Height: height,
		Right: []draw.Span{{Ink: st.Dim, Text: corner(s, task)}},
	}
	room := width - 12 - text.Width(box.Right[0].Text) // for the name, then what it is
	name := text.Shorten(s.State.Jobs[task].Name, max(room, 4))
	box.Left = []draw.Span{{Ink: ink, Text: icon + " "}, {Ink: st.JobBold(task), Text: name}}
	if label := s.Label(task); label != "" && t.Ran() && text.Width(name)+3+text.Width(label) <= room {
		box.Left = append(box.Left, draw.Span{Ink: border, Text: " ─ "}, draw.Span{Ink: st.Dim, Text: label})
	}
	if done, ok := s.Done(task, border); ok {
		box.Done = &done
	}
	w := box.Inner()
	rows := make([]*text.Row, 0, box.Rows())
	if t.Ran() {
		rows = append(rows, figures(s, task, w))
	}
	line, lineInk := s.Line(task)
	if tail := last(s.Tails[task], 1); len(tail) == 1 && text.Strip(tail[0]) == line {
		line = "" // the job has said it itself
	}
	body := box.Rows() - len(rows)
	said := fold(line, w, min(maxSaid, body/3+1))
	for _, l := range last(s.Tails[task], body-len(said)) {
		rows = append(rows, text.NewRow(w).PutStyled(text.Clip(s.Own(l), w)))
	}
	for _, l := range said {
		rows = append(rows, text.NewRow(w).Put(lineInk, l))
	}
	return box.View(rows)
}

// maxSaid is the most rows of a pane that what is said of its job may take.
const maxSaid = 3

// fold breaks a sentence between words into at most n rows, the last of which is shortened. There are
// none for "".
func fold(line string, width, n int) []string {
	var out []string
	for line != "" && len(out) < n {
		first, _, more := strings.Cut(ansi.Wordwrap(line, width, ""), "\n")
		if !more || len(out) == n-1 {
			return append(out, text.Shorten(line, width))
		}
		out = append(out, first)
		line = strings.TrimLeft(strings.TrimPrefix(line, first), " ")
	}
	return out
}

// corner is the upper right of a pane: how long it has run, and how it ended.
func corner(s *scene.Scene, task int) string {
	t := &s.State.Tasks[task]
	clock := draw.Wall(t.Wall(s.Now))
	switch {
	case t.Status == runner.Paused:
		return "paused " + draw.Clock(s.Now-t.Since)
	case s.State.IsStopping(task), s.State.IsPausing(task), s.State.IsStalled(task):
		return s.Word(task) + " " + clock
	case t.Status == runner.Queued:
		return s.Word(task)
	case t.Status.Over() && t.Ran():
		return clock + "  " + s.Ending(task)
	case t.Status.Over():
		return s.Ending(task)
	}
	return clock
}

// figures is the first row of a pane.
func figures(s *scene.Scene, task, width int) *text.Row {
	st := s.Styles
	t := &s.State.Tasks[task]
	r := text.NewRow(width)
	var spark []int
	if t.Stats != nil {
		spark = t.Stats.Spark.Last(sparkWidth)
	}
	draw.Spark(r, st.Job(task), st.Faint, spark, sparkWidth)
	r.Skip(1)
	if t.Status.Over() {
		return r.Put(st.Dim, strings.Join(totals(s, task), "  "))
	}
	if t.Stats == nil {
		return r.Put(st.Dim, "measuring …")
	}
	r.Put(st.Dim, "cpu ").Put(st.Text, fmt.Sprintf("%5s", draw.Percent(CPU(t))))
	for _, word := range words(s, task) {
		if r.Left() >= text.Width(word)+2 {
			r.Skip(2).Put(st.Dim, word)
		}
	}
	timeBar(r, s, t)
	return r
}

// words are the figures of a running task that are shown as far as there is room.
func words(s *scene.Scene, task int) []string {
	t := &s.State.Tasks[task]
	var out []string
	if mem := Memory(t); mem >= 0 {
		out = append(out, draw.Bytes(mem))
	}
	if core := t.Stats.Last.Core; core >= 0 && t.Status == runner.Running {
		out = append(out, fmt.Sprintf("core %d", core))
	}
	if held := s.Held(task); held != "" {
		out = append(out, held)
	}
	if t.Try > 1 {
		out = append(out, s.Tries(task))
	}
	return out
}

// timeBar fills what is left of a row with where the job's time goes and names the largest wait.
func timeBar(r *text.Row, s *scene.Scene, t *runner.Task) {
	split, ok := scene.Split(t)
	if !ok {
		return
	}
	sh := verdict.Shares(split)
	label := "on a core " + draw.Percent(sh.OnCore)
	switch most := max(sh.WaitCore, sh.WaitGIL, sh.Blocked); {
	case most < 0.1:
	case most == sh.WaitCore:
		label = "core wait " + draw.Percent(most)
	case most == sh.WaitGIL:
		label = "GIL " + draw.Percent(most)
	default:
		label = sh.BlockedLabel() + " " + draw.Percent(most)
	}
	const title = "ran "
	bar := min(16, r.Left()-2-len(title)-1-text.Width(label))
	if bar < 4 {
		return
	}
	r.Skip(2).Put(s.Styles.Dim, title)
	draw.Stack(r, s.Pieces(split), bar)
	r.Skip(1).Put(s.Styles.Dim, label)
}

// totals are the figures of a task that is over.
func totals(s *scene.Scene, task int) []string {
	t := &s.State.Tasks[task]
	var out []string
	if t.Exit.Usage.Known {
		out = append(out, "cpu "+draw.Seconds(t.Exit.Usage.CPU()))
	}
	if peak := Peak(t); peak > 0 {
		out = append(out, "peak "+draw.Bytes(peak))
	}
	if tries := s.Tries(task); tries != "" {
		out = append(out, tries)
	}
	return out
}

// CPU is how much of one core a task uses lately (above 1 for several).
func CPU(t *runner.Task) float64 {
	if t.Stats == nil || t.Stats.Recent.Live <= 0 || t.Status != runner.Running {
		return 0
	}
	return float64(t.Stats.Recent.OnCore) / float64(t.Stats.Recent.Live)
}

// Peak is the most memory a task that is over has taken: as the system accounted it or, where it
// did not, as it was sampled; 0 when neither saw any.
func Peak(t *runner.Task) int64 {
	if t.Stats == nil || t.Host.ID != 0 { // what it was sampled with is all tasks' in its interpreter
		return max(t.Exit.Usage.MaxRSS, 0)
	}
	return max(t.Exit.Usage.MaxRSS, t.Stats.PeakRSS, 0)
}

// Memory is what a task takes for itself: PSS, or RSS where that is all there is; -1 unknown.
func Memory(t *runner.Task) int64 {
	if t.Stats == nil || t.Host.ID != 0 {
		return -1
	}
	if t.Stats.Last.PSS >= 0 {
		return t.Stats.Last.PSS
	}
	return t.Stats.Last.RSS
}
