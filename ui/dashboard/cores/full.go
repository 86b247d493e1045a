package cores

import (
	"fmt"
	"strings"
	"time"

	"parallax/runner"
	"parallax/themes"
	"parallax/ui/dashboard/scene"
	"parallax/ui/draw"
	"parallax/ui/text"
)

// Full draws the lanes over the whole body, as a lens shows them: those of the run before on the same
// time axis above them, and below them how many threads were on cores at once, what is under the cursor,
// and who is who. With rows for jobs it draws in which state each was instead.
func Full(s *scene.Scene, lens Lens, past *Past, width, height int) []string {
	st := s.Styles
	p := arrange(s, lens, width, height)
	axis := lens.axis(Look(s, width))
	box := draw.Box{Border: st.Border, Width: width, Height: p.box, Left: []draw.Span{{Ink: st.Title, Text: p.name}}}
	if p.n < p.of {
		box.Left = append(box.Left, draw.Span{Ink: st.Dim, Text: fmt.Sprintf(" %d to %d of %d", p.first+1, p.first+p.n, p.of)})
	}
	how := tier(&s.State.Lanes, p.inner > 100)
	if how != "" {
		how = " · " + how
	}
	box.Right = []draw.Span{{Ink: st.Dim, Text: text.Shorten(lens.title(axis)+how, p.inner-len(p.name)-20)}}
	var rows []*text.Row
	switch {
	case lens.Jobs:
		rows = jobRows(s, lens, past, axis, p)
	case s.Before != nil:
		before := *s
		before.State = s.Before.State
		rows = append(rows, text.NewRow(p.inner).Put(st.Title, "before: "+s.Before.Label))
		rows = append(rows, tall(&before, Lens{}, axis, p)...)
		rows = append(rows, text.NewRow(p.inner).Put(st.Title, "now"))
		rows = append(rows, tall(s, lens, axis, p)...)
	default:
		rows = tall(s, lens, axis, p)
	}
	rows = append(rows, ruler(s, axis, p.inner))
	if lens.Jobs {
		rows = append(rows, legendOfStates(s, past, p.inner))
	}
	if p.atOnce {
		rows = append(rows, atOnce(s, past, p.inner))
	}
	rows = append(rows, words(s, lens, past, axis, p.inner))
	return append(box.View(rows), who(s, width, height-box.Height)...)
}

// plan is where the parts of the view go.
type plan struct {
	name     string
	inner    int  // columns in the box
	box      int  // its rows, with its edges
	top      int  // the row of the view in which the first of ours is
	each     int  // rows of a core
	first, n int  // which cores or jobs are shown
	of       int  // of how many
	atOnce   bool // there is room for how many were on cores at once
}

// arrange plans the view: a pure function of its size and of what there is to show.
func arrange(s *scene.Scene, lens Lens, width, height int) plan {
	p := plan{name: "core lanes", inner: max(width-4, 0), each: 1, of: len(s.State.Lanes.Cores), atOnce: height >= 14, top: 1}
	runs, focus, fixed := 1, 0, 2
	if lens.on {
		focus = lens.row
	}
	if p.atOnce {
		fixed++
	}
	switch {
	case lens.Jobs:
		p.name, p.of, focus = "jobs over time", len(s.State.Tasks), s.Focus
		fixed++
	case s.Before != nil:
		runs = 2
	}
	if !lens.Jobs {
		p.each = min(max(height/2/(max(p.of, 1)*runs), 1), maxTall)
	}
	titles := 2 * (runs - 1)
	p.box = min(p.each*max(p.of, 1)*runs+titles+fixed+2, max(height-3, fixed+3))
	room := (p.box - 2 - fixed - titles) / runs
	p.n = min(p.of, max(room/p.each, 0))
	p.first = min(max(focus-p.n/2, 0), p.of-p.n)
	if runs == 2 {
		p.top += 2 + min(p.n, len(s.Before.State.Lanes.Cores))*p.each
	}
	return p
}

// At is the column and the core or the job at a point of the view; ok is false elsewhere.
func At(s *scene.Scene, lens Lens, width, height, x, y int) (column, row int, ok bool) {
	p := arrange(s, lens, width, height)
	column, row = x-2-labelWidth, p.first+(y-p.top)/p.each
	return column, row, column >= 0 && column < Look(s, width).Columns && y >= p.top && row < p.first+p.n
}

// maxTall is the most rows that one lane gets.
const maxTall = 6

// tall draws the cores of a plan.
func tall(s *scene.Scene, lens Lens, axis Axis, p plan) []*text.Row {
	h := &s.State.Lanes
	var out []*text.Row
	for i := p.first; i < min(p.first+p.n, len(h.Cores)); i++ {
		mark := -1
		if lens.on && lens.row == i {
			mark = axis.column(lens.at)
		}
		out = append(out, lane(s, h, axis, i, p.inner, p.each, mark)...)
	}
	return out
}

