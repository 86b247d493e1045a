package compare

import (
	"strings"

	"parallax/ui/dashboard/frame"
	"parallax/ui/draw"
	inwords "parallax/ui/figures"
)

// verdict is all that is said of a comparison, in rows of so many columns.
func (m *model) verdict(width int) *frame.Prose {
	st, s := &m.Styles, m.now()
	out := frame.NewProse(width)
	if s.Err != nil {
		out.Say(st.Bad, st.Icons.Failed+" ", s.Err.Error())
	}
	v := verdictOf(s)
	out.Say(st.Text, "", strings.TrimSpace(doing(s)+" "+m.course().Lasts()))
	switch {
	case early(s) || v.headline == "":
		out.Say(st.Dim, "", s.Record.Why)
	case v.conclusive && !v.onlySuggested:
		out.Say(st.GoodBold, st.Icons.Succeeded+" ", m.soFar()+v.headline)
	default:
		out.Say(st.WarnBold, "! ", m.soFar()+v.headline)
	}
	if !early(s) {
		for _, words := range v.reasons {
			out.Say(st.Text, "", words)
		}
		for _, words := range v.doubts {
			out.Say(st.Warn, "! ", words)
		}
		for _, words := range v.changes {
			out.Say(st.Dim, "", words)
		}
	}
	for _, words := range inwords.Missing(s.Record.Cannot) {
		out.Say(st.Dim, "", words)
	}
	return out
}

// soFar stands before what may still change.
func (m *model) soFar() string {
	if m.now().Doing == Over {
		return ""
	}
	return "So far: "
}

// hidden is how many rows of the verdict are scrolled past when one is at its end.
func (m *model) hidden() int {
	if frame.Small(m.W, m.H) {
		return 0
	}
	r := m.layout().verdict
	return m.verdict(r.W - 4).Hidden(r.H)
}

// verdictBox draws the verdict, or as much of it as there is room for.
func (m *model) verdictBox(r frame.Rect) []string {
	st, s := &m.Styles, m.now()
	border, title := st.Border, st.Title
	switch v := verdictOf(s); {
	case early(s):
	case v.onlySuggested && v.conclusive:
		border, title = st.Warn, st.WarnBold
	case v.conclusive:
		border, title = st.Good, st.GoodBold
	}
	b := draw.Box{Border: border, Width: r.W, Height: r.H, Left: []draw.Span{{Ink: title, Text: "verdict"}}}
	missing := strings.Join(inwords.Missing(s.Record.Cannot), "; ")
	return m.verdict(b.Inner()).View(b, st, m.Keys, m.top, missing)
}
