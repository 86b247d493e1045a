package cli

import (
	"context"
	"path/filepath"

	"github.com/spf13/cobra"

	"parallax/monitor"
	"parallax/runner"
	"parallax/runner/journal"
	"parallax/runner/python/which"
	"parallax/ui/cli/session"
	"parallax/ui/dashboard"
	"parallax/ui/demo"
	"parallax/ui/plain"
)

func (a *app) demoCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "demo",
		GroupID: groupRun,
		Short:   "Show what parallax does: the same scripts in one model after the other",
		Long: `Run four CPU-bound and two I/O-bound scripts that come with parallax: as goroutines, then, where
a Python is found that can, as threads, interpreters and processes of it, else as processes; and
say at the end what differed. It takes about 15 seconds and is the same as parallax without a
command.`,
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
	r := &reader{}
	finest := r.finest()
	if len(r.faults) > 0 {
		return r.faults
	}
	cores, quota, _ := monitor.Usable()
	env := session.Env{Root: root, Version: version(), Cores: cores, Quota: quota, Launchers: launchers(&pythons{}), Finest: finest}
	d := &acts{dir: dir, env: env}
	first, err := d.plan(runner.Goroutines)
	if err != nil {
		return err
	}
	v := view{
		screen: a.screen, title: demo.Title(runner.Goroutines), about: demo.About(runner.Goroutines, false), closing: demo.Closing,
		lines: a.screen.plain || !isTerminal(a.std.Out),
		plain: plain.Options{Format: plain.Line, Tag: true, Hint: logsHint},
		last:  "try your own: parallax run a.py b.py 'make test'; all commands: parallax --help",
		open:  d.next,
	}
	v.again = func(stage *session.Stage, _ *session.Session) *dashboard.Again {
		return &dashboard.Again{
			Models: d.choices,
			Start:  func(m runner.Model, workers int) (dashboard.Act, error) { return d.start(stage, m, workers) },
		}
	}
	return a.perform(ctx, request{plan: first, env: env}, v)
}

// acts are the runs of the demo after the first. Its methods are called one at a time.
type acts struct {
	dir    string // with the scripts
	env    session.Env
	python which.Python // runs them, if its Path is not ""
	left   []runner.Model
	asked  bool
}

// plan is the demo in one model.
func (d *acts) plan(m runner.Model) (session.Plan, error) {
	jobs, err := runner.Prepare(demo.Jobs(d.dir, m, d.python.Path), d.env.Launchers())
	return session.Plan{Name: "demo-" + string(m), Jobs: jobs, Workers: max(len(jobs), defaultWorkers(d.env.Quota)), Hold: true}, err
}

// next starts the act after the n-th. Pythons are asked for after the first has started, so that
// nobody waits for it.
func (d *acts) next(stage *session.Stage, _ int) (dashboard.Act, bool, error) {
	if !d.asked {
		d.asked, d.python = true, fitting()
		d.left = demo.Models(d.python.Path != "")[1:]
	}
	for len(d.left) > 0 {
		m := d.left[0]
		d.left = d.left[1:]
		if m == runner.Interpreters && d.python.Interpreters() != nil {
			continue
		}
		shown, err := d.start(stage, m, 0)
		return shown, err == nil, err
	}
	return dashboard.Act{}, false, nil
}

// start runs the demo in one model, with so many workers, or as many as it has jobs.
func (d *acts) start(stage *session.Stage, m runner.Model, workers int) (dashboard.Act, error) {
	plan, err := d.plan(m)
	if err != nil {
		return dashboard.Act{}, err
	}
	if workers > 0 {
		plan.Workers = workers
	}
	s, err := stage.Start(plan)
	if err != nil {
		return dashboard.Act{}, err
	}
	shown := liveAct(demo.Title(m), s)
	shown.about = demo.About(m, !d.python.GIL)
	return shown.shown(), nil
}

// choices are all models, with why the demo cannot run in some.
func (d *acts) choices() []dashboard.Choice {
	by := d.env.Launchers()
	out := make([]dashboard.Choice, 0, len(runner.Models()))
	for _, m := range runner.Models() {
		out = append(out, dashboard.Choice{Model: m, Why: whyNot(demo.Jobs(d.dir, m, d.python.Path), by[m])})
	}
	return out
}

// fitting finds a Python that can run scripts as threads: the one that runs a script which asks for
// none or, where that cannot, the newest. Its Path is "" when there is none.
func fitting() which.Python {
	if p, err := which.Find(""); err == nil && p.Threads() == nil {
		return p
	}
	for _, p := range which.All() {
		if p.Threads() == nil {
			return p
		}
	}
	return which.Python{}
}
