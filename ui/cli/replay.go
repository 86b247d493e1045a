package cli

import (
	"context"
	"errors"
	"syscall"

	"github.com/spf13/cobra"

	"parallax/runner/journal"
	"parallax/ui/cli/session"
	"parallax/ui/dashboard"
	"parallax/ui/plain"
)

func (a *app) replayCommand() *cobra.Command {
	var speed float64
	var screen screenFlags
	c := &cobra.Command{
		Use:     "replay [RUN]",
		GroupID: groupPast,
		Short:   "Show a run again as it went",
		Long:    "Show a run again as it went, on the screen or as lines.\n\n" + aboutRUN,
		Example: `  parallax replay
  parallax replay nightly --speed 10`,
		Args: a.upTo(1),
		RunE: func(c *cobra.Command, args []string) error { return a.replay(c.Context(), args, speed, screen) },
	}
	c.Flags().Float64Var(&speed, "speed", 1, "go `N` times as fast")
	addScreenFlags(c.Flags(), &screen)
	return c
}

func (a *app) replay(ctx context.Context, args []string, speed float64, screen screenFlags) error {
	dir, err := find(args)
	if err != nil {
		return err
	}
	reader, err := journal.Open(dir)
	if err != nil {
		return err
	}
	player, err := journal.NewPlayer(reader, speed)
	if err != nil {
		return &usageError{err: err}
	}
	play, stop := context.WithCancel(ctx)
	over, finish := context.WithCancel(ctx)
	played := make(chan error, 1)
	go func() {
		err := player.Run(play)
		played <- err
		finish() // for who prints lines: nothing more comes
	}()
	v := view{screen: screen, title: harmless(titleOf("", reader.Info().Name, reader.Info().Jobs))}
	v.plain = plain.Options{Recorded: true, Format: plain.Line, Tag: len(reader.Info().Jobs) > 1}
	if screen.plain || !isTerminal(a.std.Out) {
		err = a.print(over, player, dir, v)
	} else {
		broke := func(value any, stack []byte) { reportPanic(a.std.Err, &session.PanicError{Value: value, Stack: stack}) }
		err = openDashboard(ctx, a.std, act{title: v.title, feed: player, dir: dir, clock: player.Clock}, screen, screenHands{broke: broke})
	}
	if errors.Is(err, dashboard.ErrInterrupted) {
		a.status, err = (&interrupt{syscall.SIGINT}).status(), nil
	}
	stop()
	finish()
	if perr := <-played; perr != nil && !errors.Is(perr, context.Canceled) {
		err = errors.Join(err, perr)
	}
	a.warn(player.Warnings(), len(player.Warnings()))
	return err
}
