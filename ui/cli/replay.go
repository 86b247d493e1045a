package cli

import (
	"context"
	"errors"
	"path/filepath"
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
		Use:     "replay [RUN|COMPARISON]",
		GroupID: groupPast,
		Short:   "Show a run again as it went, or the screen of a comparison",
		Long: `Show a run again as it went, on the screen or as lines. Of a comparison it is the screen as it was when
that was over: the lanes, the table, the verdict; enter opens its rounds.

` + aboutPast,
		Example: `  parallax replay
  parallax replay nightly --speed 10`,
		Args: a.upTo(1),
		RunE: func(c *cobra.Command, args []string) error {
			dir, compared, err := findPast(args)
			switch {
			case err != nil:
				return err
			case compared && c.Flags().Changed("speed"):
				return usagef("its rounds can be: parallax show "+filepath.Base(dir)+" lists them", "--speed: %s is a comparison, which is not played", filepath.Base(dir))
			case compared:
				return a.reopen(c.Context(), dir, screen)
			}
			return a.replay(c.Context(), dir, speed, screen)
		},
	}
	c.Flags().Float64Var(&speed, "speed", 1, "go `N` times as fast")
	addScreenFlags(c.Flags(), &screen)
	return c
}

// broke reports a panic in a goroutine of a screen on which nothing runs.
func (a *app) broke(value any, stack []byte) {
	reportPanic(a.std.Err, &session.PanicError{Value: value, Stack: stack})
}

func (a *app) replay(ctx context.Context, dir string, speed float64, screen screenFlags) error {
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
		err = openDashboard(ctx, a.std, act{title: v.title, feed: player, dir: dir, clock: player.Clock}, screen, screenHands{broke: a.broke})
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
