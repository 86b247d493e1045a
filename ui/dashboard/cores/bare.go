package cores

import (
	"time"

	"parallax/runner"
	"parallax/ui/dashboard/scene"
	"parallax/ui/text"
)

// Bare draws one core of a run over the time from its start to span, without a label, in rows of width
// columns. So runs of different lengths are drawn on one time axis. What comes after a run that is over
// is drawn as idle: the axis goes on there.
func Bare(s *scene.Scene, core int, span time.Duration, width, rows int) []*text.Row {
	width, rows = max(width, 1), max(rows, 1)
	h := &s.State.Lanes
	axis := Axis{Step: max(span/time.Duration(width), time.Millisecond), N: width}
	if time.Duration(width)*axis.Step < span { // else the last moments have no column
		axis.Step++
	}
	cells := axis.Cells(h, core)
	if s.State.Over() || s.State.Ended {
		for i := range cells {
			if cells[i].Task == unsampled && axis.at(i) >= s.State.Elapsed(0)-axis.Step {
				cells[i] = runner.Cell{Task: runner.Idle}
			}
		}
	}
	out := make([]*text.Row, 0, rows)
	for row := range rows {
		r := text.NewRow(width)
		putCells(r, s, slice(cells, rows-1-row, rows), -1)
		out = append(out, r)
	}
	return out
}
