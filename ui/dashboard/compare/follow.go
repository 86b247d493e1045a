package compare

import (
	"context"
	"slices"
	"time"

	"parallax/runner"
)

// Follower keeps up with a course for a screen other than this package's own. It outlives such screens,
// as each event of a run is given once. Watch may be called from another goroutine than the rest.
type Follower struct {
	course Course
	now    Status
	folded folded
}

// Follow returns a follower of a course, which nobody else takes events from.
func Follow(c Course) *Follower {
	return &Follower{course: c, now: c.Status(), folded: folded{states: map[string]*runner.State{}}}
}

// Watch waits for news and tells of them, at most once in a frame, until ctx is done. tell may block.
func (f *Follower) Watch(ctx context.Context, tell func()) {
	newWatcher(0, f.course, &f.folded.inbox, tell).run(ctx)
}

// Take takes up the news. An error says which event made no sense; the others are taken up all the same.
func (f *Follower) Take() error {
	var fault error
	status, events := f.folded.inbox.take()
	for _, h := range events {
		s := f.folded.states[h.run]
		if s == nil {
			s = &runner.State{}
			f.folded.states[h.run] = s
		}
		for _, ev := range h.events {
			if err := s.Apply(ev); err != nil {
				fault = err
			}
		}
	}
	for _, s := range status {
		f.now = s
	}
	for id := range f.folded.states { // of those that are over the course has the state
		if !slices.ContainsFunc(f.now.Newest, func(r Shown) bool { return r.ID == id && r.State == nil }) {
			delete(f.folded.states, id)
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
	return f.folded.states[f.now.Newest[way].ID]
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

// CanGoOn reports whether more rounds can be asked for.
func (f *Follower) CanGoOn() bool { return f.now.Doing != Waiting && f.now.Err == nil && f.now.more() }

// More asks for so many rounds more.
func (f *Follower) More(rounds int) { f.course.More(rounds) }

// Overlay puts a box into the middle of rows of width columns.
func Overlay(rows, box []string, width int) []string { return overlay(rows, box, width) }

// Wrapped cuts a sentence, which may come from outside, into rows between its words.
func Wrapped(words string, width int) []string { return wrapped(words, width) }
