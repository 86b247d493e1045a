package dashboard

// The least terminal on which the dashboard is of use.
const (
	minWidth  = 60
	minHeight = 16
)

// rect is a part of the screen, in columns and rows from the upper left.
type rect struct{ x, y, w, h int }

func (r rect) has(x, y int) bool { return x >= r.x && x < r.x+r.w && y >= r.y && y < r.y+r.h }

// layout says where each part of the screen goes; parts without room have h 0.
type layout struct {
	small       bool // too small for anything but a sentence
	header      rect
	before      rect // the lanes of the run before
	cores       rect
	parallelism rect
	memory      rect
	locks       rect // gauges of interpreters, in a panel of their own
	lower       int  // or so many rows of them below parallelism
	advice      rect // the sentence alone, when there are no lanes to hold it
	closing     rect // what differed between two runs
	body        rect
	queue       rect // the names of what is queued
	footer      rect
}

// wishes is what there is to show.
type wishes struct {
	cores   int  // lanes
	before  bool // an earlier run's lanes are kept
	closing int  // rows of what differed between runs, once they are over
	locks   int  // interpreters whose GIL is shown
	queue   bool // queued jobs have no pane
	whole   bool // the body wants the band's place too (the lanes view does)
}

// arrange lays the screen out: a pure function of its size and of what there is to show. As the
// terminal shrinks, memory goes first, then parallelism, then lanes.
func arrange(w, h int, show wishes) layout {
	if w < minWidth || h < minHeight {
		return layout{small: true}
	}
	l := layout{header: rect{0, 0, w, 2}, footer: rect{0, h - 1, w, 1}}
	y, bottom := 2, h-1
	if show.queue {
		bottom--
		l.queue = rect{0, bottom, w, 1}
	}
	if !show.whole {
		y = l.band(w, h, y, show)
	}
	if show.closing > 0 {
		l.closing = rect{0, y, w, show.closing + 2}
		y += show.closing + 2
	}
	l.body = rect{0, y, w, bottom - y}
	return l
}

// band lays out the row of panels under the header and returns where the body begins.
func (l *layout) band(w, h, y int, show wishes) int {
	cores, before := show.cores, show.before
	lanes := min(max(cores, 4), max(h/4, 2)) // four rows is what the panels beside need
	if h < 30 {
		lanes = min(lanes, max(cores, 2))
	}
	band := lanes + 3 // the sentence and two borders
	if h >= 36 {
		band++ // a blank row above the sentence
	}
	if h < 20 {
		l.advice = rect{0, y, w, 1}
		return y + 1
	}
	left := w
	switch {
	case show.locks == 0 || before || w < 100 || band < 6:
	case w >= 168:
		l.locks = rect{w - 36, y, 36, band}
		left -= 36
	case h >= 36:
		l.lower = min(2*show.locks, 4)
		band += l.lower
	}
	if w >= 128 && band >= 6 && !before {
		l.memory = rect{left - 32, y, 32, band}
		left -= 32
	}
	if w >= 100 && band >= 6 {
		l.parallelism = rect{left - 34, y, 34, band}
		left -= 34
	}
	l.cores = rect{0, y, left, band}
	if before && left >= 100 {
		l.before = rect{0, y, left / 2, band}
		l.cores = rect{left / 2, y, left - left/2, band}
	}
	return y + band
}
