package switches

import "time"

// Span is an unbroken time of one thread on one core.
type Span struct {
	TID      int
	Core     int
	From, To time.Duration // as [Record.At]
	// Preempted is whether it could have gone on when it ended; false also where it goes on: such a
	// span was only cut to be told in time.
	Preempted bool
}

// spans makes spans of records. Records of each core come in the order in which they happened. A
// record that repeats what is known (a thread that is watched twice) changes nothing.
type spans struct {
	cores map[int]*onCore
	each  func(Span)
}

// onCore is who has a core now: nobody that is watched if tid is 0.
type onCore struct {
	tid   int
	since time.Duration
}

func (s *spans) take(r Record) {
	c := s.cores[r.Core]
	if c == nil {
		c = &onCore{}
		s.cores[r.Core] = c
	}
	switch r.Kind {
	case In:
		if c.tid != r.TID { // where it is another, its leaving was lost
			*c = onCore{r.TID, r.At}
		}
	case Out:
		if c.tid == r.TID {
			s.end(c, r)
		}
	case Exit: // of itself, while it is on its core: the last switch is not told of a thread that is gone
		if c.tid == r.TID {
			s.end(c, r)
		}
	case Lost: // who has the core now is not known before the next comes
		*c = onCore{}
	case Fork:
	}
}

func (s *spans) end(c *onCore, r Record) {
	if r.At > c.since {
		s.each(Span{c.tid, r.Core, c.since, r.At, r.Preempted})
	}
	*c = onCore{}
}

// cut tells of what is still on a core, up to now.
func (s *spans) cut(now time.Duration) {
	for core, c := range s.cores {
		if c.tid != 0 && now > c.since {
			s.each(Span{TID: c.tid, Core: core, From: c.since, To: now})
			c.since = now
		}
	}
}

// forget gives up what is known of who has a core, as records were not made for a while.
func (s *spans) forget() { clear(s.cores) }
