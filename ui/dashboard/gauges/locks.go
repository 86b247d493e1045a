package gauges

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"parallax/runner"
	"parallax/ui/dashboard/scene"
	"parallax/ui/draw"
	"parallax/ui/text"
)

// stale is how long after it was last seen a GIL is still shown.
const stale = 1500 * time.Millisecond

// Locks returns the GILs worth showing: those seen lately or, when the run is over, all; those that
// hold back most first.
func Locks(s *runner.State) []runner.Lock {
	var out []runner.Lock
	for _, l := range s.Locks {
		if s.Over() || s.Now-l.At < stale {
			out = append(out, l)
		}
	}
	slices.SortStableFunc(out, func(a, b runner.Lock) int { return cmp.Compare(b.Mean.Waiting, a.Mean.Waiting) })
	return out
}

// GIL draws a gauge for each interpreter in a panel of its own.
func GIL(s *scene.Scene, width, height int) []string {
	st := s.Styles
	box := draw.Box{Border: st.Border, Width: width, Height: height, Left: []draw.Span{{Ink: st.Title, Text: "interpreters"}}}
	return box.View(locks(s, box.Inner(), box.Rows()))
}

// locks draws gauges in so many rows: two for each interpreter if all fit so, else one.
func locks(s *scene.Scene, width, rows int) []*text.Row {
	all := Locks(s.State)
	tall := 2*len(all) <= rows
	shown := all
	if !tall && len(all) > rows {
		shown = all[:max(rows-1, 0)]
	}
	var out []*text.Row
	for i := range shown {
		g := shown[i].Last
		if s.State.Over() {
			g = shown[i].Mean
		}
		out = append(out, gauge(s, &g, width, tall)...)
	}
	if more := len(all) - len(shown); more > 0 && rows > 0 {
		out = append(out, text.NewRow(width).Put(s.Styles.Dim, "and "+draw.Plural(more, "more interpreter", "more interpreters")))
	}
	return out
}

// gauge draws one interpreter: how many cores its jobs keep busy, on the scale of all that there are,
// with a mark at the one that a GIL lets Python code have, and what is seen of the GIL.
func gauge(s *scene.Scene, g *runner.GIL, width int, tall bool) []*text.Row {
	st := s.Styles
	name := lockName(s.State, g)
	r := text.NewRow(width)
	switch {
	case g.Why != "":
		first := text.NewRow(width).Put(st.Dim, text.Shorten("GIL "+name+": not measured", width))
		if !tall {
			return []*text.Row{first}
		}
		return []*text.Row{first, text.NewRow(width).Put(st.Dim, text.Shorten(g.Why, width))}
	case g.Free:
		words := text.NewRow(width).Put(st.Good, "no GIL").Put(st.Dim, text.Shorten(": it uses all cores", width-6))
		if !tall {
			return []*text.Row{r.Put(st.Dim, text.Shorten(name, width-8)).Skip(2).Put(st.Good, "no GIL")}
		}
		bar(s, r.Put(st.Dim, name).Skip(1), g, r.Left())
		return []*text.Row{r, words}
	}
	if tall {
		bar(s, r.Put(st.Dim, text.Shorten("GIL "+name, width-8)).Skip(1), g, r.Left())
		return []*text.Row{r, text.NewRow(width).Put(lockInk(s, g), fitting(lockWords(g), width))}
	}
	words := fitting(lockWords(g), width*3/5)
	room := max(width-text.Width(words)-6, 4)
	if own, ok := owner(s.State, g); ok && text.Width("GIL "+name) > room { // whose it is matters more than its version
		name = own
	}
	r.Put(st.Dim, text.Shorten("GIL "+name, room)).Skip(1)
	bar(s, r, g, width-r.Used()-text.Width(words)-1)
	return []*text.Row{r.PutRight(0, lockInk(s, g), words)}
}

// lockInk is the ink of what is said of a GIL: one that many wait for stands out.
func lockInk(s *scene.Scene, g *runner.GIL) text.Ink {
	if g.Waiting >= 1 {
		return s.Styles.WaitGIL
	}
	return s.Styles.Text
}

