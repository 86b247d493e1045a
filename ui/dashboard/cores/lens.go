package cores

import (
	"fmt"
	"time"

	"parallax/runner"
	"parallax/ui/dashboard/scene"
	"parallax/ui/draw"
)

// Lens is how the lanes view looks at a run: how closely, at which time, with a cursor or without. It
// is a value: what changes it returns another. The zero Lens shows all of the run and follows it.
type Lens struct {
	Jobs bool // rows are jobs, not cores

	zoom time.Duration // what a column covers; 0: as much as it takes to show the whole run
	end  time.Duration // the right edge, which stands still then; 0: it follows the run
	held time.Duration // what a column covers while the edge stands still
	on   bool          // there is a cursor
	at   time.Duration // the cursor: a time
	row  int           // and a core, by its place
}

// Sight is what a lens looks at: the lanes of a run, in so many columns, over so much time.
type Sight struct {
	Lanes   *runner.History
	Columns int
	Elapsed time.Duration
	Over    bool // nothing more comes
}

// Look returns what there is to see in a view of some width.
func Look(s *scene.Scene, width int) Sight {
	return Sight{
		Lanes: &s.State.Lanes, Columns: max(width-4-sideOf(s, width), 1), Elapsed: span(s), Over: s.State.Over() || s.State.Ended,
	}
}

// zooms are what a column can cover.
var zooms = []time.Duration{
	5 * time.Millisecond, 10 * time.Millisecond, 20 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second,
}

// Still reports whether the lens does not follow the run, or has a cursor.
func (l Lens) Still() bool { return l.end > 0 || l.on }

// Cursor reports whether there is a cursor.
func (l Lens) Cursor() bool { return l.on }

// axis is what is shown of lanes in n columns.
func (l Lens) axis(v Sight) Axis {
	n := max(v.Columns, 1)
	step, end := l.zoom, l.until(v)
	if l.end > 0 {
		step, end = l.held, l.end
	}
	if step == 0 {
		return v.whole()
	}
	last := int((end + step - 1) / step)
	return Axis{Step: step, N: n, First: max(last-n, 0), whole: last <= n && l.end == 0}
}

// whole shows all of the run, as closely as there is room for and something is known.
func (v Sight) whole() Axis {
	if v.Over {
		return EndAxis(v.Lanes, v.Columns, v.Elapsed)
	}
	for _, step := range zooms {
		if step >= v.Lanes.Finest() && time.Duration(v.Columns)*step >= v.Elapsed {
			return Axis{Step: step, N: v.Columns, whole: true}
		}
	}
	return FitAxis(v.Lanes, v.Columns, v.Elapsed)
}

// until is up to when there is anything to see. Lanes are told a little late.
func (l Lens) until(v Sight) time.Duration {
	if l.Jobs {
		return v.Elapsed
	}
	return v.Lanes.End()
}

// hold has the lens stand still where it is.
func (l Lens) hold(a Axis) Lens {
	if l.end == 0 {
		l.end, l.held = a.end(), a.Step
	}
	return l
}

// Follow goes back to the present, without a cursor.
func (l Lens) Follow() Lens {
	l.end, l.on = 0, false
	return l
}

// Zoom looks more closely, or less. What is at the cursor, or at the right edge, stays there. Less
// closely than the coarsest the whole run is shown.
func (l Lens) Zoom(v Sight, closer bool) Lens {
	a := l.axis(v)
	next := time.Duration(0)
	for _, z := range zooms {
		if closer && z < a.Step && z >= v.Lanes.Finest() {
			next = z
		}
		if !closer && z > a.Step && next == 0 {
			next = z
		}
	}
	switch {
	case closer && next == 0: // nothing more is known
		return l
	case !closer && (next == 0 || l.zoom == 0 && a.whole || v.whole().Step <= next):
		l.zoom, l.end = 0, 0
		return l
	}
	if l.end == 0 && !l.on {
		l.zoom = next
		return l
	}
	l.zoom, l.held = next, next
	if l.on {
		column := min(max(a.column(l.at), 0), a.N-1)
		l.end = l.at.Truncate(next) + time.Duration(a.N-column)*next
	}
	return l.within(v)
}

// within keeps the edge in the run, so that there is always something to see.
func (l Lens) within(v Sight) Lens {
	last := (l.until(v) + l.held - 1).Truncate(l.held)
	l.end = max(min(l.end, last), time.Duration(max(v.Columns, 1))*l.held)
	return l
}

// Scroll moves what is shown by so many columns, to later times if they are positive.
func (l Lens) Scroll(v Sight, columns int) Lens {
	a := l.axis(v)
	l = l.hold(a)
	l.end += time.Duration(columns) * l.held
	l = l.within(v)
	if l.on {
		b := l.axis(v)
		l.at = min(max(l.at, b.at(0)), b.at(b.N-1))
	}
	return l
}

// Start shows the beginning of the run.
func (l Lens) Start(v Sight) Lens {
	a := l.axis(v)
	l = l.hold(a)
	l.end, l.at = 0, 0
	return l.within(v)
}

// Move moves the cursor by so many columns and cores. Without one it appears at the newest column
// that is complete. At an edge what is shown moves with it.
func (l Lens) Move(v Sight, columns, rows int) Lens {
	a := l.axis(v)
	l = l.hold(a)
	last := max(l.until(v)-1, 0)
	if l.on {
		l.at = l.at.Truncate(a.Step) + time.Duration(columns)*a.Step
	} else {
		l.on, l.at = true, min(last, a.end()-1).Truncate(a.Step)
	}
	l.at = min(max(l.at, 0), last.Truncate(a.Step))
	l.row = min(max(l.row+rows, 0), max(len(v.Lanes.Rows)-1, 0))
	switch column := a.column(l.at); {
	case column < 0:
		l.end += time.Duration(column) * a.Step
	case column >= a.N:
		l.end += time.Duration(column-a.N+1) * a.Step
	}
	return l
}

// Point puts the cursor where a column and a core are drawn.
func (l Lens) Point(v Sight, column, row int) Lens {
	a := l.axis(v)
	l = l.hold(a)
	l.on, l.at, l.row = true, min(max(a.at(column), 0), max(l.until(v)-1, 0)), row
	return l
}

// Task is whose the core is at the cursor, or -1.
func (l Lens) Task(h *runner.History) int {
	if !l.on || l.Jobs {
		return -1
	}
	if s, ok := h.Stretch(l.row, l.at); ok && s.Task >= 0 {
		return int(s.Task)
	}
	return -1
}

// title says what is shown.
func (l Lens) title(a Axis) string {
	words := draw.Seconds(a.Step) + " a column"
	if l.end > 0 {
		return words + " · " + stamp(a.at(0), a.Step) + " to " + stamp(a.end(), a.Step)
	}
	return words
}

// stamp writes a time since the start, to the millisecond where it is known that well.
func stamp(d, exact time.Duration) string {
	switch {
	case exact < 100*time.Millisecond:
		return fmt.Sprintf("%.3f s", d.Seconds())
	case exact < time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return draw.Seconds(d)
}

// length writes for how long something went on, to the millisecond where it is known that well.
func length(d, exact time.Duration) string {
	if exact < 100*time.Millisecond && d < 10*time.Second {
		if d < time.Second {
			return fmt.Sprintf("%d ms", d.Milliseconds())
		}
		return fmt.Sprintf("%.3f s", d.Seconds())
	}
	return draw.Seconds(d)
}
