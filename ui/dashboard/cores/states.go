package cores

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"parallax/runner"
	"parallax/themes"
	"parallax/ui/dashboard/scene"
	"parallax/ui/draw"
	"parallax/ui/text"
)

// stateLook is how a state is drawn and called. Each has a glyph of its own: colour is never all.
type stateLook struct {
	glyph, name string
	ink         text.Ink
}

func looks(s *scene.Scene) [states]stateLook {
	st := s.Styles
	return [states]stateLook{
		onCore:   {"█", "on a core", st.OnCore},
		waitCore: {"▓", "waiting for a core", st.WaitCore},
		waitGIL:  {"▒", "waiting for the GIL", st.WaitGIL},
		blocked:  {"░", "blocked", st.Blocked},
		paused:   {"‖", "paused", st.Paused},
		unsaid:   {"·", "not known how", st.Dim},
	}
}

// lanesLate is by how much lanes may be later than samples.
const lanesLate = 300 * time.Millisecond

// jobRows draws the jobs of a plan: in which state each was most of each column.
func jobRows(s *scene.Scene, lens Lens, past *Past, axis Axis, p plan) []*text.Row {
	had := owners(&s.State.Lanes, past, axis)
	look := looks(s)
	known := axis.N // who had a core is known a little later than how jobs waited
	since := max(s.State.Lanes.End(), s.State.Elapsed(s.Now)-lanesLate)
	for axis.Step < past.span && known > 0 && axis.at(known-1) >= since {
		known--
	}
	var out []*text.Row
	for task := p.first; task < p.first+p.n; task++ {
		r := text.NewRow(p.inner)
		putName(r, s, task)
		mark := -1
		if lens.on && task == s.Focus {
			mark = axis.column(lens.at)
		}
		for i := 0; i < axis.N; {
			if i == mark {
				r.Put(s.Styles.AccentBold, cursor)
				i++
				continue
			}
			if i >= known {
				r.Skip(1)
				i++
				continue
			}
			state, n := past.state(task, axis, i, had[i]), 1
			for i+n < known && i+n != mark && past.state(task, axis, i+n, had[i+n]) == state {
				n++
			}
			if state < 0 {
				r.Skip(n)
			} else {
				r.Repeat(look[state].ink, look[state].glyph, n)
			}
			i += n
		}
		out = append(out, r)
	}
	return out
}

// putName puts what stands before a job's row.
func putName(r *text.Row, s *scene.Scene, task int) {
	st := s.Styles
	pointer, mark := " ", "█"
	if task == s.Focus {
		pointer = "▸"
	}
	if st.Letters {
		mark = themes.Letter(task)
	}
	r.Put(st.Key, pointer).Put(st.Job(task), mark).Skip(1)
	r.Put(st.Text, text.Ellipsis(s.State.Jobs[task].Name, labelWidth-4)).Skip(labelWidth - r.Used())
}

// owners is, for each column in which that is known better than how jobs waited, which tasks had
// cores; nil for the others.
func owners(h *runner.History, past *Past, axis Axis) [][]int32 {
	out := make([][]int32, axis.N)
	for i := range out {
		from := axis.at(i)
		if axis.Step >= past.span || h.Known(from) > axis.Step || from >= h.End() {
			continue
		}
		out[i] = []int32{}
		for row := range h.Rows {
			if c, ok := h.Span(row, from, from+axis.Step); ok && c.Task >= 0 {
				out[i] = append(out[i], c.Task)
			}
		}
	}
	return out
}

// state is in which state a job was most of a column, or -1 if it was not there. had are the tasks
// that had cores then, where that is known that finely.
func (p *Past) state(task int, axis Axis, column int, had []int32) int {
	from := axis.at(column)
	shares := p.between(task, from, from+axis.Step)
	if had != nil {
		if slices.Contains(had, int32(task)) {
			return onCore
		}
		shares[onCore] = 0
	}
	state, most := -1, 1.0 // less than a percent is rounding
	for k, share := range shares {
		if share > most {
			state, most = k, share
		}
	}
	return state
}

