package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"parallax/monitor"
	"parallax/monitor/verdict/trial"
	"parallax/runner"
	"parallax/runner/journal"
	"parallax/runner/python/which"
	"parallax/ui/cli/course"
	"parallax/ui/cli/session"
	"parallax/ui/demo"
)

func (a *app) demoCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "demo",
		GroupID: groupRun,
		Short:   "Show what parallax does: scripts that compute, then scripts that wait, in every model",
		Long: `Compare scripts that come with parallax in every model that this machine has: first four that
compute, then four that wait. They run as goroutines, and, where a Python is found that can, as
threads, interpreters and processes of it, else as processes; which model to use is said of each
kind. It takes about 20 seconds and is the same as parallax without a command.`,
		Args: a.nothing,
		RunE: func(c *cobra.Command, _ []string) error { return a.showDemo(c.Context()) },
	}
	addScreenFlags(c.Flags(), &a.screen)
	return c
}

// showDemo compares the parts of the demo one after the other: on a screen, else as lines.
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
	r := &reader{}
	finest := r.finest()
	if len(r.faults) > 0 {
		return r.faults
	}
	dir := filepath.Join(filepath.Dir(root), "demo")
	if err := demo.Write(dir); err != nil {
		return &usageError{err: err}
	}
	cores, quota, _ := monitor.Usable()
	env := session.Env{
		Root: root, Version: version(), Argv: os.Args, Cores: cores, Quota: quota, Finest: finest, Launchers: launchers(&pythons{}),
	}
	python := fitting()
	var plans []course.Plan
	v := courseView{screen: a.screen, lines: a.screen.plain || !isTerminal(a.std.Out)}
	for _, part := range demo.Parts() {
		plan, err := demoPlan(part, dir, env, python)
		if err != nil {
			return err
		}
		plans, v.titles = append(plans, plan), append(v.titles, part.Name)
	}
	if err := a.performCourses(ctx, env, plans, v); err != nil {
		return err
	}
	fmt.Fprintln(a.std.Err, "try your own: parallax compare a.py b.py, or parallax run a.py b.py 'make test'; all commands: parallax --help")
	return nil
}

// demoRounds keeps the demo short: three are the fewest of which more than a suggestion can be said.
const demoRounds = 3

// demoPlan is the comparison of a part in all models that it can run in.
func demoPlan(part demo.Part, dir string, env session.Env, python which.Python) (course.Plan, error) {
	base := trial.Way{Model: runner.Goroutines, Serial: true, Workers: 1}
	if python.Path != "" {
		base.Model = runner.Processes
	}
	all := part.Jobs(dir, base.Model, python.Path)
	ways := []course.Way{}
	for _, w := range append([]trial.Way{base}, wayOf(demo.Models(python.Path != ""), len(all), 0)...) {
		if w.Model == runner.Interpreters && python.Interpreters() != nil {
			continue
		}
		jobs, err := runner.Prepare(part.Jobs(dir, w.Model, python.Path), env.Launchers())
		if err != nil {
			return course.Plan{}, err
		}
		ways = append(ways, course.Way{Way: w, Plan: session.Plan{Jobs: jobs, Workers: w.Workers}})
	}
	req := request{plan: session.Plan{Jobs: ways[0].Plan.Jobs}, env: env, pythons: &pythons{choice: setting{text: python.Path, from: "the demo"}}}
	plan := req.course(ways, course.Rounds{Asked: demoRounds})
	plan.Info.Title = part.Title
	plan.Startup = nil // it would take as long as the rounds
	return plan, nil
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
