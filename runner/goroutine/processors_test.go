package goroutine

import (
	"context"
	"runtime"
	"testing"
)

func TestEachJobBringsAProcessorAndTakesItAway(t *testing.T) {
	own := runtime.GOMAXPROCS(0)
	one, two := claimProcessor(), claimProcessor()
	if got := runtime.GOMAXPROCS(0); got != own+2 {
		t.Errorf("%d processors with two jobs, want %d", got, own+2)
	}
	one()
	one() // only once
	if got := runtime.GOMAXPROCS(0); got != own+1 {
		t.Errorf("%d processors with one job, want %d", got, own+1)
	}
	two()
	if got := runtime.GOMAXPROCS(0); got != own {
		t.Errorf("%d processors afterwards, want %d", got, own)
	}
}

func TestAJobThatEndedHasTakenItsProcessorAway(t *testing.T) {
	own := runtime.GOMAXPROCS(0)
	for range 100 {
		h, err := start(&task{gate: newGate()}, nil, func(context.Context, *task) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		h.Wait()
		if got := runtime.GOMAXPROCS(0); got != own {
			t.Fatalf("%d processors after the job ended, want %d", got, own)
		}
	}
}
