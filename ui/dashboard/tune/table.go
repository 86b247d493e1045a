package tune

import (
	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/tuning"
	"parallax/ui/dashboard/frame"
	"parallax/ui/figures"
	"parallax/ui/text"
)

const (
	loadWidth  = 13 // of the column that names the loads, with its marks
	withSpread = 15 // of a figure with its interval; those for which there is no room are left out, the last first
	mostField  = 20
)

// table draws a row for each load: those around the one in focus, where not all have room.
func (m *model) table(r frame.Rect) []string {
	st, columns := &m.Styles, m.columns()
	fields := tuning.Figures()
	if known := figures.Measured(&m.now().Table, fields); m.Over() && len(known) > 0 { // before, the table would jump
		fields = known
	}
	n := min((r.W-loadWidth)/withSpread, len(fields)) // at least one: the smallest terminal has room for three
	field := min((r.W-loadWidth)/n, mostField)
	fields = fields[:n]
	first, shown := window(len(columns), r.H-1, m.place.Load)
	head := text.NewRow(r.W).Put(st.Dim, more(first, len(columns)-first-shown)).PutAt(3, st.Heading, "workers")
	for i, f := range fields {
		head.PutAt(loadWidth+i*field, st.Heading, f.Name)
	}
	out := []string{head.String()}
	for i := first; i < first+shown; i++ {
		out = append(out, m.row(r.W, i, fields, field))
	}
	return out
}

// more says where rows are that are not shown.
func more(above, below int) string {
	switch {
	case above > 0 && below > 0:
		return "↑↓"
	case above > 0:
		return "↑"
	case below > 0:
		return "↓"
	}
	return ""
}

func (m *model) row(width, load int, fields []choice.Figure, field int) string {
	st, t := &m.Styles, &m.now().Table
	c := &m.columns()[load]
	r := text.NewRow(width)
	ink := st.Text
	if load == m.place.Load {
		r.Put(st.Key, "▸")
	}
	switch {
	case c.Failed:
		r.PutAt(1, st.Bad, st.Icons.Failed)
		ink = st.Dim
	case m.chosen(load) && m.now().Tuning.Found:
		r.PutAt(1, st.GoodBold, st.Icons.Succeeded)
		ink = st.GoodBold
	case m.chosen(load):
		r.PutAt(1, st.WarnBold, "?")
		ink = st.WarnBold
	case m.now().Way == load && !m.Over():
		r.PutAt(1, st.Running, st.Icons.Running)
	case t.Doubt(c) != "" && c.Trials > 0:
		r.PutAt(1, st.Warn, "!")
		ink = st.Dim
	}
	r.PutAt(3, ink, text.Shorten(tuning.Short(c.Way), loadWidth-4))
	if c.Failed {
		return r.PutAt(loadWidth, st.Bad, text.Shorten(text.Plain([]byte(c.Error)), width-loadWidth-1)).String()
	}
	for i, f := range fields {
		e := f.Of(c)
		value := figures.Value(f.Unit, e, t.Usable())
		if spread := figures.Spread(f.Unit, e); spread != "" && text.Width(value)+text.Width(spread)+2 <= field {
			value += " " + spread
		}
		if e.N == 0 {
			r.PutAt(loadWidth+i*field, st.Faint, value)
		} else {
			r.PutAt(loadWidth+i*field, ink, text.Shorten(value, field-1))
		}
	}
	return r.String()
}
