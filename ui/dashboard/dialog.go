package dashboard

import (
	"parallax/runner"
	"parallax/ui/draw"
	"parallax/ui/text"
)

// dialog is the box that asks before quitting, or says what quitting waits for.
func (m *model) dialog() []string {
	st := &m.look.styles
	const width = 54
	box := draw.Box{Border: st.BorderFocus, Width: min(width, m.w-2), Height: 6, Left: []draw.Span{{Ink: st.Title, Text: "quit"}}}
	w := box.Inner()
	active := len(m.state.Active)
	if m.ending == waiting {
		return box.View([]*text.Row{
			text.NewRow(w).Put(st.Text, "ending "+draw.Plural(active, "job", "jobs")+" …"),
			text.NewRow(w),
			text.NewRow(w).Put(st.Key, "ctrl+c").Put(st.Dim, " kills what is left"),
		})
	}
	words := draw.Plural(active, "job runs", "jobs run")
	if q := m.state.Count(runner.Queued); q > 0 {
		words += ", " + draw.Count(q) + " queued"
	}
	return box.View([]*text.Row{
		text.NewRow(w).Put(st.Text, words+"."),
		text.NewRow(w),
		text.NewRow(w).Put(st.Key, "c").Put(st.Dim, " cancel them and quit   "),
		text.NewRow(w).Put(st.Key, "s").Put(st.Dim, " stay"),
	})
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
