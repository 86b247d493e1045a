package runner

import (
	"slices"
	"time"
)

// Bounds of a History. With them it holds at most some 30 MB, whatever the number of cores and the
// length of the run: three times maxKeptCells cells of eight bytes, and what slices keep in reserve.
const (
	maxKeptCells = 1 << 20 // of one level, all cores together
	maxCells     = 1 << 15 // of one core in one level
	minCells     = 1 << 10 // likewise, so that a thousand cores still have a past
)

// CoarseCell is the least that a cell of the lanes of a whole run covers. Finer cells are kept of
// the newest time only.
const CoarseCell = 100 * time.Millisecond

// History is the core lanes since the start of the run, as a pyramid: fine cells for the newest
// time, coarser ones for what is older.
//
// Rows covers the whole run in cells of 100 ms at first; whenever a row is full, each two
// neighbouring cells become one, so a run of any length is kept whole, ever coarser. Where finer
// cells come in, two more levels keep their newest: as they came, and five to a cell. With up to 32
// cores a row is 32768 cells long, so that cells of 5 ms reach back nearly three minutes, those of
// 25 ms a quarter of an hour, those of 100 ms nearly an hour; with more cores each reaches less far.
//
// Cells may change their length at any time. What came in coarse cells is known in coarse cells
// only: a fine level has a gap there. Adding a cell costs the same however long the run is.
type History struct {
	Cores []int
	Cell  time.Duration // what one cell of Rows covers now; 0 before the first sample
	Tier  string        // as in [Lanes], of the newest
	Why   string        // likewise
	Rows  [][]Cell      // one per core, of equal length; cell i begins at i*Cell since the start

	part []merge  // per core, what does not fill a cell of Rows yet
	fine [2]level // of the newest time, from fine to less fine
}

// add appends lanes whose last cell ends at the time at. What lies before the end of the history is
// known already and left out.
func (h *History) add(at time.Duration, l Lanes) {
	if l.Cell <= 0 || len(l.Rows) == 0 || len(l.Rows) != len(l.Cores) {
		return
	}
	if h.Cell == 0 || !slices.Equal(h.Cores, l.Cores) {
		*h = History{Cores: l.Cores, Cell: wholeCell(l.Cell), Rows: make([][]Cell, len(l.Rows)), part: make([]merge, len(l.Rows))}
	}
	h.Tier, h.Why = l.Tier, l.Why
	from, rows := at-time.Duration(len(l.Rows[0]))*l.Cell, l.Rows
	if twice := int((h.End() - from) / l.Cell); twice >= 2 { // less is jitter of the clock
		rows = make([][]Cell, len(l.Rows))
		for i, row := range l.Rows {
			rows[i] = row[min(twice, len(row)):]
		}
	}
	h.pad(from, l.Cell)
	h.detail(l.Cell, rows)
	for i, row := range rows {
		for _, c := range row {
			h.put(i, c, l.Cell)
		}
	}
	for len(h.Rows[0]) > rowLimit(len(h.Cores)) {
		h.coarsen()
	}
}

// wholeCell is what a cell of the whole run covers at first: whole cells that come in, and no less
// than CoarseCell.
func wholeCell(in time.Duration) time.Duration {
	cells := max(int((CoarseCell+in-1)/in), 1)
	return time.Duration(cells) * in
}

// rowLimit is how many cells of one core a level keeps.
func rowLimit(cores int) int { return min(max(maxKeptCells/max(cores, 1), minCells), maxCells) }

// put appends a cell to a core's row; one that reaches over the end of a cell of ours is shared out.
func (h *History) put(row int, c Cell, length time.Duration) {
	part := &h.part[row]
	for length > 0 {
		n := min(h.Cell-part.weight, length)
		part.add(c, n)
		if length -= n; part.weight == h.Cell {
			h.Rows[row] = append(h.Rows[row], part.cell())
			*part = merge{}
		}
	}
}

// pad fills the time that nobody sampled, up to the time from, with empty cells: a laptop that
// slept, or a start before the first sample. A gap of less than two cells is jitter of the clock.
func (h *History) pad(from, cell time.Duration) {
	gap := from - h.End()
	if gap < 2*cell {
		return
	}
	for gap/h.Cell > time.Duration(rowLimit(len(h.Cores))) {
		h.coarsen()
	}
	for i := range h.Rows {
		h.put(i, Cell{Task: Idle}, gap)
	}
}

// End is the time since the start at which the last cell ends.
func (h *History) End() time.Duration {
	if len(h.Rows) == 0 {
		return 0
	}
	return time.Duration(len(h.Rows[0]))*h.Cell + h.part[0].weight
}

// coarsen makes each two neighbouring cells one. A last one without a neighbour waits for it.
func (h *History) coarsen() {
	for i, row := range h.Rows {
		half := make([]Cell, 0, len(row)/2+1)
		for pair := range slices.Chunk(row, 2) {
			if len(pair) == 2 {
				half = append(half, MergeCells(pair))
			} else {
				h.part[i].add(pair[0], h.Cell)
			}
		}
		h.Rows[i] = half
	}
	h.Cell *= 2
}

// MergeCells returns one cell that stands for several of the same length: the task that had most
// of them together, and their mean loads.
func MergeCells(cells []Cell) Cell {
	var m merge
	for _, c := range cells {
		m.add(c, 1)
	}
	return m.cell()
}

// merge makes one cell of several, each of which counts by its weight. The zero value is ready.
type merge struct {
	ours, load time.Duration // times 100
	weight     time.Duration
	shares     [8]taskShare // distinct tasks are few, so a scan beats a map
	n          int
	more       []taskShare // those for whom there was no room
}

type taskShare struct {
	task int32
	had  time.Duration
}

func (m *merge) add(c Cell, weight time.Duration) {
	m.ours, m.load, m.weight = m.ours+time.Duration(c.Ours)*weight, m.load+time.Duration(c.Load)*weight, m.weight+weight
	if c.Task < 0 {
		return
	}
	had := time.Duration(c.Ours) * weight
	for _, known := range [...][]taskShare{m.shares[:m.n], m.more} {
		for i := range known {
			if known[i].task == c.Task {
				known[i].had += had
				return
			}
		}
	}
	if m.n < len(m.shares) {
		m.shares[m.n] = taskShare{c.Task, had}
		m.n++
		return
	}
	m.more = append(m.more, taskShare{c.Task, had})
}

// cell rounds to the nearest percent: to cut off would lose half a percent at every level.
func (m *merge) cell() Cell {
	out := Cell{Task: Idle}
	if m.weight == 0 {
		return out
	}
	out.Ours, out.Load = uint8((m.ours+m.weight/2)/m.weight), uint8((m.load+m.weight/2)/m.weight)
	most := time.Duration(0)
	for _, known := range [...][]taskShare{m.shares[:m.n], m.more} {
		for _, s := range known {
			if s.had > most {
				most, out.Task = s.had, s.task
			}
		}
	}
	if out.Task == Idle && out.Load > 0 {
		out.Task = Foreign
	}
	return out
}
