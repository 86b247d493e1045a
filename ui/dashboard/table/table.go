// Package table draws jobs as rows: good for a hundred thousand of them.
package table

import (
	"fmt"
	"slices"
	"strings"

	"parallax/runner"
	"parallax/ui/dashboard/panes"
	"parallax/ui/dashboard/scene"
	"parallax/ui/draw"
	"parallax/ui/text"
)

// column is one column of the table.
type column struct {
	head  string
	width int
	right bool
	from  int // the width of the table from which on it is shown
	put   func(*text.Row, *scene.Scene, int)
}

// The widths of a row's time bar, with room and without, and of the one that says how far the job is; of what a job is to the
// system at least; and what of the last line must be left for more of that.
const (
	barWidth  = 20
	shortBar  = 12
	doneWidth = 13
	onWidth   = 14
	lineWidth = 40
)

// From barFrom columns on there is a time bar, from roomy on a long one.
const (
	barFrom = 88
	roomy   = 116
)

// View draws the head, the rows from top on, and the legend, in width x height.
func View(s *scene.Scene, order []int, top int, sorted string, width, height int) []string {
	cols, rest := columns(s, order, width)
	out := []string{head(s, cols, width)}
	for i := top; i < len(order) && len(out) < height-1; i++ {
		out = append(out, row(s, cols, order[i], rest, width))
	}
	if len(order) == 0 {
		out = append(out, text.NewRow(width).Skip(3).Put(s.Styles.Dim, "no job matches; esc clears the filter").String())
	}
	for len(out) < height-1 {
		out = append(out, text.Blanks(width))
	}
	return append(out, foot(s, cols, order, top, height-2, sorted, width))
}

// Rows is how many jobs a table of a height shows.
func Rows(height int) int { return max(height-2, 1) }

// columns chooses what fits: job and state always, the last line when at least 16 columns are left.
func columns(s *scene.Scene, order []int, width int) (cols []column, rest int) {
	all := []column{
		{"job", jobWidth(s, order, width), false, 0, putName},
		{"state", stateWidth(s, order), false, 0, putState},
		{"done", doneWidth, false, 76, putDone},
		{"on", onWidth, false, 132, putOn},
		{"core", 4, true, 116, putCore},
		{"cpu", 6, true, 66, putCPU},
		{"time went", barWidth, false, barFrom, putBar},
		{"memory", 8, true, 76, putMemory},
		{"time", 8, true, 60, putTime},
	}
	if s.Known.Progress {
		for i := range all[3:8] { // what is right of it makes room
			all[3+i].from += doneWidth + 2
		}
	} else {
		all = slices.Delete(all, 2, 3)
	}
	if width < roomy {
		all[slices.IndexFunc(all, func(c column) bool { return c.head == "time went" })].width = shortBar
	}
	used := 3
	for _, c := range all {
		if width >= c.from {
			cols = append(cols, c)
			used += c.width + 2
		}
	}
	rest = width - used - 1
	if at := slices.IndexFunc(cols, func(c column) bool { return c.head == "on" }); at >= 0 {
		more := min(longest(s, order)-onWidth, rest-lineWidth)
		cols[at].width += max(more, 0)
		rest -= max(more, 0)
	}
	if rest < 12 {
		rest = 0
	}
	return cols, rest
}

// longest is the width of the longest of what the first jobs are to the system.
func longest(s *scene.Scene, order []int) int {
	w := 0
	for _, i := range order[:min(len(order), 200)] {
		if s.State.Tasks[i].Ran() {
			w = max(w, text.Width(s.Label(i)))
		}
	}
	return w
}

// stateWidth is the width of the longest state of the first jobs, but no less than of the usual ones.
func stateWidth(s *scene.Scene, order []int) int {
	w := len("succeeded")
	for _, i := range order[:min(len(order), 200)] {
		w = max(w, text.Width(s.Word(i)))
	}
	return min(w, 14)
}

func jobWidth(s *scene.Scene, order []int, width int) int {
	w := 12
	for _, i := range order[:min(len(order), 200)] {
		w = max(w, text.Width(s.State.Jobs[i].Name))
	}
	return min(w, max(14, width/5))
}

func head(s *scene.Scene, cols []column, width int) string {
	r := text.NewRow(width).Skip(3)
	for _, c := range cols {
		at := r.Used()
		if c.right {
			r.Skip(c.width - text.Width(c.head))
		}
		r.Put(s.Styles.Title, c.head).Skip(at + c.width + 2 - r.Used())
	}
	if r.Left() > 12 {
		r.Put(s.Styles.Title, "last line")
	}
	return r.String()
}

