package choice

import (
	"fmt"
	"math"

	"parallax/monitor/verdict/scaling"
	"parallax/runner"
)

// changes are sentences on what would change a verdict: other numbers of workers or cores, shorter or
// longer jobs, less memory, a Python without a GIL.
func (c *contest) changes(w *Column) []string {
	return said([]string{c.workers(w), c.moreCores(w), c.moreJobs(w), c.lengths(w), c.room(w), c.withoutGIL(w)})
}

// workers says whether more jobs at once would help.
func (c *contest) workers(w *Column) string {
	if c.nature.bound == IO {
		if w.OnCore.N == 0 || w.OnCore.Mean <= 0 || w.Serial {
			return ""
		}
		n := int(c.t.Cores / w.OnCore.Mean)
		if n <= 2*running(w.Way, c.t.Jobs) {
			return ""
		}
		return fmt.Sprintf("With more jobs, more workers would help: each was on a core %s of its time, so %s would do for some %d at once.",
			percent(w.OnCore.Mean), cores(c.t.Cores), rough(n))
	}
	if w.Serial || w.Parallelism.N == 0 || w.Parallelism.Mean < limits.busy*c.t.Cores {
		return ""
	}
	most := count(int(math.Ceil(c.t.Cores)), "worker")
	if c.nature.bound != CPU && c.nature.bound != GIL { // while some wait others compute: as few would keep fewer cores busy
		most = "the " + count(running(w.Way, c.t.Jobs), "worker") + " that there were"
	}
	text := fmt.Sprintf("More than %s should not help: %.2f of %s were busy", most, min(w.Parallelism.Mean, c.t.Cores), cores(c.t.Cores))
	if e := w.SerialPart; e.N > 0 && e.Mean >= 0 && e.Mean <= 1 && c.nature.bound != Mixed {
		text += fmt.Sprintf(", and the serial part is %s", percent(e.Mean))
	}
	return text + "."
}

// rough writes a number to one digit: 30 rather than 33.
func rough(n int) int {
	unit := 1
	for n/unit >= 10 {
		unit *= 10
	}
	return n / unit * unit
}

// roughly is how far an interval of the serial part may reach to each side for anything to be foretold by it.
const roughly = 0.10

// moreCores foretells by Amdahl's law what as many cores as jobs that run at once would do.
func (c *contest) moreCores(w *Column) string {
	n := running(w.Way, c.t.Jobs)
	e := w.SerialPart
	if w.Serial || float64(n)-c.t.Cores < 1 || e.N == 0 || e.Mean > 1 || c.nature.bound == IO || c.nature.bound == Inconclusive {
		return ""
	}
	if (e.High-e.Low)/2 > roughly {
		return "" // known too roughly to foretell anything by
	}
	if w.Parallelism.Mean < limits.busy*c.t.Cores || w.Inflation.N > 0 && w.Inflation.Mean < limits.cheaper {
		return "" // it is not for want of cores, or the speed-up is not all theirs
	}
	part := max(e.Mean, 0)
	return fmt.Sprintf("%d cores, one for each job at once, should do it about %s sooner than one after the other instead of %s (Amdahl's law with a serial part of %s).",
		n, times(scaling.Amdahl(part, float64(n))), times(w.Speedup.Mean), percent(part))
}

// lengths says at which length of the jobs threads and processes would be equal: n jobs at once that
// compute d each take St + n·d as threads under a GIL and Sp + n·d/p as processes, so
// d = (Sp - St)/(n·(1 - 1/p)).
func (c *contest) lengths(w *Column) string {
	threads, processes := c.t.Of(runner.Threads), c.t.Of(runner.Processes)
	p := c.t.Usable()
	if c.nature.bound != GIL && c.nature.bound != Mixed || threads == nil || processes == nil || p <= 1 ||
		threads.Startup.N == 0 || processes.Startup.N == 0 || w.Serial {
		return ""
	}
	n := running(processes.Way, c.t.Jobs)
	d := (processes.Startup.Mean - threads.Startup.Mean) / (float64(n) * (1 - 1/p))
	if d <= 0 {
		return ""
	}
	costs := fmt.Sprintf("starting %s costs %s here, %s %s", who(processes.Way, c.t.Jobs), seconds(processes.Startup.Mean),
		who(threads.Way, c.t.Jobs), seconds(threads.Startup.Mean))
	if w.Model == runner.Threads {
		return fmt.Sprintf("With jobs that compute for more than %s processes would win: %s.", seconds(d), costs)
	}
	return fmt.Sprintf("With jobs that compute for less than %s threads would win: %s.", seconds(d), costs)
}

// room says how many jobs at once the memory would hold, where that is not far away.
func (c *contest) room(w *Column) string {
	n := running(w.Way, c.t.Jobs)
	if c.t.Memory <= 0 || w.Memory.N == 0 || w.Memory.Mean <= 0 || w.Serial {
		return ""
	}
	each := w.Memory.Mean / float64(n)
	fit := int(float64(c.t.Memory) / each)
	if fit >= int(limits.crowd)*n {
		return ""
	}
	return fmt.Sprintf("Memory holds about %d of them at once: %s each, of %s that were free.", fit, bytes(each), bytes(float64(c.t.Memory)))
}

// withoutGIL foretells what threads could keep busy if none waited for the GIL:
// min(p, Σ(on a core + waiting for the GIL)/wall).
func (c *contest) withoutGIL(w *Column) string {
	threads := c.t.Of(runner.Threads)
	if threads == nil || w == threads || c.t.NoGIL || !waitsForGIL(threads) ||
		threads.OnCore.Mean <= 0 || threads.Parallelism.N == 0 {
		return ""
	}
	could := threads.Parallelism.Mean * (1 + threads.WaitGIL.Mean/threads.OnCore.Mean)
	could = min(could, c.t.Usable())
	return fmt.Sprintf("In a Python without a GIL threads could keep up to %s busy, instead of %.2f.", cores(could), threads.Parallelism.Mean)
}
