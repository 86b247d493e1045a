// Package export writes recorded runs in formats that other programs read: the Trace Event Format of
// Perfetto and chrome://tracing, CSV, JSON, and GNU parallel's job log. docs/export.md describes them.
//
// Each function writes one run and nothing around it that a second run could not follow, so that
// several runs can be written to one stream. What is as long as the run (events, samples) is read from
// its folder and written as it comes; memory grows with the number of jobs only.
//
// What is not known is left empty, or null, or out: it is never 0.
package export

import (
	"errors"
	"iter"
	"strings"
	"time"

	"parallax/runner"
	"parallax/runner/journal"
	"parallax/ui/dashboard/panes"
)

// Format is a format that a run can be written in.
type Format string

// The formats.
const (
	Perfetto Format = "perfetto"
	CSV      Format = "csv"
	JSON     Format = "json"
	Joblog   Format = "joblog"
)

// Formats are all, in the order in which they are listed.
var Formats = []Format{Perfetto, CSV, JSON, Joblog}

// events is what happened in a run, folded into st as far as it is possible: with each event comes the
// status that its task had before it. What is damaged is passed over: who loads the run is told of it.
// An error is the last.
func events(r *journal.Reader, st *runner.State) iter.Seq2[event, error] {
	return func(yield func(event, error) bool) {
		for ev, err := range r.Events() {
			var damaged *journal.Warning
			switch {
			case errors.As(err, &damaged):
				continue
			case err != nil:
				yield(event{}, err)
				return
			}
			was, task := runner.Unborn, taskOf(ev)
			if statuses := st.Statuses(); task >= 0 && task < len(statuses) {
				was = statuses[task]
			}
			if st.Apply(ev) == nil && !yield(event{ev, was}, nil) {
				return
			}
		}
	}
}

// event is one that could happen, and the status that its task had before.
type event struct {
	runner.Event
	was runner.Status
}

func taskOf(ev runner.Event) int {
	switch ev := ev.(type) {
	case runner.TaskQueued:
		return ev.Task
	case runner.TaskStarted:
		return ev.Task
	case runner.TaskPaused:
		return ev.Task
	case runner.TaskResumed:
		return ev.Task
	case runner.TaskEnded:
		return ev.Task
	}
	return -1
}

// seconds is a time as a number; nil where it is not known (below 0).
func seconds(d time.Duration) *float64 { return known(d.Seconds()) }

// known is a figure, or nil where it is not known (below 0).
func known[T int64 | float64](v T) *T {
	if v < 0 {
		return nil
	}
	return &v
}

// statusOf is how a job stands, in words. Of one that was not over when parallax itself ended nobody has
// seen how it went on.
func statusOf(rec *journal.Recording, t *runner.Task) string {
	switch {
	case rec.Status != journal.Interrupted || t.Status.Over():
		return t.Status.String()
	case t.Ran() || t.Try > 1:
		return string(journal.Interrupted)
	}
	return "not started"
}

// killed is the exit status that a shell makes of SIGKILL, and an interpreter of a script that it was told
// to kill.
const killed = 137

// stopped reports whether parallax ended a try: it was cancelled, or its time was up.
func stopped(status runner.Status, reason string) bool {
	return status == runner.Cancelled || strings.HasPrefix(reason, "timed out")
}

// exitOf is how a try ended: its exit status, or nil, and the signal that ended it, or "". shared says
// that it ran inside an interpreter, which tells a kill as an exit status.
func exitOf(status runner.Status, reason string, exit runner.Exit, shared bool) (code *int, signal string) {
	switch {
	case shared && stopped(status, reason) && exit.Code == killed:
		return nil, "SIGKILL"
	case status.Over() && exit.Signal == "" && exit.Code >= 0:
		return &exit.Code, ""
	}
	return nil, exit.Signal
}

// cpuOf is the time that a task's last try had on cores: as the system accounts it, else as measured so
// far; nil where neither is known.
func cpuOf(t *runner.Task) *float64 {
	switch u := t.Exit.Usage; {
	case !t.Ran():
		return nil
	case t.Status.Over() && u.Known:
		return seconds(u.CPU())
	case t.Stats != nil:
		return seconds(t.Stats.Total.OnCore)
	}
	return nil
}

// rssOf is the largest memory that was seen of a task, in bytes, as the screen tells it.
func rssOf(t *runner.Task) *int64 {
	if peak := panes.Peak(t); t.Ran() && peak > 0 {
		return &peak
	}
	return nil
}
