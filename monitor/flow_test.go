package monitor

import (
	"testing"
	"time"
)

// drive counts so many switches a second, read every 50 ms, for a time, and returns for how much of it
// they were recorded and how often that changed.
func drive(f *flow, from, d time.Duration, rate int) (on time.Duration, changes int) {
	const step = 50 * time.Millisecond
	record := !f.off
	for now := from + step; now <= from+d; now += step {
		n := 0
		if record {
			n = rate * int(step/time.Millisecond) / 1000
			on += step
		}
		if next := f.count(now, n); next != record {
			record = next
			changes++
		}
	}
	return on, changes
}

func TestSwitchesAreRecordedUpToARate(t *testing.T) {
	var f flow
	if on, changes := drive(&f, 0, 10*time.Second, 19000); on != 10*time.Second || changes != 0 {
		t.Errorf("19 000 a second: recorded for %v with %d changes", on, changes)
	}
	on, _ := drive(&f, 10*time.Second, 120*time.Second, 100000)
	if on < 200*time.Millisecond || on > 2*time.Second {
		t.Errorf("100 000 a second: recorded for %v of two minutes", on)
	}
	if _, changes := drive(&f, 130*time.Second, 33*time.Second, 1000); changes != 1 || f.off {
		t.Errorf("when it is calm again: %d changes, off %v", changes, f.off)
	}
	at := 163 * time.Second
	if on, _ := drive(&f, at, 10*time.Second, 1000); on != 10*time.Second {
		t.Errorf("calm: recorded for %v of ten seconds", on)
	}
	drive(&f, at+10*time.Second, time.Second, 100000)
	if !f.off || f.retreat != firstRetreat {
		t.Errorf("after calm, the first retreat is %v", f.retreat)
	}
}

// TestRareReadingsAreNotABurst: who reads once in two seconds finds many at once.
func TestRareReadingsAreNotABurst(t *testing.T) {
	var f flow
	for now := 2 * time.Second; now < time.Minute; now += 2 * time.Second {
		if !f.count(now, 2*15000) {
			t.Fatalf("15 000 a second are too many at %v", now)
		}
	}
	if f.count(time.Minute, 2*25000) {
		t.Error("25 000 a second are not too many")
	}
}
