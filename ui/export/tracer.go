package export

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"parallax/runner"
	"parallax/runner/journal"
)

// WriteTrace writes a run in the Trace Event Format, which ui.perfetto.dev and chrome://tracing open: its
// cores and its jobs as tracks, and counters. Times are µs since the start of the run.
func WriteTrace(w io.Writer, r *journal.Reader) error {
	t := NewTracer(w)
	if err := t.Run(r); err != nil {
		return err
	}
	return t.Close()
}

// Tracer writes runs into one trace, each with processes of its own. It belongs to one goroutine.
type Tracer struct {
	out  *bufio.Writer
	enc  *json.Encoder
	some bool
	pid  int // the last that was given
	tid  int // likewise: one number is never two tracks'
	err  error
}

// NewTracer begins a trace.
func NewTracer(w io.Writer) *Tracer {
	t := &Tracer{out: bufio.NewWriterSize(w, 1<<16)}
	t.enc = json.NewEncoder(t.out)
	t.enc.SetEscapeHTML(false)
	fmt.Fprint(t.out, "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n")
	return t
}

// Run adds a run.
func (t *Tracer) Run(r *journal.Reader) error {
	run := trace{Tracer: t, label: r.Info().ID, cores: map[int]*coreTrack{}, gils: map[gilKey]runner.GIL{}}
	if name := r.Info().Name; name != "" {
		run.label = name + " " + run.label
	}
	for ev, err := range events(r, &run.st) {
		if err != nil {
			return err
		}
		run.event(ev)
		if t.err != nil {
			return t.err
		}
	}
	run.close()
	return t.err
}

// Close ends the trace.
func (t *Tracer) Close() error {
	fmt.Fprint(t.out, "]}\n")
	if t.err != nil {
		return t.err
	}
	return t.out.Flush()
}

// process and thread name tracks and give them an order. Perfetto knows a track's name by the number of its
// thread alone, and orders by it: so numbers ascend, no two tracks have the same, and no thread that of a
// process, which would make it that one's main thread.
func (t *Tracer) process(name string) (pid int) {
	t.pid++
	pid = t.pid
	t.tid = max(t.tid, 1000)
	t.name("process_name", pid, 0, name)
	t.add(traceEvent{Name: "process_sort_index", Phase: "M", PID: pid, Args: args{"sort_index": pid}})
	return pid
}

func (t *Tracer) thread(pid, tid, sort int, name string) {
	t.name("thread_name", pid, tid, name)
	t.add(traceEvent{Name: "thread_sort_index", Phase: "M", PID: pid, TID: tid, Args: args{"sort_index": sort}})
}

func (t *Tracer) name(what string, pid, tid int, name string) {
	t.add(traceEvent{Name: what, Phase: "M", PID: pid, TID: tid, Args: args{"name": name}})
}

// traceEvent is an event of the format, named as there.
type traceEvent struct {
	Name   string `json:"name,omitempty"`
	Cat    string `json:"cat,omitempty"`
	Phase  string `json:"ph"`
	TS     int64  `json:"ts"`            // µs
	Dur    int64  `json:"dur,omitempty"` // µs
	PID    int    `json:"pid"`
	TID    int    `json:"tid,omitempty"` // 0 only in what names a process
	Scope  string `json:"s,omitempty"`
	Colour string `json:"cname,omitempty"` // one of the names that chrome://tracing has reserved; Perfetto picks its own
	Args   args   `json:"args,omitempty"`
}

type args map[string]any

// with adds a text unless it is empty.
func (a args) with(key, text string) args {
	if text != "" {
		a[key] = text
	}
	return a
}

// add writes an event. Its first error stays: writing goes nowhere from then on.
func (t *Tracer) add(e traceEvent) {
	if t.err != nil {
		return
	}
	if t.some {
		t.err = t.out.WriteByte(',') // a line holds one event and a comma before it
	}
	t.some = true
	if err := t.enc.Encode(&e); err != nil {
		t.err = err
	}
}

// micros is a time as the format counts it.
func micros(d time.Duration) int64 { return max(d, 0).Round(time.Microsecond).Microseconds() }