// words is what is under the cursor or, without one, what to make of it all.
func words(s *scene.Scene, lens Lens, past *Past, axis Axis, width int) *text.Row {
	if !lens.on {
		return advice(s, width)
	}
	r := text.NewRow(width)
	if lens.Jobs {
		from := axis.at(axis.column(lens.at))
		return pastAt(r, s, past, from, from+axis.Step)
	}
	h := &s.State.Lanes
	at, ok := h.Stretch(lens.row, lens.at)
	if !ok {
		return r.Put(s.Styles.Dim, "nothing is known of that time")
	}
	r.Put(s.Styles.Key, fmt.Sprintf("core %d ", h.Cores[lens.row]))
	switch {
	case at.Task >= 0:
		r.Put(s.Styles.JobBold(int(at.Task)), s.State.Jobs[at.Task].Name).Put(s.Styles.Text, fmt.Sprintf(" had %d %%", at.Ours))
	case at.Task == runner.Foreign:
		r.Put(s.Styles.Text, fmt.Sprintf("others had %d %%", at.Load))
	default:
		r.Put(s.Styles.Text, "idle")
	}
	r.Put(s.Styles.Text, " for "+length(at.To-at.From, at.Exact)).Put(s.Styles.Dim, ", from "+stamp(at.From, at.Exact)+" to "+stamp(at.To, at.Exact))
	if !strings.HasPrefix(h.Tier, "exact") || at.Exact > 5*time.Millisecond {
		r.Put(s.Styles.Dim, ", known to "+draw.Seconds(at.Exact))
	}
	return r
}

// slice is the level-th of n rows of cells, from below. With several rows, what our tasks had stands
// at the bottom and what others had above it, so that a little of ours is seen below a lot of
// theirs. The upper row keeps an eighth free, which tells a full core from its neighbour.
func slice(cells []runner.Cell, level, n int) []runner.Cell {
	if n == 1 {
		return cells
	}
	out := make([]runner.Cell, len(cells))
	for i, c := range cells {
		ours, load := part(c.Ours, level, n), part(c.Load, level, n)
		if level == n-1 {
			ours, load = min(ours, 87), min(load, 87)
		}
		switch {
		case c.Task == unsampled, load < 3 && level > 0:
			c = runner.Cell{Task: unsampled}
		case c.Task >= 0 && (2*ours >= load || level == 0 && c.Ours >= seen):
			if 2*ours >= load {
				ours = load
			}
			c.Ours, c.Load = uint8(ours), uint8(ours)
		case load > 0:
			c = runner.Cell{Task: runner.Foreign, Load: uint8(load)}
		default:
			c = runner.Cell{Task: runner.Idle}
		}
		out[i] = c
	}
	return out
}

// seen is the percentage of a core from which a task of ours is shown below the load of others.
const seen = 4

// part is how much, in percent, of the level-th of n rows a share of a core fills.
func part(share uint8, level, n int) int { return min(max(int(share)*n-100*level, 0), 100) }

// ruler marks the time below the lanes.
func ruler(s *scene.Scene, axis Axis, width int) *text.Row {
	r := text.NewRow(width).Skip(labelWidth)
	for at := 0; at < axis.N; at += 20 {
		d := axis.at(at)
		mark := draw.Seconds(d)
		switch {
		case d == 0:
			mark = "0 s"
		case axis.Step < 500*time.Millisecond && d >= time.Second:
			mark = stamp(d, min(axis.Step, 100*time.Millisecond))
		}
		if at > 0 && at+text.Width(mark) > axis.N { // cut it would be another time
			break
		}
		r.PutAt(labelWidth+at, s.Styles.Dim, mark)
	}
	return r
}

// who lists the jobs with what stands for them in the lanes, their time on cores, and where their
// time went; the job in focus is among them.
func who(s *scene.Scene, width, height int) []string {
	const each = 74 // columns for a job
	cols := max(1, (width-2)/each)
	rows := max(height-1, 0)
	first := 0
	if len(s.State.Tasks) > rows*cols && rows > 0 {
		first = max(0, min(s.Focus-rows*cols/2, len(s.State.Tasks)-rows*cols))
		first -= first % cols
	}
	out := []string{text.NewRow(width).Skip(2).Put(s.Styles.Title, "jobs").Skip(1).Put(s.Styles.Dim, "time on cores, and where all their time went").String()}
	for y := range rows {
		r := text.NewRow(width).Skip(1)
		for x := range cols {
			if task := first + y*cols + x; task < len(s.State.Tasks) {
				job := text.NewRow(min(each, r.Left()))
				entry(job, s, task)
				r.PutStyled(job.String())
			}
		}
		out = append(out, r.String())
	}
	return out[:min(len(out), max(height, 0))]
}

func entry(r *text.Row, s *scene.Scene, task int) {
	st := s.Styles
	t := &s.State.Tasks[task]
	mark := "█"
	if st.Letters {
		mark = themes.Letter(task)
	}
	pointer := " "
	if task == s.Focus {
		pointer = "▸"
	}
	icon, ink := s.Icon(task)
	r.Put(st.Key, pointer).Put(st.Job(task), mark).Skip(1).Put(ink, icon).Skip(1)
	r.Put(st.Text, text.Ellipsis(s.State.Jobs[task].Name, 22))
	on := ""
	if t.Stats != nil {
		on = draw.Seconds(t.Stats.Total.OnCore)
	}
	r.PutAt(28, st.Dim, fmt.Sprintf("%10s", on)).Skip(2)
	if split, ok := scene.Split(t); ok {
		draw.Stack(r, s.Pieces(split), min(28, r.Left()-2))
	}
}
