package switches

import (
	"slices"
	"time"
)

// Share is a span that belongs to a task.
type Share struct {
	Span
	Task int
}

// Ledger makes of records what each task had of the cores. It is all arithmetic: whoever has a
// [Tracer] hands it the records. Times are on CLOCK_MONOTONIC. It is for one goroutine.
type Ledger struct {
	who     *owners
	spans   spans
	waiting []Span // whose task is not known yet
	each    func(Share)
	lost    uint64
	pruned  time.Duration
}

// patience is how long a span waits for somebody to say whose it is: that a task has started is known
// a little later than it has.
const patience = 400 * time.Millisecond

// NewLedger returns a Ledger that hands each share to each, once, of one core mostly in the order of time.
func NewLedger(each func(Share)) *Ledger {
	l := &Ledger{who: newOwners(), each: each}
	l.spans = spans{cores: map[int]*onCore{}, each: func(s Span) {
		if !l.give(s) {
			l.waiting = append(l.waiting, s)
		}
	}}
	return l
}

// give hands on a span, or returns false if it is not known yet whose it is.
func (l *Ledger) give(s Span) bool {
	switch task := l.who.owner(s.TID, s.To); task {
	case unknown:
		return false
	case over:
	default:
		l.each(Share{s, task})
	}
	return true
}

// Root says that a thread works for a task from now on, and all that it makes.
func (l *Ledger) Root(tid, task int) { l.who.root(tid, task) }

// Adopt says that a thread is seen to work for a task now, when its making may not have been told: as
// Root, unless it is known whom it works for.
func (l *Ledger) Adopt(tid, task int, now time.Duration) {
	if l.who.owner(tid, now) < 0 {
		l.who.root(tid, task)
	}
}

// End says that a task is over since at: what its threads do later is not its.
func (l *Ledger) End(task int, at time.Duration) { l.who.end(task, at) }

// Take takes up a record. Those of a core come in the order of time.
func (l *Ledger) Take(r Record) {
	if r.Kind == Lost {
		l.lost += r.Count
	}
	l.spans.take(r)
	l.who.take(r)
}

// Settle hands on all that is known up to now, when all records before now have been taken up: also
// of who is still on a core, and of spans whose task has become known. What nobody has claimed by
// then is let go: it was parallax itself, or is another run's.
func (l *Ledger) Settle(now time.Duration) {
	l.spans.cut(now)
	l.waiting = slices.DeleteFunc(l.waiting, func(s Span) bool { return l.give(s) || now-s.To > patience })
	if now-l.pruned >= linger {
		l.pruned = now
		l.who.prune(now)
	}
}

// Forget says that records were not made for a while: who has a core is not known.
func (l *Ledger) Forget() { l.spans.forget() }

// Lost returns how many records were lost so far.
func (l *Ledger) Lost() uint64 { return l.lost }
