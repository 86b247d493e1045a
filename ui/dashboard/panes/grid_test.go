package panes

import (
	"slices"
	"testing"

	"parallax/runner"
)

func TestGrids(t *testing.T) {
	for _, c := range []struct{ n, w, h, cols, rows int }{
		{1, 140, 30, 1, 1},
		{2, 140, 30, 2, 1},
		{4, 140, 30, 2, 2},
		{6, 140, 29, 2, 3},
		{6, 200, 48, 2, 3},
		{4, 80, 15, 2, 2},
		{4, 60, 12, 1, 2},    // not all fit
		{100, 140, 30, 2, 6}, // nor here
	} {
		g := NewGrid(c.n, c.w, c.h)
		if g.Cols != c.cols || g.Rows != c.rows {
			t.Errorf("%d panes in %dx%d: %d x %d, want %d x %d", c.n, c.w, c.h, g.Cols, g.Rows, c.cols, c.rows)
		}
	}
}

func TestEveryPointOfAGridBelongsToThePaneDrawnThere(t *testing.T) {
	for _, size := range [][2]int{{140, 30}, {79, 17}, {61, 11}} {
		g := NewGrid(5, size[0], size[1])
		at := 0
		y := 0
		for row := range g.Rows {
			x := 0
			_, h := g.Cell(0, row)
			for col := range g.Cols {
				w, _ := g.Cell(col, row)
				for _, p := range [][2]int{{x, y}, {x + w - 1, y + h - 1}} {
					if got := g.At(p[0], p[1]); got != at {
						t.Errorf("%v: point %v is in pane %d, want %d", size, p, got, at)
					}
				}
				at++
				x += w
			}
			if x != size[0] {
				t.Errorf("%v: row %d is %d wide", size, row, x)
			}
			y += h
		}
		if y != size[1] {
			t.Errorf("%v: the grid is %d high", size, y)
		}
		if g.At(-1, 0) >= 0 || g.At(size[0], 0) >= 0 || g.At(0, size[1]) >= 0 {
			t.Errorf("%v: points outside belong to panes", size)
		}
	}
}

func TestPanesKeepTheirPlaceWhileAllFit(t *testing.T) {
	s := &runner.State{}
	evs := []runner.Event{runner.RunStarted{Jobs: make([]runner.Job, 4), Workers: 4}}
	for i := range 4 {
		evs = append(evs, runner.TaskQueued{Task: i, Try: 1})
	}
	evs = append(evs,
		runner.TaskStarted{Task: 0, Try: 1}, runner.TaskStarted{Task: 2, Try: 1}, runner.TaskStarted{Task: 3, Try: 1},
		runner.TaskEnded{At: 1, Task: 0, Try: 1, Status: runner.Succeeded}, runner.TaskEnded{At: 2, Task: 3, Try: 1, Status: runner.Failed},
	)
	for _, ev := range evs {
		if err := s.Apply(ev); err != nil {
			t.Fatal(err)
		}
	}
	if got := Order(s, 3); !slices.Equal(got, []int{0, 2, 3}) {
		t.Errorf("all that have begun fit, and the order is %v", got)
	}
	if got := Order(s, 2); !slices.Equal(got, []int{2, 3, 0}) {
		t.Errorf("not all fit: %v, want what runs, then the newest end", got)
	}
}