func row(s *scene.Scene, cols []column, task, rest, width int) string {
	r := text.NewRow(width)
	if task == s.Focus {
		r = text.NewRowOn(width, s.Styles.Selected)
	}
	icon, ink := s.Icon(task)
	r.Put(s.Styles.Key, pointer(task == s.Focus)).Put(ink, icon).Skip(1)
	for _, c := range cols {
		cell := text.NewRow(c.width)
		if task == s.Focus {
			cell = text.NewRowOn(c.width, s.Styles.Selected)
		}
		c.put(cell, s, task)
		r.PutStyled(cell.String()).Skip(2)
	}
	if rest > 0 {
		line, lineInk := s.Line(task)
		if line == "" {
			if held := s.Held(task); held != "" {
				r.Put(s.Styles.Dim, text.Shorten(held, rest)).Skip(2)
			}
			line, lineInk = s.Last(task), s.Styles.Text
			if s.State.Tasks[task].Status == runner.Failed {
				lineInk = s.Styles.Bad
			}
		}
		r.Put(lineInk, text.Shorten(line, min(rest, r.Left()-1)))
	}
	return r.String()
}

// pointer marks the selected row where colour cannot.
func pointer(selected bool) string {
	if selected {
		return "▸"
	}
	return " "
}

// foot explains the time bars, as far as there is room, and says what of the jobs is shown.
func foot(s *scene.Scene, cols []column, order []int, top, rows int, sorted string, width int) string {
	st := s.Styles
	if len(order) > rows {
		sorted += fmt.Sprintf(" · %s–%s of %s", draw.Count(top+1), draw.Count(min(top+rows, len(order))), draw.Count(len(order)))
	}
	r := text.NewRow(width).Skip(1)
	for _, l := range []struct {
		ink         text.Ink
		glyph, word string
	}{{st.OnCore, "█", "on a core"}, {st.WaitCore, "▓", "waiting for a core"}, {st.WaitGIL, "▒", "waiting for the GIL"}, {st.Blocked, "░", "blocked"}} {
		if !slices.ContainsFunc(cols, func(c column) bool { return c.head == "time went" }) || r.Left() < text.Width(sorted)+text.Width(l.word)+6 {
			break
		}
		r.Put(l.ink, l.glyph).Skip(1).Put(st.Dim, l.word).Skip(3)
	}
	return r.PutRight(1, st.Dim, sorted).String()
}

func putName(r *text.Row, s *scene.Scene, i int) {
	ink := s.Styles.Text
	if s.State.Tasks[i].Status.Active() {
		ink = s.Styles.Job(i)
	}
	r.Put(ink, text.Shorten(s.State.Jobs[i].Name, r.Left()))
}

func putState(r *text.Row, s *scene.Scene, i int) {
	_, ink := s.Icon(i)
	r.Put(ink, text.Shorten(s.Word(i), r.Left()))
}

func putDone(r *text.Row, s *scene.Scene, i int) {
	if done, ok := s.Done(i, s.Styles.BarRest); ok {
		done.Words = done.Words[:1]
		done.Put(r, doneWidth+1) // what is cut off is the blank after the words
	}
}

// putOn puts what the job is to the system, or as much of it as is said in full.
func putOn(r *text.Row, s *scene.Scene, i int) {
	label := s.Label(i)
	for text.Width(label) > r.Left() && strings.Contains(label, " · ") {
		label = label[:strings.LastIndex(label, " · ")]
	}
	if s.State.Tasks[i].Ran() {
		r.Put(s.Styles.Dim, text.Shorten(label, r.Left()))
	}
}

func putCore(r *text.Row, s *scene.Scene, i int) {
	if t := &s.State.Tasks[i]; t.Status == runner.Running && t.Stats != nil && t.Stats.Last.Core >= 0 {
		r.PutRight(0, s.Styles.Text, fmt.Sprint(t.Stats.Last.Core))
	}
}

func putCPU(r *text.Row, s *scene.Scene, i int) {
	switch t := &s.State.Tasks[i]; {
	case t.Stats == nil:
	case t.Status.Active():
		r.PutRight(0, s.Styles.Text, draw.Percent(panes.CPU(t)))
	case t.Stats.Total.Live > 0: // on average
		r.PutRight(0, s.Styles.Dim, draw.Percent(float64(t.Stats.Total.OnCore)/float64(t.Stats.Total.Live)))
	}
}

func putBar(r *text.Row, s *scene.Scene, i int) {
	if split, ok := scene.Split(&s.State.Tasks[i]); ok {
		draw.Stack(r, s.Pieces(split), r.Left())
	}
}

func putMemory(r *text.Row, s *scene.Scene, i int) {
	t := &s.State.Tasks[i]
	switch {
	case t.Status.Over() && panes.Peak(t) > 0:
		r.PutRight(0, s.Styles.Dim, draw.Bytes(panes.Peak(t)))
	case t.Status.Active() && (s.State.Jobs[i].Model == runner.Goroutines || t.Host.ID != 0):
		r.PutRight(0, s.Styles.Faint, "shared")
	case t.Status.Active() && panes.Memory(t) >= 0:
		r.PutRight(0, s.Styles.Text, draw.Bytes(panes.Memory(t)))
	case t.Ran():
		r.PutRight(0, s.Styles.Faint, "–")
	}
}

func putTime(r *text.Row, s *scene.Scene, i int) {
	if t := &s.State.Tasks[i]; t.Ran() {
		r.PutRight(0, s.Styles.Text, draw.ClockTenths(t.Wall(s.Now)))
	}
}
