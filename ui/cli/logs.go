package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"parallax/runner"
	"parallax/runner/journal"
	"parallax/ui/plain"
)

// logsFlags is what `parallax logs` was given.
type logsFlags struct {
	follow bool
	try    int
	noTag  bool
	screen screenFlags
}

func (a *app) logsCommand() *cobra.Command {
	f := logsFlags{}
	c := &cobra.Command{
		Use:     "logs [RUN [JOB]]",
		GroupID: groupPast,
		Short:   "Print the output of a run's jobs",
		Long: `Print the output of one job as it was written, or of all jobs, each line after the name of its
job. On a terminal, escape sequences other than colours are left out.

` + aboutRUN + `
JOB is a job's name, the beginning of just one name, or its number as ` + "`parallax show`" + ` prints it.`,
		Example: `  parallax logs
  parallax logs nightly primes.2
  parallax logs 20261122 3 --follow`,
		Args: a.upTo(2),
		RunE: func(c *cobra.Command, args []string) error { return a.logs(c.Context(), args, f) },
	}
	c.Flags().BoolVarP(&f.follow, "follow", "f", false, "go on until the run has ended")
	c.Flags().IntVar(&f.try, "try", 0, "print the `N`th try of a job (default: the last try of one job, every try of all)")
	c.Flags().BoolVar(&f.noTag, "no-tag", false, "do not put the jobs' names before their lines")
	c.Flags().BoolVar(&f.screen.noColor, "no-color", false, "print names without colours (as does NO_COLOR)")
	return c
}

func (a *app) logs(ctx context.Context, args []string, f logsFlags) error {
	dir, err := find(args)
	if err != nil {
		return err
	}
	r, err := journal.Open(dir)
	if err != nil {
		return err
	}
	if f.try < 0 {
		return usagef("", "--try %d: tries count from 1", f.try)
	}
	if len(args) < 2 {
		return a.allLogs(ctx, r, -1, f)
	}
	task, err := jobOf(r.Info().Jobs, args[1])
	if err != nil {
		return &usageError{err: err, hint: "see: parallax show " + r.Info().ID}
	}
	if f.follow || isTerminal(a.std.Out) {
		f.noTag = true
		return a.allLogs(ctx, r, task, f)
	}
	return a.oneLog(r, task, f.try)
}

// jobOf finds a job by its name, its number, or the beginning of just one name.
func jobOf(jobs []runner.Job, ref string) (int, error) {
	if at := slices.IndexFunc(jobs, func(j runner.Job) bool { return j.Name == ref }); at >= 0 {
		return at, nil
	}
	if n, err := strconv.Atoi(ref); err == nil && n >= 1 && n <= len(jobs) {
		return n - 1, nil
	}
	var near []string
	at := -1
	for i, j := range jobs {
		if ref != "" && strings.HasPrefix(j.Name, ref) {
			at, near = i, append(near, strconv.Quote(j.Name))
		}
	}
	switch most := 8; {
	case len(near) == 1:
		return at, nil
	case len(near) > most:
		near[most] = fmt.Sprintf("and %d more", len(near)-most)
		near = near[:most+1]
		fallthrough
	case len(near) > 1:
		return 0, fmt.Errorf("%q is the beginning of several jobs: %s", ref, strings.Join(near, ", "))
	}
	return 0, fmt.Errorf("the run has no job %q", ref)
}

// lastTries returns the last try of each task that started, up to now.
func lastTries(r *journal.Reader) (map[int]runner.TaskStarted, error) {
	last := map[int]runner.TaskStarted{}
	for ev, err := range r.Events() {
		var w *journal.Warning
		if err != nil && !errors.As(err, &w) {
			return nil, err
		}
		if ev, ok := ev.(runner.TaskStarted); ok {
			last[ev.Task] = ev
		}
	}
	return last, nil
}

// oneLog copies what one job has written so far, byte by byte.
func (a *app) oneLog(r *journal.Reader, task, try int) error {
	var found runner.TaskStarted
	for ev, err := range r.Events() {
		var w *journal.Warning
		if err != nil && !errors.As(err, &w) {
			return err
		}
		if ev, ok := ev.(runner.TaskStarted); ok && ev.Task == task && (try == 0 || ev.Try == try) {
			found = ev
		}
	}
	name := r.Info().Jobs[task].Name
	switch {
	case found.Try == 0 && try > 0:
		return usagef("", "job %q has no try %d", name, try)
	case found.Try == 0:
		fmt.Fprintf(a.std.Err, "job %q has not started\n", name)
		return nil
	}
	for log, to := range map[string]io.Writer{found.Log: a.std.Out, found.Err: a.std.Err} {
		if log == "" {
			continue
		}
		file, err := os.Open(filepath.Join(r.Dir(), log))
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("the output of job %q is gone: %w", name, err)
		}
		if err != nil {
			return err
		}
		_, err = io.Copy(to, file)
		file.Close() // only read
		if err != nil {
			return fmt.Errorf("print the output of job %q: %w", name, err)
		}
	}
	return nil
}

// allLogs prints the output of all jobs or, where only is not -1, of one, as lines.
func (a *app) allLogs(ctx context.Context, r *journal.Reader, only int, f logsFlags) error {
	keep := func(task, try int) bool { return (only < 0 || task == only) && (f.try == 0 || try == f.try) }
	if only >= 0 && f.try == 0 && !f.follow {
		last, err := lastTries(r)
		if err != nil {
			return err
		}
		keep = func(task, try int) bool { return task == only && try == last[only].Try }
	}
	v := view{screen: f.screen}
	v.plain = plain.Options{
		Format: plain.Line, Mute: true, JobsOnly: only >= 0, Tag: !f.noTag && len(r.Info().Jobs) > 1, KeepOrder: !f.follow,
	}
	events := r.Events()
	read, stop := context.WithCancel(ctx)
	defer stop()
	if f.follow {
		events = r.Follow(read)
	}
	feed := runner.NewFeed()
	over, finish := context.WithCancel(ctx)
	failed := make(chan error, 1)
	go func() {
		failed <- pour(events, feed, keep)
		finish()
	}()
	err := a.print(over, feed, r.Dir(), v)
	stop()
	return errors.Join(err, <-failed)
}

// pour hands events to a feed, but of the starts only those that are to be kept: without them
// nothing of a job is printed.
func pour(events iter.Seq2[runner.Event, error], feed *runner.Feed, keep func(task, try int) bool) error {
	for ev, err := range events {
		var w *journal.Warning
		if err != nil && !errors.As(err, &w) {
			return err
		}
		if ev == nil {
			continue
		}
		if started, ok := ev.(runner.TaskStarted); ok && !keep(started.Task, started.Try) {
			started.Log, started.Err = "", ""
			ev = started
		}
		feed.Put([]runner.Event{ev})
	}
	return nil
}