// legendOfStates says what the glyphs mean, of those states that occur.
func legendOfStates(s *scene.Scene, past *Past, width int) *text.Row {
	r := text.NewRow(width).Skip(labelWidth)
	for k, look := range looks(s) {
		if k == waitGIL && !past.seen[k] || k == unsaid && !past.seen[k] || k == paused && !past.seen[k] {
			continue
		}
		if r.Left() < text.Width(look.name)+4 {
			break
		}
		r.Put(look.ink, look.glyph).Skip(1).Put(s.Styles.Dim, look.name).Skip(3)
	}
	return r
}

// pastAt says in which states the job in focus was in a time.
func pastAt(r *text.Row, s *scene.Scene, past *Past, from, to time.Duration) *text.Row {
	shares := past.between(s.Focus, from, to)
	var words []string
	for k, look := range looks(s) {
		if shares[k] >= 1 {
			words = append(words, fmt.Sprintf("%s %.0f %%", look.name, shares[k]))
		}
	}
	said := strings.Join(words, ", ")
	if said == "" {
		said = "was not running"
	}
	known := max(to-from, past.span)
	begin := from.Truncate(known)
	r.Put(s.Styles.JobBold(s.Focus), s.State.Jobs[s.Focus].Name)
	return r.Put(s.Styles.Dim, " "+stamp(begin, known)+" to "+stamp(begin+known, known)+": ").Put(s.Styles.Text, said)
}

// atOnce draws for how much of the time 0, 1, 2 … threads were on cores at once: lately or, of a run
// that is over, in all of it.
func atOnce(s *scene.Scene, past *Past, width int) *text.Row {
	st := s.Styles
	r := text.NewRow(width).Put(st.Dim, "on cores at once ")
	times, when := past.AtOnce(), "lately"
	if s.State.Over() || s.State.Ended {
		times, when = s.State.Together, "in all"
	}
	var all, sum time.Duration
	most := 0
	for k, d := range times {
		all, sum = all+d, sum+time.Duration(k)*d
		if d > times[most] {
			most = k
		}
	}
	if all <= 0 {
		why := ": needs exact lanes"
		if strings.HasPrefix(s.State.Lanes.Tier, "exact") {
			why = ": nothing yet"
		}
		return r.Put(st.Dim, strings.TrimSpace(why))
	}
	r.Put(st.Dim, when+"  ")
	share := func(k int) float64 { return float64(times[k]) / float64(all) }
	const figures = 9 // the number, the percentage, and blanks
	each := min(r.Left()/len(times), 30)
	if each >= figures+3 {
		for k := range times {
			n := int(share(k)*float64(each-figures) + 0.5)
			r.Put(st.Text, fmt.Sprintf("%d ", k))
			if n == 0 {
				r.Put(st.Bar, "▏")
			}
			r.Repeat(st.Bar, "█", n).Put(st.Text, fmt.Sprintf(" %.0f %%", 100*share(k))).Skip(2)
		}
		return r
	}
	return crowded(r, s, times, share, most, float64(sum)/float64(all))
}

// crowded is atOnce for many cores: a column for each number of them, or for several.
func crowded(r *text.Row, s *scene.Scene, times []time.Duration, share func(int) float64, most int, mean float64) *text.Row {
	st := s.Styles
	words := fmt.Sprintf(" · mostly %d (%.0f %%) · %.1f on average", most, 100*share(most), mean)
	last := fmt.Sprintf(" %d", len(times)-1)
	room := max(r.Left()-len(words)-len(last)-3, 1)
	each := (len(times) + room - 1) / room
	r.Put(st.Text, "0 ")
	var parts []float64
	top := 0.0
	for group := range slices.Chunk(times, each) {
		part := 0.0
		for _, d := range group {
			part += float64(d)
		}
		parts, top = append(parts, part), max(top, part)
	}
	for _, part := range parts {
		r.Put(st.Bar, draw.Height(max(part/top, 0.01)))
	}
	return r.Put(st.Text, last).Put(st.Dim, words)
}
