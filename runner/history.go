package runner

import (
	"slices"
	"time"
)

// maxCells bounds a History: at 100 ms a cell it is a little under an hour. When it is full, each
// two neighbouring cells become one, so a run of any length is kept whole, ever coarser.
const maxCells = 1 << 15

// History is the core lanes since the start of the run.
type History struct {
	Cores []int
	Cell  time.Duration // what one cell covers now; 0 before the first sample
	Tier  string        // as in [Lanes], of the newest
	Why   string        // likewise
	Rows  [][]Cell      // one per core, of equal length; cell i begins at i*Cell since the start

	in   time.Duration // what a cell of the incoming lanes covers
	part [][]Cell      // incoming cells that do not fill a cell of ours yet
}

// add appends lanes whose last cell ends at the time at.
func (h *History) add(at time.Duration, l Lanes) {
	if l.Cell <= 0 || len(l.Rows) == 0 || len(l.Rows) != len(l.Cores) {
		return
	}
	if h.Cell == 0 || h.in != l.Cell || !slices.Equal(h.Cores, l.Cores) {
		*h = History{Cores: l.Cores, Cell: l.Cell, in: l.Cell, Rows: make([][]Cell, len(l.Rows)), part: make([][]Cell, len(l.Rows))}
	}
	h.Tier, h.Why = l.Tier, l.Why
	h.pad(at - time.Duration(len(l.Rows[0]))*l.Cell)
	ratio := int(h.Cell / h.in)
	for i, row := range l.Rows {
		h.part[i] = append(h.part[i], row...)
		for len(h.part[i]) >= ratio {
			h.Rows[i] = append(h.Rows[i], MergeCells(h.part[i][:ratio]))
			h.part[i] = h.part[i][ratio:]
		}
	}
	if len(h.Rows[0]) > maxCells {
		h.coarsen()
	}
}

// pad fills the time that nobody sampled, up to the time from, with empty cells: a laptop that
// slept, or a start before the first sample.
func (h *History) pad(from time.Duration) {
	missing := int((from - h.End()) / h.Cell)
	if missing < 2 { // jitter of the clock, not a gap
		return
	}
	for i := range h.Rows {
		h.Rows[i] = append(h.Rows[i], slices.Repeat([]Cell{{Task: Idle}}, min(missing, maxCells))...)
	}
}

// End is the time since the start at which the last cell ends.
func (h *History) End() time.Duration {
	if len(h.Rows) == 0 {
		return 0
	}
	return time.Duration(len(h.Rows[0]))*h.Cell + time.Duration(len(h.part[0]))*h.in
}

// coarsen makes each two neighbouring cells one. A last one without a neighbour waits for it, as
// the incoming cells that it stands for.
func (h *History) coarsen() {
	ratio := int(h.Cell / h.in)
	for i, row := range h.Rows {
		half := make([]Cell, 0, len(row)/2+1)
		for pair := range slices.Chunk(row, 2) {
			if len(pair) == 2 {
				half = append(half, MergeCells(pair))
			} else {
				h.part[i] = slices.Concat(slices.Repeat(pair, ratio), h.part[i])
			}
		}
		h.Rows[i] = half
	}
	h.Cell *= 2
}

// MergeCells returns one cell that stands for several of the same length: the task that had most
// of them together, and their mean loads.
func MergeCells(cells []Cell) Cell {
	if len(cells) == 0 {
		return Cell{Task: Idle}
	}
	type share struct {
		task int32
		had  int
	}
	var ours, load int
	shares := make([]share, 0, 8) // distinct tasks are few, so a scan beats a map
	for _, c := range cells {
		ours, load = ours+int(c.Ours), load+int(c.Load)
		if c.Task < 0 {
			continue
		}
		at := slices.IndexFunc(shares, func(s share) bool { return s.task == c.Task })
		if at < 0 {
			at, shares = len(shares), append(shares, share{task: c.Task})
		}
		shares[at].had += int(c.Ours)
	}
	out := Cell{Task: Idle, Ours: uint8(ours / len(cells)), Load: uint8(load / len(cells))}
	most := 0
	for _, s := range shares {
		if s.had > most {
			most, out.Task = s.had, s.task
		}
	}
	if out.Task == Idle && out.Load > 0 {
		out.Task = Foreign
	}
	return out
}
