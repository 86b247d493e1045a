package export

import (
	"fmt"
	"slices"
	"time"

	"parallax/runner"
	"parallax/ui/facts"
)

// Colours that chrome://tracing has reserved since its beginning.
const (
	running  = "thread_state_running"
	runnable = "thread_state_runnable"
	sleeping = "thread_state_sleeping"
	grey     = "grey"
)

// task writes a change of a job: a slice for the time it was queued, one for each try, and in that one for
// each pause.
func (t *trace) task(ev event) {
	task := taskOf(ev.Event)
	at, tid := ev.When(), t.jobTID+task
	switch e := ev.Event.(type) {
	case runner.TaskQueued:
		t.queued(e, ev.was)
	case runner.TaskStarted:
		t.end(t.jobs, tid, at, nil)
		name := "running"
		if e.Try > 1 {
			name = fmt.Sprintf("running, try %d", e.Try)
		}
		about := args{"try": e.Try, "as": t.st.Jobs[task].Model, "command": t.st.Jobs[task].Command()}.with("label", e.Label).with("host", e.Host.Name)
		for key, id := range map[string]int{"pid": e.PID, "tid": e.TID} {
			if id != 0 {
				about[key] = id
			}
		}
		t.begin(tid, name, running, at, about)
	case runner.TaskPaused:
		t.instant(tid, "pause", at)
		t.begin(tid, "paused", sleeping, at, args{}.with("where", e.Where))
	case runner.TaskResumed:
		t.end(t.jobs, tid, at, nil)
		t.instant(tid, "resume", at)
	case runner.TaskEnded:
		t.over = max(t.over, at)
		if ev.was == runner.Paused {
			t.end(t.jobs, tid, at, nil)
		}
		t.end(t.jobs, tid, at, t.result(task, e, ev.was.Active()))
	}
}

// queued begins a wait. A new try after an end is a retry that the run makes or, without a time to wait
// for, a restart by hand.
func (t *trace) queued(ev runner.TaskQueued, was runner.Status) {
	at, tid, name := ev.When(), t.jobTID+ev.Task, "queued"
	about := args{"try": ev.Try}
	if was == runner.Queued { // its wait is cut short
		t.end(t.jobs, tid, at, nil)
	}
	switch {
	case ev.NotBefore > 0:
		name = "queued for a retry"
		about["not_before"] = ev.NotBefore.Seconds()
		t.instant(tid, "retry", at)
	case was != runner.Unborn:
		t.instant(tid, "restart", at)
	}
	t.begin(tid, name, runnable, at, about)
}

// result is how a try ended, or a job that never started.
func (t *trace) result(task int, ev runner.TaskEnded, ran bool) args {
	a := args{"status": ev.Status.String()}.with("reason", ev.Reason)
	if !ran {
		return a
	}
	code, signal := facts.Exit(ev.Status, ev.Reason, ev.Exit, t.st.Tasks[task].Host.ID != 0)
	if code != nil {
		a["exit"] = *code
	}
	if cpu := facts.CPU(&t.st.Tasks[task]); cpu != nil {
		a["cpu_seconds"] = *cpu
	}
	if rss := facts.RSS(&t.st.Tasks[task]); rss != nil {
		a["max_rss"] = *rss
	}
	return a.with("signal", signal)
}

func (t *trace) begin(tid int, name, colour string, at time.Duration, about args) {
	t.add(traceEvent{Name: name, Cat: "job", Phase: "B", TS: micros(at), PID: t.jobs, TID: tid, Colour: colour, Args: about})
}

// instant marks a moment of a job.
func (t *trace) instant(tid int, name string, at time.Duration) {
	t.add(traceEvent{Name: name, Cat: "job", Phase: "i", TS: micros(at), PID: t.jobs, TID: tid, Scope: "t"})
}

// sampled writes what a sample says: who had the cores, counters, and who is stalled from now on.
func (t *trace) sampled(ev runner.Sampled) {
	at := ev.When()
	if ev.Workers > 0 {
		t.limit(at, ev.Workers)
	}
	if !ev.Measured() {
		return
	}
	for _, task := range t.st.Stalled {
		if !slices.Contains(t.stalled, task) {
			t.instant(t.jobTID+task, "stalled", at)
		}
	}
	t.stalled = slices.Clone(t.st.Stalled)
	t.lanes(ev)
	t.counters(ev)
}

func (t *trace) limit(at time.Duration, workers int) {
	if workers != t.workers {
		t.counter("workers", "limit", at, float64(workers))
	}
	t.workers = workers
}
