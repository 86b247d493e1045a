package cores

import (
	"time"

	"parallax/runner"
)

// held is, for each column in which that is known better than how jobs waited, for how much of it each
// task was on cores, in percent of one core; nil for the others.
func held(h *runner.History, past *Past, axis Axis) []map[int32]float64 {
	out := make([]map[int32]float64, axis.N)
	for i := range out {
		from := axis.at(i)
		if axis.Step >= past.span || h.Known(from) > axis.Step || from >= h.End() {
			continue
		}
		out[i] = heldIn(h, from, from+axis.Step)
	}
	return out
}

// heldIn is what each task had of the cores in a time, in percent of one core. A cell tells only who had
// most of it: what our tasks had of it, and no more, is counted as that task's. So cells are taken as
// short as they are known: the longer they are, the more is counted for the wrong task.
func heldIn(h *runner.History, from, to time.Duration) map[int32]float64 {
	out := map[int32]float64{}
	for at := from; at < to; {
		next := min(at+max(h.Known(at), 1), to)
		for row := range h.Rows {
			if c, ok := h.Span(row, at, next); ok && c.Task >= 0 {
				out[c.Task] += float64(c.Ours) * float64(next-at) / float64(to-from)
			}
		}
		at = next
	}
	return out
}
