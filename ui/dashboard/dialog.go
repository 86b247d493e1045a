package dashboard

import (
	"strings"

	"parallax/runner"
	"parallax/ui/draw"
	"parallax/ui/text"
)

// dialog is the box that asks before quitting, or says what quitting waits for.
func (m *model) dialog() []string {
	st := &m.look.styles
	const width = 50
	box := draw.Box{Border: st.BorderFocus, Width: min(width, m.w-2), Height: 5, Left: []draw.Span{{Ink: st.Title, Text: "quit"}}}
	w := box.Inner()
	if m.ending == waiting {
		return box.View([]*text.Row{
			text.NewRow(w).Put(st.Text, "ending "+draw.Plural(len(m.state.Active), "job", "jobs")+" …"),
			text.NewRow(w),
			text.NewRow(w).Put(st.Key, "ctrl+c").Put(st.Dim, " kills what is left"),
		})
	}
	return box.View([]*text.Row{
		text.NewRow(w).Put(st.Text, text.Shorten(m.stillGoing(), w)),
		text.NewRow(w),
		text.NewRow(w).Put(st.Key, "c").Put(st.Dim, " cancel and quit     ").Put(st.Key, "s").Put(st.Dim, " stay"),
	})
}

// stillGoing says what quitting would end.
func (m *model) stillGoing() string {
	be := func(n int, one, many string) string { return draw.Plural(n, "job is "+one, "jobs are "+many) }
	var words []string
	if n := m.state.Count(runner.Running); n > 0 {
		words = append(words, be(n, "running", "running"))
	}
	if n := m.state.Count(runner.Paused); n > 0 {
		words = append(words, be(n, "paused", "paused"))
	}
	if n := m.state.Count(runner.Queued); n > 0 {
		words = append(words, be(n, "queued", "queued"))
	}
	if len(words) == 0 {
		words = append(words, "The next run is about to start")
	}
	return strings.Join(words, ", ") + "."
}
