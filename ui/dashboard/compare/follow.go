package compare

import (
	"context"
	"slices"
	"sync"
	"time"

	"parallax/runner"
)

// Follower keeps up with a course for a screen. It outlives screens, as each event of a run is given once.
// Watch may be called from another goroutine than the rest.
type Follower struct {
	course Course
	now    Status
	inbox  inbox
	states map[string]*runner.State // of runs that are not over, by their ids
}

// Follow returns a follower of a course, which nobody else takes events from.
func Follow(c Course) *Follower {
	return &Follower{course: c, now: c.Status(), states: map[string]*runner.State{}}
}

// frameGap is the least time between two frames that nobody pressed a key for. The first change after a
// quiet time is shown at once.
const frameGap = 100 * time.Millisecond

// Watch waits for news and tells of them, at most once in a frame, until ctx is done. tell may block.
func (f *Follower) Watch(ctx context.Context, tell func()) {
	for {
		s := f.course.Status()
		f.inbox.put(s, taken(&s))
		tell()
		last := time.Now()
		select {
		case <-ctx.Done():
			return
		case <-f.course.Ready():
		case <-goingOn(&s):
		}
		if !pause(ctx, frameGap-time.Since(last)) {
			return
		}
	}
}

// Take takes up the news. An error says which event made no sense; the others are taken up all the same.
func (f *Follower) Take() error {
	var fault error
	status, events := f.inbox.take()
	for _, h := range events {
		s := f.states[h.run]
		if s == nil {
			s = &runner.State{}
			f.states[h.run] = s
		}
		for _, ev := range h.events {
			if err := s.Apply(ev); err != nil {
				fault = err
			}
		}
	}
	if status != nil {
		f.now = *status
	}
	for id := range f.states { // of those that are over the course has the state
		if !slices.ContainsFunc(f.now.Newest, func(r Shown) bool { return r.ID == id && r.State == nil }) {
			delete(f.states, id)
		}
	}
	return fault
}

// Now is how things stood when the news were taken.
func (f *Follower) Now() *Status { return &f.now }

// State is what is known of the newest run of a way; nil before there is one.
func (f *Follower) State(way int) *runner.State {
	if way < 0 || way >= len(f.now.Newest) {
		return nil
	}
	if r := f.now.Newest[way]; r.State != nil {
		return r.State
	}
	return f.states[f.now.Newest[way].ID]
}

// Phase says in two or three words how far the course is.
func (f *Follower) Phase() string { return phase(&f.now) }

// Elapsed is how long the course has gone on at a time or, once it is over, had.
func (f *Follower) Elapsed(at time.Time) time.Duration { return elapsed(&f.now, at) }

// Lasts says in a sentence how long the rest takes; "" when that is not known.
func (f *Follower) Lasts() string {
	gone := time.Duration(0)
	if st := f.State(f.now.Way); st != nil {
		gone = st.Elapsed(0)
	}
	return lasts(&f.now, gone)
}

// CanGoOn reports whether more rounds can be asked for: not of what was read from disk, of which no run
// has events, nor of what was ended early.
func (f *Follower) CanGoOn() bool {
	s := &f.now
	if s.Doing == Waiting || s.Err != nil || s.Record.Reason != "" {
		return false
	}
	return s.Doing != Over || slices.ContainsFunc(s.Newest, func(r Shown) bool { return r.Feed != nil })
}

// More asks for so many rounds more.
func (f *Follower) More(rounds int) { f.course.More(rounds) }

// inbox is what a watch found and nobody has taken yet. What is in it stays there however the screen ends.
// The zero inbox is empty.
type inbox struct {
	mu     sync.Mutex
	status *Status    // the newest
	events []happened // in order for each run
}

// happened is what happened in a run.
type happened struct {
	run    string
	events []runner.Event
}

func (b *inbox) put(s Status, evs []happened) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.status = &s
	b.events = append(b.events, evs...)
}

func (b *inbox) take() (*Status, []happened) {
	b.mu.Lock()
	defer b.mu.Unlock()
	status, events := b.status, b.events
	b.status, b.events = nil, nil
	return status, events
}

// taken takes the events of all runs that are not over.
func taken(s *Status) []happened {
	var out []happened
	for i := range s.Newest {
		r := &s.Newest[i]
		if r.Feed == nil || r.State != nil {
			continue
		}
		if evs := r.Feed.Take(); len(evs) > 0 {
			out = append(out, happened{r.ID, evs})
		}
	}
	return out
}

// goingOn receives when something happened in the run that goes on. Without one it never does.
func goingOn(s *Status) <-chan struct{} {
	if s.Way < 0 || s.Way >= len(s.Newest) || s.Newest[s.Way].Feed == nil || s.Newest[s.Way].State != nil {
		return nil
	}
	return s.Newest[s.Way].Feed.Ready()
}

// pause waits for d, which may be negative, and reports whether ctx still holds.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