// lockName names an interpreter briefly: "3.13.0", "3.13.0 #2", or after the job that has it to itself.
func lockName(s *runner.State, g *runner.GIL) string {
	name := cmp.Or(text.Plain([]byte(g.Python)), "python")
	switch {
	case g.Host > 1 && g.Task < 0:
		name += fmt.Sprintf(" #%d", g.Host)
	default:
		if own, ok := owner(s, g); ok {
			name += " " + own
		}
	}
	return name
}

// owner is the name of the job that has an interpreter to itself, if one has.
func owner(s *runner.State, g *runner.GIL) (name string, ok bool) {
	if g.Task < 0 || g.Task >= len(s.Jobs) {
		return "", false
	}
	return s.Jobs[g.Task].Name, true
}

// lockWords says what is seen of a GIL, at length and ever more briefly.
func lockWords(g *runner.GIL) []string {
	held := draw.Percent(max(g.Held, 0))
	long, middle, short := []string{}, []string{}, []string{}
	if g.Held >= 0 {
		long, middle, short = append(long, "held "+held), append(middle, "held "+held), append(short, held)
	}
	if g.Waiting >= 0 {
		long, middle = append(long, fmt.Sprintf("%.1f waiting", g.Waiting)), append(middle, fmt.Sprintf("%.1f wait", g.Waiting))
		short = append(short, fmt.Sprintf("%.1f wait", g.Waiting))
	}
	brief := slices.Clone(middle)
	if g.Handoffs >= 0 {
		long, middle = append(long, fmt.Sprintf("%.0f hand-offs/s", g.Handoffs)), append(middle, fmt.Sprintf("%.0f/s", g.Handoffs))
	}
	return []string{strings.Join(long, " · "), strings.Join(middle, " · "), strings.Join(brief, " · "), strings.Join(short, " ")}
}

// fitting returns the first text that fits.
func fitting(texts []string, width int) string {
	for _, t := range texts {
		if text.Width(t) <= width {
			return t
		}
	}
	return text.Shorten(texts[len(texts)-1], width)
}

// bar draws how many cores an interpreter's jobs keep busy, and the ceiling of one.
func bar(s *scene.Scene, r *text.Row, g *runner.GIL, width int) {
	st := s.Styles
	cores := ceiling(s)
	if width < 4 || cores <= 0 {
		return
	}
	at := width - 1 // where one core ends
	if cores > 1 {
		at = max(1, int(float64(width-1)/cores+0.5))
	}
	ink := st.OnCore
	full := int(min(busy(s.State, g)/cores, 1)*float64(width) + 0.5)
	for x := range width {
		switch {
		case x == at && !g.Free:
			r.Put(st.WaitGIL, "┃")
		case x < full:
			r.Put(ink, "━")
		default:
			r.Put(st.BarRest, "━")
		}
	}
}

// ceiling is how many cores the run may use.
func ceiling(s *scene.Scene) float64 {
	all := float64(len(s.State.Cores))
	if q := s.State.Quota; q > 0 {
		all = min(all, q)
	}
	return all
}

// busy is how many cores the jobs of an interpreter keep busy lately or, when the run is over, did on
// average.
func busy(s *runner.State, g *runner.GIL) float64 {
	sum := 0.0
	add := func(i int) {
		t := &s.Tasks[i]
		if t.Stats == nil {
			return
		}
		split := t.Stats.Recent
		if s.Over() {
			split = t.Stats.Total
			split.Span = s.Elapsed(s.Now)
		}
		sum += split.Cores()
	}
	if g.Task >= 0 && g.Task < len(s.Tasks) {
		add(g.Task)
		return sum
	}
	among := s.Active
	if s.Over() {
		among = nil
		for i := range min(len(s.Tasks), 1000) { // it is drawn in each frame
			among = append(among, i)
		}
	}
	for _, i := range among {
		if h := s.Tasks[i].Host; h.ID != 0 && h.ID == g.Host {
			add(i)
		}
	}
	return sum
}
