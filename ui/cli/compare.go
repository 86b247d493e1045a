package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"parallax/monitor"
	"parallax/monitor/comparison"
	"parallax/monitor/costs"
	"parallax/monitor/verdict/stats"
	"parallax/runner"
	"parallax/ui/cli/course"
)

// compareFlags is what `parallax compare` was given: what to run as of `parallax run`, and how.
type compareFlags struct {
	run    runFlags
	as     []string
	rounds string
}

func (a *app) compareCommand() *cobra.Command {
	f := &compareFlags{}
	c := &cobra.Command{
		Use:     "compare [flags] [JOB...] [-- COMMAND...] [::: ARGUMENT...]",
		GroupID: groupRun,
		Short:   "Run the same jobs in every model, and say which to use",
		Long: `Run the same jobs one after the other and then in every model that can run them, round by round, and
say which model to use and why. What a JOB is, and what ::: does, is the same as in parallax run.

Each model takes its turn in each round, so that what disturbs the machine disturbs all alike. The
first round is a warm-up and does not count. What is said of differences comes with a 95 % interval;
where the figures do not carry a verdict it is called inconclusive. docs/compare.md explains the
figures and the rules.

The rounds are runs like any other: enter opens one on the screen. The exit status is 0 when the
comparison was made, whatever came of it, 1 when the jobs could be run in no model, 2 when nothing was
started because something is wrong with what was asked, and 130 after an interrupt: then the verdict
is made of what was measured until then.`,
		Example: `  parallax compare a.py b.py c.py d.py
  parallax compare --as threads,processes --rounds 10 -- crunch.py {} ::: 1 2 3 4
  parallax compare -f parallax.yaml --json | tail -n 1`,
	}
	groups := f.groups(c)
	c.SetUsageFunc(func(c *cobra.Command) error { return usageOf(c, groups) })
	c.RunE = func(c *cobra.Command, args []string) error { return a.compare(c, f, args) }
	return c
}

// groups adds the flags to a command and returns them by topic, for its help.
func (f *compareFlags) groups(c *cobra.Command) []flagGroup {
	what := pflag.NewFlagSet("jobs", pflag.ContinueOnError)
	what.StringSliceVar(&f.as, "as", nil, "compare `MODEL,...`: threads, interpreters, processes, hybrid, goroutines (default: those that can)")
	what.StringVar(&f.run.name, "name", "", "call the comparison `NAME`")

	how := pflag.NewFlagSet("limits", pflag.ContinueOnError)
	how.StringVar(&f.rounds, "rounds", "", "make `N` rounds that count (default: 5, fewer when one takes long)")
	how.StringVarP(&f.run.workers, "workers", "j", "", "run at most `N` jobs at once, or N% of the cores (default: as in the job file, else all, at most 4 for each core)")
	return f.run.courseGroups(c, what, how, "verdict")
}

// courseGroups adds to flags on what to run and how those that comparisons of every kind have, all of them to
// the command, and returns them by topic. result is what the last line tells.
func (f *runFlags) courseGroups(c *cobra.Command, what, how *pflag.FlagSet, result string) []flagGroup {
	f.sources(what)
	what.StringVar(&f.python, "python", "", "run .py scripts with `PYTHON`: a path, a name, or a version such as 3.13 or 3.14t")

	how.StringVar(&f.timeout, "timeout", "", "end a job that runs longer than `TIME`, such as 30s or 5m")
	how.StringVar(&f.grace, "grace", "", "let a job that is to end have `TIME` before it is killed (default 5s)")

	out := pflag.NewFlagSet("output", pflag.ContinueOnError)
	out.BoolVar(&f.json, "json", false, "print each trial and, as the last line, the "+result+" as JSON")
	out.BoolVarP(&f.quiet, "quiet", "q", false, "do not say how far it is")
	addScreenFlags(out, &f.screen)

	gs := []flagGroup{{"What to run:", what}, {"Limits:", how}, {"Output (what is no terminal gets lines, as with --plain):", out}}
	for _, g := range gs {
		c.Flags().AddFlagSet(g.set)
	}
	return gs
}

