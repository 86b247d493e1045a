package runner

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const (
	fineCell = 5 * time.Millisecond
	wholly   = 100
)

// lanesOf are lanes of one core in cells of some length, each wholly of the task given.
func lanesOf(cell time.Duration, tasks ...int32) Lanes {
	l := Lanes{Cores: []int{0}, Cell: cell, Rows: [][]Cell{nil}}
	for _, task := range tasks {
		c := Cell{Task: task}
		if task >= 0 {
			c.Ours, c.Load = wholly, wholly
		}
		l.Rows[0] = append(l.Rows[0], c)
	}
	return l
}

func repeated(n int, tasks ...int32) []int32 { return slices.Repeat(tasks, n) }

func TestNewLanesAreFineAndOldOnesCoarse(t *testing.T) {
	var h History
	hands := repeated(10, 0, 1) // they hand the core to each other every 5 ms
	at := time.Duration(0)
	for range 3 * maxCells / len(hands) {
		at += 100 * time.Millisecond
		h.add(at, lanesOf(fineCell, hands...))
	}
	if h.Cell != CoarseCell || h.Finest() != fineCell || h.End() != at {
		t.Errorf("cells of %v and %v up to %v of %v", h.Cell, h.Finest(), h.End(), at)
	}
	for i, want := range []int32{0, 1, 0, 1} {
		from := at - time.Second + time.Duration(i)*fineCell
		if c, ok := h.Span(0, from, from+fineCell); !ok || c != (Cell{Task: want, Ours: wholly, Load: wholly}) {
			t.Errorf("%d cells before the end: %+v %v", i, c, ok)
		}
	}
	if n := h.fine[0].len(); n < maxCells || n > maxCells*5/4+len(hands) {
		t.Errorf("%d fine cells are kept", n)
	}
	old, _ := h.Stretch(0, 0)
	if old.Exact <= fineCell {
		t.Errorf("the start of the run is still known to %v", old.Exact)
	}
	if _, ok := h.Span(0, at, at+fineCell); ok {
		t.Error("something is known of the time to come")
	}
}

func TestALevelBetweenReachesFurtherBack(t *testing.T) {
	var h History
	at := time.Duration(0)
	for range 2 * maxCells / 20 {
		at += 100 * time.Millisecond
		h.add(at, lanesOf(fineCell, append(repeated(10, 0), repeated(10, 1)...)...))
	}
	s, ok := h.Stretch(0, 10*time.Millisecond)
	if !ok || s.Exact != perDetail*fineCell || s.To != 50*time.Millisecond || s.Task != 0 {
		t.Errorf("the start is known as %+v", s)
	}
}

func TestCellsMayChangeTheirLength(t *testing.T) {
	var h History
	h.add(100*time.Millisecond, lanesOf(fineCell, repeated(20, 0)...))
	h.add(300*time.Millisecond, lanesOf(CoarseCell, 1, 2))
	h.add(400*time.Millisecond, lanesOf(fineCell, append(repeated(15, 3), repeated(5, 4)...)...))
	if want := lanesOf(CoarseCell, 0, 1, 2, 3).Rows[0]; !slices.Equal(h.Rows[0], want) || h.End() != 400*time.Millisecond {
		t.Errorf("up to %v: %v", h.End(), h.Rows[0])
	}
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	for _, c := range []struct{ at, from, to, exact int }{
		{50, 0, 100, 5}, {150, 100, 200, 100}, {301, 300, 375, 5}, {399, 375, 400, 5},
	} {
		s, ok := h.Stretch(0, ms(c.at))
		if !ok || s.From != ms(c.from) || s.To != ms(c.to) || s.Exact != ms(c.exact) {
			t.Errorf("at %d ms: %+v %v", c.at, s, ok)
		}
	}
	if c, _ := h.Span(0, 210*time.Millisecond, 215*time.Millisecond); c.Task != 2 {
		t.Errorf("what came in coarse cells is %+v in fine ones", c)
	}
}

func TestLanesToldTwiceCountOnce(t *testing.T) {
	var h History
	h.add(100*time.Millisecond, lanesOf(fineCell, repeated(20, 0)...))
	h.add(150*time.Millisecond, lanesOf(fineCell, repeated(20, 1)...))
	if h.End() != 150*time.Millisecond {
		t.Errorf("the lanes end at %v", h.End())
	}
}

// What is kept never exceeds its bounds, and the whole run is always covered, whatever comes in.
func TestAHistoryIsBoundedAndTrueToTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cores := rapid.SampledFrom([]int{1, 3}).Draw(t, "cores")
		var h History
		at := time.Duration(0)
		for range rapid.IntRange(1, 20).Draw(t, "samples") {
			cell := rapid.SampledFrom([]time.Duration{fineCell, 7 * time.Millisecond, 30 * time.Millisecond, CoarseCell, time.Second}).Draw(t, "cell")
			n := rapid.SampledFrom([]int{1, 20, 199, 3000}).Draw(t, "cells")
			if rapid.IntRange(0, 9).Draw(t, "gap") == 0 {
				at += time.Duration(rapid.IntRange(2, 100_000).Draw(t, "of")) * cell
			}
			at += time.Duration(n) * cell
			l := Lanes{Cell: cell}
			for c := range cores {
				l.Cores, l.Rows = append(l.Cores, c), append(l.Rows, lanesOf(cell, repeated(n, int32(c))...).Rows[0])
			}
			h.add(at, l)
		}
		if h.End() != at {
			t.Fatalf("it ends at %v, want %v", h.End(), at)
		}
		limit := rowLimit(cores)
		if len(h.Rows[0]) > limit || h.fine[0].len() > limit*5/4 || h.fine[1].len() > limit*5/4 {
			t.Fatalf("%d, %d and %d cells are kept of %d", len(h.Rows[0]), h.fine[0].len(), h.fine[1].len(), limit)
		}
		for c := range cores {
			for _, share := range []int{0, 1, 2, 3, 999} {
				from := at / 1000 * time.Duration(share)
				cell, ok := h.Span(c, from, from+fineCell)
				if !ok || cell.Task != int32(c) && cell.Task != Idle {
					t.Fatalf("core %d at %v: %+v %v", c, from, cell, ok)
				}
				if s, ok := h.Stretch(c, from); !ok || from < s.From || from >= s.To {
					t.Fatalf("core %d at %v: %+v %v", c, from, s, ok)
				}
			}
		}
	})
}

func TestManyCoresKeepFewerCellsEach(t *testing.T) {
	for _, cores := range []int{1, 32, 64, 1000} {
		if n := rowLimit(cores); n*cores > maxKeptCells || n < minCells {
			t.Errorf("%d cores keep %d cells each", cores, n)
		}
	}
}

func TestLanesOfDifferentCellsAreJoinedInTheLonger(t *testing.T) {
	fine := Sampled{At: At(100 * time.Millisecond), Span: 100 * time.Millisecond, Lanes: lanesOf(fineCell, append(repeated(15, 3), repeated(5, 4)...)...)}
	coarse := Sampled{At: At(200 * time.Millisecond), Span: 100 * time.Millisecond, Lanes: lanesOf(CoarseCell, 1)}
	for _, got := range []Sampled{fine.Merge(coarse), coarse.Merge(fine)} {
		if got.Lanes.Cell != CoarseCell || len(got.Lanes.Rows[0]) != 2 {
			t.Errorf("joined %+v", got.Lanes)
		}
	}
	if odd := lanesOf(fineCell, 1, 1, 1); odd.Coarsen(CoarseCell).Cell != fineCell {
		t.Error("three cells became a part of a longer one")
	}
}
