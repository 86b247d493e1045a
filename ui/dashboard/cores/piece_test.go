package cores

import (
	"testing"

	"parallax/runner"
)

// A little of ours below a lot of theirs leaves no hole: what is above it in its row is theirs.
func TestPiecesOfACore(t *testing.T) {
	cell := func(task int32, ours, load uint8) runner.Cell { return runner.Cell{Task: task, Ours: ours, Load: load} }
	for _, c := range []struct {
		name  string
		cell  runner.Cell
		level int
		of    int
		want  piece
	}{
		{"a little of ours in two rows", cell(1, 10, 100), 0, 2, piece{1, 20, true}},
		{"theirs above it", cell(1, 10, 100), 1, 2, piece{runner.Foreign, 87, false}},
		{"ours ends within a row", cell(1, 60, 100), 3, 6, piece{1, 60, true}},
		{"ours fills a row", cell(1, 60, 100), 1, 6, piece{1, 100, false}},
		{"both end within the upper row", cell(1, 90, 100), 5, 6, piece{runner.Foreign, 87, false}},
		{"next to nothing of ours", cell(1, 2, 100), 0, 2, piece{runner.Foreign, 100, false}},
		{"idle", cell(runner.Idle, 0, 1), 0, 2, piece{who: runner.Idle}},
		{"nothing above an idle core", cell(runner.Idle, 0, 1), 1, 2, piece{who: unsampled}},
		{"not sampled", runner.Cell{Task: unsampled}, 0, 2, piece{who: unsampled}},
		{"one row, mostly theirs", cell(1, 30, 90), 0, 1, piece{who: runner.Foreign, fill: 90}},
		{"one row, mostly ours", cell(1, 60, 90), 0, 1, piece{who: 1, fill: 90}},
		{"one row, idle", cell(1, 2, 2), 0, 1, piece{who: runner.Idle}},
	} {
		if got := slice([]runner.Cell{c.cell}, c.level, c.of)[0]; got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// With several rows a job's states stand on each other; in one it is the state that it was in most.
func TestStatesStandOnEachOther(t *testing.T) {
	c := column{shares: [states]float64{onCore: 25, waitGIL: 75}, most: waitGIL}
	for level, want := range []int{onCore, waitGIL, waitGIL, waitGIL} {
		if got := c.state(level, 4); got != want {
			t.Errorf("row %d of 4 is state %d, want %d", level, got, want)
		}
	}
	if got := c.state(0, 1); got != waitGIL {
		t.Errorf("the only row is state %d", got)
	}
	c = column{shares: [states]float64{onCore: 50}, most: onCore} // it began half-way
	if low, high := c.state(0, 2), c.state(1, 2); low != onCore || high != -1 {
		t.Errorf("half a column is %d and %d", low, high)
	}
}
