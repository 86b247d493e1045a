package gil

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var (
	waiting = Thread{Seen: true, Blocked: true, WaitsGIL: true}
	asleep  = Thread{Seen: true, Blocked: true}
	running = Thread{Seen: true}
)

func TestAccountDividesBlockedTimeAsItWasSeen(t *testing.T) {
	var a Account
	for range 30 {
		a.See(waiting)
	}
	for range 10 {
		a.See(asleep)
	}
	for range 60 {
		a.See(running) // on a core or waiting for one: the kernel knows better how long
	}
	a.See(Thread{})
	a.Spend(10*time.Second, 3*time.Second, 3*time.Second)
	got := a.Total()
	if got.Waited != 3*time.Second || got.Blocked != 4*time.Second || got.Unknown != 0 || got.Looks != 40 {
		t.Errorf("got %+v, want 3s of 4s blocked, by 40 looks", got)
	}
	// Of 40 looks with a share of 3/4: sqrt(.75*.25/40) = .068 of 4 s.
	if want := 274 * time.Millisecond; (got.StdErr - want).Abs() > 10*time.Millisecond {
		t.Errorf("standard error %s, want about %s", got.StdErr, want)
	}
}

func TestAccountKeepsTimeUntilSomebodyLooked(t *testing.T) {
	var a Account
	a.Spend(time.Second, 0, 0)
	if got := a.Total(); got.Unknown != time.Second || got.Waited != 0 || got.Blocked != time.Second {
		t.Errorf("with no look: %+v, want all of it unknown", got)
	}
	for range settleAfter {
		a.See(waiting)
	}
	if got := a.Total(); got.Waited != time.Second || got.Unknown != 0 {
		t.Errorf("with looks that came after: %+v, want all of it waited", got)
	}
	a.Spend(0, 0, 0)
	a.Spend(time.Second, 0, 0)
	if got := a.Total(); got.Waited != time.Second || got.Unknown != time.Second {
		t.Errorf("with a second more: %+v, want it unknown", got)
	}
}

func TestAccountSkipsTimeInWhichAThreadStoodStill(t *testing.T) {
	var a Account
	a.See(waiting)
	a.Spend(time.Second, 0, 0)
	a.Skip()
	a.Spend(time.Minute, 0, 0)
	a.Skip()
	a.See(waiting)
	a.Spend(time.Second, 0, 0)
	if got := a.Total(); got.Waited != 2*time.Second || got.Blocked != 2*time.Second || got.Unknown != 0 {
		t.Errorf("got %+v, want 2s waited of 2s", got)
	}
}

func TestAccountIsNeverCertainOfFewLooks(t *testing.T) {
	var few, many Account
	for i := range 1000 {
		if i < 10 {
			few.See(waiting)
		}
		many.See(waiting)
	}
	few.Spend(time.Second, 0, 0)
	many.Spend(time.Second, 0, 0)
	f, m := few.Total(), many.Total()
	if f.StdErr < 50*time.Millisecond || m.StdErr > 5*time.Millisecond || m.StdErr == 0 {
		t.Errorf("standard errors %s of 10 and %s of 1000 looks", f.StdErr, m.StdErr)
	}
}

// Whatever comes, the parts never exceed the whole, and nothing runs backwards.
func TestAccountStaysWithinBlockedTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a Account
		var blocked, waited time.Duration
		for range rapid.IntRange(0, 50).Draw(t, "steps") {
			for range rapid.IntRange(0, 20).Draw(t, "looks") {
				a.See(Thread{Seen: rapid.Bool().Draw(t, "seen"), Blocked: rapid.Bool().Draw(t, "blocked"), WaitsGIL: rapid.Bool().Draw(t, "waits")})
			}
			d := rapid.Int64Range(-1e9, 1e12)
			wall, on, wait := time.Duration(d.Draw(t, "wall")), time.Duration(d.Draw(t, "on")), time.Duration(d.Draw(t, "wait"))
			a.Spend(wall, on, wait)
			blocked += max(0, wall-max(0, on)-max(0, wait))
			got := a.Total()
			if got.Blocked != blocked || got.Waited < 0 || got.Unknown < 0 || got.Waited+got.Unknown > got.Blocked || got.StdErr < 0 {
				t.Fatalf("%+v of %s blocked", got, blocked)
			}
			waited = got.Waited
		}
		if twice := a.Total().Plus(a.Total()); twice.Waited != 2*waited {
			t.Fatalf("twice %s is %s", waited, twice.Waited)
		}
	})
}

// The standard error is what it says: two thirds of many estimates lie within it.
func TestAccountsErrorIsTheSpread(t *testing.T) {
	const n, share, rounds = 100, 0.6, 2000
	rnd := uint64(1)
	random := func() float64 { // a fixed sequence: xorshift
		rnd ^= rnd << 13
		rnd ^= rnd >> 7
		rnd ^= rnd << 17
		return float64(rnd>>11) / (1 << 53)
	}
	within := 0
	for range rounds {
		var a Account
		for range n {
			if random() < share {
				a.See(waiting)
			} else {
				a.See(asleep)
			}
		}
		a.Spend(time.Second, 0, 0)
		e := a.Total()
		if math.Abs(e.Waited.Seconds()-share) <= e.StdErr.Seconds() {
			within++
		}
	}
	if got := float64(within) / rounds; got < 0.6 || got > 0.76 {
		t.Errorf("%.0f %% of the estimates lie within one standard error, want 68", 100*got)
	}
}
