package compare

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"parallax/ui/dashboard"
	"parallax/ui/draw"
	inwords "parallax/ui/figures"
	"parallax/ui/text"
)

// line is one row of the verdict.
type line struct {
	ink  text.Ink
	text string
}

// verdictLines is all that is said of a comparison, in rows of so many columns.
func (m *model) verdictLines(width int) []line {
	st, s := &m.styles, m.now()
	var out []line
	say := func(ink text.Ink, mark, words string) {
		if words == "" {
			return
		}
		for i, row := range wrapped(words, max(width-text.Width(mark), 8)) {
			if i > 0 {
				mark = text.Blanks(text.Width(mark))
			}
			out = append(out, line{ink, mark + row})
		}
	}
	if s.Err != nil {
		say(st.Bad, st.Icons.Failed+" ", s.Err.Error())
	}
	v := verdictOf(s)
	say(st.Text, "", strings.TrimSpace(doing(s)+" "+lasts(s, m.gone())))
	switch {
	case early(s) || v.headline == "":
		say(st.Dim, "", s.Record.Why)
	case v.conclusive && !v.onlySuggested:
		say(st.GoodBold, st.Icons.Succeeded+" ", m.soFar()+v.headline)
	default:
		say(st.WarnBold, "! ", m.soFar()+v.headline)
	}
	if !early(s) {
		for _, words := range v.reasons {
			say(st.Text, "", words)
		}
		for _, words := range v.doubts {
			say(st.Warn, "! ", words)
		}
		for _, words := range v.changes {
			say(st.Dim, "", words)
		}
	}
	for _, words := range inwords.Missing(s.Record.Cannot) {
		say(st.Dim, "", words)
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
	if m.w == 0 {
		return 0
	}
	l := m.layout()
	if l.small {
		return 0
	}
	return max(len(m.verdictLines(l.verdict.w-4))-(l.verdict.h-2), 0)
}

// leastMissing is the room from which on the models that are missing are named beside what is scrolled past.
const leastMissing = 24

// verdictBox draws the verdict, or as much of it as there is room for.
func (m *model) verdictBox(r rect) []string {
	st, s := &m.styles, m.now()
	border, title := st.Border, st.Title
	switch v := verdictOf(s); {
	case early(s):
	case v.onlySuggested && v.conclusive:
		border, title = st.Warn, st.WarnBold
	case v.conclusive:
		border, title = st.Good, st.GoodBold
	}
	b := draw.Box{Border: border, Width: r.w, Height: r.h, Left: []draw.Span{{Ink: title, Text: "verdict"}}}
	lines := m.verdictLines(b.Inner())
	top := max(min(m.top, len(lines)-b.Rows()), 0)
	if top > 0 {
		b.Right = []draw.Span{{Ink: st.Dim, Text: fmt.Sprintf("… %d above", top)}}
	}
	lines = lines[top:]
	var rows []*text.Row
	for i, l := range lines {
		if i == b.Rows()-1 && len(lines) > b.Rows() {
			key, _, _ := strings.Cut(m.keys.bindings[dashboard.PageDown].Help().Key, " ")
			r := text.NewRow(b.Inner()).Put(st.Dim, fmt.Sprintf("… %d more   ", len(lines)-i)).Put(st.Faint, key)
			if missing := strings.Join(inwords.Missing(s.Record.Cannot), "; "); missing != "" && r.Left() > leastMissing {
				r.Skip(3)
				r.Put(st.Dim, text.Shorten(text.Plain([]byte(missing)), r.Left()))
			}
			rows = append(rows, r)
			break
		}
		rows = append(rows, text.NewRow(b.Inner()).Put(l.ink, l.text))
	}
	return b.View(rows)
}

// wrapped cuts a sentence into rows between its words. It may come from outside, with whatever a script
// has printed.
func wrapped(words string, width int) []string {
	return strings.Split(ansi.Wrap(text.Plain([]byte(words)), max(width, 1), ""), "\n")
}
