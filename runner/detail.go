package runner

import (
	"slices"
	"time"
)

// perDetail is how many of the finest cells one of the next level covers.
const perDetail = 5

// unseen is Cell.Task in a gap of a fine level: that time is known in coarser cells only. It never
// leaves a History.
const unseen int32 = -3

// level is the newest lanes in cells of one length.
type level struct {
	cell time.Duration // 0 while it has none
	from time.Duration // when the first begins, since the start
	rows [][]Cell      // one per core, of equal length
}

func (v *level) len() int {
	if len(v.rows) == 0 {
		return 0
	}
	return len(v.rows[0])
}

func (v *level) end() time.Duration { return v.from + time.Duration(v.len())*v.cell }

// detail keeps lanes that are finer than what is kept of the whole run. They begin at the end of
// the history.
func (h *History) detail(cell time.Duration, rows [][]Cell) {
	if cell >= CoarseCell || len(rows[0]) == 0 {
		return
	}
	first, second, at := &h.fine[0], &h.fine[1], h.End()
	limit := rowLimit(len(h.Cores))
	if first.cell != cell || at < first.end() {
		*first = level{cell: cell, from: at, rows: make([][]Cell, len(rows))}
		*second = level{cell: cell * perDetail, from: at, rows: make([][]Cell, len(rows))}
	}
	first.bridge(at, limit)
	for i, row := range rows {
		first.rows[i] = append(first.rows[i], row...)
	}
	second.bridge(first.from, limit) // whatever the first has lost before the second took it up
	for second.end()+second.cell <= first.end() {
		from := int((second.end() - first.from) / cell)
		for i, row := range first.rows {
			second.rows[i] = append(second.rows[i], mergeKnown(row[from:from+perDetail]))
		}
	}
	first.trim(limit)
	second.trim(limit)
}

// bridge has the level go on at a later time: what lies between is not known as finely. After a long
// gap what was before it is given up.
func (v *level) bridge(at time.Duration, limit int) {
	gap := int((at - v.end()) / v.cell)
	if gap <= 0 {
		return
	}
	if gap > limit {
		for i := range v.rows {
			v.rows[i] = v.rows[i][:0]
		}
		v.from = at
		return
	}
	for i := range v.rows {
		for range gap {
			v.rows[i] = append(v.rows[i], Cell{Task: unseen})
		}
	}
	v.from += at - v.end() // what is left is less than a cell: jitter of the clock
}

// trim drops the oldest cells once there are a quarter too many, so that each is moved a few times only.
func (v *level) trim(limit int) {
	n := v.len() - limit
	if n < limit/4 {
		return
	}
	for i, row := range v.rows {
		v.rows[i] = row[:copy(row, row[n:])]
	}
	v.from += time.Duration(n) * v.cell
}

// mergeKnown merges cells; where one is unseen, so are they together.
func mergeKnown(cells []Cell) Cell {
	for _, c := range cells {
		if c.Task == unseen {
			return c
		}
	}
	return MergeCells(cells)
}

// Finest is the shortest time of which the newest lanes tell: what a cell covers there.
func (h *History) Finest() time.Duration {
	if v := &h.fine[0]; v.len() > 0 {
		return v.cell
	}
	return h.Cell
}

// Known is what a cell covers at a time since the start: how exactly it is known there.
func (h *History) Known(at time.Duration) time.Duration {
	for i := range h.fine {
		v := &h.fine[i]
		if v.len() == 0 || at < v.from || at >= v.end() {
			continue
		}
		if v.rows[0][int((at-v.from)/v.cell)].Task != unseen {
			return v.cell
		}
	}
	return h.Cell
}

