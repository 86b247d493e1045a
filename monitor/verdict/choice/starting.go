package choice

import (
	"fmt"
	"math"
	"slices"

	"parallax/monitor/verdict/stats"
	"parallax/runner"
)

// startsTook is the CPU time that the start of their interpreters took of a column's jobs, in seconds, where
// each has its own; 0 where that is not known. Empty processes that start side by side keep at most the cores
// busy, so it is rather too much than too little.
func startsTook(t *Table, seen *Column) float64 {
	of := seen
	if seen.Startup.N == 0 {
		of = t.Of(runner.Processes)
	}
	if seen.Model != runner.Processes || of == nil || of.Startup.N == 0 || seen.CPU.N == 0 {
		return 0
	}
	n := float64(running(of.Way, t.Jobs))
	each := of.Startup.Mean * max(min(n, t.Cores), 1) / n
	return min(each*float64(t.Jobs), seen.CPU.Mean)
}

// withoutStarts takes the start of their interpreters out of what jobs of both kinds do: a script that
// sleeps for 0.1 s computes only while Python starts. Jobs that hardly block compute, with it or without.
func (n nature) withoutStarts(t *Table) nature {
	took := startsTook(t, n.seen)
	if took <= 0 || n.seen.OnCore.Mean <= 0 || n.computing >= limits.computes || n.computing <= limits.waits {
		return n
	}
	works := n.seen.CPU.Mean
	whole := works / n.computing // computing or blocked
	n.computing, n.started = (works-took)/max(whole-took, 1e-9), true
	return n
}

// byStarting reports whether what a way lost to another is what it costs to start: by no more than their
// start-ups differ, as far as either is known, or because both do little else.
func (c *contest) byStarting(winner, loser *Column) bool {
	a, b := winner.Startup, loser.Startup
	if a.N == 0 || b.N == 0 || b.Mean <= a.Mean {
		return false
	}
	return loser.Wall.Mean-winner.Wall.Mean <= reach(b)-depth(a) || c.startsMostly(winner) && c.startsMostly(loser)
}

// reach and depth are the bounds of an estimate, or its mean where they are not known.
func reach(e stats.Estimate) float64 {
	if math.IsInf(e.High, 0) {
		return e.Mean
	}
	return e.High
}

func depth(e stats.Estimate) float64 {
	if math.IsInf(e.Low, 0) {
		return e.Mean
	}
	return e.Low
}

// startsMostly reports whether a way spends most of its time on starting.
func (c *contest) startsMostly(w *Column) bool {
	return w.Startup.N > 0 && w.Startup.Mean >= limits.starting*w.Wall.Mean
}

// starts says that two ways differ by what they cost to start, and what that means.
func (c *contest) starts(winner, loser *Column) string {
	return fmt.Sprintf("; what differs is what it costs to start: empty, %s take %s and %s %s; with more or longer jobs that no longer matters",
		who(winner.Way, c.t.Jobs), seconds(winner.Startup.Mean), who(loser.Way, c.t.Jobs), seconds(loser.Startup.Mean))
}

// lostByStarting reports whether a cheaper way lost only by what it costs to start: then the choice is not one
// between ways to run.
func (c *contest) lostByStarting(chosen *Column) bool {
	return slices.ContainsFunc(c.ways, func(w *Column) bool {
		return c.cheaper(w, chosen) && Ratio(w, chosen).Mean > limits.margin && c.byStarting(chosen, w)
	})
}

// cheaper reports whether a way stands before another in the order of prices.
func (c *contest) cheaper(w, than *Column) bool {
	return slices.Index(c.ways, w) < slices.Index(c.ways, than)
}

// moreJobs says from how many jobs on threads would win that lost by the start of their interpreter: N jobs
// take the rest of their wall time and N times the CPU time of one, as processes N times what one took now.
func (c *contest) moreJobs(w *Column) string {
	threads := c.t.Of(runner.Threads)
	if w.Model != runner.Processes || w.Serial || threads == nil || threads.CPU.N == 0 || c.nature.bound == IO || c.nature.bound == Mixed ||
		Ratio(threads, w).Mean <= limits.margin || !c.byStarting(w, threads) || !c.startsMostly(w) {
		return ""
	}
	jobs := float64(c.t.Jobs)
	own, each := threads.CPU.Mean/jobs, w.Wall.Mean/jobs
	if own*limits.easy >= each {
		return ""
	}
	n := max((threads.Wall.Mean-threads.CPU.Mean)/(each-own), jobs+1)
	return fmt.Sprintf("With more jobs (about %d) threads would win: their interpreter is started once.", roughUp(n))
}

// roughUp writes a number to one digit, rounded up: 20 rather than 17.
func roughUp(f float64) int {
	unit := math.Pow(10, math.Floor(math.Log10(max(f, 1))))
	return int(math.Ceil(f/unit) * unit)
}

// sparedStarts says of a speed-up that is more than the cores can give where it is from: an interpreter that is
// shared need not be started again for each job. "" where it is not that.
func (c *contest) sparedStarts(w *Column) string {
	if w.Model == runner.Processes || w.Model == runner.Goroutines || c.nature.bound == IO ||
		w.Speedup.Mean <= c.t.Usable() || w.Inflation.N == 0 || w.Inflation.Mean >= limits.cheaper {
		return ""
	}
	text := fmt.Sprintf("; more than %s can give is of interpreters that need not be started: CPU inflation %s", cores(c.t.Usable()), times(w.Inflation.Mean))
	if w.Parallelism.N > 0 {
		text += fmt.Sprintf(", with %.2f of %s busy", w.Parallelism.Mean, cores(c.t.Cores))
	}
	return text
}
