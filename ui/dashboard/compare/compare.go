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
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"sync"

	tea "github.com/charmbracelet/bubbletea"

	"parallax/runner"
	"parallax/themes"
	"parallax/ui/dashboard"
)

// Act is one comparison on the screen.
type Act struct {
	Title  string // what its tab says, where there are several: "CPU-bound"
	Course Course
}

// Options is what the screen needs.
type Options struct {
	Acts []Act // at least one

	Theme     themes.Theme
	Styles    func(themes.Theme) themes.Styles
	NextTheme func(themes.Theme) themes.Theme
	KeepTheme func(themes.Theme) error // nil: not kept
	Keys      map[string][]string      // keys of actions that the user bound anew

	Notice string // shown in the footer until the first key

	In  io.Reader // nil: the terminal
	Out io.Writer // nil: standard output

	// Broke is told of a panic in a goroutine of the screen, which then ends.
	Broke func(value any, stack []byte)

	// Report writes the report of an act and Export the trace of a run of it. Both return where to. They
	// are called off the main loop, one at a time. nil: that cannot be done.
	Report func(act int) (path string, err error)
	Export func(act int, run string) (path string, err error)

	At Place // where to begin
}

// Place is where on the screen one is: handed from one Run to the next, the user comes back to where he
// was. The zero Place is the beginning.
type Place struct {
	Act    int  // which is shown
	Chosen bool // the user chose it; else the act that goes on is shown
	Column int
	Round  int          // the run in focus, counted from the newest of its column
	Theme  themes.Theme // that the user changed to; without a name: that of the options

	folded *folded
}

// folded is what was folded of the events of runs by their ids. A feed gives each event once, so it
// must outlive the screen.
type folded struct {
	states map[string]*runner.State
	inbox  inbox
}

// Result is how the screen was left.
type Result struct {
	Open string // the run that is to be shown; "" when the user quits
	Act  int    // of which it is
	At   Place  // for the next Run
}

// ErrInterrupted says that the user ended what was going on with ctrl+c. It is the dashboard's.
var ErrInterrupted = dashboard.ErrInterrupted

// Run shows the screen until the user quits, opens a run, or ctx is done, and returns with the terminal
// restored. It ends no course: that is for who started it.
func Run(ctx context.Context, o Options) (Result, error) {
	if len(o.Acts) == 0 {
		return Result{}, errors.New("nothing to compare: no act was given")
	}
	if o.Out == nil {
		o.Out = os.Stdout
	}
	ctx, cancel := context.WithCancelCause(ctx)
	m := newModel(o)
	program := dashboard.NewProgram(ctx, m, o.In, o.Out)
	var watchers sync.WaitGroup
	for i := range o.Acts {
		w := newWatcher(i, o.Acts[i].Course, &m.folded.inbox, func() { program.Send(news{}) })
		watchers.Go(func() {
			defer func() { // a panic here would leave the terminal raw
				if p := recover(); p != nil {
					if o.Broke != nil {
						o.Broke(p, debug.Stack())
					}
					cancel(fmt.Errorf("a fault in the screen: %v", p))
				}
			}()
			w.run(ctx)
		})
	}
	restore := dashboard.KeepRowsApart(o.Out)
	_, err := program.Run()
	restore()
	cause := context.Cause(ctx)
	done := ctx.Err() != nil
	cancel(nil)
	watchers.Wait()
	m.takeNews() // what came last is not lost for the next Run
	switch {
	case cause != nil && !errors.Is(cause, context.Canceled):
		err = cause
	case done && errors.Is(err, tea.ErrProgramKilled): // as it was told to
		err = nil
	case err == nil && m.interrupted:
		err = ErrInterrupted
	}
	return m.result(), err
}
