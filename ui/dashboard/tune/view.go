package tune

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"parallax/monitor/verdict/scaling"
	"parallax/ui/dashboard/compare"
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
		put := func(at rect, draw func(rect) []string) {
			for len(rows) < at.y {
				rows = append(rows, text.Blanks(m.w))
			}
			if at.h > 0 {
				rows = append(rows, draw(at)...)
			}
		}
		put(l.chart, func(r rect) []string { return m.chart(r).view() })
		put(l.table, m.table)
		put(l.lanes, m.lanes)
		put(l.verdict, m.box)
		put(l.footer, func(rect) []string { return nil })
	}
	rows = append(rows, m.footer(l.footer.w))
	if m.asking {
		rows = compare.Overlay(rows, m.dialog(), m.w)
	}
	for i := range rows {
		rows[i] = text.Fit(rows[i], m.w)
	}
	return strings.Join(rows, "\n")
}

// layout lays out what there is to show now.
func (m *model) layout() layout {
	return arrange(m.w, m.h, want{
		loads: len(m.columns()), cores: m.laneCount(), verdict: max(len(m.lines(m.w-4)), 4),
	})
}

// header draws two rows: what is tuned and how far that is, and a rule that shows it.
func (m *model) header(width int) []string {
	st := &m.styles
	clock := draw.ClockTenths(m.opts.Sweep.Elapsed(m.clock()))
	r := text.NewRow(width).Skip(1)
	for _, span := range m.title(width - 4 - text.Width(clock)) {
		r.Put(span.Ink, span.Text)
	}
	r.PutRight(1, st.Title, clock)
	rule := text.NewRow(width).Skip(1)
	draw.Rule(rule, st.Bar, st.BarRest, m.done(), width-2)
	return []string{r.String(), rule.String()}
}

// title is what fits into room columns: as it gets narrow the Python goes first, then the target, the
// cores, the model, the program's own name, what is tuned; how far it is stays.
func (m *model) title(room int) []draw.Span {
	st, s := &m.styles, m.now()
	own := []draw.Span{{Ink: st.AccentBold, Text: "parallax"}, {Text: "  "}, {Ink: st.Title, Text: "tune"}, {Text: "  "}}
	facts := []string{s.Record.Title}
	if len(s.Record.Ways) > 0 {
		facts = append(facts, string(s.Record.Ways[0].Model))
	}
	if p := s.Table.Cores; p == 1 {
		facts = append(facts, "1 core")
	} else if p > 0 {
		facts = append(facts, fmt.Sprintf("%.3g cores", p))
	}
	if t := s.Record.Target; t != "" && t != string(scaling.Time) {
		facts = append(facts, "for "+t)
	}
	if s.Record.Python != "" {
		facts = append(facts, s.Record.Python)
	}
	for _, before := range [][]draw.Span{own, nil} {
		for n := len(facts); n > 0; n-- {
			words := strings.Join(append(slices.Clone(facts[:n]), m.opts.Sweep.Phase()), " · ")
			spans := append(slices.Clone(before), draw.Span{Ink: st.Dim, Text: words})
			if total(spans) <= room {
				return spans
			}
		}
	}
	return []draw.Span{{Ink: st.Dim, Text: text.Shorten(m.opts.Sweep.Phase(), max(room, 1))}}
}

func total(spans []draw.Span) int {
	n := 0
	for _, s := range spans {
		n += text.Width(s.Text)
	}
	return n
}

// done is how far the sweep is, 0..1. Before the number of rounds is known it is taken to be the usual one.
func (m *model) done() float64 {
	s := m.now()
	rounds, ways := s.Record.Rounds, len(s.Record.Ways)
	if rounds == 0 {
		rounds = manyRounds
	}
	if m.over() || ways == 0 {
		return 1
	}
	return float64(len(s.Record.Trials)) / float64(ways*(rounds+1))
}

// footer is a notice, or the keys that work now.
func (m *model) footer(width int) string {
	words := m.flash
	if words == "" && m.busy {
		words = "writing the report …"
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
		text.NewRow(w).Put(st.Text, text.Shorten("The sweep goes on: "+m.opts.Sweep.Phase()+".", w)),
		text.NewRow(w),
		text.NewRow(w).Put(st.Key, "c").Put(st.Dim, " end it and quit     ").Put(st.Key, "s").Put(st.Dim, " stay"),
	})
}
