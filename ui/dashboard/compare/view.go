package compare

import (
	"cmp"

	"parallax/monitor/comparison"
	"parallax/ui/dashboard/frame"
	"parallax/ui/draw"
	"parallax/ui/text"
)

// Body implements frame.Screen.
func (m *model) Body() []string {
	l := m.layout()
	return frame.Body(
		m.W, m.H,
		frame.Part{At: l.boxes, Draw: func(frame.Rect) []string { return m.boxes(l) }},
		frame.Part{At: l.table, Draw: func(frame.Rect) []string { return m.table(l) }},
		frame.Part{At: l.verdict, Draw: m.verdictBox},
	)
}

// layout lays out what there is to show now.
func (m *model) layout() layout {
	return arrange(m.W, m.H, want{
		columns: len(m.now().Record.Ways), cores: m.cores(), figures: len(figures(m.now())),
		verdict: max(m.verdict(m.W-4).Len(), 6),
	})
}

// cores is how many lanes a column has.
func (m *model) cores() int {
	s := m.now()
	n := 0
	for i := range s.Record.Ways {
		if st := m.state(i); st != nil {
			n = max(n, len(st.Lanes.Cores))
		}
	}
	if n == 0 {
		n = int(s.Table.Cores + 0.5)
	}
	return max(n, 1)
}

// Head implements frame.Screen.
func (m *model) Head() frame.Head {
	s := m.now()
	h := frame.Head{
		Kind: string(cmp.Or(s.Record.Kind, comparison.Compare)), Tabs: m.tabs(), Facts: []string{s.Record.Title},
		Phase: m.course().Phase(), Elapsed: m.course().Elapsed(m.clock()), Done: done(s),
	}
	switch p := s.Table.Cores; {
	case p == 1:
		h.Facts = append(h.Facts, "1 core")
	case p > 0:
		h.Facts = append(h.Facts, trimmed(p)+" cores")
	}
	if s.Record.Python != "" {
		h.Facts = append(h.Facts, s.Record.Python)
	}
	return h
}

// tabs are the titles of the acts, where there are several; the one that is shown stands out, with
// brackets where there are no colours.
func (m *model) tabs() []draw.Span {
	if len(m.opts.Acts) < 2 {
		return nil
	}
	st := &m.Styles
	var out []draw.Span
	for i, a := range m.opts.Acts {
		icon := st.Icons.Running
		switch m.place.courses[i].now.Doing {
		case Waiting:
			icon = st.Icons.Queued
		case Over:
			icon = st.Icons.Succeeded
		}
		title := icon + " " + text.Shorten(a.Title, 16)
		if i == m.place.Act {
			out = append(out, draw.Span{Ink: st.Badge, Text: " " + title + " "})
		} else {
			out = append(out, draw.Span{Ink: st.Dim, Text: " " + title + " "})
		}
	}
	return append(out, draw.Span{Text: "  "})
}

// done is how far a comparison is, 0..1. Before the number of rounds is known it is taken to be five.
func done(s *Status) float64 {
	if s.Doing == Over {
		return 1
	}
	rounds, ways := s.Record.Rounds, len(s.Record.Ways)
	if rounds == 0 {
		rounds = 5
	}
	if ways == 0 {
		return 0
	}
	return float64(len(s.Record.Trials)) / float64(ways*(rounds+1))
}
