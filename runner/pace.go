package runner

import (
	"math"
	"time"
)

// Pace is how fast the progress of one try goes. What lies back half of the time that it has been
// watched, but at least twenty seconds, counts about a third as much as what happens now: a job that
// gets slower is believed after a while, one that hesitates is not.
//
// The time before its progress was first seen is not in it: a job may take long to get ready, or go
// on where an earlier one stopped. Times are wall times of the try while it was not paused.
type Pace struct {
	First time.Duration // when its progress was first seen, or last began anew
	Moved time.Duration // when it was last seen to grow
	Done  float64       // share that was done since First; older fades
	Span  float64       // seconds in which that was done, likewise
	Steps float64       // in how many steps it was seen to grow, likewise
	last  Progress
}

// add takes up the progress that was told at the wall time of the try.
func (p *Pace) add(now Progress, wall time.Duration) {
	const memory, part = 20.0, 0.5
	switch {
	case now == 0 || now == p.last:
		return
	case p.last == 0 || now < p.last: // a first bar, or the next one
		*p = Pace{First: wall, Moved: wall, last: now}
		return
	}
	took := max(wall-p.Moved, 0).Seconds()
	fade := math.Exp(-took / max(memory, part*(wall-p.First).Seconds()))
	p.Done = fade*p.Done + float64(now-p.last)/10000
	p.Span = fade*p.Span + took
	p.Steps = fade*p.Steps + 1
	p.Moved, p.last = wall, now
}

// Walls sums up how long tries took that came to their own end, not paused time.
type Walls struct {
	N   int
	Sum time.Duration
}

func (w *Walls) add(wall time.Duration) { w.N, w.Sum = w.N+1, w.Sum+wall }

// Mean is the mean, or 0 where there was none.
func (w *Walls) Mean() time.Duration {
	if w.N == 0 {
		return 0
	}
	return w.Sum / time.Duration(w.N)
}
