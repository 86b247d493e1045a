// Package dashboard is the screen: bubbletea panes for each job, core lanes, and the keys that
// steer the run.
//
// The root model routes and composes; each part of the screen is drawn by a package below this one,
// from a [scene.Scene] it may only read. The bridge is the only way from a run to the screen.
package dashboard

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
)

// looks is how often a second bubbletea looks whether there is a new frame to write: it does so also
// while nothing changes, at the cost of waking up. A key shows its effect 25 ms later on average.
const looks = 20

// Options is what the dashboard needs.
type Options struct {
	Act Act
	// Again makes further acts of the same jobs; nil: there is one act.
	Again *Again
	// Closing says, once an act is over, how it differed from the one before it.
	Closing func(before, last *runner.State) string

	Theme     themes.Theme
	Styles    func(themes.Theme) themes.Styles
	NextTheme func(themes.Theme) themes.Theme
	KeepTheme func(themes.Theme) error // nil: not kept
	Keys      map[string][]string      // keys of actions that the user bound anew

	Notice string // shown in the footer until the first key

	In        io.Reader // nil: the terminal
	Out       io.Writer // nil: standard output
	Clipboard io.Writer // where OSC 52 goes; nil: standard output

	// Broke is told of a panic in a goroutine of the dashboard, which then ends.
	Broke func(value any, stack []byte)

	send func(tea.Msg)
}

// Run shows the dashboard until the user quits or ctx is done, and returns with the terminal
// restored. It does not end the run: that is for who started it.
func Run(ctx context.Context, opts Options) error {
	if opts.Out == nil {
		opts.Out = os.Stdout
	}
	if opts.Clipboard == nil {
		opts.Clipboard = opts.Out
	}
	ctx, cancel := context.WithCancelCause(ctx)
	var bridges sync.WaitGroup
	defer bridges.Wait()
	defer cancel(nil)

	var program *tea.Program
	opts.send = func(msg tea.Msg) { program.Send(msg) }
	start := func(b *bridge) func() {
		own, stop := context.WithCancel(ctx)
		bridges.Go(func() {
			defer stop()
			defer func() { // a panic here would leave the terminal raw
				if p := recover(); p != nil {
					opts.Broke(p, debug.Stack())
					cancel(fmt.Errorf("a fault in the screen: %v", p))
				}
			}()
			b.run(own)
		})
		return stop
	}
	ready := make(chan struct{})
	m := newModel(opts, func(b *bridge) func() {
		own := b.send
		b.send = func(msg tea.Msg) { <-ready; own(msg) }
		return start(b)
	})
	program = NewProgram(ctx, m, opts.In, opts.Out)
	close(ready)
	restore := KeepRowsApart(opts.Out)
	_, err := program.Run()
	restore()
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	switch {
	case errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil:
		return nil
	case err == nil && m.interrupted:
		return ErrInterrupted
	}
	return err
}

// ErrInterrupted says that the user ended the run with ctrl+c.
var ErrInterrupted = errors.New("interrupted")
