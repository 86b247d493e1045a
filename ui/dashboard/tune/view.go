package tune

import (
	"fmt"

	"parallax/monitor/verdict/scaling"
	"parallax/ui/dashboard/frame"
	"parallax/ui/text"
)

// Body implements frame.Screen.
func (m *model) Body() []string {
	l := m.layout()
	rows := frame.Body(
		m.W, m.H,
		frame.Part{At: l.chart, Draw: func(r frame.Rect) []string { return m.chart(r).view() }},
		frame.Part{At: l.table, Draw: m.table},
		frame.Part{At: l.lanes, Draw: m.lanes},
		frame.Part{At: l.verdict, Draw: m.box},
	)
	for i := range rows {
		rows[i] = text.Fit(rows[i], m.W)
	}
	return rows
}

// layout lays out what there is to show now.
func (m *model) layout() layout {
	return arrange(m.W, m.H, want{
		loads: len(m.columns()), cores: m.laneCount(), verdict: max(m.said(m.W-4).Len(), 4),
	})
}

// Head implements frame.Screen.
func (m *model) Head() frame.Head {
	s := m.now()
	h := frame.Head{
		Kind: "tune", Facts: []string{s.Record.Title}, Phase: m.opts.Sweep.Phase(),
		Elapsed: m.opts.Sweep.Elapsed(m.clock()), Done: m.done(),
	}
	if len(s.Record.Ways) > 0 {
		h.Facts = append(h.Facts, string(s.Record.Ways[0].Model))
	}
	if p := s.Table.Cores; p == 1 {
		h.Facts = append(h.Facts, "1 core")
	} else if p > 0 {
		h.Facts = append(h.Facts, fmt.Sprintf("%.3g cores", p))
	}
	if t := s.Record.Target; t != "" && t != string(scaling.Time) {
		h.Facts = append(h.Facts, "for "+t)
	}
	if s.Record.Python != "" {
		h.Facts = append(h.Facts, s.Record.Python)
	}
	return h
}

// done is how far the sweep is, 0..1. Before the number of rounds is known it is taken to be the usual one.
func (m *model) done() float64 {
	s := m.now()
	rounds, ways := s.Record.Rounds, len(s.Record.Ways)
	if rounds == 0 {
		rounds = manyRounds
	}
	if m.Over() || ways == 0 {
		return 1
	}
	return float64(len(s.Record.Trials)) / float64(ways*(rounds+1))
}
