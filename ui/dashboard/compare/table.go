package compare

import (
	"parallax/monitor/verdict/choice"
	"parallax/themes"
	"parallax/ui/draw"
	"parallax/ui/text"
)

// Columns of the screen within a column of the table.
const (
	markWidth  = 2  // before a value
	valueWidth = 16 // a value with its interval
	leastValue = 14 // the same of nearly all: it is enough where else there is no room for a bar
	leastBar   = 5
	mostBar    = 24
)

// cellWidths is how a column of the table is divided.
func cellWidths(l layout) (skip, value, bar int) {
	if l.gutter == 0 {
		skip = nameWidth
	} else {
		skip = 1
	}
	room := l.each - skip - markWidth
	for _, value := range []int{valueWidth, leastValue} {
		if bar = min(room-value-2, mostBar); bar >= leastBar {
			return skip, value, bar
		}
	}
	return skip, min(valueWidth, room-1), 0
}

// table draws as many figures as there are rows, the weightiest first.
func (m *model) table(l layout) []string {
	var out []string
	t := &m.now().Table
	for _, f := range figures(m.now())[:l.table.H] {
		r := text.NewRow(m.W).Skip(2)
		if l.gutter > 0 {
			r = text.NewRow(m.W).Skip(1)
		}
		r.Put(m.Styles.Dim, f.Name)
		marked := best(t, f)
		for i := range l.columns {
			if way := m.first + i; way < len(t.Columns) {
				m.cell(r, l, i, f, &t.Columns[way], way == marked)
			}
		}
		out = append(out, r.String())
	}
	return out
}

// cell puts one value of the table: the best with its mark, one out of the ranking dim.
func (m *model) cell(r *text.Row, l layout, at int, f choice.Figure, c *choice.Column, best bool) {
	st, t := &m.Styles, &m.now().Table
	skip, width, bar := cellWidths(l)
	x := l.gutter + at*l.each + skip
	e := f.Of(c)
	ink, filled := st.Text, st.Dim
	switch {
	case best:
		ink, filled = st.GoodBold, st.Good
		r.PutAt(x, st.GoodBold, st.Icons.Succeeded)
	case e.N == 0:
		ink = st.Faint
	case c.Error != "":
		ink, filled = st.Dim, st.Faint
	}
	words := fitting(value(f, e, t.Cores), width)
	r.PutAt(x+markWidth, ink, text.Shorten(words, width))
	if bar > 0 && e.N > 0 {
		r.Skip(x + markWidth + width + 1 - r.Used())
		putBar(r, st, filled, level(f, e, t), bar)
	}
}

// putBar puts a bar. Without colours its rest has a glyph of its own.
func putBar(r *text.Row, st *themes.Styles, filled text.Ink, share float64, width int) {
	if !st.Mono {
		draw.Rule(r, filled, st.BarRest, share, width)
		return
	}
	n := int(share*float64(width) + 0.5)
	if n == 0 && share > 0 {
		n = 1
	}
	r.Repeat(filled, "━", n).Repeat(st.BarRest, "─", width-n)
}