// trace is one run in a trace.
type trace struct {
	*Tracer
	label string
	st    runner.State

	run, hosts, jobs int // the processes that stand for the run, its cores, its jobs
	runTID, jobTID   int // the track of the run; that of job 0, from which the others count
	cores            map[int]*coreTrack
	gils             map[gilKey]runner.GIL // those that have counters, as last seen
	stalled          []int                 // as the last sample had it
	workers          int                   // likewise
	held             bool                  // the run is paused as a whole
	over             time.Duration         // when the last try ended
}

// start names the tracks.
func (t *trace) start(ev runner.RunStarted) {
	t.run = t.process("run " + t.label)
	t.hosts = t.process("cores of " + t.label)
	t.jobs = t.process("jobs of " + t.label)
	t.tid++
	t.runTID = t.tid
	t.thread(t.run, t.runTID, 0, "run")
	t.jobTID = t.tid + 1
	t.tid += len(ev.Jobs)
	for i := range ev.Jobs {
		t.thread(t.jobs, t.jobTID+i, i, ev.Jobs[i].Name)
	}
	for _, id := range ev.Cores {
		t.core(id)
	}
	t.add(traceEvent{Name: t.label, Cat: "run", Phase: "B", TS: micros(ev.When()), PID: t.run, TID: t.runTID, Args: args{
		"started": ev.Time.UTC().Format(time.RFC3339Nano), "quota_cores": ev.Quota, "jobs": len(ev.Jobs),
	}})
	t.limit(ev.When(), ev.Workers)
}

func (t *trace) event(ev event) {
	switch e := ev.Event.(type) {
	case runner.RunStarted:
		if t.run == 0 {
			t.start(e)
		}
	case runner.Sampled:
		t.sampled(e)
	case runner.Advised:
		t.advised(e)
	case runner.RunPaused:
		if !t.held {
			t.add(traceEvent{Name: "paused as a whole", Cat: "run", Phase: "B", TS: micros(e.When()), PID: t.run, TID: t.runTID, Colour: sleeping})
		}
		t.held = true
	case runner.RunResumed:
		t.resumed(e.When())
	case runner.RunEnded:
		t.resumed(e.When()) // close ends the rest
	default:
		t.task(ev)
	}
}

// close ends what is open: a run that goes on, or was interrupted, ends where its recording does.
func (t *trace) close() {
	if t.run == 0 { // nothing happened
		return
	}
	at := t.st.Now
	for _, id := range slices.Sorted(maps.Keys(t.cores)) { // in order, so that a run has one trace
		t.flush(t.cores[id])
	}
	for i, s := range t.st.Statuses() {
		switch s {
		case runner.Paused:
			t.end(t.jobs, t.jobTID+i, at, nil)
			fallthrough
		case runner.Running, runner.Queued:
			t.end(t.jobs, t.jobTID+i, at, args{"status": "not over"})
		}
	}
	t.resumed(at)
	t.end(t.run, t.runTID, at, args{}.with("reason", t.st.Reason))
	if t.st.Over() { // else the last figures would seem to hold for ever
		t.counter("parallelism", "cores", at, 0)
		t.counter("memory of the run", "bytes", at, 0)
		t.locks(runner.Sampled{}, at)
	}
}

// resumed ends a pause of the run as a whole.
func (t *trace) resumed(at time.Duration) {
	if t.held {
		t.end(t.run, t.runTID, at, nil)
	}
	t.held = false
}

func (t *trace) end(pid, tid int, at time.Duration, with args) {
	t.add(traceEvent{Phase: "E", TS: micros(at), PID: pid, TID: tid, Args: with})
}

func (t *trace) advised(ev runner.Advised) {
	pid, tid := t.run, t.runTID
	if ev.Task >= 0 && ev.Task < len(t.st.Tasks) {
		pid, tid = t.jobs, t.jobTID+ev.Task
	}
	t.add(traceEvent{
		Name: "advice: " + ev.Code, Cat: "advice", Phase: "i", TS: micros(ev.When()), PID: pid, TID: tid, Scope: "t",
		Args: args{"level": ev.Level.String(), "text": ev.Text},
	})
}
