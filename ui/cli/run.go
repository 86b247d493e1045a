package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"parallax/runner"
	"parallax/runner/jobfile"
	"parallax/runner/journal"
	"parallax/ui/cli/session"
	"parallax/ui/dashboard"
	"parallax/ui/plain"
)

func (a *app) runCommand() *cobra.Command {
	f := &runFlags{}
	c := &cobra.Command{
		Use:     "run [flags] [JOB...] [-- COMMAND...] [::: ARGUMENT...]",
		GroupID: groupRun,
		Short:   "Run jobs side by side",
		Long: `Run jobs side by side. Each JOB is a script file (.py, .sh, .star, or an executable) or a
quoted shell command line. Without any, the jobs are those of parallax.yaml or Procfile in
the current folder.

After ::: come arguments: the command before them runs once for each. More lists are combined;
:::+ goes in step with the list before it, :::: names files with an argument on each line. In the
command {} stands for the argument, {.} for it without its ending, {/} for its base name, {//} for
its folder, {/.} for both, {#} for the number of the job, {%} for that of the worker, {1} for the
first list's. Without any of them the argument comes last. Without a command each argument is a job.

The exit status is 0 when all jobs succeeded, 1 when some failed or were cancelled, 2 when nothing
was started because something is wrong with what was asked, and 130 after an interrupt (128 and the
number of the signal after another).

--as says what a job becomes: a process (the default for all but .star scripts); or, of Python
scripts, threads of one interpreter (threads), each a subinterpreter with a GIL of its own in one
process (interpreters), or threads of several interpreters (hybrid); or a goroutine of parallax
(goroutines: .star scripts, and .py that keep to what Starlark has). What cannot run so is refused.

Which Python runs a .py script is the same in every model: --python, else the first line of the
script, an active virtual environment, .python-version, python3. parallax doctor lists them.

The environment can set defaults, below a job file and flags: PARALLAX_WORKERS, PARALLAX_AS,
PARALLAX_PYTHON, PARALLAX_INTERPRETERS, PARALLAX_PRELOAD, PARALLAX_HALT, PARALLAX_ON_HOST_LOSS,
PARALLAX_OUTPUT and PARALLAX_THEME. PARALLAX_LANES says how finely to measure at most: exact (the
default), sampled, ticks or load.`,
		Example: `  parallax run a.py b.py 'make test'
  parallax run --as threads --python 3.13 a.py b.py c.py
  parallax run --as hybrid -- crunch.py {} ::: 1 2 3 4
  parallax run -j 4 -- gzip -k {} ::: *.log
  parallax run --retries 2 --timeout 30s -- curl -fsS {} :::: urls.txt
  parallax run -f parallax.yaml --halt fail
  find . -name '*.png' | parallax run -- optipng {}`,
	}
	groups := f.groups(c)
	c.SetUsageFunc(func(c *cobra.Command) error { return usageOf(c, groups) })
	c.RunE = func(c *cobra.Command, args []string) error { return a.runJobs(c, f, args) }
	return c
}

// usageOf prints a command's usage with its flags by topic.
func usageOf(c *cobra.Command, groups []flagGroup) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Usage:\n  %s\n", c.UseLine())
	if c.HasExample() {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", c.Example)
	}
	for _, g := range groups {
		fmt.Fprintf(&b, "\n%s\n%s", g.title, g.set.FlagUsages())
	}
	_, err := fmt.Fprint(c.OutOrStderr(), b.String())
	return err
}

func (a *app) runJobs(c *cobra.Command, f *runFlags, args []string) error {
	req, err := a.request(c, f, args)
	if err != nil {
		return err
	}
	a.tellNotes(req, f.quiet)
	if f.dryRun {
		return jobfile.Describe(a.std.Out, req.plan.Jobs, req.pythons.command(req.env.Launchers()))
	}
	if req.env.Root, err = journal.Root(); err != nil {
		return &usageError{err: err}
	}
	output := given(c.Flags(), "output")
	v := view{
		screen: f.screen, title: titleOf(req.title, req.plan.Name, req.plan.Jobs),
		lines: f.screen.plain || f.json || output.flag || !isTerminal(a.std.Out),
		plain: plain.Options{
			Format: req.format, KeepOrder: f.keepOrder, Tag: (f.tag || len(req.plan.Jobs) > 1) && !f.noTag,
			Verbose: f.verbose, Quiet: f.quiet,
		},
	}
	v.screen.theme = given(c.Flags(), "theme").text
	v.again = func(stage *session.Stage, s *session.Session) *dashboard.Again {
		return again(stage, req.env, s, v.title)
	}
	return a.perform(c.Context(), req, v)
}

// tellNotes says what is not done as it looks, although nothing is wrong.
func (a *app) tellNotes(req request, quiet bool) {
	for _, note := range req.notes {
		if !quiet {
			a.complain(errors.New(note))
		}
	}
}

// view is how a run is to be shown.
type view struct {
	screen screenFlags
	title  string
	lines  bool // print lines rather than draw
	plain  plain.Options
	// again makes what runs the jobs of a screen once more; nil where that cannot be done.
	again func(*session.Stage, *session.Session) *dashboard.Again
}