// perCore is how many jobs run at once for each core when the user does not say: enough for jobs that
// wait to overlap, and few enough for memory.
const perCore = 4

func (a *app) compare(c *cobra.Command, f *compareFlags, args []string) error {
	r := &reader{}
	asked, err := parseModels(f.as)
	if err != nil {
		r.fault(setting{from: "--as"}, err)
	}
	rounds := value(r, given(c.Flags(), "rounds"), 0, parseRounds)
	req, err := a.compared(r, c, &f.run, args)
	if err != nil {
		return err
	}
	if !req.atOnce {
		req.plan.Workers = min(len(req.plan.Jobs), perCore*max(int(req.env.Quota), 1))
	}
	ways, cannot, err := req.ways(asked)
	if err != nil {
		return &usageError{err: err, hint: "nothing was started"}
	}
	plan := req.course(ways, course.Rounds{Asked: rounds})
	plan.Info.Cannot = cannot
	return a.performCourses(c.Context(), req.env, []course.Plan{plan}, courseView{
		screen: f.run.screen, json: f.run.json, quiet: f.run.quiet,
		lines: f.run.screen.plain || f.run.json || !isTerminal(a.std.Out),
	})
}

// compared is the request of a command that runs the same jobs in several ways, and says what is not done of it.
func (a *app) compared(r *reader, c *cobra.Command, f *runFlags, args []string) (request, error) {
	req, err := a.requestBy(r, c, f, args)
	if err != nil {
		return req, err
	}
	if slices.ContainsFunc(req.plan.Jobs, func(j runner.Job) bool { return j.Retries > 0 }) {
		req.note("retries are left out: each job is tried once in a round, so that its failures count")
	}
	a.tellNotes(req, f.quiet)
	return req, nil
}

func parseRounds(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 1000 {
		return 0, fmt.Errorf("%q: write a number of rounds from 1 to 1000", s)
	}
	return n, nil
}

// course is the comparison of some ways to run the request's jobs.
func (req *request) course(ways []course.Way, rounds course.Rounds) course.Plan {
	facts := monitor.Host()
	jobs := req.plan.Jobs
	info := comparison.Info{
		Kind: comparison.Compare, Name: req.plan.Name, Title: titleOf(req.title, req.plan.Name, jobs),
		Version: req.env.Version, Argv: os.Args, CPU: facts.Processor, Memory: facts.MemTotal, MemFree: facts.MemFree, Tier: facts.Lanes, Jobs: jobs,
	}
	info.Python, info.NoGIL = req.pythons.all(jobs)
	info.Host.Cores, info.Host.Quota = req.env.Cores, req.env.Quota
	return course.Plan{
		Info: info, Ways: ways, Rounds: rounds,
		Startup: startup,
	}
}

// all names the Pythons of jobs' scripts: "Python 3.13.0", or "" where there are none. free says that none of
// them has a GIL.
func (p *pythons) all(jobs []runner.Job) (names string, free bool) {
	seen := map[string]bool{}
	free = true
	for _, j := range jobs {
		if name := p.title(j); name != "" && !seen[name] {
			found, err := p.of(j)
			free = free && err == nil && !found.GIL
			if names != "" {
				names += ", "
			}
			seen[name], names = true, names+"Python"+strings.TrimPrefix(name, "python")
		}
	}
	return names, free && names != ""
}

// startups is how many times the start of empty jobs is measured.
const startups = 3

// startup measures what as many empty jobs as a way has at once cost.
func startup(ctx context.Context, w course.Way) (stats.Estimate, error) {
	if w.Serial {
		return stats.Estimate{}, errors.New("jobs that run one after the other start one after the other")
	}
	dir, err := os.MkdirTemp("", "parallax-")
	if err != nil {
		return stats.Estimate{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // of our own making, and empty but for empty scripts
	jobs, err := costs.Empty(w.Plan.Jobs[:min(w.Workers, len(w.Plan.Jobs))], dir)
	if err != nil {
		return stats.Estimate{}, err
	}
	walls, err := costs.Startup(ctx, w.Plan.Launchers, jobs, startups)
	return stats.Mean(walls), err
}
