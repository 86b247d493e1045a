package cores

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"parallax/monitor/verdict"
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
		blocked:  {"░", verdict.Shares(spent(s)).BlockedLabel(), st.Blocked},
		paused:   {"‖", "paused", st.Paused},
		unsaid:   {"·", "not known how", st.Dim},
	}
}

// spent is where the run's time went lately or, when it is over, in all.
func spent(s *scene.Scene) runner.Split {
	if s.State.Over() {
		return s.State.Times.Total
	}
	return s.State.Times.Recent
}

// lanesLate is by how much lanes may be later than samples.
const lanesLate = 300 * time.Millisecond

// jobRows draws the jobs of a block: in which state each was most of each column or, where a job has
// several rows, for how much of it in each.
func jobRows(s *scene.Scene, lens Lens, past *Past, axis Axis, b block) []*text.Row {
	had := held(&s.State.Lanes, past, axis)
	look := looks(s)
	known := axis.N // who had a core is known a little later than how jobs waited
	since := max(s.State.Lanes.End(), s.State.Elapsed(s.Now)-lanesLate)
	for axis.Step < past.span && known > 0 && axis.at(known-1) >= since {
		known--
	}
	var out []*text.Row
	for task := b.first; task < b.first+b.n; task++ {
		mark := -1
		if lens.on && task == s.Focus {
			mark = axis.column(lens.at)
		}
		columns := make([]column, known)
		for i := range columns {
			columns[i] = past.column(task, axis, i, had[i])
		}
		drawn := b.rows
		if b.rows >= apart {
			drawn--
		}
		for row := range b.rows {
			r := text.NewRow(b.width)
			if row == 0 {
				putName(r, s, task, b.side)
			}
			r.Skip(b.side - r.Used())
			if row < drawn {
				putStates(r, s, look, columns, drawn-1-row, drawn, mark)
			}
			out = append(out, r)
		}
	}
	return out
}

// apart is the rows of a job from which on one of them is blank, to tell jobs apart.
const apart = 4

// putStates puts the level-th row, from below, of the columns of a job that has so many rows.
func putStates(r *text.Row, s *scene.Scene, look [states]stateLook, columns []column, level, rows, mark int) {
	at := func(i int) int { return columns[i].state(level, rows) }
	for i := 0; i < len(columns); {
		if i == mark {
			r.Put(s.Styles.AccentBold, cursor)
			i++
			continue
		}
		state, n := at(i), 1
		for i+n < len(columns) && i+n != mark && at(i+n) == state {
			n++
		}
		if state < 0 {
			r.Skip(n)
		} else {
			r.Repeat(look[state].ink, look[state].glyph, n)
		}
		i += n
	}
}

// putName puts what stands before a job's row.
func putName(r *text.Row, s *scene.Scene, task, side int) {
	st := s.Styles
	pointer, mark := " ", "█"
	if task == s.Focus {
		pointer = "▸"
	}
	if st.Letters {
		mark = themes.Letter(task)
	}
	r.Put(st.Key, pointer).Put(st.Job(task), mark).Skip(1)
	r.Put(st.Text, text.Shorten(s.State.Jobs[task].Name, side-4))
}

// column is for how much of a column a job was in each state, in percent, and in which it was most:
// -1 if it was not there.
type column struct {
	shares [states]float64
	most   int
}

// telling is the order in which states are preferred where a job was as long in each.
var telling = [states]int{waitCore, waitGIL, paused, onCore, blocked, unsaid}

// column is how a job was in a column. had is what each task had of the cores then, where that is known
// more finely than how jobs waited.
func (p *Past) column(task int, axis Axis, i int, had map[int32]float64) column {
	from := axis.at(i)
	c := column{shares: p.between(task, from, from+axis.Step), most: -1}
	if had != nil {
		c.shares = refined(c.shares, had[int32(task)])
	}
	most := 1.0 // less than a percent is rounding
	for _, k := range telling {
		if c.shares[k] > most {
			c.most, most = k, c.shares[k]
		}
	}
	return c
}

// refined is what samples tell of a job in a time, in percent, for a part of it in which it had so much
// of the cores: what it did else is in the same proportion. By its own accounts it was on a core all
// that time if it did nothing else.
func refined(shares [states]float64, had float64) [states]float64 {
	rest := -shares[onCore]
	for _, share := range shares {
		rest += share
	}
	there := min(rest+shares[onCore], 100)
	if rest < 1 {
		return shares
	}
	had = min(had, 100)
	for k := range shares {
		shares[k] *= max(there-had, 0) / rest
	}
	shares[onCore] = had
	return shares
}

