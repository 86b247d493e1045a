package tune

import (
	"fmt"
	"strings"

	"parallax/monitor/verdict/tuning"
	"parallax/ui/dashboard"
	"parallax/ui/dashboard/compare"
	"parallax/ui/draw"
	"parallax/ui/text"
)

// line is one row of the recommendation.
type line struct {
	ink  text.Ink
	text string
}

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
		return fmt.Sprintf("Round %d of %d: %s.", s.Round, max(s.Record.Rounds, s.Round), at)
	case compare.Over:
		if s.Record.Reason != "" && s.Err == nil {
			return "It was ended early: " + s.Record.Reason + "."
		}
	case compare.Waiting, compare.Starting:
	}
	return ""
}

// lines is all that is said of a sweep, in rows of so many columns.
func (m *model) lines(width int) []line {
	st, s := &m.styles, m.now()
	var out []line
	say := func(ink text.Ink, mark, words string) {
		if words == "" {
			return
		}
		for i, row := range compare.Wrapped(words, max(width-text.Width(mark), 8)) {
			if i > 0 {
				mark = text.Blanks(text.Width(mark))
			}
			out = append(out, line{ink, mark + row})
		}
	}
	if s.Err != nil {
		say(st.Bad, st.Icons.Failed+" ", s.Err.Error())
	}
	say(st.Text, "", strings.TrimSpace(m.doing()+" "+m.opts.Sweep.Lasts()))
	if m.early() {
		say(st.Dim, "", s.Record.Why)
		return out
	}
	soFar := ""
	if !m.over() {
		soFar = "So far: "
	}
	if s.Tuning.Found {
		say(st.GoodBold, st.Icons.Succeeded+" ", soFar+tuning.Headline(s.Tuning, m.columns()))
	} else {
		say(st.WarnBold, "! ", soFar+tuning.Headline(s.Tuning, m.columns()))
	}
	for _, words := range s.Tuning.Reasons {
		say(st.Text, "", words)
	}
	return out
}

// hidden is how many rows of the recommendation are scrolled past when one is at its end.
func (m *model) hidden() int {
	l := m.layout()
	if l.small {
		return 0
	}
	return max(len(m.lines(l.verdict.w-4))-(l.verdict.h-2), 0)
}

// box draws the recommendation, or as much of it as there is room for.
func (m *model) box(r rect) []string {
	st := &m.styles
	b := draw.Box{Border: st.Border, Width: r.w, Height: r.h, Left: []draw.Span{{Ink: st.Title, Text: "recommendation"}}}
	switch {
	case m.early():
	case m.now().Tuning.Found:
		b.Border, b.Left[0].Ink = st.Good, st.GoodBold
	default:
		b.Border, b.Left[0].Ink = st.Warn, st.WarnBold
	}
	lines := m.lines(b.Inner())
	top := max(min(m.top, len(lines)-b.Rows()), 0)
	if top > 0 {
		b.Right = []draw.Span{{Ink: st.Dim, Text: fmt.Sprintf("… %d above", top)}}
	}
	lines = lines[top:]
	var rows []*text.Row
	for i, l := range lines {
		if i == b.Rows()-1 && len(lines) > b.Rows() {
			key, _, _ := strings.Cut(m.keys.bindings[dashboard.PageDown].Help().Key, " ")
			rows = append(rows, text.NewRow(b.Inner()).Put(st.Dim, fmt.Sprintf("… %d more   ", len(lines)-i)).Put(st.Faint, key))
			break
		}
		rows = append(rows, text.NewRow(b.Inner()).Put(l.ink, l.text))
	}
	return b.View(rows)
}