// Span returns what one core did from a time to another, both since the start, as one cell. It is
// taken from the coarsest cells that are no longer than that time or, where those are not kept any
// more, from longer ones. ok is false where nothing is known: after the end, and for an empty span.
func (h *History) Span(row int, from, to time.Duration) (c Cell, ok bool) {
	if row < 0 || row >= len(h.Rows) || from < 0 || to <= from || from >= h.End() {
		return Cell{}, false
	}
	if h.Cell > to-from {
		for i := len(h.fine) - 1; i >= 0; i-- { // the coarsest that is fine enough, then finer, then any
			if v := &h.fine[i]; v.len() > 0 && v.cell <= to-from {
				if c, ok := v.span(row, from, to); ok {
					return c, true
				}
			}
		}
		for i := range h.fine {
			if v := &h.fine[i]; v.len() > 0 && v.cell > to-from {
				if c, ok := v.span(row, from, to); ok {
					return c, true
				}
			}
		}
	}
	return h.whole(row, from, to), true
}

// whole is Span from the cells of the whole run and those that do not fill one yet.
func (h *History) whole(row int, from, to time.Duration) Cell {
	cells := h.Rows[row]
	first := int(from / h.Cell)
	last := max(int((to+h.Cell-1)/h.Cell), first+1)
	if aligned := int(to / h.Cell); aligned > first {
		last = aligned
	}
	if first >= len(cells) {
		return h.part[row].cell()
	}
	return MergeCells(cells[first:min(last, len(cells))])
}

func (v *level) span(row int, from, to time.Duration) (Cell, bool) {
	if from < v.from || from >= v.end() {
		return Cell{}, false
	}
	first := int((from - v.from) / v.cell)
	last := min(max(int((to-v.from)/v.cell), first+1), v.len())
	c := mergeKnown(v.rows[row][first:last])
	return c, c.Task != unseen
}

// Stretch is a time in which the same task had a core, or nobody had.
type Stretch struct {
	Cell                   // who, and the means of the whole stretch
	From, To time.Duration // since the start
	Exact    time.Duration // what one cell covers there: how exactly From and To are known
}

// Stretch returns for how long who had a core at a time kept it. ok is false where nothing is known.
func (h *History) Stretch(row int, at time.Duration) (s Stretch, ok bool) {
	if row < 0 || row >= len(h.Rows) || at < 0 || at >= h.End() {
		return s, false
	}
	for i := range h.fine {
		v := &h.fine[i]
		if v.len() == 0 || at < v.from || at >= v.end() {
			continue
		}
		if n := int((at - v.from) / v.cell); v.rows[row][n].Task != unseen {
			return stretch(v.rows[row], n, v.from, v.cell), true
		}
	}
	n := int(at / h.Cell)
	if n >= len(h.Rows[row]) {
		from := time.Duration(len(h.Rows[row])) * h.Cell
		return Stretch{Cell: h.part[row].cell(), From: from, To: h.End(), Exact: h.Cell}, true
	}
	return stretch(h.Rows[row], n, 0, h.Cell), true
}

// stretch is the cells around the n-th that have the same task.
func stretch(row []Cell, n int, start, cell time.Duration) Stretch {
	first, last := n, n+1
	for first > 0 && row[first-1].Task == row[n].Task {
		first--
	}
	for last < len(row) && row[last].Task == row[n].Task {
		last++
	}
	return Stretch{
		Cell: MergeCells(row[first:last]), From: start + time.Duration(first)*cell, To: start + time.Duration(last)*cell, Exact: cell,
	}
}

// Coarsen returns the lanes in cells of a greater length. Those whose cells cannot be put together to
// such, for being longer or too few, are returned as they are.
func (l Lanes) Coarsen(cell time.Duration) Lanes {
	if l.Cell <= 0 || cell <= l.Cell || cell%l.Cell != 0 || len(l.Rows) == 0 {
		return l
	}
	each := int(cell / l.Cell)
	if len(l.Rows[0])%each != 0 {
		return l
	}
	out := l
	out.Cell, out.Rows = cell, make([][]Cell, len(l.Rows))
	for i, row := range l.Rows {
		out.Rows[i] = make([]Cell, 0, len(row)/each)
		for group := range slices.Chunk(row, each) {
			out.Rows[i] = append(out.Rows[i], MergeCells(group))
		}
	}
	return out
}
