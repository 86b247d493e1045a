package cores

import (
	"fmt"
	"time"

	"parallax/runner"
	"parallax/themes"
	"parallax/ui/dashboard/scene"
	"parallax/ui/draw"
	"parallax/ui/text"
)

// Full draws the lanes over the whole body: tall ones for the whole run so far, those of the run
// before on the same time axis above them, and below them who is who and where their time went.
func Full(s *scene.Scene, width, height int) []string {
	st := s.Styles
	elapsed := s.State.Elapsed(s.Now)
	runs := 1
	if s.Before != nil {
		elapsed = max(elapsed, s.Before.State.Elapsed(0))
		runs = 2
	}
	n := max(len(s.State.Lanes.Cores), 1)
	each := min(max(height/2/(n*runs), 1), maxTall)
	box := draw.Box{
		Border: st.Border, Width: width, Left: []draw.Span{{Ink: st.Title, Text: "core lanes"}},
		Height: min(each*n*runs+2*(runs-1)+4, max(height-3, 5)),
	}
	w := box.Inner()
	axis := FitAxis(&s.State.Lanes, w-labelWidth, elapsed)
	how := tier(&s.State.Lanes, w > 100)
	if how != "" {
		how = " · " + how
	}
	box.Right = []draw.Span{{Ink: st.Dim, Text: text.Shorten(axis.String()+how, w-len("core lanes")-4)}}
	room := box.Rows() - 2
	var rows []*text.Row
	if s.Before != nil {
		before := *s
		before.State = s.Before.State
		rows = append(rows, text.NewRow(w).Put(st.Title, "before: "+s.Before.Label))
		room = (room - 2) / 2
		rows = append(rows, tall(&before, axis, w, room, each)...)
		rows = append(rows, text.NewRow(w).Put(st.Title, "now"))
	}
	rows = append(rows, tall(s, axis, w, room, each)...)
	rows = append(rows, ruler(s, axis, w), advice(s, w))
	return append(box.View(rows), who(s, width, height-box.Height)...)
}

// maxTall is the most rows that one lane gets.
const maxTall = 6

// tall draws as many cores as fit, each in so many rows.
func tall(s *scene.Scene, axis Axis, width, room, each int) []*text.Row {
	h := &s.State.Lanes
	axis.cell = h.Cell
	var out []*text.Row
	for i := range h.Cores {
		if len(out)+each > room {
			break
		}
		out = append(out, lane(s, h, axis, i, width, each)...)
	}
	return out
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
		mark := draw.Seconds(time.Duration(axis.First+at) * axis.Step)
		if at == 0 {
			mark = "0 s"
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
