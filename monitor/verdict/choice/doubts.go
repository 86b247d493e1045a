package choice

import (
	"fmt"
	"math"
)

// doubts are sentences on what makes the figures less sure than they look.
func (c *contest) doubts() []string {
	if len(c.ways) == 0 {
		return nil
	}
	out := []string{c.fewRounds(), c.foreignLoad(), c.stolen(), c.throttled(), c.idleBaseline()}
	for _, w := range c.ways {
		out = append(out, c.superlinear(w), c.tooManyCores(w), c.identity(w))
	}
	for i := range c.t.Columns {
		if w := &c.t.Columns[i]; w.Counts() {
			out = append(out, c.outliers(w))
		}
	}
	return said(append(out, c.printed()...))
}

func (c *contest) fewRounds() string {
	if n := c.rounds(); n < limits.rounds {
		return fmt.Sprintf("%s, of %d that a recommendation needs: how far the times spread is not known.", capital(rounds(n)), limits.rounds)
	}
	return ""
}

func (c *contest) foreignLoad() string {
	if !disturbed(c.t) {
		return ""
	}
	cores, known := foreign(c.t)
	text := "Other programs took cores meanwhile"
	if known {
		text = fmt.Sprintf("Other programs kept %.1f of %s cores busy meanwhile", cores, amount(c.t.Cores))
	}
	if lost, known := unmet(c.t); known {
		text += fmt.Sprintf(", and even one after the other, jobs that wanted a core were without one %s of that time", percent(lost))
	}
	text += ": what runs more at once gets more of the cores"
	if c.loaded {
		text += fmt.Sprintf(", so only differences above %s count", times(limits.loaded))
	}
	return text + "."
}

func (c *contest) stolen() string {
	if most := c.most(func(w *Column) float64 { return w.Stolen }); most > limits.stolen {
		return fmt.Sprintf("The hypervisor took up to %s of the cores' time for other machines.", percent(most))
	}
	return ""
}

func (c *contest) throttled() string {
	if most := c.most(func(w *Column) float64 { return w.Throttled }); most > limits.throttled {
		return fmt.Sprintf("The quota of %s held the jobs back up to %s of the time.", cores(c.t.Cores), percent(most))
	}
	return ""
}

// most is the largest of a figure of those in the ranking.
func (c *contest) most(of func(*Column) float64) float64 {
	most := 0.0
	for i := range c.t.Columns {
		if w := &c.t.Columns[i]; w.Counts() {
			most = max(most, of(w))
		}
	}
	return most
}

// idleBaseline is that one job after the other, which hardly waits, kept no core busy: what came
// between is not the jobs' work, and every speed-up has it.
func (c *contest) idleBaseline() string {
	base := c.t.Serial()
	if base == nil || base.Parallelism.N == 0 || c.nature.bound != CPU && c.nature.bound != GIL || disturbed(c.t) {
		return ""
	}
	if a := base.Parallelism.Mean; a < limits.idle {
		return fmt.Sprintf("One after the other, jobs that hardly wait kept %.2f of a core busy: the rest is starting and ending them, and part of every speed-up here.", a)
	}
	return ""
}

// superlinear is a speed-up that cores cannot explain, and no work that was saved either.
func (c *contest) superlinear(w *Column) string {
	saved := w.Inflation.N > 0 && w.Inflation.Mean < limits.cheaper
	if w.Speedup.N == 0 || saved || c.nature.bound != CPU && c.nature.bound != GIL || w.Speedup.Low <= limits.over*c.t.Usable() {
		return ""
	}
	return fmt.Sprintf("%s were %s as fast as one after the other, which %s cannot explain: something slowed the baseline down.",
		capital(who(w.Way, c.t.Jobs)), times(w.Speedup.Mean), cores(c.t.Usable()))
}

// tooManyCores is that a way had more cores than it may use.
func (c *contest) tooManyCores(w *Column) string {
	if w.Parallelism.N == 0 || w.Parallelism.Mean <= limits.over*c.t.Cores {
		return ""
	}
	return fmt.Sprintf("%s are said to have kept %.2f cores busy, of %s: the number of cores changed, or CPU time is counted wrongly.",
		capital(who(w.Way, c.t.Jobs)), w.Parallelism.Mean, amount(c.t.Cores))
}

// identity checks S = A/(I·A_s), which holds for any data that were taken together.
func (c *contest) identity(w *Column) string {
	base := c.t.Serial()
	if base == nil || base.Parallelism.N == 0 || w.Parallelism.N == 0 || w.Inflation.N == 0 || w.Speedup.N == 0 ||
		base.Parallelism.Mean <= 0 || w.Inflation.Mean <= 0 {
		return ""
	}
	want := w.Parallelism.Mean / (w.Inflation.Mean * base.Parallelism.Mean)
	if want <= 0 || math.Abs(w.Speedup.Mean/want-1) <= limits.identity {
		return ""
	}
	return fmt.Sprintf("The speed-up of %s is %s by its times, %s by its CPU time: its rounds differ too much, or some were measured badly.",
		who(w.Way, c.t.Jobs), times(w.Speedup.Mean), times(want))
}

func (c *contest) outliers(w *Column) string {
	if w.Wall.Outliers == 0 {
		return ""
	}
	lies := "lie"
	if w.Wall.Outliers == 1 {
		lies = "lies"
	}
	of := who(w.Way, c.t.Jobs)
	if w.Serial {
		of = "running them " + of
	}
	return fmt.Sprintf("%d of the %d times of %s %s far from the others.", w.Wall.Outliers, w.Wall.N, of, lies)
}
