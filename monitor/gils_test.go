package monitor

import (
	"math"
	"testing"
	"time"

	"parallax/monitor/gil"
	"parallax/runner"
)

func TestLooksAtAGILBecomeMeans(t *testing.T) {
	const ms = time.Millisecond
	first := uint64(math.MaxUint64 - 20) // it wraps round
	var b lockBook
	about := runner.GIL{PID: 7, Host: 1, Task: -1, Python: "3.13.0"}
	for i := range 11 { // held at 8 of 11; 0, 1, 2, 0 … wait; it goes round 10 times in each 40 ms
		b.see(time.Duration(i)*40*ms, about, gil.GIL{
			Waiting: i % 3, Known: true, Locked: i >= 3, Switches: first + uint64(10*i),
		}, true)
	}
	b.see(400*ms, runner.GIL{PID: 3, Task: 2, Python: "3.11"}, gil.GIL{Waiting: 3}, true)
	got := b.take(400 * ms)
	if len(got) != 2 || got[0].PID != 3 || got[1].PID != 7 {
		t.Fatalf("seen: %+v", got)
	}
	if g := got[0]; g.Held != -1 || g.Handoffs != -1 || g.Waiting != 3 || g.Task != 2 {
		t.Errorf("one of which only the waiters are seen: %+v", g)
	}
	g := got[1]
	if g.Host != 1 || g.Span != 400*ms || math.Abs(g.Held-8.0/11) > 1e-9 || math.Abs(g.Waiting-10.0/11) > 1e-9 || math.Abs(g.Handoffs-250) > 1e-6 {
		t.Errorf("seen: %+v", g)
	}
	if got := b.take(500 * ms); len(got) != 0 {
		t.Errorf("seen since: %+v", got)
	}
	b.see(600*ms, about, gil.GIL{Known: true, Switches: first + 120}, true)
	if got := b.take(600 * ms); len(got) != 1 || math.Abs(got[0].Handoffs-100) > 1e-6 || got[0].Span != 200*ms {
		t.Errorf("20 hand-offs in 200 ms: %+v", got)
	}
	b.see(700*ms, about, gil.GIL{}, true) // not readable now
	if got := b.take(700 * ms); len(got) != 1 || got[0].Held != -1 || got[0].Handoffs != -1 {
		t.Errorf("while it could not be read: %+v", got)
	}
	b.see(710*ms, about, gil.GIL{Known: true, Switches: 10}, true)
	b.take(710 * ms)
	b.see(3*time.Second, about, gil.GIL{Known: true, Switches: 20}, true) // it stood still meanwhile
	b.see(3100*ms, about, gil.GIL{Known: true, Switches: 30}, true)
	if got := b.take(3100 * ms); len(got) != 1 || got[0].Span != 100*ms || math.Abs(got[0].Handoffs-100) > 1e-6 {
		t.Errorf("after it stood still: %+v", got)
	}
	if b.take(time.Minute); len(b.seen) != 0 {
		t.Errorf("%d are kept", len(b.seen))
	}
}

func TestWaitingForTheGILIsToldWithinTheTimeThatOneWasBlocked(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		name               string
		known, told, limit time.Duration
		now, then          time.Duration
	}{
		{"all of it", 50 * ms, 20 * ms, 40 * ms, 30 * ms, 50 * ms},
		{"none yet", 20 * ms, 20 * ms, 40 * ms, 0, 20 * ms},
		{"an estimate that was too high", 15 * ms, 20 * ms, 40 * ms, 0, 20 * ms},
		{"a little later", 50 * ms, 20 * ms, 25 * ms, 25 * ms, 45 * ms},
		{"too late", 1500 * ms, 20 * ms, 25 * ms, 25 * ms, 500 * ms},
		{"while it is held", 50 * ms, 20 * ms, 0, 0, 50 * ms},
		{"while cores were had for longer than it ran", 50 * ms, 20 * ms, -5 * ms, 0, 50 * ms},
	} {
		if now, then := toldGIL(c.known, c.told, c.limit); now != c.now || then != c.then {
			t.Errorf("%s: tells %v and has told %v, want %v and %v", c.name, now, then, c.now, c.then)
		}
	}
}
