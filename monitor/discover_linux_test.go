package monitor

import (
	"fmt"
	"testing"
	"time"
)

func TestTreeAgreesWithItsUsage(t *testing.T) {
	for _, recorded := range []bool{false, true} {
		t.Run(fmt.Sprintf("recorded %v", recorded), func(t *testing.T) { treeAgrees(t, recorded) })
	}
}

func treeAgrees(t *testing.T, recorded bool) {
	g := newRig(t)
	g.how.recorded = recorded
	const work = "(i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done) & "
	cmd := g.start(0, work+work+work+"wait; kill -STOP $$")
	most := 0
	g.until("the script to stop itself", func() bool {
		most = max(most, g.r.figures(0).processes)
		return stopped(cmd)
	})
	for range 2 * quietTurns {
		g.read()
	}
	f := g.r.figures(0)
	kill(cmd)
	if want := usage(cmd); !near(f.used.on, want) {
		t.Errorf("on a core %v, the system accounted %v", f.used.on, want)
	}
	if most != 4 || f.processes != 1 {
		t.Errorf("saw %d processes at most, and %d in the end", most, f.processes)
	}
}

// TestAProcessThatStartsNothingIsAskedMoreRarely holds how often a process is asked for what it has started, while
// its time on cores is recorded, against how long it has started nothing.
func TestAProcessThatStartsNothingIsAskedMoreRarely(t *testing.T) {
	g := newRig(t)
	g.start(0, busyLoop)
	g.until("some work", func() bool { return g.r.figures(0).used.on > 50*time.Millisecond })
	p := g.r.tasks[0].procs[0]
	p.found = -time.Hour
	asked := func(within time.Duration) (n int) {
		end := g.r.now + within
		was := p.listed
		g.until("the end", func() bool {
			if p.listed != was {
				n, was = n+1, p.listed
			}
			return g.r.now >= end
		})
		return n
	}
	const span = 450 * time.Millisecond
	for _, c := range []struct {
		recorded    bool
		grew        time.Duration
		least, most int
	}{{true, -time.Hour, 0, 1}, {true, 0, 2, 5}, {false, -time.Hour, 2, 5}} {
		g.how.recorded, p.grew = c.recorded, g.r.now+c.grew
		if n := asked(span); n < c.least || n > c.most {
			t.Errorf("recorded %v, its last child or thread %v ago: asked %d times in %v, want %d to %d", c.recorded, -c.grew, n, span, c.least, c.most)
		}
	}
}

func TestShortLivedChildrenAreCounted(t *testing.T) {
	g := newRig(t)
	cmd := g.start(0, "i=0; while [ $i -lt 400 ]; do /bin/true; i=$((i+1)); done; kill -STOP $$")
	g.until("the script to stop itself", func() bool { return stopped(cmd) })
	for range 2 * quietTurns {
		g.read()
	}
	f := g.r.figures(0)
	kill(cmd)
	want := usage(cmd)
	if f.used.on > want+want/20 || f.used.on < want-want/10-30*time.Millisecond {
		t.Errorf("counted %v, the system accounted %v", f.used.on, want)
	}
}

func TestOrphansAreFound(t *testing.T) {
	g := newRig(t)
	// The inner shell is gone long before a reading; its child has another parent by then.
	g.start(0, "sh -c '"+busyLoop+" & ' ; exec sleep 100")
	g.until("the orphan", func() bool { return g.r.figures(0).processes == 2 })
	on := g.r.figures(0).used.on
	g.until("its work", func() bool { return g.r.figures(0).used.on > on+100*time.Millisecond })
}
