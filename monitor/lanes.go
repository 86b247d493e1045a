package monitor

import (
	"slices"
	"time"

	"parallax/runner"
)

// cellLength is what one cell of the lanes covers.
const cellLength = 100 * time.Millisecond

// maxPending is how many cells may be open at once. A longer gap (the program was stopped, the
// machine slept) is left out; a reader of the lanes fills it with empty cells.
const maxPending = 50

// share is how much of a cell one task had.
type share struct {
	task int32
	had  time.Duration
}

// laneBuilder makes cells out of slices. Cells are fixed in time: cell i covers i*cellLength to
// (i+1)*cellLength since the start of the run.
type laneBuilder struct {
	cores []int
	first int         // the first cell not taken yet
	open  [][][]share // per core, per cell from first on
}

func newLanes(cores []int) *laneBuilder {
	return &laneBuilder{cores: cores, open: make([][][]share, len(cores))}
}

// add spreads a slice evenly over the cells it covers. What belongs to cells already taken, or to
// a core that has no lane, is left out.
func (l *laneBuilder) add(s slice) {
	row, ok := slices.BinarySearch(l.cores, s.core)
	if !ok || s.on <= 0 || s.to <= s.from {
		return
	}
	first, last := int(s.from/cellLength), int((s.to-1)/cellLength)
	if last-l.first >= maxPending {
		return
	}
	for i := max(first, l.first); i <= last; i++ {
		begin, end := time.Duration(i)*cellLength, time.Duration(i+1)*cellLength
		part := min(end, s.to) - max(begin, s.from)
		l.give(row, i-l.first, int32(s.task), time.Duration(float64(s.on)*float64(part)/float64(s.to-s.from)))
	}
}

func (l *laneBuilder) give(row, cell int, task int32, had time.Duration) {
	for len(l.open[row]) <= cell {
		l.open[row] = append(l.open[row], nil)
	}
	shares := l.open[row][cell]
	at := slices.IndexFunc(shares, func(s share) bool { return s.task == task })
	if at < 0 {
		l.open[row][cell] = append(shares, share{task, had})
		return
	}
	shares[at].had += had
}

// end is when the last cell that was taken ends.
func (l *laneBuilder) end() time.Duration { return time.Duration(l.first) * cellLength }

// ready returns how many cells are complete at the time now.
func (l *laneBuilder) ready(now time.Duration) int { return max(int(now/cellLength)-l.first, 0) }

// take returns the cells that are complete at the time now, one row per core. others is how much
// of each core programs that are not ours use (0..1), nil if unknown.
func (l *laneBuilder) take(now time.Duration, others []float64) [][]runner.Cell {
	n := l.ready(now)
	if n > maxPending {
		l.skip(now)
		n = 0
	}
	rows := make([][]runner.Cell, len(l.cores))
	for i := range rows {
		rows[i] = make([]runner.Cell, n)
		foreign := 0.0
		if i < len(others) {
			foreign = max(others[i], 0)
		}
		for j := range rows[i] {
			var shares []share
			if j < len(l.open[i]) {
				shares = l.open[i][j]
			}
			rows[i][j] = cell(shares, foreign)
		}
		l.open[i] = slices.Delete(l.open[i], 0, min(n, len(l.open[i])))
	}
	l.first += n
	return rows
}

// skip drops all that is open and goes on with the cell of the time now.
func (l *laneBuilder) skip(now time.Duration) {
	l.first = int(now / cellLength)
	for i := range l.open {
		l.open[i] = l.open[i][:0]
	}
}

// cell makes one cell: who had most of it, how much all of ours had, and how busy the core was.
func cell(shares []share, foreign float64) runner.Cell {
	out := runner.Cell{Task: runner.Idle}
	var ours, most time.Duration
	for _, s := range shares {
		ours += s.had
		if s.had > most {
			most, out.Task = s.had, s.task
		}
	}
	had := min(float64(ours)/float64(cellLength), 1)
	out.Ours = percent(had)
	out.Load = max(percent(had+foreign), out.Ours)
	switch {
	case out.Ours == 0 && out.Load > 0:
		out.Task = runner.Foreign
	case out.Load == 0:
		out.Task = runner.Idle
	}
	return out
}

func percent(f float64) uint8 { return uint8(100*min(max(f, 0), 1) + 0.5) }
