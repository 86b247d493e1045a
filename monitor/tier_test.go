package monitor

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"parallax/runner"
)

func TestTiersAreReadByTheirNames(t *testing.T) {
	for tier := Exact; tier <= Load; tier++ {
		if got, err := ParseTier(tier.String()); got != tier || err != nil {
			t.Errorf("%v is read as %v, %v", tier, got, err)
		}
	}
	for _, bad := range []string{"", "Exact", "fine", "exact "} {
		if _, err := ParseTier(bad); err == nil || !strings.Contains(err.Error(), "exact (the finest that the machine offers), sampled, ticks or load") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// Each tier is coarser than the one before it, and says that it is for having been asked for.
func TestWhatIsAskedForIsAsCoarseAsItSays(t *testing.T) {
	for _, c := range []struct {
		finest     Tier
		tier       string
		named      bool // lanes tell whose time it is
		most, some int  // readings in two seconds
	}{
		{Sampled, "fake", true, 102, 98},
		{Ticks, "fake", true, 102, 98},
		{Load, runner.LoadOnly, false, 5, 3},
	} {
		synctest.Test(t, func(t *testing.T) {
			g := newStageWith(Options{Finest: c.finest}, func(s *Sampler) {
				s.Attach([]int{0, 1})
				if s.exact != nil {
					t.Errorf("%v: switches are recorded", c.finest)
				}
			})
			defer g.stop()
			g.feed.put(started(2)...)
			g.reader.set(0, true)
			g.feed.put(runner.TaskStarted{Task: 0, Try: 1})
			g.pass(2 * time.Second)
			before := g.reader.readings()
			got := g.pass(2 * time.Second)
			if n := g.reader.readings() - before; n < c.some || n > c.most {
				t.Errorf("%v: %d readings in 2 s", c.finest, n)
			}
			for _, s := range got {
				l := s.Lanes
				if l.Tier != c.tier || l.Why != "PARALLAX_LANES="+c.finest.String() || l.Cell != cellLength || s.Together != nil {
					t.Fatalf("%v: %q, %q, cells of %v, together %v", c.finest, l.Tier, l.Why, l.Cell, s.Together)
				}
				for _, cell := range l.Rows[0] {
					if (cell.Task == 0) != c.named {
						t.Errorf("%v: a cell %+v", c.finest, cell)
					}
				}
				if len(s.Tasks) != 1 || s.Tasks[0].OnCore == 0 {
					t.Errorf("%v: the task's own figures: %+v", c.finest, s.Tasks)
				}
			}
			// What was never seen of a short life is put nowhere either.
			g.feed.put(runner.TaskStarted{At: runner.At(4 * time.Second), Task: 1, Try: 1}, runner.TaskEnded{
				At: runner.At(4*time.Second + 50*ms), Task: 1, Exit: runner.Exit{Usage: runner.Usage{User: 50 * ms, Known: true}},
			})
			for _, s := range g.pass(2 * time.Second) {
				for _, cell := range s.Lanes.Rows[0] {
					if !c.named && cell.Task >= 0 {
						t.Errorf("%v: a cell %+v", c.finest, cell)
					}
				}
			}
		})
	}
}