// state is what stands in the level-th of so many rows, from below, or -1 for nothing. In one row it is
// the state in which the job was most; in several the states stand on each other, each as tall as its share.
func (c column) state(level, rows int) int {
	if rows == 1 || c.most < 0 {
		return c.most
	}
	sum := 0.0
	for _, share := range c.shares {
		sum += share
	}
	whole := 100.0
	if sum > 90 { // the rest is rounding
		whole = sum
	}
	at, reached := (float64(level)+0.5)*whole/float64(rows), 0.0
	for k, share := range c.shares {
		if reached += share; at < reached {
			return k
		}
	}
	return -1
}

// legendOfStates says what the glyphs mean, of those states that occur: in short where there is no room.
func legendOfStates(s *scene.Scene, past *Past, width int) *text.Row {
	all := looks(s)
	begin, need := sideOf(s, width+4), 0
	occurs := func(k int) bool { return past.seen[k] || k == onCore || k == blocked }
	for k, look := range all {
		if occurs(k) {
			need += text.Width(look.name) + 5
		}
	}
	if need > width-begin {
		all = brief(all)
	}
	r := text.NewRow(width).Skip(begin)
	for k, look := range all {
		if !occurs(k) {
			continue
		}
		if r.Left() < text.Width(look.name)+2 {
			break
		}
		r.Put(look.ink, look.glyph).Skip(1).Put(s.Styles.Dim, look.name).Skip(3)
	}
	return r
}

// brief is the same with shorter names.
func brief(all [states]stateLook) [states]stateLook {
	all[waitCore].name, all[waitGIL].name, all[unsaid].name = "core wait", "GIL wait", "unknown"
	return all
}

// pastAt says in which states the job in focus was in a time: in short where there is no room.
func pastAt(r *text.Row, s *scene.Scene, past *Past, from, to time.Duration) *text.Row {
	shares := past.between(s.Focus, from, to)
	words := func(all [states]stateLook) string {
		var out []string
		for k, look := range all {
			if shares[k] >= 1 {
				out = append(out, fmt.Sprintf("%s %.0f %%", look.name, shares[k]))
			}
		}
		if len(out) == 0 {
			return "was not running"
		}
		return strings.Join(out, ", ")
	}
	known := max(to-from, past.span)
	begin := from.Truncate(known)
	r.Put(s.Styles.JobBold(s.Focus), text.Shorten(s.State.Jobs[s.Focus].Name, r.Left()/3))
	r.Put(s.Styles.Dim, " "+stamp(begin, known)+" to "+stamp(begin+known, known)+": ")
	said := words(looks(s))
	if text.Width(said) > r.Left() {
		said = words(brief(looks(s)))
	}
	return r.Put(s.Styles.Text, text.Shorten(said, r.Left()))
}

// atOnce draws for how much of the time 0, 1, 2 … threads were on cores at once: lately or, of a run
// that is over, in all of it. In several rows each number has its own.
func atOnce(s *scene.Scene, past *Past, width, rows int) []*text.Row {
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
	out := []*text.Row{r}
	share := func(k int) float64 { return float64(times[k]) / float64(all) }
	switch r.Put(st.Dim, when+"  "); {
	case all <= 0 && strings.HasPrefix(s.State.Lanes.Tier, "exact"):
		r.Put(st.Dim, "nothing yet")
	case s.State.Lanes.Tier == "":
		r.Put(st.Dim, "measuring …")
	case all <= 0:
		out[0] = text.NewRow(width).Put(st.Dim, "on cores at once: needs exact lanes")
	case rows >= len(times):
		begin := r.Used()
		for k := range times {
			if k > 0 {
				r = text.NewRow(width).Skip(begin)
				out = append(out, r)
			}
			putCount(r, s, k, share(k), min(r.Left(), 60))
		}
	case r.Left()/len(times) >= countWords+3:
		each := min(r.Left()/len(times), 30)
		for k := range times {
			putCount(r, s, k, share(k), each)
		}
	default: // as columns side by side
		crowded(r, s, times, share, most, float64(sum)/float64(all))
	}
	for len(out) < rows {
		out = append(out, text.NewRow(width))
	}
	return out[:rows]
}

// countWords is what a count takes beside its bar: the number, the percentage, and blanks.
const countWords = 9

// putCount puts for how much of the time so many were on cores at once, in so many columns.
func putCount(r *text.Row, s *scene.Scene, k int, share float64, columns int) {
	st := s.Styles
	n := int(share*float64(columns-countWords) + 0.5)
	r.Put(st.Text, fmt.Sprintf("%d ", k))
	if n == 0 {
		r.Put(st.Bar, "▏")
	}
	r.Repeat(st.Bar, "█", n).Put(st.Text, " "+draw.Percent(share)).Skip(2)
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