// perform runs a request to its end and sets the exit status.
func (a *app) perform(ctx context.Context, req request, v view) error {
	stage := session.NewStage(ctx, req.env)
	var say func(string)
	if v.lines {
		say = func(text string) { fmt.Fprintln(a.std.Err, "parallax: "+text) }
	}
	signals := watchSignals(stage, say)
	req.plan.Hold, req.plan.Live = !v.lines, !v.lines // on a screen, jobs can be restarted when all are over
	s, err := stage.Start(req.plan)
	if err != nil {
		_ = signals.stop() // nothing runs that it could have ended
		return &usageError{err: err, hint: "nothing was started"}
	}
	shown := a.guard(stage, func() error { return a.show(stage, s, v) })
	if shown != nil && !errors.Is(shown, dashboard.ErrInterrupted) {
		stage.Cancel(fmt.Errorf("what happens cannot be shown any more: %w", shown))
	}
	stage.Leave()
	ended := stage.Wait()
	first := signals.stop()
	var broken *session.PanicError
	if errors.As(ended, &broken) {
		a.status = reportPanic(a.std.Err, broken)
		return nil
	}
	if ended == nil {
		a.afterwards(stage, v)
	}
	return a.settle(first, shown, ended, func() int { return verdict(stage.States()) })
}

// afterwards prints what stays on the terminal: of a run that was drawn the summary, for its screen
// is gone.
func (a *app) afterwards(stage *session.Stage, v view) {
	if v.plain.Quiet {
		return
	}
	if !v.lines {
		for _, st := range stage.States() {
			fmt.Fprintln(a.std.Err, strings.Join(plain.Summary(&st, logsHint), "\n"))
		}
	}
}

// logsHint is the command that shows a failed job's output.
const logsHint = "parallax logs"

// settle turns the end of what was run and shown into an exit status. result is that of what came to its end.
func (a *app) settle(first *interrupt, shown, ended error, result func() int) error {
	switch {
	case first != nil:
		a.status = first.status()
	case errors.Is(shown, dashboard.ErrInterrupted):
		a.status = (&interrupt{syscall.SIGINT}).status()
		shown = nil
	case isBrokenPipe(shown):
		a.status = exitPipe
		shown = nil
	case ended == nil && shown == nil:
		a.status = result()
	}
	if err := errors.Join(shown, ended); err != nil {
		if a.status == exitOK {
			a.status = exitFailed
		}
		a.complain(err)
	}
	return nil
}

// guard turns a panic of what shows a run into the end of the run.
func (a *app) guard(stage *session.Stage, show func() error) error {
	defer func() {
		if p := recover(); p != nil {
			stage.Break(p, debug.Stack())
		}
	}()
	return show()
}

// show shows a run until it has ended or, on a screen, the user has left it.
func (a *app) show(stage *session.Stage, s *session.Session, v view) error {
	now := liveAct(v.title, s)
	if v.lines {
		return a.print(stage.Whole(), now.feed, now.dir, v)
	}
	hands := screenHands{broke: stage.Break}
	if v.again != nil {
		hands.again = v.again(stage, s)
	}
	return openDashboard(stage.Whole(), a.std, now, v.screen, hands)
}

// print shows a run as lines.
func (a *app) print(ctx context.Context, src plain.Source, dir string, v view) error {
	o := v.plain
	o.Out, o.Err, o.Dir = a.std.Out, a.std.Err, dir
	o.Terminal = isTerminal(a.std.Out)
	o.Color = o.Terminal && !v.screen.noColor && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	o.Encode = encodeEvent
	if o.Hint == "" {
		o.Hint = logsHint
	}
	return plain.New(o).Run(ctx, src)
}

// encodeEvent appends an event as the journal writes it, and what beside a journal its run.json tells:
// who reads a pipe has only this.
func encodeEvent(b []byte, ev runner.Event, st *runner.State) []byte {
	b = journal.AppendEvent(b, ev, journal.Tally{
		Succeeded: st.Count(runner.Succeeded), Failed: st.Count(runner.Failed), Cancelled: st.Count(runner.Cancelled),
	})
	switch ev := ev.(type) {
	case runner.RunStarted:
		jobs := make([]namedJob, len(ev.Jobs))
		for i, j := range ev.Jobs {
			jobs[i] = namedJob{j.Name, j.Model}
		}
		return withField(b, "jobs", jobs)
	case runner.TaskEnded:
		return withField(b, "name", st.Jobs[ev.Task].Name)
	}
	return b
}

type namedJob struct {
	Name  string       `json:"name"`
	Model runner.Model `json:"as"`
}

// withField adds a field to the JSON object that a line ends with.
func withField(b []byte, name string, value any) []byte {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if enc.Encode(value) != nil { // of strings it cannot be
		return b
	}
	b = append(bytes.TrimSuffix(b, []byte("}\n")), `,"`+name+`":`...)
	return append(append(b, bytes.TrimSuffix(text.Bytes(), []byte("\n"))...), "}\n"...)
}
