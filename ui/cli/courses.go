package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/charmbracelet/lipgloss"

	"parallax/monitor/comparison"
	"parallax/monitor/verdict/choice"
	"parallax/runner"
	"parallax/runner/journal"
	"parallax/ui/cli/course"
	"parallax/ui/cli/session"
	"parallax/ui/dashboard/compare"
	"parallax/ui/dashboard/frame"
	"parallax/ui/draw"
	"parallax/ui/plain"
)

// courseView is how comparisons are to be shown.
type courseView struct {
	screen screenFlags
	lines  bool // print lines rather than draw
	json   bool
	quiet  bool
	tune   bool     // they compare numbers of workers
	notice string   // said at the beginning, if it is not ""
	titles []string // what tabs call them, where there are several
}

// performCourses makes comparisons one after the other, shows them, and sets the exit status.
func (a *app) performCourses(ctx context.Context, env session.Env, plans []course.Plan, v courseView) error {
	root, err := comparison.Root()
	if err != nil {
		return &usageError{err: err}
	}
	stage := session.NewStage(ctx, env)
	var say func(string)
	if v.lines {
		say = func(text string) { fmt.Fprintln(a.std.Err, "parallax: "+text) }
	}
	signals := watchSignals(stage, say)
	if v.notice != "" && v.lines && !v.quiet {
		say(v.notice)
	}
	var made []*course.Course
	for _, plan := range plans {
		plan.Shown = !v.lines
		c, err := course.New(stage, root, plan)
		if err != nil {
			_ = signals.stop() // nothing runs that it could have ended
			for _, empty := range made {
				err = errors.Join(err, empty.Close(), os.RemoveAll(empty.Dir()))
			}
			return &usageError{err: err, hint: "nothing was started"}
		}
		made = append(made, c)
	}
	shown, ran := a.runCourses(stage, made, v)
	stage.Leave()
	ended := stage.Wait()
	first := signals.stop()
	var broken *session.PanicError
	if errors.As(ended, &broken) {
		a.status = reportPanic(a.std.Err, broken)
		return nil
	}
	a.tellCourses(made, v)
	return a.settle(first, shown, ran, func() int { return tried(made) })
}

// runCourses makes the comparisons while they are shown. It returns when both are over: on a screen
// when the user has left it, else after the last round.
func (a *app) runCourses(stage *session.Stage, made []*course.Course, v courseView) (shown, ran error) {
	ctx, stop := context.WithCancel(stage.Whole())
	defer stop()
	seen := ctx
	making, over := context.WithCancel(context.Background())
	defer over()
	if v.lines { // they come to their end, with a verdict, also when a run breaks off
		seen = making
	}
	var done sync.WaitGroup
	done.Go(func() {
		defer over()
		ran = a.guard(stage, func() error { return makeCourses(ctx, stage, made, !v.lines) })
		if stage.Stopped() { // by a signal: the screen goes, too
			stop()
		}
	})
	shown = a.guard(stage, func() error {
		all := make([]compare.Course, len(made))
		for i, c := range made {
			all[i] = c
		}
		return a.showCourses(seen, stage.Break, all, v)
	})
	if !v.lines || shown != nil {
		stop()
	}
	done.Wait()
	return shown, ran
}

