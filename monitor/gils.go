package monitor

import (
	"slices"
	"time"

	"parallax/monitor/gil"
	"parallax/runner"
)

// lockKey tells one GIL from the others.
type lockKey struct {
	pid         int
	interpreter int64
}

// lockSeen is what looks at one GIL saw since it was last told.
type lockSeen struct {
	runner.GIL
	looks, held, waiting int // how many looks; at how many it was held; the sum of those who waited
	waits, known         bool
	began                time.Duration // when it was last told or, before that, first seen
	last                 time.Duration // when it was last seen
	switches, told       uint64        // as of last and of began
}

// lockBook makes means of looks at GILs. It is all arithmetic: the caller has the clock.
type lockBook struct {
	seen map[lockKey]*lockSeen
}

// see counts a look. about says whose the GIL is; waits, whether it is seen who waits for it.
func (b *lockBook) see(now time.Duration, about runner.GIL, g gil.GIL, waits bool) {
	if b.seen == nil {
		b.seen = map[lockKey]*lockSeen{}
	}
	key := lockKey{about.PID, g.Interpreter}
	s := b.seen[key]
	if s == nil {
		s = &lockSeen{began: now, told: g.Switches, known: g.Known}
		b.seen[key] = s
	}
	if s.looks == 0 && now-s.last > 2*rarest { // it stood still: that is no part of what is told
		s.began, s.told = now, g.Switches
	}
	if about.Task < 0 && about.Python == s.Python {
		about.Task = s.Task
	}
	if s.known != g.Known { // it could not be read a moment, or can be now: count from here
		s.known, s.began, s.told, s.looks, s.held, s.waiting = g.Known, now, g.Switches, 0, 0, 0
	}
	s.GIL, s.last, s.switches, s.waits = about, now, g.Switches, waits
	s.Interpreter = int(g.Interpreter)
	s.looks++
	s.waiting += g.Waiting
	if g.Locked {
		s.held++
	}
}

// absurdHandoffs is a rate that no GIL can have: its counter was that of another.
const absurdHandoffs = 5e6

// take returns what was seen of each GIL since it was last asked, by process and interpreter. A GIL
// that was not looked at since is left out, and is forgotten when it was not for long.
func (b *lockBook) take(now time.Duration) []runner.GIL {
	const forget = 5 * time.Second
	var out []runner.GIL
	for key, s := range b.seen {
		if now-s.last > forget {
			delete(b.seen, key)
		}
		if s.looks == 0 {
			continue
		}
		g := s.GIL
		g.Span = max(s.last-s.began, time.Millisecond)
		g.Held, g.Waiting, g.Handoffs = -1, -1, -1
		if s.waits {
			g.Waiting = float64(s.waiting) / float64(s.looks)
		}
		if s.known {
			g.Held = float64(s.held) / float64(s.looks)
		}
		if rate := float64(s.switches-s.told) / g.Span.Seconds(); s.known && s.last > s.began && rate < absurdHandoffs {
			g.Handoffs = rate
		}
		s.began, s.told = s.last, s.switches
		s.looks, s.held, s.waiting = 0, 0, 0
		out = append(out, g)
	}
	slices.SortFunc(out, func(x, y runner.GIL) int {
		if x.PID != y.PID {
			return x.PID - y.PID
		}
		return x.Interpreter - y.Interpreter
	})
	return out
}

// limits of looking at GILs.
const (
	soloLook  = 500 * time.Millisecond // at an interpreter that has one thread: it waits for nobody
	lookShare = 150                    // looks may cost one in so much of a core
	rarest    = time.Second            // between looks however much they cost
)

// gilWatcher is a reader that looks at GILs, too.
type gilWatcher interface {
	// gils returns what was seen of GILs since it was last asked.
	gils() []runner.GIL
}

// toldGIL is how much of the waiting for a GIL to tell of a task now: known is what is known of it up
// to now, told how much has been told, limit how long all its threads were blocked since. What is known
// late is told in the time that follows, if it is not too much; what looks like waiting while a task is
// held, never.
func toldGIL(known, told, limit time.Duration) (now, then time.Duration) {
	const late = time.Second
	if limit <= 0 {
		return 0, max(known, told)
	}
	now = min(max(known-told, 0), limit)
	return now, max(told+now, known-late)
}
