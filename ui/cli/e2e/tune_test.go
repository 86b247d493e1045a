//go:build linux || darwin

package e2e_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
)

// estimate is a value with its interval as JSON has it.
type estimate struct {
	Mean      float64
	Low, High *float64
}

// swept is the last line of `parallax tune --json`.
type swept struct {
	Type    string
	Found   bool
	Workers int
	Rounds  int
	Reasons []string
	Loads   []struct {
		Workers    int
		Wall       estimate `json:"wall_s"`
		Speedup    estimate
		Efficiency float64
		Error      *string
	}
}

// TestASweepOverRealProcesses checks what must hold however busy the machine is.
func TestASweepOverRealProcesses(t *testing.T) {
	p := newPlace(t)
	const jobs, nap = 6, 0.2
	lines := strings.Split(strings.TrimSpace(p.run("tune", "--json", "-q", "--rounds", "3", "-j", "6,1,2", "--", "sleep", "0.{}", ":::", "2", "2", "2", "2", "2", "2")), "\n")
	var got swept
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &got); err != nil {
		t.Fatal(err)
	}
	if want := 3*(1+3) + 1; len(lines) != want || got.Type != "tuning" || got.Rounds != 3 || len(got.Loads) != 3 {
		t.Fatalf("%d lines, want %d; the last: %+v", len(lines), want, got)
	}
	known := []int{0}
	for i, l := range got.Loads {
		known = append(known, l.Workers)
		turns := math.Ceil(jobs / float64(l.Workers))
		if want := []int{1, 2, 6}[i]; l.Workers != want || l.Error != nil || l.Wall.Mean < turns*nap {
			t.Errorf("load %d: %+v; want %d workers, which cannot take less than %.1f s", i, l, want, turns*nap)
		}
		if off := l.Efficiency*float64(l.Workers) - l.Speedup.Mean; math.Abs(off) > 1e-9 {
			t.Errorf("%d workers: efficiency %v, speed-up %v", l.Workers, l.Efficiency, l.Speedup.Mean)
		}
		if l.Speedup.Low == nil || l.Speedup.High == nil || *l.Speedup.Low > l.Speedup.Mean || l.Speedup.Mean > *l.Speedup.High {
			t.Errorf("%d workers: an interval without its mean: %+v", l.Workers, l.Speedup)
		}
	}
	if got.Loads[0].Speedup.Mean != 1 || got.Loads[2].Speedup.Mean <= 1 {
		t.Errorf("six sleepers at once are no faster than one after the other: %+v", got.Loads)
	}
	if !slices.Contains(known, got.Workers) || got.Found && got.Workers == 1 || len(got.Reasons) == 0 {
		t.Errorf("%+v", got)
	}
}

func TestASweepOnTheScreen(t *testing.T) {
	p := newPlace(t)
	tm := p.start(size{120, 40}, "tune", "--rounds", "3", "-j", "1,4", "--", "sleep", "0.{}", ":::", "1", "1", "1", "1")
	tm.see("parallax", "tune", "processes")
	tm.see("workers", "wall time", "speed-up")
	tm.waitLong(2*patience, "the end", func(s screen) bool { return s.has("parallax", "3 rounds") && s.has("●", "speed-up") })
	tm.keys("l", "\r")
	tm.see("4 done")
	tm.keys("q")
	tm.see("parallax", "tune", "3 rounds")
	tm.keys("+")
	tm.waitLong(2*patience, "three rounds more", func(s screen) bool { return s.has("parallax", "6 rounds") })
	tm.keys("q")
	tm.leaves(0)
}
