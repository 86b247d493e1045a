package tune

// The least terminal on which the screen is of use.
const (
	minWidth  = 60
	minHeight = 16
)

const (
	leastPlot  = 5  // rows of the chart, with the numbers of workers below it
	usualPlot  = 12 // rows of the chart before the lanes get theirs
	mostPlot   = 26
	mostLanes  = 8 // cores
	leastTable = 4 // rows, with the heading
	leastBox   = 4 // rows of the recommendation, with its edges
)

// rect is a part of the screen, in columns and rows from the upper left; of no height where there is no
// room for it.
type rect struct{ x, y, w, h int }

func (r rect) has(x, y int) bool { return x >= r.x && x < r.x+r.w && y >= r.y && y < r.y+r.h }

// layout says where each part of the screen goes.
type layout struct {
	small   bool // too small for anything but a sentence
	header  rect
	chart   rect
	table   rect
	lanes   rect
	verdict rect
	footer  rect
}

// want is what there is to show.
type want struct {
	loads   int
	cores   int // lanes
	verdict int // rows in its box
}

// arrange lays the screen out: a pure function of its size and of what there is to show. As the terminal
// shrinks blank rows go first, then the lanes, then chart, table and recommendation give up rows in turn.
func arrange(w, h int, show want) layout {
	if w < minWidth || h < minHeight {
		return layout{small: true}
	}
	chart, table, verdict, lanes := leastPlot, min(leastTable, show.loads+1), leastBox, 0
	spare := h - 3 - chart - table - verdict
	give := func(n int, to *int, most int) bool {
		if *to+n > most || spare < n {
			return false
		}
		*to, spare = *to+n, spare-n
		return true
	}
	for given := true; given; {
		given = give(1, &table, show.loads+1)
		given = give(1, &chart, usualPlot) || given
		given = give(1, &verdict, show.verdict+2) || given
	}
	strip := min(max(show.cores, 1), mostLanes) + 2
	give(strip, &lanes, strip)
	var gaps [3]int // before the chart, the table and what follows it
	give(1, &gaps[1], 1)
	give(1, &gaps[0], 1)
	give(1, &gaps[2], 1)
	for give(1, &chart, mostPlot) {
	}
	l := layout{header: rect{0, 0, w, 2}, footer: rect{0, h - 1, w, 1}}
	l.chart = rect{0, 2 + gaps[0], w, chart}
	l.table = rect{0, l.chart.y + chart + gaps[1], w, table}
	l.lanes = rect{0, l.table.y + table + gaps[2], w, lanes}
	l.verdict = rect{0, l.lanes.y + lanes, w, verdict}
	return l
}
