package tune

import "parallax/ui/dashboard/frame"

const (
	leastPlot  = 5  // rows of the chart, with the numbers of workers below it
	usualPlot  = 12 // rows of the chart before the lanes get theirs
	mostPlot   = 26
	mostLanes  = 8 // cores
	leastTable = 4 // rows, with the heading
	leastBox   = 4 // rows of the recommendation, with its edges
)

// layout says where each part of the screen goes. A terminal that is too small has none.
type layout struct {
	chart   frame.Rect
	table   frame.Rect
	lanes   frame.Rect
	verdict frame.Rect
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
	if frame.Small(w, h) {
		return layout{}
	}
	chart, table, verdict, lanes := leastPlot, min(leastTable, show.loads+1), leastBox, 0
	spare := frame.Spare(h - 3 - chart - table - verdict)
	give := spare.Give
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
	var l layout
	l.chart = frame.Band(2+gaps[0], w, chart)
	l.table = frame.Band(l.chart.Y+chart+gaps[1], w, table)
	l.lanes = frame.Band(l.table.Y+table+gaps[2], w, lanes)
	l.verdict = frame.Band(l.lanes.Y+lanes, w, verdict)
	return l
}
