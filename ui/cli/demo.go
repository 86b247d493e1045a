package cli

import (
	"context"
	"path/filepath"

	"github.com/spf13/cobra"

	"parallax/monitor"
	"parallax/runner"
	"parallax/runner/journal"
	"parallax/ui/cli/session"
	"parallax/ui/dashboard"
	"parallax/ui/demo"
	"parallax/ui/plain"
)

func (a *app) demoCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "demo",
		GroupID: groupRun,
		Short:   "Show what parallax does: the same scripts as goroutines, then as processes",
		Long: `Run four CPU-bound and two I/O-bound scripts that come with parallax, first as goroutines,
then as processes, and say at the end what differed. It takes about 15 seconds and is the same as
parallax without a command.`,
		Args: a.nothing,
		RunE: func(c *cobra.Command, _ []string) error { return a.showDemo(c.Context()) },
	}
	addScreenFlags(c.Flags(), &a.screen)
	return c
}

// showDemo runs the acts of the demo one after the other: on a screen side by side, else as lines.
func (a *app) showDemo(ctx context.Context) error {
	if a.screen.theme != "" {
		if err := readSettled().checkTheme(setting{text: a.screen.theme, from: "--theme"}); err != nil {
			return &usageError{err: err}
		}
	}
	root, err := journal.Root()
	if err != nil {
		return &usageError{err: err}
	}
	dir := filepath.Join(filepath.Dir(root), "demo")
	if err := demo.Write(dir); err != nil {
		return &usageError{err: err}
	}
	cores, quota, _ := monitor.Usable()
	env := session.Env{Root: root, Version: version(), Cores: cores, Quota: quota, Launchers: launchers(&pythons{})}
	plan := func(m runner.Model) (session.Plan, error) {
		jobs, err := runner.Prepare(demo.Jobs(dir, m), env.Launchers())
		return session.Plan{Name: "demo-" + string(m), Jobs: jobs, Workers: max(len(jobs), defaultWorkers(quota)), Hold: true}, err
	}
	first, err := plan(demo.Models()[0])
	if err != nil {
		return err
	}
	v := view{
		screen: a.screen, title: demo.Title(demo.Models()[0]), closing: demo.Closing,
		lines: a.screen.plain || !isTerminal(a.std.Out),
		plain: plain.Options{Format: plain.Line, Tag: true, Hint: logsHint},
		last:  "try your own: parallax run a.py b.py 'make test'; all commands: parallax --help",
	}
	v.open = func(stage *session.Stage, n int) (dashboard.Act, bool, error) {
		if n >= len(demo.Models()) {
			return dashboard.Act{}, false, nil
		}
		next, err := plan(demo.Models()[n])
		if err != nil {
			return dashboard.Act{}, false, err
		}
		s, err := stage.Start(next)
		if err != nil {
			return dashboard.Act{}, false, err
		}
		return liveAct(demo.Title(demo.Models()[n]), s).shown(), true, nil
	}
	return a.perform(ctx, request{plan: first, env: env}, v)
}
