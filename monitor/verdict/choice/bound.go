package choice

import (
	"fmt"

	"parallax/runner"
)

// nature is what the jobs' time goes into.
type nature struct {
	bound Bound
	// computing is the share of computing in what the jobs do of their own: computing or blocked.
	// Waiting for a core is neither: that is a matter of who else runs.
	computing float64
	seen      *Column // in which it was seen
	started   bool    // the start of their interpreters is left out
}

// natureOf says what holds the jobs back. It is seen best where they run one after the other, for
// there they are not in each other's way.
func natureOf(t *Table) nature {
	seen := t.Serial()
	for _, m := range []runner.Model{runner.Processes, runner.Interpreters, runner.Hybrid, runner.Goroutines, runner.Threads} {
		if seen == nil || seen.OnCore.N == 0 {
			seen = t.Of(m)
		}
	}
	n := nature{bound: Inconclusive, seen: seen}
	if seen == nil || seen.OnCore.N == 0 {
		return n
	}
	if seen.WaitCore.N == 0 && felt(t, limits.foreign, limits.felt) {
		return n // blocked and waiting for a core cannot be told apart, and others made them wait
	}
	works := seen.OnCore.Mean + seen.WaitGIL.Mean
	n.computing = works / max(1-seen.WaitCore.Mean, works, 1e-9)
	n = n.withoutStarts(t)
	switch {
	case n.computing <= limits.waits:
		n.bound = IO
	case n.computing < limits.computes:
		n.bound = Mixed
	case heldByGIL(t):
		n.bound = GIL
	default:
		n.bound = CPU
	}
	return n
}

// heldByGIL reports whether jobs that compute wait for the GIL as threads: by their waits or, where those
// are not measured, because they gain nothing although others do.
func heldByGIL(t *Table) bool {
	threads := t.Of(runner.Threads)
	if threads == nil || t.NoGIL {
		return false
	}
	if threads.WaitGIL.N > 0 {
		return waitsForGIL(threads)
	}
	for _, m := range []runner.Model{runner.Processes, runner.Interpreters, runner.Hybrid} {
		if other := t.Of(m); other != nil && Ratio(threads, other).Low > limits.margin && threads.Speedup.N > 0 && threads.Speedup.Mean < limits.gains {
			return true
		}
	}
	return false
}

// waitsForGIL reports whether the GIL holds a way back. On a busy machine its jobs wait for cores most
// of the time, whatever else they do, so that the rest of the time counts: of it, four threads of pure Python
// were seen to wait for the GIL 55 % and more, four that let go of it 10 % and less.
func waitsForGIL(w *Column) bool {
	return w.WaitGIL.N > 0 && w.WaitGIL.Mean >= limits.gilLeast &&
		w.WaitGIL.Mean >= limits.gilWait*(1-w.WaitCore.Mean)
}

// sentence says it, with what it is seen by.
func (n nature) sentence(t *Table) string {
	if n.seen == nil || n.bound == Inconclusive {
		return ""
	}
	how := "as " + who(n.seen.Way, t.Jobs)
	if n.seen.Serial {
		how = "one after the other"
	}
	if n.started {
		how += ", without the start of each Python"
	}
	on, blocked := percent(n.computing), percent(1-n.computing)
	switch n.bound {
	case IO:
		return fmt.Sprintf("The jobs mostly wait: of the time in which they could run, they were blocked %s and computed %s (%s).", blocked, on, how)
	case Mixed:
		return fmt.Sprintf("The jobs compute and wait: %s of one and %s of the other (%s).", on, blocked, how)
	}
	text := fmt.Sprintf("The jobs are CPU-bound: of the time in which they could run, they computed %s (%s)", on, how)
	if threads := t.Of(runner.Threads); n.bound == GIL && threads != nil && threads.WaitGIL.N > 0 {
		text += fmt.Sprintf("; as threads they waited for the GIL %s of their time", percent(threads.WaitGIL.Mean))
	}
	return text + "."
}
