package monitor

import (
	"syscall"
	"testing"
	"time"

	"parallax/runner/python/which/whichtest" //nolint:depguard // the Pythons to test with, as in the folder gil
)

// TestManyThreadsOfAProcessAreLookedAtWithinABudget has 200 share one GIL: the dearer a look is, the more
// rarely one is taken, and what is told of the threads adds up.
func TestManyThreadsOfAProcessAreLookedAtWithinABudget(t *testing.T) {
	const threads = 200
	g := newRig(t)
	g.python(0, whichtest.Few(t, measurable)[0], "200")
	g.until("all threads", func() bool { return g.r.figures(0).threads == threads && g.contended() })
	g.r.gils()
	before, began := g.r.figures(0), g.r.now
	looks, last, apart := 0, g.r.locks.looked, time.Duration(0)
	g.until("looks", func() bool {
		if g.r.locks.looked != last {
			looks, last, apart = looks+1, g.r.locks.looked, max(apart, g.r.locks.every)
		}
		return looks >= 10 && g.r.now-began > 2*time.Second
	})
	span, after := g.r.now-began, g.r.figures(0)
	waited, on, wait := after.gil-before.gil, after.used.on-before.used.on, after.used.wait-before.used.wait
	locks := g.r.gils()
	t.Logf("%d looks in %v, up to %v apart: on a core %v, waiting for one %v, for the GIL %v; %+v", looks, span, apart, on, wait, waited, locks)
	if apart <= quickest || apart > rarest {
		t.Errorf("looks at %d threads are %v apart", threads, apart)
	}
	if len(locks) != 1 || locks[0].Waiting < 1 || locks[0].Waiting > threads {
		t.Fatalf("seen: %+v", locks)
	}
	// On a busy machine most of them wait for a core when they are looked at, which is counted when it is over: so
	// what is told is held against what was seen.
	seen := time.Duration(locks[0].Waiting * float64(span))
	if waited < seen*7/10 || waited > seen*13/10 {
		t.Errorf("they waited %v for the GIL, by the looks at them %v", waited, seen)
	}
	all := threads * span
	if sum := on + wait + waited; seen > all*8/10 && sum < all*7/10 || sum > all*12/10 {
		t.Errorf("threads that do nothing but compute: %v of %v is told", sum, all)
	}
}

// TestNobodyWaitsForTheGILOfAProcessThatStandsStill stops one whose threads do, and lets it go on.
func TestNobodyWaitsForTheGILOfAProcessThatStandsStill(t *testing.T) {
	g := newRig(t)
	cmd := g.python(0, whichtest.Few(t, measurable)[0], "4")
	waiting := func() bool {
		locks := g.r.gils()
		return len(locks) == 1 && locks[0].Waiting > 0
	}
	g.until("its threads to wait", waiting)
	g.stop(cmd)
	g.r.gils()
	began, looked, before := g.r.now, g.r.locks.looked, g.r.figures(0).gil
	g.until("looks at it", func() bool { return g.r.now-began > time.Second && g.r.locks.looked > looked })
	if locks := g.r.gils(); len(locks) > 0 {
		t.Errorf("while nothing moves: %+v", locks)
	}
	if more := g.r.figures(0).gil - before; more > 500*time.Millisecond {
		t.Errorf("while nothing moves for %v they waited %v", g.r.now-began, more)
	}
	syscall.Kill(-cmd.Process.Pid, syscall.SIGCONT)
	g.until("its threads to wait again", waiting)
}
