package compare

import (
	"fmt"
	"slices"
	"time"

	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/trial"
	"parallax/runner"
	"parallax/ui/dashboard/cores"
	"parallax/ui/dashboard/frame"
	"parallax/ui/dashboard/scene"
	"parallax/ui/draw"
	"parallax/ui/text"
)

// boxes draws the columns that are shown, with the names of the cores left of them where there is a gutter.
func (m *model) boxes(l layout) []string {
	blocks, widths := [][]string{m.gutter(l)}, []int{l.gutter}
	for i := range l.columns {
		if m.first+i < len(m.now().Record.Ways) {
			blocks, widths = append(blocks, m.box(m.first+i, l)), append(widths, l.each)
		}
	}
	out := draw.Beside(0, widths, blocks...)
	for i := range out {
		out[i] = text.Fit(out[i], m.W)
	}
	return out
}

// gutter names the cores, and says which columns are shown if those are not all.
func (m *model) gutter(l layout) []string {
	if l.gutter == 0 {
		return nil
	}
	out := make([]string, l.boxes.H)
	names := m.coreNames()
	n := shownCores(len(names), l)
	for y := range out {
		r := text.NewRow(l.gutter).Skip(1)
		lane := y - 1
		switch {
		case y == 0 && l.columns < len(m.now().Record.Ways):
			r.Put(m.Styles.Key, "←→").Put(m.Styles.Dim, fmt.Sprintf(" %d–%d of %d", m.first+1, m.first+l.columns, len(m.now().Record.Ways)))
		case lane >= 0 && lane < n*l.tall && lane%l.tall == 0:
			r.PutRight(1, m.Styles.Dim, fmt.Sprintf("core %d", names[lane/l.tall]))
		}
		out[y] = r.String()
	}
	return out
}

// coreNames are the numbers of the cores that have lanes.
func (m *model) coreNames() []int {
	s := m.now()
	for i := range s.Record.Ways {
		if st := m.state(i); st != nil && len(st.Lanes.Cores) > 0 {
			return st.Lanes.Cores
		}
	}
	return nil
}

// shownCores is how many of n cores have lanes: where not all have, the last row says how many more there
// are.
func shownCores(n int, l layout) int {
	if n*l.tall > l.lanes {
		return max(l.lanes-1, 0)
	}
	return n
}

// look is how a column stands out.
type look struct {
	border, title text.Ink
	icons         []draw.Span
}

// look says how a column stands out: the recommended one by its border, the one that is tried and the
// one that failed by their icons.
func (m *model) look(way int) look {
	st, s := &m.Styles, m.now()
	out := look{border: st.Border, title: st.Title}
	if way == m.place.Column {
		out.border = st.BorderFocus
	}
	mark := func(ink text.Ink, icon string) { out.icons = append(out.icons, draw.Span{Ink: ink, Text: icon}) }
	switch {
	case m.failed(way) != "":
		mark(st.Bad, st.Icons.Failed)
	case !m.recommended(way):
	case verdictOf(s).onlySuggested:
		out.border, out.title = st.Warn, st.WarnBold
		mark(st.WarnBold, st.Icons.Succeeded)
	default:
		out.border, out.title = st.Good, st.GoodBold
		mark(st.GoodBold, st.Icons.Succeeded)
	}
	if s.Way == way && s.Doing != Over {
		mark(st.Running, st.Icons.Running)
	}
	return out
}

// recommended reports whether the verdict so far is to use a way, or suggests it.
func (m *model) recommended(way int) bool { return recommends(m.now(), m.now().Record.Ways[way]) }

// failed is why a way is out of the ranking, or "".
func (m *model) failed(way int) string {
	if s := m.now(); way < len(s.Table.Columns) {
		return s.Table.Columns[way].Error
	}
	return ""
}

// box draws a column: the lanes of its newest run, the time axis, and what one sees.
func (m *model) box(way int, l layout) []string {
	st, s := &m.Styles, m.now()
	w, how := s.Record.Ways[way], m.look(way)
	b := draw.Box{
		Border: how.border, Width: l.each, Height: l.boxes.H,
		Right: []draw.Span{{Ink: st.Dim, Text: w.Shape(max(len(s.Record.Jobs), s.Table.Jobs))}},
	}
	b.Left = heading(name(s, w), how, way == m.place.Column, st.Key, l.each)
	var rows []*text.Row
	state := m.state(way)
	if why := m.failed(way); why != "" {
		rows = m.failure(why, b.Inner(), b.Rows()-1)
	} else {
		rows = m.lanes(way, state, l, b.Inner())
		for len(rows) < b.Rows()-2 {
			rows = append(rows, text.NewRow(b.Inner()))
		}
		rows = append(rows[:b.Rows()-2], m.axis(way, b.Inner()))
	}
	return b.View(append(rows, m.caption(way, state, b.Inner())))
}

// heading is the name of a column with what marks it; blanks go where there is little room.
func heading(name string, how look, focus bool, key text.Ink, width int) []draw.Span {
	var out []draw.Span
	if focus {
		out = append(out, draw.Span{Ink: key, Text: "▸"})
	}
	out = append(out, how.icons...)
	title := draw.Span{Ink: how.title, Text: name}
	if len(out) > 0 && draw.Length(out)+1+text.Width(name) <= width-6 {
		out = append(out, draw.Span{Text: " "})
	}
	return append(out, title)
}

