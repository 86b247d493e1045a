package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"parallax/monitor/comparison"
	"parallax/monitor/verdict/scaling"
	"parallax/monitor/verdict/trial"
	"parallax/monitor/verdict/tuning"
	"parallax/runner"
	"parallax/ui/cli/course"
	"parallax/ui/dashboard/compare"
	"parallax/ui/dashboard/tune"
	"parallax/ui/plain"
)

// tuneFlags is what `parallax tune` was given: what to run as of `parallax run`, and how.
type tuneFlags struct {
	run    runFlags
	loads  []string
	target string
	rounds string
}

func (a *app) tuneCommand() *cobra.Command {
	f := &tuneFlags{}
	c := &cobra.Command{
		Use:     "tune [flags] [JOB...] [-- COMMAND...] [::: ARGUMENT...]",
		GroupID: groupRun,
		Short:   "Run the same jobs with more and more at once, and say how many to use",
		Long: `Run the same jobs with 1, 2, 3, 4, 6, 8 and so on of them at once, round by round, and say which
number for -j to use, why, and from where on more do not pay. What a JOB is, and what ::: does, is
the same as in parallax run.

Each number takes its turn in each round. The first round is a warm-up and does not count. What is said
of differences comes with a 95 % interval; where the figures do not carry a recommendation it is called
inconclusive. docs/tune.md explains the figures and the rules.

With --as hybrid the shapes are tried: 2x4 is 2 interpreters with 4 threads each.

The rounds are runs like any other: enter opens one on the screen. The exit status is 0 when the
sweep was made, whatever came of it, 1 when the jobs could be run with no number, 2 when nothing was
started because something is wrong with what was asked, and 130 after an interrupt: then the
recommendation is made of what was measured until then.`,
		Example: `  parallax tune -- convert.py {} ::: *.png
  parallax tune --as threads -j 1,2,4,8,16,32 -- fetch.py {} :::: urls.txt
  parallax tune --as hybrid -j 1x8,2x4,4x2 -f parallax.yaml
  parallax tune --target memory -f parallax.yaml --json | tail -n 1`,
	}
	groups := f.groups(c)
	c.SetUsageFunc(func(c *cobra.Command) error { return usageOf(c, groups) })
	c.RunE = func(c *cobra.Command, args []string) error { return a.tune(c, f, args) }
	return c
}

// groups adds the flags to a command and returns them by topic, for its help.
func (f *tuneFlags) groups(c *cobra.Command) []flagGroup {
	what := pflag.NewFlagSet("jobs", pflag.ContinueOnError)
	what.StringVar(&f.run.as, "as", "", "run the jobs as `MODEL`: goroutines, threads, interpreters, processes or hybrid (default: as in run)")
	what.StringVar(&f.run.name, "name", "", "call the sweep `NAME`")

	how := pflag.NewFlagSet("limits", pflag.ContinueOnError)
	how.StringSliceVarP(&f.loads, "workers", "j", nil, "try `N,...` jobs at once, for hybrid also 2x4 (default: 1,2,3,4,6,8 and so on, up to 4 for each core)")
	how.StringVar(&f.target, "target", "", "choose the number for `WHAT`: time (default), cost (CPU time × wall time) or memory")
	how.StringVar(&f.rounds, "rounds", "", "make `N` rounds that count (default: 3, or 5 if those tell nothing)")
	return f.run.courseGroups(c, what, how, "recommendation")
}

