package frame

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/x/ansi"

	"parallax/themes"
	"parallax/ui/dashboard/header"
	"parallax/ui/dashboard/help"
	"parallax/ui/dashboard/keys"
	"parallax/ui/dashboard/scene"
	"parallax/ui/draw"
	"parallax/ui/text"
)

// View implements tea.Model.
func (f *Frame) View() string {
	if f.W == 0 {
		return ""
	}
	if Small(f.W, f.H) {
		return ansi.Wordwrap(fmt.Sprintf("parallax needs %d x %d; this terminal is %d x %d", MinWidth, MinHeight, f.W, f.H), f.W, "")
	}
	rows := f.screen.Head().View(&f.Styles, f.W)
	if f.help {
		rows = append(rows, help.View(&f.Styles, f.helpGroups(), f.helpAt, f.W, f.H-3)...)
	} else {
		rows = append(rows, f.screen.Body()...)
	}
	rows = append(rows, f.footer())
	if f.asking {
		rows = draw.Over(rows, f.dialog(), f.W)
	}
	return strings.Join(rows, "\n")
}

func (f *Frame) helpGroups() []help.Group {
	return append(f.Keys.Help(func(r keys.Row) bool { return f.enabled(r.Action) }), f.screen.Marks())
}

// footer is a notice, or the keys that work now.
func (f *Frame) footer() string {
	words := f.Flash
	if words == "" {
		words = f.busy
	}
	switch {
	case f.asking:
		return text.Blanks(f.W)
	case words != "":
		return text.NewRow(f.W).Skip(1).Put(f.Styles.Warn, text.Shorten(text.Plain([]byte(words)), f.W-2)).String()
	}
	return header.Footer(&scene.Scene{Styles: &f.Styles}, f.screen.Footer(), f.W)
}

// dialog is the box that asks before quitting.
func (f *Frame) dialog() []string {
	const widest = 50
	st := &f.Styles
	box := draw.Box{Border: st.BorderFocus, Width: min(widest, f.W-2), Height: 5, Left: []draw.Span{{Ink: st.Title, Text: "quit"}}}
	w := box.Inner()
	return box.View([]*text.Row{
		text.NewRow(w).Put(st.Text, text.Shorten(f.screen.GoesOn(), w)),
		text.NewRow(w),
		text.NewRow(w).Put(st.Key, "c").Put(st.Dim, " end it and quit     ").Put(st.Key, "s").Put(st.Dim, " stay"),
	})
}

// View draws a header in two rows of so many columns: what it is and how far, and a rule that shows that.
func (h Head) View(st *themes.Styles, width int) []string {
	clock := draw.ClockTenths(h.Elapsed)
	r := text.NewRow(width).Skip(1)
	for _, span := range h.title(st, width-4-text.Width(clock)) {
		r.Put(span.Ink, span.Text)
	}
	r.PutRight(1, st.Title, clock)
	rule := text.NewRow(width).Skip(1)
	draw.Rule(rule, st.Bar, st.BarRest, h.Done, width-2)
	return []string{r.String(), rule.String()}
}

// title is what fits into room columns: as it gets narrow the facts go from the last on, then the
// program's own name, then the first fact; how far it is stays, and so do the tabs.
func (h Head) title(st *themes.Styles, room int) []draw.Span {
	own := []draw.Span{{Ink: st.AccentBold, Text: "parallax"}, {Text: "  "}, {Ink: st.Title, Text: h.Kind}, {Text: "  "}}
	for _, before := range [][]draw.Span{own, nil} {
		for n := len(h.Facts); n >= 0; n-- {
			words := strings.Join(append(slices.Clone(h.Facts[:n]), h.Phase), " · ")
			spans := append(slices.Concat(before, h.Tabs), draw.Span{Ink: st.Dim, Text: words})
			if draw.Length(spans) <= room && (n > 0 || before == nil || len(h.Tabs) > 0) {
				return spans
			}
		}
	}
	return append(slices.Clone(h.Tabs), draw.Span{Ink: st.Dim, Text: text.Shorten(h.Phase, max(room-draw.Length(h.Tabs), 1))})
}

// Part is a part of a body, and how it is drawn: into as many rows as its rectangle has.
type Part struct {
	At   Rect
	Draw func(Rect) []string
}

// Body draws parts that take the whole width of a terminal between header and footer, from above down, with
// blank rows where there is none. Parts without height are left out.
func Body(w, h int, parts ...Part) []string {
	const header, footer = 2, 1
	var rows []string
	until := func(y int) {
		for len(rows) < y-header {
			rows = append(rows, text.Blanks(w))
		}
	}
	for _, p := range parts {
		if p.At.H > 0 {
			until(p.At.Y)
			rows = append(rows, p.Draw(p.At)...)
		}
	}
	until(h - footer)
	return rows
}

// Legend explains the marks of a screen in its help: marks and what they mean, in turn.
func Legend(pairs ...string) help.Group {
	g := help.Group{Title: "marks"}
	for i := 0; i+1 < len(pairs); i += 2 {
		mark := key.NewBinding(key.WithKeys(pairs[i]), key.WithHelp(pairs[i], pairs[i+1])) // one without a key is drawn faint
		g.Entries = append(g.Entries, help.Entry{Binding: mark})
	}
	return g
}
