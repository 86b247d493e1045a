package runner

import (
	"math"
	"time"
)

// Times is where wall time went: on a core, waiting for one, waiting for the GIL; the rest of Live
// is blocked. For one task and for all together, since the start and lately.
type Times struct {
	Total  Split
	Recent Split // older time fades: of what was a second ago about a third is left
}

// Split is a sum of times. Fields may be fractions of the true ones (Times.Recent), so only their
// ratios mean anything there.
type Split struct {
	Span     time.Duration // wall time: of a task while not paused, of the run while any task held a worker
	Live     time.Duration // wall time of the tasks while not paused, summed over tasks
	OnCore   time.Duration // summed over threads
	WaitCore time.Duration // -1 where the system does not tell
	WaitGIL  time.Duration // -1 where not measured
}

// Cores is how many cores were kept busy on average: time on cores for each second of the span.
func (s Split) Cores() float64 {
	if s.Span <= 0 {
		return 0
	}
	return float64(s.OnCore) / float64(s.Span)
}

func (s Split) scaled(f float64) Split {
	mul := func(d time.Duration) time.Duration {
		if d < 0 {
			return d
		}
		return time.Duration(f * float64(d))
	}
	return Split{mul(s.Span), mul(s.Live), mul(s.OnCore), mul(s.WaitCore), mul(s.WaitGIL)}
}

func (s Split) plus(o Split) Split {
	return Split{
		s.Span + o.Span, s.Live + o.Live, s.OnCore + o.OnCore,
		addKnown(s.WaitCore, o.WaitCore), addKnown(s.WaitGIL, o.WaitGIL),
	}
}

// addKnown adds two times of which either may be -1, unknown: then so is the sum.
func addKnown(a, b time.Duration) time.Duration {
	if a < 0 || b < 0 {
		return -1
	}
	return a + b
}

// leastGIL is how long a try must last for its waiting for the GIL to be told: one that is shorter was
// looked at too few times, or never.
const leastGIL = 250 * time.Millisecond

// add counts a sample that covers span, of which counted is not in Total.Span yet.
func (t *Times) add(span, counted time.Duration, ts TaskSample) {
	s := Split{span, ts.Live, ts.OnCore, ts.WaitCore, ts.WaitGIL}
	if t.Recent.WaitGIL < 0 && s.WaitGIL >= 0 { // what is known now is not to be lost in what was not
		t.Recent = Split{}
	}
	t.Recent = t.Recent.scaled(math.Exp(-span.Seconds())).plus(s)
	s.Span = counted
	t.Total = t.Total.plus(s)
}

// Measured is what was measured of one try of a task.
type Measured struct {
	Times
	Last    TaskSample
	PeakRSS int64 // bytes; the largest sample, corrected at the end from the system's own figure
	PeakPSS int64 // bytes; -1 before it was measured
	Spark   Spark
	Pace    Pace // of its progress
}

func newMeasured() *Measured { return &Measured{PeakPSS: -1} }

func (m *Measured) add(ts TaskSample) {
	if ts.PSS < 0 { // PSS is read more rarely than the rest: the last one still stands
		ts.PSS = m.Last.PSS
		if m.Total.Live == 0 {
			ts.PSS = -1
		}
	}
	if ts.Core < 0 && m.Total.Live > 0 {
		ts.Core = m.Last.Core
	}
	m.Last = ts
	m.Times.add(ts.Live, ts.Live, ts)
	m.PeakRSS, m.PeakPSS = max(m.PeakRSS, ts.RSS), max(m.PeakPSS, ts.PSS)
	m.Spark.add(ts.Live, ts.OnCore)
}

// correct replaces what sampling saw by what the system accounted when the try ended, and returns
// what sampling had missed and is known: time on cores. What the try did in the rest of the time
// that was not sampled nobody knows, so it is not called blocked: if that is most of its life, its
// waiting becomes unknown; else it is taken to be as the sampled part was.
func (m *Measured) correct(u Usage, wall time.Duration) (missed Split) {
	seen := m.Total
	wall = max(wall, 0)
	m.Total.Live, m.Total.Span = wall, wall
	if u.Known {
		missed.OnCore = max(u.CPU()-seen.OnCore, 0)
		missed.Live = min(missed.OnCore, max(wall-seen.Live, 0))
		m.Total.OnCore = u.CPU()
		m.PeakRSS = max(m.PeakRSS, u.MaxRSS)
	}
	if seen.Live < wall/2 {
		m.Total.WaitCore, m.Total.WaitGIL = -1, -1
	} else if seen.Live > 0 {
		waits := Split{WaitCore: seen.WaitCore, WaitGIL: seen.WaitGIL}.scaled(seen.rest(wall, m.Total.OnCore))
		m.Total.WaitCore, m.Total.WaitGIL = waits.WaitCore, waits.WaitGIL
	}
	if wall < leastGIL {
		m.Total.WaitGIL = -1
	}
	return missed
}

// rest is by how much what was seen of a try's waiting is to be multiplied to be that of all its wall time,
// of which it was on a core for on. It is in proportion to the time, and less where more was spent on cores
// than in proportion. Parts of several threads may be more than the wall time: then they are the whole of
// what was seen.
func (s Split) rest(wall, on time.Duration) float64 {
	whole := max(s.Live, s.OnCore+max(s.WaitCore, 0)+max(s.WaitGIL, 0))
	off := float64(whole - s.OnCore)
	if off <= 0 {
		return 1
	}
	more := float64(wall) / float64(s.Live)
	return min(more, max(float64(whole)*more-float64(on), 0)/off)
}

// SparkCell is what one cell of a Spark covers, and SparkCells how many it keeps.
const (
	SparkCell  = 500 * time.Millisecond
	SparkCells = 32
)

// Spark is the recent history of a task's use of cores, in percent of one core.
type Spark struct {
	cells [SparkCells]uint16
	n     int
	live  time.Duration
	on    time.Duration
}

func (s *Spark) add(live, on time.Duration) {
	s.live, s.on = s.live+live, s.on+on
	if s.live < SparkCell {
		return
	}
	s.cells[s.n%SparkCells] = uint16(min(100*float64(s.on)/float64(s.live), math.MaxUint16))
	s.n++
	s.live, s.on = 0, 0
}

// Last returns the newest n cells, oldest first; fewer where there are fewer.
func (s *Spark) Last(n int) []int {
	n = min(n, s.n, SparkCells)
	out := make([]int, n)
	for i := range out {
		out[i] = int(s.cells[(s.n-n+i)%SparkCells])
	}
	return out
}
