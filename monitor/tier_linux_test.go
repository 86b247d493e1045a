package monitor

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"parallax/monitor/switches/switchestest"
)

func TestAKernelThatCountsNothingIsNotTrusted(t *testing.T) {
	for text, want := range map[string]bool{"0 0 0\n": true, "": true, "0 5 1\n": true, "17 0 1\n": false} {
		if got := tellsNothing([]byte(text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	counts, none := newReader(Exact).(*procReader), newReader(Exact).(*procReader)
	counts.coarse, none.coarse = false, true
	asked := newReader(Ticks).(*procReader)
	for _, c := range []struct {
		r    *procReader
		want string
	}{{counts, ""}, {none, "this kernel keeps no scheduler statistics"}, {asked, "PARALLAX_LANES=ticks"}} {
		defer c.r.close()
		if got := c.r.noWait(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestTheFactsSayWhatIsCoarserAndWhy(t *testing.T) {
	for _, c := range []struct {
		finest Tier
		lanes  string
		noWait string
	}{
		{Sampled, "sampled 50 Hz (PARALLAX_LANES=sampled)", ""},
		{Ticks, "sampled 50 Hz, 10 ms ticks (PARALLAX_LANES=ticks)", "PARALLAX_LANES=ticks"},
		{Load, "per-core load only (PARALLAX_LANES=load)", "PARALLAX_LANES=load"},
	} {
		f := HostAt(c.finest)
		if c.finest == Sampled && !Host().WaitCore {
			continue // this kernel's own doing
		}
		if f.Lanes != c.lanes || f.NoWait != c.noWait || f.WaitCore != (c.noWait == "") {
			t.Errorf("%v: %q, waiting for a core %v %q", c.finest, f.Lanes, f.WaitCore, f.NoWait)
		}
	}
	if f := Host(); strings.Contains(f.Lanes+f.NoWait, TierEnv) {
		t.Errorf("nobody asked: %+v", f)
	}
}

// The machine refuses: the facts and a sampler say so, and the machine is looked at instead.
func TestWhereSwitchesAreRefusedThatIsSaid(t *testing.T) {
	for with, want := range map[unix.Errno]string{
		unix.EACCES: "perf_event", unix.ENOSYS: "this kernel cannot record context switches, or a sandbox",
	} {
		t.Run(with.Error(), func(t *testing.T) {
			switchestest.Refuse(t, with)
			if got := Host().Lanes; !strings.HasPrefix(got, "sampled ") || !strings.Contains(got, want) {
				t.Errorf("the facts say %q, want %q in it", got, want)
			}
			s := New(Options{})
			s.Attach([]int{0})
			if s.exact != nil || !strings.Contains(s.inexact, want) {
				t.Errorf("a sampler records %v, %q", s.exact != nil, s.inexact)
			}
		})
	}
}
