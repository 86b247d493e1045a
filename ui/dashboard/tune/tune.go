// Package tune is the screen of a sweep: the speed-up over the number of workers as a chart, the table of
// what was measured with each, the lanes of the run that goes on, and the recommendation.
//
// The model is folded from what a [compare.Follower] keeps; what is drawn is a pure function of it. One
// goroutine waits for news, so nothing ticks while nothing changes.
package tune

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"sync"

	tea "github.com/charmbracelet/bubbletea"

	"parallax/themes"
	"parallax/ui/dashboard"
	"parallax/ui/dashboard/compare"
)

// Options is what the screen needs.
type Options struct {
	Sweep *compare.Follower // handed to one Run after the other

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
// [dashboard.ErrInterrupted] when the user ended what was going on with ctrl+c.
func Run(ctx context.Context, o Options) (Result, error) {
	if o.Out == nil {
		o.Out = os.Stdout
	}
	ctx, cancel := context.WithCancelCause(ctx)
	m := newModel(o)
	program := dashboard.NewProgram(ctx, m, o.In, o.Out)
	var watcher sync.WaitGroup
	watcher.Go(func() {
		defer func() { // a panic here would leave the terminal raw
			if p := recover(); p != nil {
				if o.Broke != nil {
					o.Broke(p, debug.Stack())
				}
				cancel(fmt.Errorf("a fault in the screen: %v", p))
			}
		}()
		o.Sweep.Watch(ctx, func() { program.Send(news{}) })
	})
	restore := dashboard.KeepRowsApart(o.Out)
	_, err := program.Run()
	restore()
	cause := context.Cause(ctx)
	done := ctx.Err() != nil
	cancel(nil)
	watcher.Wait()
	switch {
	case cause != nil && !errors.Is(cause, context.Canceled):
		err = cause
	case done && errors.Is(err, tea.ErrProgramKilled): // as it was told to
		err = nil
	case err == nil && m.interrupted:
		err = dashboard.ErrInterrupted
	}
	return Result{Open: m.open, At: m.place}, err
}
