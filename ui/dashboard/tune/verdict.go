package tune

import (
	"fmt"
	"strings"

	"parallax/monitor/verdict/tuning"
	"parallax/ui/dashboard/compare"
	"parallax/ui/dashboard/frame"
	"parallax/ui/draw"
)

// doing says in a sentence what the sweep does just now.
func (m *model) doing() string {
	s := m.now()
	at := ""
	if s.Way >= 0 && s.Way < len(s.Record.Ways) {
		at = fmt.Sprintf("%s, %d of %d", tuning.Name(s.Record.Ways[s.Way]), s.Way+1, len(s.Record.Ways))
	}
	switch s.Doing {
	case compare.Warming:
		return "A warm-up, which counts for nothing: " + at + "."
	case compare.Trying:
		return compare.RoundOf(s) + ": " + at + "."
	case compare.Over:
		if s.Record.Reason != "" && s.Err == nil {
			return "It was ended early: " + s.Record.Reason + "."
		}
	case compare.Waiting, compare.Starting:
	}
	return ""
}

// said is all that is said of a sweep, in rows of so many columns.
func (m *model) said(width int) *frame.Prose {
	st, s := &m.Styles, m.now()
	out := frame.NewProse(width)
	if s.Err != nil {
		out.Say(st.Bad, st.Icons.Failed+" ", s.Err.Error())
	}
	out.Say(st.Text, "", strings.TrimSpace(m.doing()+" "+m.opts.Sweep.Lasts()))
	if m.early() {
		out.Say(st.Dim, "", s.Record.Why)
		return out
	}
	soFar := ""
	if !m.Over() {
		soFar = "So far: "
	}
	if s.Tuning.Found {
		out.Say(st.GoodBold, st.Icons.Succeeded+" ", soFar+tuning.Headline(s.Tuning, m.columns()))
	} else {
		out.Say(st.WarnBold, "! ", soFar+tuning.Headline(s.Tuning, m.columns()))
	}
	for _, words := range s.Tuning.Reasons {
		out.Say(st.Text, "", words)
	}
	return out
}

// hidden is how many rows of the recommendation are scrolled past when one is at its end.
func (m *model) hidden() int {
	if frame.Small(m.W, m.H) {
		return 0
	}
	r := m.layout().verdict
	return m.said(r.W - 4).Hidden(r.H)
}

// box draws the recommendation, or as much of it as there is room for.
func (m *model) box(r frame.Rect) []string {
	st := &m.Styles
	b := draw.Box{Border: st.Border, Width: r.W, Height: r.H, Left: []draw.Span{{Ink: st.Title, Text: "recommendation"}}}
	switch {
	case m.early():
	case m.now().Tuning.Found:
		b.Border, b.Left[0].Ink = st.Good, st.GoodBold
	default:
		b.Border, b.Left[0].Ink = st.Warn, st.WarnBold
	}
	return m.said(b.Inner()).View(b, st, m.Keys, m.top, "")
}
