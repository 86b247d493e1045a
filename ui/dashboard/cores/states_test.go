package cores

import (
	"math"
	"strings"
	"testing"
	"time"

	"parallax/runner"
	"parallax/themes"
	"parallax/ui/dashboard/scene"
	"parallax/ui/text"
)

const (
	tenth = 100 * time.Millisecond
	tiny  = 5 * time.Millisecond // a cell of exact lanes
)

// pattern is a run of two seconds of one job that is blocked when it is on no core. Of each 50 ms it is
// on its core for so many percent: at their beginning or, if even, of each cell.
func pattern(t *testing.T, on int, even bool) *told {
	t.Helper()
	s := &told{}
	s.begin(t, 1)
	row := make([]runner.Cell, tenth/tiny)
	for i := range row {
		share := on
		if !even {
			share = min(max(on-10*(i%10), 0), 10) * 10
		}
		if row[i] = (runner.Cell{Task: runner.Idle}); share > 0 {
			row[i] = runner.Cell{Task: 0, Ours: uint8(share), Load: uint8(share)}
		}
	}
	for at := tenth; at <= 2*time.Second; at += tenth {
		s.tell(t, runner.Sampled{
			At: runner.At(at), Span: tenth,
			Tasks: []runner.TaskSample{{Task: 0, Live: tenth, OnCore: tenth * time.Duration(on) / 100}},
			Lanes: runner.Lanes{Cores: []int{0}, Cell: tiny, Tier: "exact", End: at, Rows: [][]runner.Cell{row}},
		})
	}
	return s
}

// drawn is the columns of the first job.
func (s *told) drawn(axis Axis) []column {
	had := held(&s.State.Lanes, &s.Past, axis)
	out := make([]column, axis.N)
	for i := range out {
		out[i] = s.column(0, axis, i, had[i])
	}
	return out
}

// However closely one looks, a job is drawn as on a core for as much of the time as it was.
func TestAJobIsOnACoreForAsMuchAsItWas(t *testing.T) {
	for _, on := range []int{10, 50, 90} {
		for _, even := range []bool{false, true} {
			s := pattern(t, on, even)
			for _, step := range []time.Duration{tiny, 2 * tiny, 4 * tiny, 5 * tiny, 10 * tiny, tenth, 2 * tenth} {
				columns := s.drawn(Axis{Step: step, N: int(time.Second / step)})
				mean, sum := 0.0, 0.0
				for _, c := range columns {
					mean += c.shares[onCore] / float64(len(columns))
					for _, share := range c.shares {
						sum += share / float64(len(columns))
					}
				}
				if math.Abs(mean-float64(on)) > 1 || math.Abs(sum-100) > 1 {
					t.Errorf("%d %% on a core (even: %v), %s a column: drawn %.0f %% of %.0f %%", on, even, step, mean, sum)
				}
			}
		}
	}
}

// In a single line stands the state in which the job was most.
func TestASingleLineShowsWhereMostOfTheTimeWent(t *testing.T) {
	for on, want := range map[int]int{10: blocked, 50: onCore, 90: onCore} {
		for _, even := range []bool{false, true} {
			for i, c := range pattern(t, on, even).drawn(Axis{Step: 10 * tiny, N: 20}) {
				if got := c.state(0, 1); got != want {
					t.Fatalf("%d %% on a core (even: %v): column %d is of state %d, want %d", on, even, i, got, want)
				}
			}
		}
	}
	for i, c := range pattern(t, 10, true).drawn(Axis{Step: tiny, N: 200}) {
		if got := c.state(0, 1); got != blocked {
			t.Fatalf("a cell with 10 %% on a core, column %d: state %d", i, got)
		}
	}
}

// In ten lines each stands for a tenth of the column's time.
func TestSeveralLinesShowAllInProportion(t *testing.T) {
	for _, on := range []int{10, 50, 90} {
		c := pattern(t, on, false).drawn(Axis{Step: 10 * tiny, N: 20})[7]
		n := 0
		for level := range 10 {
			if c.state(level, 10) == onCore {
				n++
			}
		}
		if n != on/10 {
			t.Errorf("%d %% on a core: %d of 10 lines", on, n)
		}
	}
}

// Where a job was as long in two states the one that says more is drawn.
func TestOfStatesThatTookAsLongTheMoreTellingIsDrawn(t *testing.T) {
	var s told
	s.begin(t, 1)
	s.tell(t, second(1, 100, 50, 50, 0), second(2, 100, 50, 0, 0))
	columns := s.drawn(Axis{Step: time.Second, N: 2})
	if a, b := columns[0].most, columns[1].most; a != waitCore || b != onCore {
		t.Errorf("states %d and %d", a, b)
	}
}

// A cell tells of one job only: one that never has most of a cell is not told to have been on no core
// by that, if its own accounts say that it was on one all the time.
func TestAccountsOfAJobAreNotContradicted(t *testing.T) {
	got := refined([states]float64{onCore: 100}, 0)
	if got[onCore] != 100 {
		t.Errorf("%.0f %% on a core", got[onCore])
	}
	got = refined([states]float64{onCore: 50, waitCore: 30, blocked: 20}, 200)
	if want := [states]float64{onCore: 100}; got != want {
		t.Errorf("two threads on cores: %v", got)
	}
}

// What the view draws of a job that is hardly on a core is not full of it.
func TestAJobThatIsHardlyOnACoreIsNotDrawnSo(t *testing.T) {
	s := pattern(t, 10, true)
	s.State.Jobs[0].Name = "sock.py"
	sc := &scene.Scene{State: &s.State, Known: &scene.Known{}, Styles: &themes.Styles{}, Now: 2 * time.Second}
	lens := Lens{Jobs: true}
	for range 4 {
		lens = lens.Zoom(Look(sc, 120), true)
	}
	for _, line := range Full(sc, lens, &s.Past, 120, 14) {
		if line = text.Strip(line); strings.Contains(line, "▸") && strings.Count(line, "█") > strings.Count(line, "░")/2 {
			t.Error(line)
		}
	}
}
