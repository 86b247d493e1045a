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
// time axis above them, and below them how many threads were on cores at once and what is under the
// cursor. Below that, on the same axis where there is room, in which state each job was, and who is who.
// With rows for jobs these come first.
func Full(s *scene.Scene, lens Lens, past *Past, width, height int) []string {
	st := s.Styles
	p := arrange(s, lens, width, height)
	axis := lens.axis(Look(s, width))
	box := draw.Box{Border: st.Border, Width: width, Height: p.box, Left: p.main.title(s)}
	how := tier(&s.State.Lanes, p.inner > 100)
	if how != "" {
		how = " · " + how
	}
	room := p.inner - 6
	for _, part := range box.Left {
		room -= text.Width(part.Text)
	}
	box.Right = []draw.Span{{Ink: st.Dim, Text: text.Shorten(lens.title(axis)+how, room)}}
	var rows []*text.Row
	switch {
	case p.main.jobs:
		rows = jobRows(s, lens, past, axis, p.main)
	case s.Before != nil:
		before := *s
		before.State = s.Before.State
		rows = append(rows, text.NewRow(p.inner).Put(st.Title, "before: "+s.Before.Label))
		rows = append(rows, tall(&before, Lens{}, axis, p.main)...)
		rows = append(rows, text.NewRow(p.inner).Put(st.Title, "now"))
		rows = append(rows, tall(s, lens, axis, p.main)...)
	default:
		rows = tall(s, lens, axis, p.main)
	}
	rows = append(rows, ruler(s, axis, p.inner))
	if p.main.jobs {
		rows = append(rows, legendOfStates(s, past, p.inner))
	}
	if p.atOnce > 0 {
		rows = append(rows, atOnce(s, past, p.inner, p.atOnce)...)
	}
	out := box.View(append(rows, words(s, lens, past, axis, p.inner)))
	if p.second.n > 0 {
		out = append(out, lower(s, lens, past, axis, p, width)...)
	}
	return append(out, who(s, width, height-len(out))...)
}

// lower draws the box below, with jobs under the cores or cores under the jobs.
func lower(s *scene.Scene, lens Lens, past *Past, axis Axis, p plan, width int) []string {
	box := draw.Box{Border: s.Styles.Border, Width: width, Height: p.lower, Left: p.second.title(s)}
	if p.second.jobs {
		return box.View(append(jobRows(s, lens, past, axis, p.second), legendOfStates(s, past, p.inner)))
	}
	return box.View(tall(s, Lens{}, axis, p.second))
}

// tall draws the cores of a block.
func tall(s *scene.Scene, lens Lens, axis Axis, b block) []*text.Row {
	var out []*text.Row
	for i := b.first; i < min(b.first+b.n, known(s.State)); i++ {
		if len(s.State.Lanes.Cores) == 0 {
			out = append(out, unmeasured(s, s.State.Cores[i], b.size)...)
			continue
		}
		mark := -1
		if lens.on && lens.row == i {
			mark = axis.column(lens.at)
		}
		out = append(out, lane(s, axis, i, b.size, mark)...)
	}
	return out
}

// unmeasured is a core before its first lane, in the rows that it will have.
func unmeasured(s *scene.Scene, core int, z size) []*text.Row {
	out := make([]*text.Row, z.rows)
	for i := range out {
		out[i] = text.NewRow(z.width)
	}
	out[0].Put(s.Styles.Dim, fmt.Sprintf("%-2d%4s", core, "–")).Skip(z.side-6).Put(s.Styles.Dim, "measuring …")
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
	case at.Task == runner.Foreign && anonymous(h):
		r.Put(s.Styles.Text, fmt.Sprintf("was busy %d %%", at.Load))
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

// ruler marks the time below the lanes.
func ruler(s *scene.Scene, axis Axis, width int) *text.Row {
	r := text.NewRow(width).Skip(width - axis.N)
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
		r.PutAt(width-axis.N+at, s.Styles.Dim, mark)
	}
	return r
}

// whoWidth is how many columns a job has where it is listed.
const whoWidth = 69

// whoColumns is how many jobs are listed beside each other.
func whoColumns(width int) int { return max(1, (width-2)/whoWidth) }

// who lists the jobs with what stands for them in the lanes, their time on cores, and where their
// time went; the job in focus is among them.
func who(s *scene.Scene, width, height int) []string {
	cols := whoColumns(width)
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
				job := text.NewRow(min(whoWidth, r.Left()))
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
