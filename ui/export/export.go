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
	"time"

	"parallax/runner"
	"parallax/runner/journal"
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
