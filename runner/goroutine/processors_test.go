package goroutine

import (
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
