// Package tune is the screen of a sweep: the speed-up over the number of workers as a chart, the table of
// what was measured with each, the lanes of the run that goes on, and the recommendation.
//
// The model is folded from what a [compare.Follower] keeps; what is drawn is a pure function of it. One
// goroutine waits for news, so nothing ticks while nothing changes.
package tune

import (
	"context"

	"parallax/themes"
	"parallax/ui/dashboard/compare"
	"parallax/ui/dashboard/frame"
)

// Options is what the screen needs.
type Options struct {
	frame.Options
	Sweep *compare.Follower // handed to one Run after the other

	// Report writes the report and returns where to. It is called off the main loop, once at a time. nil:
	// that cannot be done.
	Report func() (path string, err error)

	At Place // where to begin
}

// Place is where on the screen one is: handed from one Run to the next, the user comes back to where he
// was. The zero Place is the beginning.
type Place struct {
	Load   int          // in focus
	Chosen bool         // the user chose it; else it is the one that goes on or the recommended one
	Theme  themes.Theme // that the user changed to; without a name: that of the options
}

// Result is how the screen was left.
type Result struct {
	Open string // the run that is to be shown; "" when the user quits
	At   Place  // for the next Run
}

// Run shows the screen until the user quits, opens a run, or ctx is done, and returns with the terminal
// restored. It does not end the sweep: that is for who started it. The error is
// dashboard.ErrInterrupted when the user ended what was going on with ctrl+c.
func Run(ctx context.Context, o Options) (Result, error) {
	m := newModel(o)
	err := m.Run(ctx, o.Sweep.Watch)
	return m.result(), err
}
