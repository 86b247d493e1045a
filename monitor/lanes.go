package monitor

import (
	"slices"
	"time"

	"parallax/runner"
)

// What one cell of the lanes covers: where each context switch is known, a thread's turn under
// CPython's GIL; else what looking at the cores fifty times a second can tell. Lanes are handed on in
// whole spans of the coarser, so that cells can be put together to those, and change between them.
const (
	cellLength = runner.CoarseCell
	fineLength = 5 * time.Millisecond
)

// maxPending is how much time may be open at once. A longer gap (the program was stopped, the
// machine slept) is left out; a reader of the lanes fills it with empty cells.
const maxPending = 5 * time.Second

// share is how much of a cell one task had.
type share struct {
	task int32
	had  time.Duration
}

// laneBuilder makes cells out of slices. Cells are fixed in time: cell i covers i*cell to
// (i+1)*cell since the start of the run.
type laneBuilder struct {
	cores []int
	cell  time.Duration // what one covers: divides cellLength
	first int           // the first cell not taken yet; it begins at a multiple of cellLength
	open  [][][]share   // per core, per cell from first on
	spare [][]share     // of cells that were taken, to be used again: there are thousands a second
}

func newLanes(cores []int) *laneBuilder {
	return &laneBuilder{cores: cores, cell: cellLength, open: make([][][]share, len(cores))}
}

// grain has cells cover so much from the first on that was not taken yet.
func (l *laneBuilder) grain(cell time.Duration) {
	if cell == l.cell {
		return
	}
	was, begin, open := l.cell, l.end(), l.open
	l.cell, l.first, l.open = cell, int(begin/cell), make([][][]share, len(l.cores))
	for row, cells := range open {
		for i, shares := range cells {
			from := begin + time.Duration(i)*was
			for _, s := range shares {
				l.add(slice{task: int(s.task), core: l.cores[row], from: from, to: from + was, on: s.had})
			}
		}
	}
}

// add spreads a slice evenly over the cells it covers. What belongs to cells already taken, or to
// a core that has no lane, is left out.
func (l *laneBuilder) add(s slice) {
	row, ok := slices.BinarySearch(l.cores, s.core)
	if !ok || s.on <= 0 || s.to <= s.from {
		return
	}
	first, last := int(s.from/l.cell), int((s.to-1)/l.cell)
	if time.Duration(last-l.first)*l.cell >= maxPending {
		return
	}
	for i := max(first, l.first); i <= last; i++ {
		begin, end := time.Duration(i)*l.cell, time.Duration(i+1)*l.cell
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
	if at >= 0 {
		shares[at].had += had
		return
	}
	if n := len(l.spare); shares == nil && n > 0 {
		shares, l.spare = l.spare[n-1], l.spare[:n-1]
	}
	l.open[row][cell] = append(shares, share{task, had})
}

// end is when the last cell that was taken ends.
func (l *laneBuilder) end() time.Duration { return time.Duration(l.first) * l.cell }

// ready returns how many spans of cellLength are complete at the time now.
func (l *laneBuilder) ready(now time.Duration) int {
	return max(int(now/cellLength-l.end()/cellLength), 0)
}

// take returns the cells of all spans that are complete at the time now, one row per core. others is
// how much of each core programs that are not ours use (0..1), nil if unknown.
func (l *laneBuilder) take(now time.Duration, others []float64) [][]runner.Cell {
	each := int(cellLength / l.cell)
	n := l.ready(now) * each
	if time.Duration(n)*l.cell > maxPending {
		l.skip(now)
		n = 0
	}
	rows, cells := make([][]runner.Cell, len(l.cores)), make([]runner.Cell, n*len(l.cores))
	for i := range rows {
		rows[i] = cells[i*n : (i+1)*n : (i+1)*n]
		foreign := 0.0
		if i < len(others) {
			foreign = max(others[i], 0)
		}
		for j := 0; j < n; j += each {
			l.span(rows[i][j:j+each], l.open[i][min(j, len(l.open[i])):], foreign)
		}
		l.drop(i, n)
	}
	l.first += n
	return rows
}

// span makes the cells of a span of cellLength. What others had of it is known of the whole only: it
// lies where ours had nothing.
func (l *laneBuilder) span(out []runner.Cell, open [][]share, foreign float64) {
	free := 0.0
	shares := func(i int) []share {
		if i < len(open) {
			return open[i]
		}
		return nil
	}
	for i := range out {
		free += 1 - had(shares(i), l.cell)
	}
	part := 0.0
	if free > 0 {
		part = min(foreign*float64(len(out))/free, 1)
	}
	for i := range out {
		out[i] = cell(shares(i), part*(1-had(shares(i), l.cell)), l.cell)
	}
}

// drop forgets the first cells of a core.
func (l *laneBuilder) drop(row, n int) {
	n = min(n, len(l.open[row]))
	for _, shares := range l.open[row][:n] {
		if shares != nil {
			l.spare = append(l.spare, shares[:0])
		}
	}
	l.open[row] = slices.Delete(l.open[row], 0, n)
}

// skip drops all that is open and goes on with the span of the time now.
func (l *laneBuilder) skip(now time.Duration) {
	l.first = int(now/cellLength) * int(cellLength/l.cell)
	for i := range l.open {
		l.drop(i, len(l.open[i]))
	}
}

// had is how much of a cell tasks of ours had together, 0..1.
func had(shares []share, length time.Duration) float64 {
	var ours time.Duration
	for _, s := range shares {
		ours += s.had
	}
	return min(float64(ours)/float64(length), 1)
}

// cell makes one cell: who had most of it, how much all of ours had, and how busy the core was.
func cell(shares []share, foreign float64, length time.Duration) runner.Cell {
	out := runner.Cell{Task: runner.Idle}
	var most time.Duration
	for _, s := range shares {
		if s.had > most {
			most, out.Task = s.had, s.task
		}
	}
	ours := had(shares, length)
	out.Ours = percent(ours)
	out.Load = max(percent(ours+foreign), out.Ours)
	switch {
	case out.Ours == 0 && out.Load > 0:
		out.Task = runner.Foreign
	case out.Load == 0:
		out.Task = runner.Idle
	}
	return out
}

func percent(f float64) uint8 { return uint8(100*min(max(f, 0), 1) + 0.5) }