func (a *app) tune(c *cobra.Command, f *tuneFlags, args []string) error {
	r := &reader{}
	target := value(r, given(c.Flags(), "target"), scaling.Time, scaling.ParseTarget)
	rounds := value(r, given(c.Flags(), "rounds"), 0, parseRounds)
	if _, err := tuning.Parse(f.loads, runner.Hybrid, runner.MaxWorkers, 1); err != nil && len(f.loads) > 0 {
		r.all(setting{from: "-j"}, err) // what is wrong whatever the jobs are
	}
	req, err := a.compared(r, c, &f.run, args)
	if err != nil {
		return err
	}
	loads, err := req.loads(f.loads)
	if err != nil {
		return err
	}
	ways, err := req.sweep(loads)
	if err != nil {
		return &usageError{err: err, hint: "nothing was started"}
	}
	plan := req.course(ways, course.Rounds{Asked: rounds, Few: true})
	plan.Info.Kind, plan.Info.Target, plan.Startup = comparison.Tune, string(target), nil
	v := courseView{
		screen: f.run.screen, json: f.run.json, quiet: f.run.quiet, tune: true,
		lines: f.run.screen.plain || f.run.json || !isTerminal(a.std.Out),
	}
	if len(req.plan.Jobs) == 2 {
		v.notice = "2 jobs: 1 and 2 at once are all that can be tried, and of so few no curve is fitted"
	}
	return a.performCourses(c.Context(), req.env, []course.Plan{plan}, v)
}

// loads are what is tried: what was asked for, or what suits the jobs and the cores.
func (req *request) loads(asked []string) ([]trial.Way, error) {
	jobs, r := req.plan.Jobs, &reader{}
	model := jobs[0].Model
	if !all(jobs, model) {
		r.add(fmt.Errorf("the jobs run in several models (%s): name one for all with --as", modelsOf(jobs)))
	}
	if len(jobs) == 1 {
		r.add(errors.New("one job runs by itself whatever the number of workers: a sweep needs 2 jobs, better 6 and more; what one job can show: parallax compare"))
	}
	cores := max(int(math.Ceil(req.env.Quota)), 1)
	ways := tuning.Sweep(model, len(jobs), cores)
	if len(asked) > 0 && len(jobs) > 1 {
		var err error
		if ways, err = tuning.Parse(asked, model, len(jobs), cores); err != nil {
			r.all(setting{from: "-j"}, err)
		}
	}
	if len(r.faults) > 0 {
		return nil, r.faults
	}
	return ways, nil
}

// all takes up all that is wrong with a setting.
func (r *reader) all(s setting, err error) {
	own := &reader{}
	own.add(err)
	for _, f := range own.faults {
		r.fault(s, f)
	}
}

// modelsOf names the models of jobs, each once.
func modelsOf(jobs []runner.Job) string {
	var names []string
	for _, j := range jobs {
		if name := string(j.Model); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// sweep prepares the jobs for each load.
func (req *request) sweep(loads []trial.Way) ([]course.Way, error) {
	ways := make([]course.Way, 0, len(loads))
	for _, w := range loads {
		way, err := req.way(w)
		if err != nil {
			return nil, err
		}
		way.Title = tuning.Name(w)
		ways = append(ways, way)
	}
	return ways, nil
}

// drawTune shows a sweep on a screen until the user has left it. A run that the user opens is shown in
// its place, and then it is again.
func (a *app) drawTune(ctx context.Context, broke func(value any, stack []byte), c compare.Course, v courseView) error {
	look, err := a.frameOptions(broke, v)
	if err != nil {
		return err
	}
	report := reportCourse([]compare.Course{c})
	o := tune.Options{Options: look, Sweep: compare.Follow(c), Report: func() (string, error) { return report(0) }}
	for {
		res, err := tune.Run(ctx, o)
		if err != nil || res.Open == "" {
			return err
		}
		o.At, o.Notice = res.At, ""
		rec := c.Status().Record
		if err := a.drawRun(ctx, broke, filepath.Join(rec.Runs(), res.Open), v.screen); err != nil {
			return err
		}
	}
}

// printTuning prints the table and the recommendation.
func printTuning(w io.Writer, now *compare.Status, json bool) error {
	if json {
		return plain.TuningJSON(w, &now.Record, &now.Table, now.Tuning)
	}
	if err := plain.Loads(w, &now.Table, now.Tuning); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%s\n", strings.Join(plain.Recommendation(&now.Table, now.Tuning), "\n"))
	return err
}