// makeCourses makes comparisons one after the other. If stay is true it goes on with those of which
// more rounds are asked for until ctx is done.
func makeCourses(ctx context.Context, stage *session.Stage, made []*course.Course, stay bool) error {
	var errs []error
	for _, c := range made {
		errs = append(errs, c.Make(ctx))
	}
	asked, leave := context.WithCancel(ctx)
	defer leave()
	defer context.AfterFunc(stage.Going(), leave)()
	var all sync.WaitGroup
	var turn sync.Mutex
	for i, c := range made {
		if stay && errs[i] == nil {
			all.Go(func() {
				defer func() {
					if p := recover(); p != nil {
						stage.Break(p, debug.Stack())
					}
				}()
				errs[i] = c.Stay(asked, &turn)
			})
		}
	}
	all.Wait()
	for _, c := range made {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// tried is the exit status of comparisons that came to their end: whether the jobs could be run in any way but one
// after the other.
func tried(made []*course.Course) int {
	for _, c := range made {
		if t := c.Status().Table; slices.ContainsFunc(t.Columns, func(w choice.Column) bool { return !w.Serial && w.Counts() }) {
			return exitOK
		}
	}
	return exitFailed
}

// showCourses shows comparisons that are made, or were. broke is told of a panic in a goroutine of a screen.
func (a *app) showCourses(ctx context.Context, broke func(value any, stack []byte), all []compare.Course, v courseView) error {
	switch {
	case v.lines:
		return a.printCourses(ctx, all, v)
	case v.tune:
		return a.drawTune(ctx, broke, all[0], v)
	}
	return a.drawCourses(ctx, broke, all, v)
}

// printCourses prints comparisons as lines, each as it is made.
func (a *app) printCourses(ctx context.Context, all []compare.Course, v courseView) error {
	for _, c := range all {
		if err := a.printCourse(ctx, c, v); err != nil {
			return err
		}
	}
	return nil
}

// printCourse says how each trial went as it ends and, at the end, what came of all.
func (a *app) printCourse(ctx context.Context, c compare.Course, v courseView) error {
	told, why := 0, ""
	for {
		last := false
		select {
		case <-ctx.Done(): // asked for first: it may come to its end while ctx does
			last = true
		default:
		}
		now := c.Status()
		for ; told < len(now.Record.Trials); told++ {
			t := &now.Record.Trials[told]
			switch {
			case v.json:
				if err := plain.TrialJSON(a.std.Out, t); err != nil {
					return err
				}
			case !v.quiet:
				fmt.Fprintln(a.std.Err, "parallax: "+plain.Trial(&now.Record, t))
			}
		}
		if why != now.Record.Why && !v.json && !v.quiet {
			if why = now.Record.Why; why != "" {
				fmt.Fprintf(a.std.Err, "parallax: %s: %s\n", draw.Plural(now.Record.Rounds, "round", "rounds"), why)
			}
		}
		if now.Doing == compare.Over {
			return a.printVerdict(&now, v)
		}
		if last {
			return nil
		}
		select {
		case <-c.Ready():
		case <-ctx.Done():
		}
	}
}

// printVerdict prints the table and the verdict and, of jobs that failed, the end of what they wrote.
func (a *app) printVerdict(now *compare.Status, v courseView) error {
	err := a.printTable(now, v)
	if err != nil || v.json {
		return err
	}
	return tellFailed(a.std.Out, now)
}

func (a *app) printTable(now *compare.Status, v courseView) error {
	if v.tune {
		return printTuning(a.std.Out, now, v.json)
	}
	if v.json {
		return plain.VerdictJSON(a.std.Out, &now.Record, &now.Table, now.Verdict)
	}
	if err := plain.Table(a.std.Out, &now.Table); err != nil {
		return err
	}
	_, err := fmt.Fprintf(a.std.Out, "\n%s\n", strings.Join(plain.Verdict(&now.Record, now.Verdict), "\n"))
	return err
}

// drawCourses shows comparisons on a screen until the user has left it. A run that the user opens is
// shown in its place, and then they are again.
func (a *app) drawCourses(ctx context.Context, broke func(value any, stack []byte), all []compare.Course, v courseView) error {
	look, err := a.frameOptions(broke, v)
	if err != nil {
		return err
	}
	o := compare.Options{Options: look, Report: reportCourse(all), Export: exportCourse(all)}
	for i, c := range all {
		title := c.Status().Record.Title
		if i < len(v.titles) {
			title = v.titles[i]
		}
		o.Acts = append(o.Acts, compare.Act{Title: title, Course: c})
	}
	for {
		res, err := compare.Run(ctx, o)
		if err != nil || res.Open == "" {
			return err
		}
		o.At, o.Notice = res.At, ""
		rec := all[res.Act].Status().Record
		if err := a.drawRun(ctx, broke, filepath.Join(rec.Runs(), res.Open), v.screen); err != nil {
			return err
		}
	}
}

// frameOptions is what the screens of comparisons and of sweeps need, whatever they show.
func (a *app) frameOptions(broke func(value any, stack []byte), v courseView) (frame.Options, error) {
	l, err := readLook(a.std, v.screen)
	if err != nil {
		return frame.Options{}, err
	}
	lipgloss.SetColorProfile(l.profile)
	lipgloss.SetHasDarkBackground(l.theme.Dark)
	d := l.options()
	return frame.Options{
		Theme: d.Theme, Styles: d.Styles, NextTheme: d.NextTheme, KeepTheme: d.KeepTheme, Keys: d.Keys,
		Notice: cmp.Or(d.Notice, v.notice), In: a.std.In, Out: a.std.Out, Broke: broke,
	}, nil
}

// drawRun shows a run from its folder on the screen: what happened until now at once, then what still happens.
func (a *app) drawRun(ctx context.Context, broke func(value any, stack []byte), dir string, screen screenFlags) error {
	from, err := journal.Open(dir)
	if err != nil {
		return err
	}
	feed := runner.NewFeed()
	var last atomic.Int64 // when the run ended; 0 while it has not
	follow, stop := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Go(func() {
		for ev, err := range from.Follow(follow) {
			if err != nil { // what was left out of a damaged folder; `parallax show` tells it
				continue
			}
			feed.Put([]runner.Event{ev})
			if _, ended := ev.(runner.RunEnded); ended {
				last.Store(int64(ev.When()))
			}
		}
	})
	clock := func() time.Duration {
		if end := last.Load(); end > 0 {
			return time.Duration(end)
		}
		return time.Since(from.Info().Start)
	}
	err = openDashboard(ctx, a.std, act{title: from.Info().Name, feed: feed, dir: dir, clock: clock}, screen, screenHands{broke: broke})
	stop()
	done.Wait()
	return err
}
