package cores

import (
	"fmt"
	"time"

	"parallax/runner"
	"parallax/themes"
	"parallax/ui/dashboard/scene"
	"parallax/ui/text"
)

// What stands before a lane, in columns.
const (
	leastSide = 15
	mostSide  = 30
	figures   = 9 // the core and its load, before a name
)

// beside is how many columns stand before lanes, in a box so wide inside: as many as the names of jobs
// need, up to three tenths of it. With several rows to a lane a name has a row of its own.
func beside(s *scene.Scene, inner int, tall bool) int {
	name := 0
	for i := range s.State.Jobs[:min(len(s.State.Jobs), 200)] {
		name = max(name, text.Width(s.State.Jobs[i].Name))
	}
	need := figures + 1 + name + 1
	if tall {
		need = 2 + name + 1
	}
	return max(min(need, inner*3/10, mostSide), leastSide)
}

// label puts what stands before a row of a lane: the core and its load, who has it now and, with room,
// how much of it is ours. Of a run that is over it is the mean.
func label(r *text.Row, s *scene.Scene, i, row int, z size) {
	st, h := s.Styles, &s.State.Lanes
	over := s.State.Over() || s.State.Ended
	cells := h.Rows[i]
	if !over {
		cells = cells[max(0, len(cells)-int(max(time.Second/max(h.Cell, 1), 1))):]
	}
	now := runner.MergeCells(cells)
	if row == 0 {
		ink := st.Dim
		if !over && now.Load > 50 {
			ink = st.Text
		}
		r.Put(st.Dim, fmt.Sprintf("%-2d", h.Cores[i])).Put(ink, fmt.Sprintf("%4d %%", now.Load)).Skip(1)
	}
	if row != min(z.rows-1, 1) {
		if row == 2 && z.rows > 3 && !anonymous(h) {
			r.Put(st.Dim, fmt.Sprintf("%6d %% ours", now.Ours))
		}
		return
	}
	room := max(z.side-r.Used()-1, 0)
	switch {
	case over:
		r.Put(st.Dim, "mean")
	case now.Task >= 0 && int(now.Ours)*2 >= int(now.Load) && now.Ours > 4:
		dot := st.Icons.Running
		if st.Letters {
			dot = themes.Letter(int(now.Task))
		}
		if z.rows > 1 {
			dot += " "
		}
		r.Put(st.Job(int(now.Task)), text.Shorten(dot+s.State.Jobs[now.Task].Name, room))
	case now.Load > 10 && anonymous(h):
		r.Put(st.Dim, "busy")
	case now.Load > 10:
		r.Put(st.Dim, "other")
	default:
		r.Put(st.Faint, "idle")
	}
}

// anonymous reports whether lanes do not tell whose time it was.
func anonymous(h *runner.History) bool { return h.Tier == runner.LoadOnly }
