package compare

import (
	"parallax/monitor/comparison"
	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/scaling"
	"parallax/runner"
)

// Course is a comparison that is made, or was. Its methods may be called from any goroutine and do not
// block.
type Course interface {
	// Ready receives when the status may have changed.
	Ready() <-chan struct{}
	// Status is how things stand. It must not be changed.
	Status() Status
	// More asks for so many rounds more. It is for a course that can still be gone on with.
	More(rounds int)
}

// Status is how a comparison stands at one moment.
type Status struct {
	Record  comparison.Record
	Table   choice.Table            // of the trials so far
	Verdict choice.Verdict          // likewise
	Tuning  *scaling.Recommendation // in place of Verdict where numbers of workers are compared; must not be changed
	Doing   Doing
	Way     int     // of Record.Ways, the one that is tried just now; -1 for none
	Round   int     // in which it is; 0 is the warm-up
	Newest  []Shown // parallel to Record.Ways: the newest run of each
	Err     error   // what kept it from going on, or from being recorded
}

// Doing is what a course does.
type Doing int

// What a course does.
const (
	Waiting  Doing = iota // it has not begun: another one goes on
	Starting              // it measures what an empty job costs
	Warming               // the warm-up round
	Trying                // a round that counts
	Over                  // nothing more, unless more rounds are asked for
)

// Shown is the run whose lanes are shown of a way, the newest. Its ID is "" before the first.
type Shown struct {
	ID    string
	Feed  Feed          // its events; nil where it was read from disk
	State *runner.State // once it is over; until then nil. It must not be changed
}

// Feed is the stream of a run's events. runner.Feed is one. Each is taken from by one goroutine.
type Feed interface {
	Ready() <-chan struct{}
	Take() []runner.Event
}
