package stall

import (
	"time"

	"parallax/runner"
)

// Facts are what is known of one task without looking at its threads.
type Facts struct {
	At       time.Duration // since the start of the run
	Used     time.Duration // on a core, since the task began
	Output   int64         // bytes so far
	Progress runner.Progress
	Held     bool // it is paused, or was asked to hold or to end
}

const (
	// noise is how much of a core a task may use and still be quiet: being told a signal, a wake-up for
	// nothing.
	noise = 5 * time.Millisecond
	// revival is how much it takes for a stalled one to be said to go on: to be asked for its stack costs
	// it some milliseconds each time.
	revival = 50 * time.Millisecond
	// looks is how often threads are looked at in the time after which a task is stalled.
	looks = 10
	// soonest and latest bound the time between two looks.
	soonest, latest = 100 * time.Millisecond, 3 * time.Second
)

// Clock tells whether one try of a task has stalled.
type Clock struct {
	after time.Duration // never is <= 0

	begun   bool
	base    Facts         // when it last made a sign of life
	next    time.Duration // when to look
	waiting bool          // the last look found only what does not end
	since   time.Duration // the first of those looks, or earlier
	stalled bool
	used    time.Duration // on a core when it was found to be stalled
	doubts  int           // how many of the last looks at a stalled one found it not to be
	apart   time.Duration // as in Looked, of the last look
}

// NewClock returns one for a task of a job. It is never stalled where the job says so.
func NewClock(limits runner.Limits) *Clock {
	c := &Clock{after: limits.StalledAfter}
	if c.after == 0 {
		c.after = runner.DefaultStalledAfter
	}
	return c
}

// every is the time between two looks.
func (c *Clock) every() time.Duration { return min(max(c.after/looks, soonest), latest) }

// Seen takes up how the task stands. due asks for a look at its threads, to be told by Looked.
func (c *Clock) Seen(f Facts) (due bool) {
	if c.after <= 0 {
		return false
	}
	if !c.begun || f.Held || f.Output != c.base.Output || f.Progress != c.base.Progress || c.ran(f) {
		c.alive(f)
		return false
	}
	return f.At >= c.next
}

// ran reports whether it has used a core.
func (c *Clock) ran(f Facts) bool {
	if c.stalled {
		return f.Used-c.used > revival
	}
	return f.Used-c.base.Used > noise
}

// alive begins anew.
func (c *Clock) alive(f Facts) {
	c.begun, c.base, c.next = true, f, f.At+c.every()
	c.waiting, c.stalled, c.doubts = false, false, 0
}

// Looked takes up what the threads of the task wait for, which Seen has just asked for with f. apart is
// what other processes have used so far that belong to it and are not in f.
func (c *Clock) Looked(f Facts, cause Wait, apart time.Duration) {
	c.next = f.At + c.every()
	busy := apart-c.apart > noise
	c.apart = apart
	switch {
	case cause.Endless() && !busy:
		c.doubts = 0
	case c.stalled && c.doubts == 0: // whoever is asked for its stack runs for an instant
		c.doubts++
		return
	default:
		c.alive(f)
		return
	}
	if !c.waiting {
		c.waiting, c.since = true, f.At
		if f.Used == c.base.Used { // it has not run, so it has waited for the same all the time
			c.since = c.base.At
		}
	}
	if !c.stalled && f.At-c.since >= c.after {
		c.stalled, c.used = true, f.Used
	}
}

// Stalled reports whether it has stalled, and since when it has made no sign of life.
func (c *Clock) Stalled() (since time.Duration, yes bool) { return c.since, c.stalled }
