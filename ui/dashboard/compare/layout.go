package compare

// The least terminal on which the screen is of use.
const (
	minWidth  = 60
	minHeight = 16
)

const (
	wideColumn  = 44 // from this width on a column has room for the names of the figures
	leastColumn = 20 // below it fewer columns are shown
	gutterWidth = 15 // what stands left of narrow columns: the names of the figures
	nameWidth   = 15 // in wide columns, what is left free where the first has the names of the figures
	boxRest     = 4  // rows of a column that are not lanes: two edges, the time axis, the words
	mostTall    = 4  // rows of a lane
)

// rect is a part of the screen, in columns and rows from the upper left.
type rect struct{ x, y, w, h int }

func (r rect) has(x, y int) bool { return x >= r.x && x < r.x+r.w && y >= r.y && y < r.y+r.h }

// layout says where each part of the screen goes.
type layout struct {
	small   bool // too small for anything but a sentence
	header  rect
	boxes   rect // of all columns, with the gutter
	gutter  int  // columns of the screen left of the boxes
	each    int  // width of a column
	columns int  // so many are shown
	lanes   int  // rows for lanes
	tall    int  // rows of a lane
	air     bool // a blank row below the lanes
	table   rect
	verdict rect
	footer  rect
}

// column is where the i-th of the columns that are shown is.
func (l layout) column(i int) rect {
	return rect{l.gutter + i*l.each, l.boxes.y, l.each, l.boxes.h}
}

// want is what there is to show.
type want struct {
	columns int
	cores   int // lanes
	figures int // rows of the table
	verdict int // rows in its box
}

// arrange lays the screen out: a pure function of its size and of what there is to show. As the terminal
// shrinks blank rows go first, then the verdict and the table give up rows in turn, then the lanes; as it
// gets narrow first the bars, then columns.
func arrange(w, h int, show want) layout {
	if w < minWidth || h < minHeight {
		return layout{small: true, columns: 1}
	}
	l := layout{header: rect{0, 0, w, 2}, footer: rect{0, h - 1, w, 1}, tall: 1}
	n := max(show.columns, 1)
	if l.columns, l.each = n, w/n; l.each < wideColumn {
		l.gutter = gutterWidth
		l.columns = min(n, (w-l.gutter)/leastColumn)
		l.each = (w - l.gutter) / l.columns
	}
	cores := max(show.cores, 1)
	lanes, table, verdict := min(cores, 2), min(show.figures, 3), 4
	spare := h - 3 - (lanes + boxRest + table + verdict)
	give := func(n int, to *int, most int) bool {
		if *to+n > most || spare < n {
			return false
		}
		*to, spare = *to+n, spare-n
		return true
	}
	for give(1, &lanes, min(cores, max(h/4, 2))) {
	}
	for give(1, &table, show.figures) || spare > 0 && verdict < show.verdict+2 {
		give(1, &verdict, show.verdict+2)
	}
	var gaps [3]int // before the columns, the table and the verdict
	give(1, &gaps[1], 1)
	give(1, &gaps[2], 1)
	give(1, &gaps[0], 1)
	air := 0
	give(1, &air, 1)
	l.air = air > 0
	for lanes == l.tall*cores && l.tall < mostTall && spare > cores && give(cores, &lanes, cores*mostTall) {
		l.tall++
	}
	l.lanes = lanes
	l.boxes = rect{0, 2 + gaps[0], w, lanes + boxRest + air}
	l.table = rect{0, l.boxes.y + l.boxes.h + gaps[1], w, table}
	l.verdict = rect{0, l.table.y + table + gaps[2], w, verdict}
	return l
}
