package choice

import (
	"cmp"
	"slices"

	"parallax/monitor/verdict/stats"
	"parallax/runner"
)

// Decide says which model to use, by the rules that docs/compare.md explains. Fewer than three rounds
// suggest at most. The same table gives the same verdict.
func Decide(t *Table) Verdict {
	c := contest{t: t, nature: natureOf(t), loaded: felt(t, limits.foreignBad, limits.feltBad)}
	c.enter()
	v := Verdict{Bound: c.nature.bound}
	switch {
	case len(c.ways) == 0:
		c.nobody(&v)
	case t.Jobs == 1:
		c.alone(&v)
	default:
		c.judge(&v)
	}
	v.Reasons = append(v.Reasons, c.outs()...)
	v.Doubts = append(v.Doubts, c.doubts()...)
	return v
}

// contest is what a verdict is found by.
type contest struct {
	t       *Table
	nature  nature
	loaded  bool      // others held so much that only large differences count
	ways    []*Column // to choose among, the cheapest first: all in the ranking but the baseline
	large   []*Column // that would be among them if they did not hold too much memory
	fastest *Column   // of the ways
}

// prices are the models of a table, the cheapest first. Subinterpreters are last because they are experimental.
// Where jobs compute and wait, a few interpreters can do what as many processes as jobs do; where they only
// compute or only wait, and where they were seen to take longer and more memory while nobody was in their way,
// they are processes with more in them that can break.
func prices(b Bound, t *Table, loaded bool) []runner.Model {
	hybrid, processes := t.Of(runner.Hybrid), t.Of(runner.Processes)
	dear := !loaded && hybrid != nil && processes != nil && hybrid.Wall.Mean > processes.Wall.Mean &&
		hybrid.Memory.N > 0 && processes.Memory.N > 0 && hybrid.Memory.Low > processes.Memory.High
	if b == Mixed && !dear {
		return []runner.Model{runner.Goroutines, runner.Threads, runner.Hybrid, runner.Processes, runner.Interpreters}
	}
	return []runner.Model{runner.Goroutines, runner.Threads, runner.Processes, runner.Hybrid, runner.Interpreters}
}

// enter finds the ways to choose among. A way that holds nearly all of the free memory is one only
// where there is no other.
func (c *contest) enter() {
	var all []*Column
	for _, m := range prices(c.nature.bound, c.t, c.loaded) {
		if w := c.t.Of(m); w != nil {
			all = append(all, w)
		}
	}
	for _, w := range all {
		if c.t.Memory > 0 && w.Memory.N > 0 && w.Memory.Mean > limits.memory*float64(c.t.Memory) {
			c.large = append(c.large, w)
			continue
		}
		c.ways = append(c.ways, w)
	}
	if len(c.ways) == 0 {
		c.ways, c.large = c.large, nil
	}
	if len(c.ways) > 0 {
		c.fastest = slices.MinFunc(c.ways, func(a, b *Column) int { return cmp.Compare(a.Wall.Mean, b.Wall.Mean) })
	}
}

// judge chooses the cheapest way that is as quick as the fastest; running the jobs one after the other is
// the cheapest of all. A cheaper way of which that is not clear makes it inconclusive.
func (c *contest) judge(v *Verdict) {
	entrants := c.ways
	if base := c.t.Serial(); base != nil {
		entrants = append([]*Column{base}, entrants...)
	}
	var open *Column
	for _, w := range entrants {
		switch s := c.stand(w); {
		case s == unclear && w == c.fastest && open == nil:
			other, _ := c.challenger()
			c.between(v, w, other)
			return
		case s == unclear && w == c.fastest:
			c.between(v, open, w)
			return
		case s == unclear && open == nil:
			open = w
		case s.quick() && open != nil:
			c.between(v, open, w)
			return
		case s.quick():
			c.recommend(v, w, s == maybeQuick)
			return
		}
	}
}

// standing is how a way stands against the fastest.
type standing int

const (
	slow standing = iota
	unclear
	maybeQuick
	surelyQuick
)

func (s standing) quick() bool { return s >= maybeQuick }

// stand says how a way stands against the fastest.
func (c *contest) stand(w *Column) standing {
	if w == c.fastest {
		return c.lead()
	}
	r, margin := ratio(w, c.fastest), c.margin(w)
	slower := margin
	if c.loaded {
		slower = max(slower, limits.loaded)
	}
	switch {
	case r.N == 0:
		return unclear
	case r.Low > slower && c.explained(w):
		return slow
	case r.Low > slower:
		return unclear
	case r.Mean <= margin && r.High <= max(limits.unsure, margin):
		return surelyQuick
	case r.Mean <= margin && r.High <= limits.unknown:
		return maybeQuick
	case r.Mean <= limits.tie && r.Low <= 1 && r.High <= limits.unknown && beatsSerial(w) && beatsSerial(c.fastest):
		return maybeQuick
	}
	return unclear
}

// lead says how sure it is that the fastest way is one: what is the fastest on average can, for all that is
// known, take much longer than another.
func (c *contest) lead() standing {
	switch other, r := c.challenger(); {
	case other == nil:
		return surelyQuick
	case r.High > limits.unknown:
		return unclear
	case r.High > max(limits.unsure, c.margin(c.fastest)):
		return maybeQuick
	}
	return surelyQuick
}

// challenger is the way that may be ahead of the fastest by most, with the ratio of the fastest to it; nil
// where none has rounds in common with it.
func (c *contest) challenger() (other *Column, r stats.Estimate) {
	for _, w := range c.ways {
		if e := ratio(c.fastest, w); w != c.fastest && e.N > 0 && (other == nil || e.High > r.High) {
			other, r = w, e
		}
	}
	return other, r
}

// explained reports whether a way that took longer did so by its own doing, and not because others
// left it fewer cores: one process among many gets fewer than four do (and under Linux' autogroups
// one session fewer than four, however many threads are in it). Where its jobs wait for the GIL it is that.
// Else they must have had most of the cores that they could have used. How much hybrid loses to others where
// jobs also wait cannot be told.
func (c *contest) explained(w *Column) bool {
	switch {
	case w.Serial:
		return true
	case c.loaded && c.nature.bound == Mixed && w.Model == runner.Hybrid:
		return false
	case waitsForGIL(w):
		return true
	case c.nature.bound == Mixed:
		return !c.loaded // how many jobs want a core changes all the time, so that its mean says little
	case w.Model == runner.Threads && w.WaitGIL.N == 0 && c.nature.bound == GIL:
		return !c.loaded
	}
	return !c.loaded && lost(c.t, w) <= limits.lost
}

// margin is how much slower a way may be than the fastest and still be preferred for its price.
func (c *contest) margin(w *Column) float64 {
	switch {
	case w.Serial:
	case c.nature.bound == IO, c.nature.bound == Mixed && w.Model == runner.Hybrid:
		return limits.easy
	}
	return limits.margin
}

// beatsSerial reports whether a way is clearly faster than running the jobs one after the other.
func beatsSerial(c *Column) bool { return !c.Serial && c.Speedup.Low > limits.margin }
