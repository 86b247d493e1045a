package gil

import (
	"math"
	"time"
)

// Account turns looks at threads into time spent waiting for the GIL. Looks tell what share of a
// thread's blocked moments were waits for the GIL; how long it was blocked the kernel counts exactly.
// The product of both is far more certain than the share of looks alone: on a machine so busy that
// looks come late, or threads mostly wait for a core, only the share is estimated.
//
// One Account may serve a thread, or all threads of a task that are always looked at together. The zero
// value is ready.
type Account struct {
	blocked, waits int           // looks since the last settling that found it blocked, waiting for the GIL
	pending        time.Duration // blocked time since then
	sum            Estimate
	variance       float64 // of sum.Waited, in squared nanoseconds
}

// settleAfter is how many looks at a blocked thread are enough to divide its time. Fewer are kept
// together with those to come: otherwise a time with no look in it would be lost.
const settleAfter = 8

// Estimate is a time that was spent waiting for the GIL.
type Estimate struct {
	// Waited is how long, at most Blocked.
	Waited time.Duration
	// StdErr is the standard error of Waited, as of so many independent looks. Looks are that if they
	// are further apart than the GIL's switch interval, 5 ms.
	StdErr time.Duration
	// Blocked is the time neither on a core nor waiting for one, of which Waited is a part.
	Blocked time.Duration
	// Unknown is the part of Blocked in which nobody looked: some of it may have been waits, too.
	Unknown time.Duration
	// Looks is how many found it blocked.
	Looks int
}

// See counts a look. One that failed, or that found the thread not blocked, tells nothing about what it
// was blocked for.
func (a *Account) See(t Thread) {
	if t.Seen && t.Blocked {
		a.blocked++
		if t.WaitsGIL {
			a.waits++
		}
	}
}

// Spend counts time since the last call: of a thread wall time, of which it was on a core and waited
// for one. What is left it was blocked. Times of several threads are added up first.
func (a *Account) Spend(wall, onCore, waitCore time.Duration) {
	a.pending += max(0, wall-max(0, onCore)-max(0, waitCore))
	if a.blocked >= settleAfter {
		a.settle()
	}
}

// Skip leaves out the time since the last look: the thread stood still.
func (a *Account) Skip() {
	a.settle()
	a.blocked, a.waits, a.pending = 0, 0, 0
}

func (a *Account) settle() {
	if a.blocked == 0 || a.pending == 0 {
		return
	}
	n, k, t := float64(a.blocked), float64(a.waits), float64(a.pending)
	a.sum.Waited += time.Duration(t * k / n)
	a.sum.Blocked += a.pending
	a.sum.Looks += a.blocked
	// The binomial variance, of a share that is never taken for certain: ten looks of ten leave a doubt.
	share := (k + 1) / (n + 2)
	a.variance += t * t * share * (1 - share) / n
	a.blocked, a.waits, a.pending = 0, 0, 0
}

// Total returns what is known up to now.
func (a *Account) Total() Estimate {
	b := *a
	b.settle()
	e := b.sum
	e.Blocked += b.pending
	e.Unknown += b.pending
	e.StdErr = time.Duration(math.Sqrt(b.variance))
	return e
}

// Plus adds up the estimates of two threads.
func (e Estimate) Plus(o Estimate) Estimate {
	return Estimate{
		Waited:  e.Waited + o.Waited,
		StdErr:  time.Duration(math.Hypot(float64(e.StdErr), float64(o.StdErr))),
		Blocked: e.Blocked + o.Blocked,
		Unknown: e.Unknown + o.Unknown,
		Looks:   e.Looks + o.Looks,
	}
}
