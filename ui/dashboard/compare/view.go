package compare

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"parallax/monitor/comparison"
	"parallax/ui/dashboard/header"
	"parallax/ui/dashboard/help"
	"parallax/ui/dashboard/scene"
	"parallax/ui/draw"
	"parallax/ui/text"
)

// View implements tea.Model.
func (m *model) View() string {
	if m.w == 0 {
		return ""
	}
	l := m.layout()
	if l.small {
		return ansi.Wordwrap(fmt.Sprintf("parallax needs %d x %d; this terminal is %d x %d", minWidth, minHeight, m.w, m.h), m.w, "")
	}
	rows := m.header(l.header.w)
	if m.help {
		rows = append(rows, help.View(&m.styles, m.helpGroups(), m.helpAt, m.w, m.h-3)...)
	} else {
		until := func(y int) {
			for len(rows) < y {
				rows = append(rows, text.Blanks(m.w))
			}
		}
		until(l.boxes.y)
		rows = append(rows, m.boxes(l)...)
		until(l.table.y)
		rows = append(rows, m.table(l)...)
		until(l.verdict.y)
		rows = append(rows, m.verdictBox(l.verdict)...)
		until(l.footer.y)
	}
	rows = append(rows, m.footer(l.footer.w))
	if m.asking {
		rows = overlay(rows, m.dialog(), m.w)
	}
	return strings.Join(rows, "\n")
}

// layout lays out what there is to show now.
func (m *model) layout() layout {
	return arrange(m.w, m.h, want{
		columns: len(m.now().Record.Ways), cores: m.cores(), figures: len(figures(m.now())),
		verdict: max(len(m.verdictLines(m.w-4)), 6),
	})
}

// cores is how many lanes a column has.
func (m *model) cores() int {
	s := m.now()
	n := 0
	for i := range s.Record.Ways {
		if st := m.state(s, i); st != nil {
			n = max(n, len(st.Lanes.Cores))
		}
	}
	if n == 0 {
		n = int(s.Table.Cores + 0.5)
	}
	return max(n, 1)
}

// header draws two rows: what is compared and how far that is, and a rule that shows it.
func (m *model) header(width int) []string {
	st, s := &m.styles, m.now()
	clock := draw.ClockTenths(elapsed(s, m.clock()))
	room := width - 2 - text.Width(clock) - 2
	r := text.NewRow(width).Skip(1)
	for _, span := range m.title(room) {
		r.Put(span.Ink, span.Text)
	}
	r.PutRight(1, st.Title, clock)
	rule := text.NewRow(width).Skip(1)
	draw.Rule(rule, st.Bar, st.BarRest, done(s), width-2)
	return []string{r.String(), rule.String()}
}

// title is what fits into room columns: as it gets narrow the Python goes first, then the cores, the
// program's own name, what is compared; how far it is stays, and so do the tabs.
func (m *model) title(room int) []draw.Span {
	st, s := &m.styles, m.now()
	name := []draw.Span{{Ink: st.AccentBold, Text: "parallax"}, {Text: "  "}}
	own := append(slices.Clone(name), draw.Span{Ink: st.Title, Text: string(cmp.Or(s.Record.Kind, comparison.Compare))}, draw.Span{Text: "  "})
	tabs, facts := m.tabs(), []string{s.Record.Title}
	if s.Table.Cores > 0 {
		facts = append(facts, trimmed(s.Table.Cores)+" cores")
		if s.Table.Cores == 1 {
			facts[1] = "1 core"
		}
	}
	if s.Record.Python != "" {
		facts = append(facts, s.Record.Python)
	}
	for _, before := range [][]draw.Span{own, nil} {
		for n := len(facts); n >= 0; n-- {
			words := strings.Join(append(slices.Clone(facts[:n]), phase(s)), " · ")
			spans := append(slices.Concat(before, tabs), draw.Span{Ink: st.Dim, Text: words})
			if total(spans) <= room && (n > 0 || before == nil || len(tabs) > 0) {
				return spans
			}
		}
	}
	return append(slices.Clone(tabs), draw.Span{Ink: st.Dim, Text: text.Shorten(phase(s), max(room-total(tabs), 1))})
}

func total(spans []draw.Span) int {
	n := 0
	for _, s := range spans {
		n += text.Width(s.Text)
	}
	return n
}

// tabs are the titles of the acts, where there are several; the one that is shown stands out, with
// brackets where there are no colours.
func (m *model) tabs() []draw.Span {
	if len(m.opts.Acts) < 2 {
		return nil
	}
	st := &m.styles
	var out []draw.Span
	for i, a := range m.opts.Acts {
		icon := st.Icons.Running
		switch m.status[i].Doing {
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

// gone is how long the run that goes on has lasted.
func (m *model) gone() time.Duration {
	if s := m.now(); s.Way >= 0 {
		if st := m.state(s, s.Way); st != nil {
			return st.Elapsed(0)
		}
	}
	return 0
}

// footer is a notice, or the keys that work now.
func (m *model) footer(width int) string {
	words := m.flash
	if words == "" {
		words = m.busy
	}
	switch {
	case m.asking:
		return text.Blanks(width)
	case words != "":
		return text.NewRow(width).Skip(1).Put(m.styles.Warn, text.Shorten(text.Plain([]byte(words)), width-2)).String()
	}
	return header.Footer(&scene.Scene{Styles: &m.styles}, m.footerKeys(), width)
}

// dialog is the box that asks before quitting.
func (m *model) dialog() []string {
	st := &m.styles
	box := draw.Box{Border: st.BorderFocus, Width: min(50, m.w-2), Height: 5, Left: []draw.Span{{Ink: st.Title, Text: "quit"}}}
	w := box.Inner()
	return box.View([]*text.Row{
		text.NewRow(w).Put(st.Text, text.Shorten("The comparison goes on: "+phase(m.unfinished())+".", w)),
		text.NewRow(w),
		text.NewRow(w).Put(st.Key, "c").Put(st.Dim, " end it and quit     ").Put(st.Key, "s").Put(st.Dim, " stay"),
	})
}

// unfinished is the first comparison that is not over.
func (m *model) unfinished() *Status {
	at := slices.IndexFunc(m.status, func(s Status) bool { return s.Doing != Over })
	return &m.status[max(at, 0)]
}

// overlay puts a box into the middle of rows.
func overlay(rows, box []string, width int) []string {
	w := text.Width(box[0])
	x, y := (width-w)/2, max((len(rows)-len(box))/2, 0)
	for i, line := range box {
		if y+i < len(rows) {
			under := rows[y+i]
			rows[y+i] = text.Pad(text.Clip(under, x), x) + line + text.Skip(under, x+w)
		}
	}
	return rows
}
