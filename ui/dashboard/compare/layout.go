package compare

import "parallax/ui/dashboard/frame"

const (
	wideColumn  = 44 // from this width on a column has room for the names of the figures
	leastColumn = 20 // below it fewer columns are shown
	gutterWidth = 15 // what stands left of narrow columns: the names of the figures
	nameWidth   = 15 // in wide columns, what is left free where the first has the names of the figures
	boxRest     = 4  // rows of a column that are not lanes: two edges, the time axis, the words
	mostTall    = 4  // rows of a lane
)

// layout says where each part of the screen goes. A terminal that is too small has none but a column.
type layout struct {
	boxes   frame.Rect // of all columns, with the gutter
	gutter  int        // columns of the screen left of the boxes
	each    int        // width of a column
	columns int        // so many are shown
	lanes   int        // rows for lanes
	tall    int        // rows of a lane
	air     bool       // a blank row below the lanes
	table   frame.Rect
	verdict frame.Rect
}

// column is where the i-th of the columns that are shown is.
func (l layout) column(i int) frame.Rect {
	return frame.Rect{X: l.gutter + i*l.each, Y: l.boxes.Y, W: l.each, H: l.boxes.H}
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
	if frame.Small(w, h) {
		return layout{columns: 1}
	}
	l := layout{tall: 1}
	n := max(show.columns, 1)
	if l.columns, l.each = n, w/n; l.each < wideColumn {
		l.gutter = gutterWidth
		l.columns = min(n, (w-l.gutter)/leastColumn)
		l.each = (w - l.gutter) / l.columns
	}
	cores := max(show.cores, 1)
	lanes, table, verdict := min(cores, 2), min(show.figures, 3), 4
	spare := frame.Spare(h - 3 - (lanes + boxRest + table + verdict))
	give := spare.Give
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
	for lanes == l.tall*cores && l.tall < mostTall && int(spare) > cores && give(cores, &lanes, cores*mostTall) {
		l.tall++
	}
	l.lanes = lanes
	l.boxes = frame.Band(2+gaps[0], w, lanes+boxRest+air)
	l.table = frame.Band(l.boxes.Y+l.boxes.H+gaps[1], w, table)
	l.verdict = frame.Band(l.table.Y+table+gaps[2], w, verdict)
	return l
}