// failure says in so many rows why a way is out, in place of its lanes and their axis.
func (m *model) failure(why string, width, rows int) []*text.Row {
	lines := frame.Wrapped(why, width)
	if len(lines) > rows {
		lines = append(lines[:rows-1], text.Shorten(lines[rows-1]+" "+lines[rows], width))
	}
	var out []*text.Row
	for _, line := range lines {
		out = append(out, text.NewRow(width).Put(m.Styles.Bad, line))
	}
	for len(out) < rows {
		out = append(out, text.NewRow(width))
	}
	return out
}

// lanes draws the cores of a run over the time axis that all columns share.
func (m *model) lanes(way int, s *runner.State, l layout, width int) []*text.Row {
	st := &m.Styles
	say := func(words string) []*text.Row {
		return []*text.Row{text.NewRow(width).Put(st.Dim, text.Shorten(words, width))}
	}
	now := m.now()
	switch {
	case s == nil && now.Way == way && now.Doing == Starting:
		return say("starting empty jobs …")
	case s == nil && now.Way == way && now.Doing != Over:
		return say("starting …")
	case s == nil && now.Doing == Over && slices.ContainsFunc(now.Record.Trials, func(t trial.Trial) bool { return t.Way == now.Record.Ways[way] }):
		return say("its runs are gone")
	case s == nil && now.Doing == Over:
		return say("was not tried")
	case s == nil:
		return say("not tried yet")
	case len(s.Lanes.Cores) == 0 && (s.Over() || s.Ended) && len(s.Tasks) > 0:
		return say("too short for lanes")
	case len(s.Lanes.Cores) == 0:
		return say("measuring …")
	}
	sc := &scene.Scene{State: s, Now: s.Now, Styles: st}
	n := shownCores(len(s.Lanes.Cores), l)
	var rows []*text.Row
	for core := range n {
		rows = append(rows, cores.Bare(sc, core, m.span(), width, l.tall)...)
	}
	if n < len(s.Lanes.Cores) {
		rows = append(rows, text.NewRow(width).Put(st.Dim, fmt.Sprintf("and %d more cores", len(s.Lanes.Cores)-n)))
	}
	return rows
}

// span is what the time axis of all columns covers: the longest of the last runs of the ways. While a run
// takes longer than all before, it grows in steps.
func (m *model) span() time.Duration {
	s := m.now()
	longest, live := time.Duration(0), time.Duration(0)
	for i, w := range s.Record.Ways {
		for j := len(s.Record.Trials) - 1; j >= 0; j-- { // while the newest goes on, the one before it
			if t := &s.Record.Trials[j]; t.Way == w {
				longest = max(longest, time.Duration(t.Wall*float64(time.Second)))
				break
			}
		}
		if st := m.state(i); st != nil && len(st.Tasks) > 0 {
			if st.Over() || st.Ended {
				longest = max(longest, st.Elapsed(0))
			} else {
				live = max(live, st.Elapsed(0))
			}
		}
	}
	if live > longest {
		longest = nice(live)
	}
	return max(longest, 10*time.Millisecond)
}

// axis marks both ends of the time axis.
func (m *model) axis(way, width int) *text.Row {
	st := &m.Styles
	r := text.NewRow(width)
	if m.state(way) == nil {
		return r
	}
	end := draw.Seconds(m.span())
	r.Put(st.Faint, "0 s")
	return r.PutRight(0, st.Faint, end)
}

// caption says what one sees in the lanes or, of a round that was chosen, how long that took.
func (m *model) caption(way int, state *runner.State, width int) *text.Row {
	st, s := &m.Styles, m.now()
	r := text.NewRow(width)
	if way == m.place.Column && m.place.Round > 0 {
		return r.Put(st.Accent, text.Shorten(m.roundWords(), width))
	}
	if m.failed(way) != "" {
		return r.Put(st.Dim, fitting([]string{"out of the ranking", "out"}, width))
	}
	c := &choice.Column{}
	if way < len(s.Table.Columns) {
		c = &s.Table.Columns[way]
	}
	f, ok := seenIn(c, state)
	if !ok {
		return r
	}
	words, how := seen(s.Record.Ways[way], f, max(len(s.Record.Jobs), s.Table.Jobs), s.Table.Usable())
	ink := map[tone]text.Ink{plain: st.Dim, good: st.Good, bad: st.Bad}[how]
	return r.Put(ink, text.Shorten(fitting(words, width), width))
}

// roundWords says which round enter opens, and how that went.
func (m *model) roundWords() string {
	at := m.runs()[m.runAt()]
	for i := range m.now().Record.Trials {
		t := &m.now().Record.Trials[i]
		if t.Run != at.id {
			continue
		}
		if t.Error != "" {
			return at.name() + ": " + text.Plain([]byte(t.Error))
		}
		f := choice.Figures()[0]
		return at.name() + ": " + scaled(f.Unit, t.Wall)(t.Wall, true)
	}
	return at.name()
}
