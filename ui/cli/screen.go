package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/charmbracelet/lipgloss"

	"parallax/runner"
	"parallax/ui/cli/session"
	"parallax/ui/dashboard"
	"parallax/ui/plain"
	"parallax/ui/versus"
)

// act is one run on the screen: a live one, or one that is replayed.
type act struct {
	title string // what the user called it, or ""
	feed  plain.Source
	do    func(runner.Command)           // nil when the run cannot be controlled
	dir   string                         // the run's folder
	clock func() time.Duration           // the time since the start of the run
	stack func(task int) (string, error) // nil when tasks cannot be asked where they are
}

// liveAct is a run that goes on.
func liveAct(title string, s *session.Session) act {
	return act{title: title, feed: s.Feed, do: s.Do, dir: s.Dir(), clock: s.Clock, stack: s.Stack}
}

func (a act) shown() dashboard.Act {
	return dashboard.Act{Title: a.title, Feed: a.feed, Do: a.do, Dir: a.dir, Clock: a.clock, Stack: a.stack}
}

// titleOf is what the screen calls a run or a comparison: its name, its job file, what all its jobs are made of,
// or its first job.
func titleOf(file, name string, jobs []runner.Job) string {
	switch {
	case name != "":
		return name
	case file != "":
		return filepath.Base(file)
	case len(jobs) == 0:
		return ""
	case len(jobs) == 1:
		return jobs[0].Name
	}
	for i, of := range []func(*runner.Job) string{
		func(j *runner.Job) string { return j.Script },
		func(j *runner.Job) string { return j.Template },
		func(j *runner.Job) string { return j.Group },
	} {
		if what := of(&jobs[0]); what != "" && !slices.ContainsFunc(jobs, func(j runner.Job) bool { return of(&j) != what }) {
			if i == 0 { // the folder of a script is not told, as in the names of jobs
				what = filepath.Base(what)
			}
			return fmt.Sprintf("%s ×%d", what, len(jobs))
		}
	}
	return fmt.Sprintf("%s and %d more", jobs[0].Name, len(jobs)-1)
}

// screenHands is what the screen needs of whoever runs the jobs, besides the run itself.
type screenHands struct {
	again *dashboard.Again // runs the jobs once more; nil: that cannot be done
	broke func(value any, stack []byte)
}

// openDashboard draws a run until the user has left it. It returns when ctx is done, with the
// terminal restored: then a goroutine has panicked. Signals are watched by the caller: the end of
// the run that they cause comes through the feed.
func openDashboard(ctx context.Context, std Streams, a act, f screenFlags, h screenHands) error {
	l, err := readLook(std, f)
	if err != nil {
		return err
	}
	lipgloss.SetColorProfile(l.profile) // for the line in which one types a search
	lipgloss.SetHasDarkBackground(l.theme.Dark)
	o := l.options()
	o.Act, o.Again, o.Broke = a.shown(), h.again, h.broke
	o.Closing = versus.Compare
	o.In, o.Out = std.In, std.Out
	return dashboard.Run(ctx, o)
}
