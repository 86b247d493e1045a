package frame

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync"

	tea "github.com/charmbracelet/bubbletea"

	"parallax/ui/dashboard"
)

// Watch waits for news of what a screen shows and tells of them until ctx is done. tell may block until
// the screen has ended.
type Watch func(ctx context.Context, tell func())

// Run shows the screen until the user leaves it or ctx is done, and returns with the terminal restored and
// each watch, which has a goroutine of its own, over. The error is [dashboard.ErrInterrupted] when the
// user ended with ctrl+c what was going on.
func (f *Frame) Run(ctx context.Context, watches ...Watch) error {
	if f.opts.Out == nil {
		f.opts.Out = os.Stdout
	}
	ctx, cancel := context.WithCancelCause(ctx)
	program := dashboard.NewProgram(ctx, f, f.opts.In, f.opts.Out)
	var watchers sync.WaitGroup
	for _, watch := range watches {
		watchers.Go(func() {
			defer func() { // a panic here would leave the terminal raw
				if p := recover(); p != nil {
					if f.opts.Broke != nil {
						f.opts.Broke(p, debug.Stack())
					}
					cancel(fmt.Errorf("a fault in the screen: %v", p))
				}
			}()
			watch(ctx, func() { program.Send(News{}) })
		})
	}
	restore := dashboard.KeepRowsApart(f.opts.Out)
	_, err := program.Run()
	restore()
	cause := context.Cause(ctx)
	done := ctx.Err() != nil
	cancel(nil)
	watchers.Wait()
	switch {
	case cause != nil && !errors.Is(cause, context.Canceled):
		return cause
	case done && errors.Is(err, tea.ErrProgramKilled): // as it was told to
		return nil
	case err == nil && f.Interrupted:
		return dashboard.ErrInterrupted
	}
	return err
}
