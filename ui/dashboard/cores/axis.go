package cores

import (
	"time"

	"parallax/runner"
	"parallax/ui/draw"
)

// unsampled marks a column that no sample covers yet.
const unsampled int32 = -9

// Axis maps time to columns. Its columns begin at multiples of its step since the start, so
// that a column once complete never changes while the picture moves on.
type Axis struct {
	Step  time.Duration // what one column covers
	First int           // the number of the first column since the start
	N     int           // columns
	whole bool          // the run so far fits
}

// steps are what a column may cover while the whole run is shown; past the last the picture scrolls.
var steps = []time.Duration{
	100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond, time.Second,
}

// NewAxis chooses the finest step that shows all of elapsed in n columns; a run that is too long
// for the coarsest is shown from its end.
func NewAxis(h *runner.History, n int, elapsed time.Duration) Axis {
	n = max(n, 1)
	a := Axis{N: n, whole: true}
	for _, a.Step = range steps {
		if a.Step >= h.Cell && time.Duration(n)*a.Step >= elapsed {
			return a
		}
	}
	a.Step = max(a.Step, h.Cell)
	if last := int(elapsed / a.Step); last >= n {
		a.First, a.whole = last-n+1, false
	}
	return a
}

// FitAxis shows all of elapsed, however long.
func FitAxis(h *runner.History, n int, elapsed time.Duration) Axis {
	n = max(n, 1)
	a := NewAxis(h, n, elapsed)
	if a.whole {
		return a
	}
	a.First, a.whole = 0, true
	cell := max(h.Cell, 1)
	cells := elapsed.Nanoseconds()/int64(n)/cell.Nanoseconds() + 1
	a.Step = time.Duration(cells) * cell
	return a
}

// EndAxis shows all of a run that is over: it ends with the run, as nearly as whole milliseconds and what
// is known allow.
func EndAxis(h *runner.History, n int, elapsed time.Duration) Axis {
	n = max(n, 1)
	step, round := (elapsed+time.Duration(n)-1)/time.Duration(n), time.Millisecond
	switch {
	case step > time.Second:
		round = 100 * time.Millisecond
	case step > 100*time.Millisecond:
		round = 5 * time.Millisecond
	}
	step = (step + round - 1).Truncate(round)
	return Axis{Step: max(step, h.Finest(), time.Millisecond), N: n, whole: true}
}

// at is when a column begins.
func (a Axis) at(column int) time.Duration { return time.Duration(a.First+column) * a.Step }

// end is when the last column ends.
func (a Axis) end() time.Duration { return a.at(a.N) }

// column is the one that covers a time; it may lie outside of the axis.
func (a Axis) column(at time.Duration) int { return int(at/a.Step) - a.First }

// Cells returns the axis's columns of one lane.
func (a Axis) Cells(h *runner.History, row int) []runner.Cell {
	out := make([]runner.Cell, a.N)
	for i := range out {
		c, ok := h.Span(row, a.at(i), a.at(i+1))
		if !ok {
			c = runner.Cell{Task: unsampled}
		}
		out[i] = c
	}
	return out
}

// String says what the columns cover.
func (a Axis) String() string {
	if a.whole {
		return draw.Seconds(a.Step) + " a column"
	}
	return "last " + draw.Seconds(time.Duration(a.N)*a.Step)
}
