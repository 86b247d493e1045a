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

// Full draws the lanes over the whole body: tall ones for the whole run so far, those of the run
// before on the same time axis above them, and below them who is who.
func Full(s *scene.Scene, width, height int) []string {
	st := s.Styles
	jobs := min(len(s.State.Tasks), max(height/4, 2))
	elapsed := s.State.Elapsed(s.Now)
	if s.Before != nil {
		elapsed = max(elapsed, s.Before.State.Elapsed(0))
	}
	box := draw.Box{Border: st.Border, Width: width, Height: height - jobs - 1, Left: []draw.Span{{Ink: st.Title, Text: "core lanes"}}}
	w := box.Inner()
	axis := FitAxis(&s.State.Lanes, w-labelWidth, elapsed)
	tier := s.State.Lanes.Tier
	if tier != "" {
		tier = " · " + tier
	}
	box.Right = []draw.Span{{Ink: st.Dim, Text: axis.String() + tier}}
	room := box.Rows() - 2
	var rows []*text.Row
	if s.Before != nil {
		before := *s
		before.State = s.Before.State
		rows = append(rows, text.NewRow(w).Put(st.Title, s.Before.Label))
		room = (room - 2) / 2
		rows = append(rows, tall(&before, axis, w, room)...)
		rows = append(rows, text.NewRow(w).Put(st.Title, "now"))
	}
	rows = append(rows, tall(s, axis, w, room)...)
	rows = append(rows, ruler(s, axis, w), advice(s, w))
	out := box.View(rows)
	return append(out, who(s, jobs, width)...)
}

// tall draws each core in as many rows as fit, at most four.
func tall(s *scene.Scene, axis Axis, width, room int) []*text.Row {
	h := &s.State.Lanes
	axis.cell = h.Cell
	each := min(max(room/max(len(h.Cores), 1), 1), 4)
	var out []*text.Row
	for i := range h.Cores {
		if len(out)+each > room {
			break
		}
		out = append(out, lane(s, h, axis, i, width, each)...)
	}
	return out
}

// slice is the level-th of n horizontal slices of cells, from below.
func slice(cells []runner.Cell, level, n int) []runner.Cell {
	out := make([]runner.Cell, len(cells))
	for i, c := range cells {
		part := min(max(int(c.Load)*n-100*level, 0), 100)
		if part == 0 && level > 0 {
			c.Task = unsampled
		}
		if c.Load > 0 {
			c.Ours = uint8(int(c.Ours) * part / int(c.Load))
		}
		c.Load = uint8(part)
		out[i] = c
	}
	return out
}

// ruler marks the time below the lanes.
func ruler(s *scene.Scene, axis Axis, width int) *text.Row {
	r := text.NewRow(width).Skip(labelWidth)
	for at := 0; at < axis.N; at += 20 {
		mark := draw.Seconds(time.Duration(axis.First+at) * axis.Step)
		if at == 0 {
			mark = "0 s"
		}
		r.PutAt(labelWidth+at, s.Styles.Dim, mark)
	}
	return r
}

// who lists the jobs with what stands for them in the lanes and their time on cores.
func who(s *scene.Scene, rows, width int) []string {
	st := s.Styles
	out := []string{text.NewRow(width).Skip(2).Put(st.Title, "on cores so far").String()}
	const each = 38
	cols := max(1, (width-2)/each)
	task := 0
	for range rows {
		r := text.NewRow(width).Skip(2)
		for col := 0; col < cols && task < len(s.State.Tasks); col, task = col+1, task+1 {
			t := &s.State.Tasks[task]
			mark := "█"
			if st.Letters {
				mark = themes.Letter(task)
			}
			on := "–"
			if t.Exit.Usage.Known {
				on = draw.Seconds(t.Exit.Usage.CPU())
			} else if t.Stats != nil {
				on = draw.Seconds(t.Stats.Total.OnCore)
			}
			r.PutAt(2+col*each, st.Job(task), mark).Skip(1)
			r.Put(st.Text, text.Shorten(s.State.Jobs[task].Name, each-14))
			r.PutAt(2+col*each+each-12, st.Dim, strings.TrimSpace(fmt.Sprintf("%8s", on)))
		}
		out = append(out, r.String())
	}
	return out
}
