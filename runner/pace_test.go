package runner

import (
	"math"
	"testing"
	"time"
)

func TestPaceSeesWhatWasDone(t *testing.T) {
	var p Pace
	for i := range 11 {
		p.add(ProgressOf(0.2+float64(i)/20), time.Duration(30+i)*time.Second)
		p.add(ProgressOf(0.2+float64(i)/20), time.Duration(30+i)*time.Second+time.Second/2) // said again
		p.add(0, time.Duration(30+i)*time.Second+time.Second/2)                             // not said
	}
	if p.First != 30*time.Second || p.Moved != 40*time.Second {
		t.Errorf("from %v to %v", p.First, p.Moved)
	}
	if rate, step := p.Done/p.Span, p.Span/p.Steps; math.Abs(rate-0.05) > 1e-9 || math.Abs(step-1) > 1e-9 {
		t.Errorf("%v a second, a step every %v s", rate, step)
	}
	p.add(ProgressOf(0.1), 41*time.Second)
	if p.First != 41*time.Second || p.Done != 0 {
		t.Errorf("a new bar goes on with the last: %+v", p)
	}
}

func TestWallsAreOfTriesThatEndedByThemselves(t *testing.T) {
	s := &State{}
	end := func(seconds int, status Status, exit Exit) {
		t.Helper()
		for _, ev := range []Event{
			TaskQueued{Task: 0, Try: 1},
			TaskStarted{Task: 0, Try: 1},
			TaskPaused{At: At(time.Second)},
			TaskEnded{At: At(time.Duration(1+seconds) * time.Second), Status: status, Cause: -1, Exit: exit},
		} {
			if err := s.Apply(ev); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = s.Apply(RunStarted{Jobs: make([]Job, 1), Workers: 1})
	end(5, Succeeded, Exit{}) // all but its first second is a pause
	end(6, Failed, Exit{Code: 1})
	end(7, Cancelled, Exit{})
	end(8, Failed, Exit{Lost: true})
	if s.Walls != (Walls{N: 2, Sum: 2 * time.Second}) || s.Walls.Mean() != time.Second {
		t.Errorf("%+v", s.Walls)
	}
	if new(Walls).Mean() != 0 {
		t.Error("a mean of nothing")
	}
}
