package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"parallax/monitor/comparison"
	"parallax/runner/journal"
	"parallax/ui/dashboard"
	"parallax/ui/dashboard/compare"
)

// pastCourse is a comparison that was made, or that is made by another parallax, as its folder tells: it
// does not change any more.
type pastCourse struct{ now compare.Status }

// Ready implements [compare.Course]: it never receives.
func (c pastCourse) Ready() <-chan struct{} { return nil }

// Status implements [compare.Course].
func (c pastCourse) Status() compare.Status { return c.now }

// More implements [compare.Course]. A screen offers it only where there are runs that send events.
func (c pastCourse) More(int) {}

// openPast reads a comparison with the newest run of each way. Runs whose folders were removed cannot be
// opened, and the screen does not offer it.
func openPast(dir string) (pastCourse, error) {
	rec, err := comparison.Open(dir)
	if err != nil {
		return pastCourse{}, err
	}
	now := standing(rec)
	rec.Trials = slices.Clone(rec.Trials)
	for i := range rec.Trials {
		t := &rec.Trials[i]
		if _, err := os.Stat(filepath.Join(rec.Runs(), t.Run)); err != nil {
			t.Run = ""
		}
	}
	for i, w := range rec.Ways {
		for _, t := range slices.Backward(rec.Trials) {
			if t.Way != w || t.Run == "" {
				continue
			}
			if run, err := journal.Load(filepath.Join(rec.Runs(), t.Run)); err == nil {
				now.Newest[i], now.Round = compare.Shown{ID: t.Run, State: &run.State}, max(now.Round, t.Round)
				break
			}
		}
	}
	if rec.Status() == journal.Interrupted {
		rec.Reason = "parallax itself was ended"
	}
	now.Record = rec
	return pastCourse{now}, nil
}

// reopen shows a comparison from its folder: on the screen, else as lines.
func (a *app) reopen(ctx context.Context, dir string, screen screenFlags) error {
	c, err := openPast(dir)
	if err != nil {
		return err
	}
	v := courseView{screen: screen, tune: c.now.Record.Kind == comparison.Tune, lines: screen.plain || !isTerminal(a.std.Out)}
	if c.now.Record.Status() == journal.Running {
		v.notice = "it still goes on: this is how far it has come"
		if v.lines {
			fmt.Fprintln(a.std.Err, "parallax: "+v.notice)
		}
	}
	err = a.showCourses(ctx, a.broke, []compare.Course{c}, v)
	if errors.Is(err, dashboard.ErrInterrupted) {
		a.status, err = (&interrupt{syscall.SIGINT}).status(), nil
	}
	return err
}
