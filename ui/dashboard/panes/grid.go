package panes

import (
	"cmp"
	"slices"
	"strings"

	"parallax/runner"
	"parallax/ui/logs"
)

// The least a pane needs to be of use, the size at which its output is readable, and that from
// which more brings nothing.
const (
	minWidth   = 38
	minHeight  = 5
	goodWidth  = 64
	goodHeight = 8
	wideEnough = 100
	tallEnough = 24
)

// Grid is how panes are laid out: columns and rows of a width x height.
type Grid struct{ Cols, Rows, Width, Height int }

// NewGrid lays out n panes. If not all fit, it is the fullest grid whose panes are still of use.
func NewGrid(n, width, height int) Grid {
	n = max(n, 1)
	most := Grid{Cols: max(1, width/minWidth), Rows: max(1, height/minHeight), Width: width, Height: height}
	best, score := most, -1.0
	for cols := 1; cols <= most.Cols; cols++ {
		rows := (n + cols - 1) / cols
		if rows > most.Rows {
			continue
		}
		w, h := float64(width/cols), float64(height/rows)
		comfort := 0.3 * (min(w/wideEnough, 1) + min(h/tallEnough, 1)) // decides among grids that are good enough
		if got := min(w/goodWidth, 1) + min(h/goodHeight, 1) + comfort - 0.02*float64(cols*rows-n); got > score {
			best, score = Grid{cols, rows, width, height}, got
		}
	}
	if score < 0 {
		best.Cols = max(1, min(most.Cols, width/(minWidth+10)))
	}
	return best
}

// Capacity is how many panes the grid holds.
func (g Grid) Capacity() int { return g.Cols * g.Rows }

// Cell is the size of the pane at a place; what does not divide evenly goes to the first.
func (g Grid) Cell(col, row int) (width, height int) {
	share := func(total, parts, at int) int {
		w := total / parts
		if at < total%parts {
			w++
		}
		return w
	}
	return share(g.Width, g.Cols, col), share(g.Height, g.Rows, row)
}

// At returns which place of the grid holds a point, counted from the grid's corner, or -1.
func (g Grid) At(x, y int) int {
	if x < 0 || y < 0 || x >= g.Width || y >= g.Height {
		return -1
	}
	col, row := 0, 0
	for w, _ := g.Cell(col, 0); x >= w; w, _ = g.Cell(col, 0) {
		x -= w
		col++
	}
	for _, h := g.Cell(0, row); y >= h; _, h = g.Cell(0, row) {
		y -= h
		row++
	}
	return row*g.Cols + col
}

// Order lists the tasks that get a pane: those that have begun, or all when none has. They keep the
// order of the jobs while all of them fit, so that no pane jumps; else running ones come first, then
// the newest end.
func Order(state *runner.State, capacity int) []int {
	var begun []int
	for i := range state.Tasks {
		if t := &state.Tasks[i]; t.Try > 1 || t.Status.Active() || t.Status.Over() && t.Ran() {
			begun = append(begun, i)
		}
	}
	switch {
	case len(begun) == 0:
		for i := range min(len(state.Tasks), capacity) {
			begun = append(begun, i)
		}
		return begun
	case len(begun) <= capacity:
		return begun
	}
	slices.SortStableFunc(begun, func(a, b int) int {
		x, y := &state.Tasks[a], &state.Tasks[b]
		switch {
		case x.Status.Active() != y.Status.Active():
			return map[bool]int{true: -1, false: 1}[x.Status.Active()]
		case x.Status.Active():
			return a - b
		}
		return cmp.Compare(y.Ended, x.Ended)
	})
	return begun
}

// last returns the text of the last n lines, without blank ones at the end.
func last(lines []logs.Line, n int) []string {
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1].Text) == "" {
		lines = lines[:len(lines)-1]
	}
	lines = lines[max(0, len(lines)-max(n, 0)):]
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l.Text
	}
	return out
}
