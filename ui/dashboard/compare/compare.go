// Package compare is the screen of a comparison: a column for each way to run the same jobs, with the
// lanes of its newest run over one time axis for all, the table of what was measured, and the verdict.
//
// The model is folded from what a [Course] tells and from the events of its runs; what is drawn is a
// pure function of it. One goroutine for each comparison waits for news, so nothing ticks while nothing
// changes.
package compare

import (
	"context"
	"errors"

	"parallax/themes"
	"parallax/ui/dashboard/frame"
)

// Act is one comparison on the screen.
type Act struct {
	Title  string // what its tab says, where there are several: "CPU-bound"
	Course Course
}

// Options is what the screen needs.
type Options struct {
	frame.Options
	Acts []Act // at least one

	// Report writes the report of an act and Export the trace of a run of it. Both return where to. They
	// are called off the main loop, one at a time. nil: that cannot be done.
	Report func(act int) (path string, err error)
	Export func(act int, run string) (path string, err error)

	At Place // where to begin
}

// Place is where on the screen one is: handed from one Run to the next, the user comes back to where he
// was. The zero Place is the beginning.
type Place struct {
	Act     int  // which is shown
	Chosen  bool // the user chose it; else the act that goes on is shown
	Column  int
	Steered bool         // the user chose the column; else it becomes the one that the verdict names
	Round   int          // the run in focus, counted from the newest of its column
	Theme   themes.Theme // that the user changed to; without a name: that of the options

	courses []*Follower // of the acts
}

// Result is how the screen was left.
type Result struct {
	Open string // the run that is to be shown; "" when the user quits
	Act  int    // of which it is
	At   Place  // for the next Run
}

// Run shows the screen until the user quits, opens a run, or ctx is done, and returns with the terminal
// restored. It ends no course: that is for who started it. The error is dashboard.ErrInterrupted when the
// user ended what was going on with ctrl+c.
func Run(ctx context.Context, o Options) (Result, error) {
	if len(o.Acts) == 0 {
		return Result{}, errors.New("nothing to compare: no act was given")
	}
	m := newModel(o)
	var watches []frame.Watch
	for _, f := range m.place.courses {
		watches = append(watches, f.Watch)
	}
	err := m.Run(ctx, watches...)
	_ = m.Take() // what came last is not lost for the next Run; what made no sense in it is not worth an error
	return m.result(), err
}
