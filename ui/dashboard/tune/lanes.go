package tune

import (
	"fmt"
	"time"

	"parallax/monitor/verdict/tuning"
	"parallax/runner"
	"parallax/ui/dashboard/cores"
	"parallax/ui/dashboard/frame"
	"parallax/ui/dashboard/scene"
	"parallax/ui/draw"
	"parallax/ui/text"
)

// strip is the load whose lanes are shown: the one that is tried or, when none is, the one in focus.
func (m *model) strip() int {
	if s := m.now(); !m.Over() && s.Way >= 0 {
		return s.Way
	}
	return m.place.Load
}

// lanes draws the cores of a run from its beginning: of the one that goes on, else of the newest of the
// load in focus.
func (m *model) lanes(r frame.Rect) []string {
	st, load := &m.Styles, m.strip()
	b := draw.Box{Border: st.Border, Width: r.W, Height: r.H, Left: []draw.Span{{Ink: st.Title, Text: "lanes"}}}
	if load < len(m.columns()) {
		b.Left = append(b.Left, draw.Span{Ink: st.Dim, Text: " · " + tuning.Name(m.columns()[load].Way)})
	}
	s := m.opts.Sweep.State(load)
	if s == nil || len(s.Lanes.Cores) == 0 {
		words := "measuring …"
		switch {
		case s == nil && m.Over():
			words = "its runs are gone"
		case s != nil && (s.Over() || s.Ended):
			words = "too short for lanes"
		}
		return b.View([]*text.Row{text.NewRow(b.Inner()).Put(st.Dim, text.Shorten(words, b.Inner()))})
	}
	span := m.span(load, s)
	b.Right = []draw.Span{{Ink: st.Faint, Text: "0 to " + draw.Seconds(span)}}
	sc := &scene.Scene{State: s, Now: s.Now, Styles: st}
	var rows []*text.Row
	n := len(s.Lanes.Cores)
	if n > b.Rows() {
		n = b.Rows() - 1
	}
	for core := range n {
		rows = append(rows, cores.Bare(sc, core, span, b.Inner(), 1)...)
	}
	if n < len(s.Lanes.Cores) {
		rows = append(rows, text.NewRow(b.Inner()).Put(st.Dim, fmt.Sprintf("and %d more cores", len(s.Lanes.Cores)-n)))
	}
	return b.View(rows)
}

// span is what the lanes cover: the run or, while it goes on, what its load took before if that is more.
func (m *model) span(load int, s *runner.State) time.Duration {
	span := s.Elapsed(0)
	if e := m.columns()[load].Wall; !s.Over() && !s.Ended {
		usual := time.Duration(e.Mean * float64(time.Second))
		if span > usual { // in steps, so that what is drawn does not move with each frame
			usual = max(usual, 2*time.Second)
			for usual < span {
				usual += usual / 2
			}
		}
		span = usual
	}
	return max(span, 10*time.Millisecond)
}

// laneCount is how many cores have lanes.
func (m *model) laneCount() int {
	if s := m.opts.Sweep.State(m.strip()); s != nil && len(s.Lanes.Cores) > 0 {
		return len(s.Lanes.Cores)
	}
	return max(int(m.now().Table.Cores+0.5), 1)
}
