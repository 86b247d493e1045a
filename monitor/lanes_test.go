package monitor

import (
	"slices"
	"testing"
	"time"

	"parallax/runner"
)

func TestFineLanes(t *testing.T) {
	l := newLanes([]int{0})
	l.add(slice{task: 1, core: 0, from: 0, to: 100 * ms, on: 40 * ms})
	l.grain(fineLength)
	l.add(slice{task: 2, core: 0, from: 100 * ms, to: 105 * ms, on: 5 * ms})
	l.add(slice{task: 3, core: 0, from: 105 * ms, to: 111 * ms, on: 6 * ms})
	if n := len(l.take(99*ms, nil)[0]); n != 0 {
		t.Errorf("%d cells of a span that is not complete", n)
	}
	got := l.take(215*ms, []float64{0.42})[0]
	if len(got) != 40 || l.end() != 200*ms {
		t.Fatalf("%d cells up to %v", len(got), l.end())
	}
	// What was open is as coarse as it was added; then 89 of 100 ms are free, of which others had 42.
	for i, want := range []runner.Cell{
		0: {Task: 1, Ours: 40, Load: 82}, 19: {Task: 1, Ours: 40, Load: 82},
		20: {Task: 2, Ours: 100, Load: 100}, 21: {Task: 3, Ours: 100, Load: 100}, 22: {Task: 3, Ours: 20, Load: 58},
		23: {Task: runner.Foreign, Load: 47}, 39: {Task: runner.Foreign, Load: 47},
	} {
		if want != (runner.Cell{}) && got[i] != want {
			t.Errorf("cell %d is %+v, want %+v", i, got[i], want)
		}
	}
	if all := runner.MergeCells(got[20:]); all.Ours != 11 || all.Load < 52 || all.Load > 54 {
		t.Errorf("a span in which ours had 11 %% and others 42 %% is %+v", all)
	}
}

func TestLanesBecomeCoarseAndFineAgain(t *testing.T) {
	l := newLanes([]int{0})
	l.grain(fineLength)
	for i := range 20 {
		l.add(slice{task: i % 2, core: 0, from: time.Duration(5*i) * ms, to: time.Duration(5*i+4) * ms, on: 4 * ms})
	}
	l.add(slice{task: 7, core: 0, from: 100 * ms, to: 150 * ms, on: 50 * ms})
	l.grain(cellLength)
	if got := l.take(200*ms, nil)[0]; !slices.Equal(got, []runner.Cell{{Task: 0, Ours: 80, Load: 80}, {Task: 7, Ours: 50, Load: 50}}) {
		t.Errorf("coarse: %v", got)
	}
	l.grain(fineLength)
	l.add(slice{task: 3, core: 0, from: 205 * ms, to: 210 * ms, on: 5 * ms})
	got := l.take(300*ms, nil)[0]
	if len(got) != 20 || got[0].Task != runner.Idle || got[1] != (runner.Cell{Task: 3, Ours: 100, Load: 100}) || got[2].Task != runner.Idle {
		t.Errorf("fine: %v", got)
	}
	if len(l.spare) == 0 {
		t.Error("nothing is kept to be used again")
	}
}
