package runner

import (
	"slices"
	"time"
)

// GIL is what was seen, in the span of a sample, of a global interpreter lock: of an interpreter in
// which threads can get in each other's way. Figures are means; one that is not known is -1.
type GIL struct {
	PID         int // the process
	Interpreter int // 0 is the process's main one; others are subinterpreters
	Host        int // [Host.ID] of the process, if tasks share it; else 0
	Task        int // whose alone it is; -1 for several tasks'
	Python      string
	Free        bool          // the interpreter runs without a GIL: there is nothing more to know
	Why         string        // why it is not measured, or ""
	Span        time.Duration // for how long it was looked at
	Held        float64       // share of that time, 0..1, in which some thread had it
	Handoffs    float64       // a second: it went from one thread to another
	Waiting     float64       // how many threads were waiting for it
}

// same is whether two samples are of one GIL.
func (g GIL) same(o GIL) bool { return g.PID == o.PID && g.Interpreter == o.Interpreter }

// then returns what was seen of a GIL in two spans. A figure that is known in one of them only is that one's.
func (g GIL) then(next GIL) GIL {
	out := next
	out.Span = g.Span + next.Span
	w := 0.5
	if out.Span > 0 {
		w = float64(g.Span) / float64(out.Span)
	}
	mix := func(a, b float64) float64 {
		if a < 0 || b < 0 {
			return max(a, b)
		}
		return w*a + (1-w)*b
	}
	out.Held, out.Handoffs, out.Waiting = mix(g.Held, next.Held), mix(g.Handoffs, next.Handoffs), mix(g.Waiting, next.Waiting)
	if out.Task < 0 {
		out.Task = g.Task
	}
	return out
}

// mergeGILs strings together what two samples saw. What only the first saw stays, for it ended meanwhile,
// up to maxLocks of them all.
func mergeGILs(a, b []GIL) []GIL {
	if len(a) == 0 {
		return b
	}
	out := slices.Clone(a)
	for _, g := range b {
		if at := slices.IndexFunc(out, g.same); at >= 0 {
			out[at] = out[at].then(g)
		} else {
			out = append(out, g)
		}
	}
	return out[max(len(out)-maxLocks, 0):]
}

// Lock is what a State knows of a GIL.
type Lock struct {
	Last GIL           // as seen lately, in about a second: each look finds it held or not
	Mean GIL           // since it was first seen
	At   time.Duration // when it was last seen, since the start
}

// lately is how far back [Lock.Last] reaches.
const lately = time.Second

// maxLocks bounds [State.Locks]: a run can start any number of subinterpreters, one after the other.
const maxLocks = 64

// locked adds what a sample saw of GILs. Where there are too many, those go that were not seen for
// longest.
func (s *State) locked(at time.Duration, seen []GIL) {
	for _, g := range seen {
		if g.Task >= len(s.Tasks) {
			continue
		}
		i := slices.IndexFunc(s.Locks, func(l Lock) bool { return l.Last.same(g) })
		if i < 0 {
			if len(s.Locks) >= maxLocks {
				oldest := 0
				for j := range s.Locks {
					if s.Locks[j].At < s.Locks[oldest].At {
						oldest = j
					}
				}
				s.Locks = slices.Delete(s.Locks, oldest, oldest+1)
			}
			s.Locks = append(s.Locks, Lock{g, g, at})
			continue
		}
		l := &s.Locks[i]
		l.Last.Span = min(l.Last.Span, max(lately-g.Span, 0))
		l.Last, l.Mean, l.At = l.Last.then(g), l.Mean.then(g), at
	}
}
