package dashboard

import (
	"time"

	"parallax/runner"
)

// Act is a run to be shown: live, replayed, or read back. The dashboard cannot tell the difference
// but by Do.
type Act struct {
	Title string // what the user called it: a job file, a name
	Feed  Feed
	// Do passes a command to the run; nil when it cannot be controlled.
	Do func(runner.Command)
	// Stack asks a running task where it is, innermost call last. It may take seconds: it is called off
	// the main loop. nil when tasks cannot be asked.
	Stack func(task int) (string, error)
	// Dir is the run's folder, where its logs are.
	Dir string
	// Clock is the time since the start of the run.
	Clock func() time.Duration
}

// Feed is the stream of a run's events. [runner.Feed] is one.
type Feed interface {
	// Ready receives when there may be something to take.
	Ready() <-chan struct{}
	// Take returns the events since the last call, without waiting.
	Take() []runner.Event
}

// live reports whether the act can be controlled.
func (a *Act) live() bool { return a.Do != nil }
