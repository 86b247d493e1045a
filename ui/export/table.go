package export

import (
	"encoding/csv"
	"io"
	"strconv"
	"time"

	"parallax/runner"
	"parallax/runner/journal"
	"parallax/ui/facts"
)

// jobColumns are the columns of [WriteJobs]; docs/export.md says what each means.
var jobColumns = []string{
	"run", "task", "name", "as", "python", "status", "try", "exit", "signal", "lost", "reason",
	"started", "started_seconds", "ended_seconds", "wall_seconds", "paused_seconds",
	"cpu_seconds", "user_seconds", "system_seconds", "wait_core_seconds", "wait_gil_seconds", "cores",
	"max_rss", "peak_pss", "voluntary", "involuntary", "output_bytes", "log", "stderr_log", "command",
}

// WriteJobs writes a table of a run's jobs, one a row, as CSV. With head the names of the columns come
// first.
func WriteJobs(w io.Writer, rec *journal.Recording, head bool) error {
	out := csv.NewWriter(w)
	if head {
		if err := out.Write(jobColumns); err != nil {
			return err
		}
	}
	for i := range rec.State.Tasks {
		if err := out.Write(jobRow(rec, i)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// jobRow is one job; figures of a try are those of its last.
func jobRow(rec *journal.Recording, i int) []string {
	st := &rec.State
	t, job := &st.Tasks[i], &st.Jobs[i]
	r := row{
		rec.Info.ID, strconv.Itoa(i), job.Name, string(job.Model), t.Host.Name, facts.Status(rec, t), strconv.Itoa(t.Try),
	}
	if !t.Ran() {
		r.empty(3)
		r.text(t.Reason)
		r.empty(15)
		r.text("0", "", "", job.Command())
		return r
	}
	code, signal := facts.Exit(t.Status, t.Reason, t.Exit, t.Host.ID != 0)
	number(&r, code)
	r.text(signal, strconv.FormatBool(t.Exit.Lost), t.Reason)
	wall := t.Wall(st.Now)
	r.text(st.Time.Add(t.Started).UTC().Format(time.RFC3339Nano))
	r.seconds(t.Started)
	if t.Status.Over() {
		r.seconds(t.Ended, wall, t.Ended-t.Started-wall)
	} else {
		r.empty(1)
		r.seconds(wall, st.Now-t.Started-wall)
	}
	usage := t.Exit.Usage
	if !usage.Known {
		usage = runner.Usage{User: -1, System: -1, Voluntary: -1, Involuntary: -1}
	}
	cpu := facts.CPU(t)
	figure(&r, cpu)
	r.seconds(usage.User, usage.System)
	peak := int64(-1)
	if t.Stats != nil {
		r.seconds(t.Stats.Total.WaitCore, t.Stats.Total.WaitGIL)
	} else {
		r.empty(2)
	}
	if t.Stats != nil && t.Host.ID == 0 { // else it is all jobs' in the interpreter
		peak = t.Stats.PeakPSS
	}
	if cpu != nil && wall > 0 {
		r.float(*cpu/wall.Seconds(), 3)
	} else {
		r.empty(1)
	}
	number(&r, facts.RSS(t))
	number(&r, known(peak))
	number(&r, known(usage.Voluntary))
	number(&r, known(usage.Involuntary))
	r.text(strconv.FormatInt(t.LogSize[0]+t.LogSize[1], 10), t.Log, t.Err, job.Command())
	return r
}

// sampleColumns are the columns of [WriteSamples]; docs/export.md says what each means.
var sampleColumns = []string{
	"run", "t", "span_seconds", "task", "name", "try", "live_seconds", "on_core_seconds", "wait_core_seconds", "wait_gil_seconds",
	"core", "processes", "threads", "rss", "pss", "output_bytes", "progress",
}

// WriteSamples writes a table of what was measured of jobs while they ran, a row for each job in each
// sample, as CSV. With head the names of the columns come first.
func WriteSamples(w io.Writer, r *journal.Reader, head bool) error {
	out := csv.NewWriter(w)
	if head {
		if err := out.Write(sampleColumns); err != nil {
			return err
		}
	}
	var st runner.State
	for ev, err := range events(r, &st) {
		if err != nil {
			return err
		}
		s, ok := ev.Event.(runner.Sampled)
		if !ok || !s.Measured() {
			continue
		}
		for i := range s.Tasks {
			ts := &s.Tasks[i]
			if ts.Task < 0 || ts.Task >= len(st.Tasks) {
				continue
			}
			if err := out.Write(sampleRow(&st, s, ts)); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

func sampleRow(st *runner.State, s runner.Sampled, ts *runner.TaskSample) []string {
	r := row{st.ID}
	r.seconds(s.When(), s.Span)
	r.text(strconv.Itoa(ts.Task), st.Jobs[ts.Task].Name, strconv.Itoa(st.Tasks[ts.Task].Try))
	r.seconds(ts.Live, ts.OnCore, ts.WaitCore, ts.WaitGIL)
	for _, v := range []int64{int64(ts.Core), int64(ts.Processes), int64(ts.Threads), ts.RSS, ts.PSS} {
		number(&r, known(v))
	}
	r.text(strconv.FormatInt(ts.LogSize[0]+ts.LogSize[1], 10))
	if share, ok := ts.Progress.Share(); ok {
		r.float(share, 4)
	} else {
		r.empty(1)
	}
	return r
}

// row is a row of a table as it grows. A figure that is not known is an empty cell.
type row []string

func (r *row) text(cells ...string) { *r = append(*r, cells...) }

func (r *row) empty(n int) { *r = append(*r, make([]string, n)...) }

func (r *row) float(v float64, decimals int) {
	r.text(strconv.FormatFloat(v, 'f', decimals, 64))
}

// seconds adds times to the microsecond, as the journal has them; below 0 they are not known.
func (r *row) seconds(times ...time.Duration) {
	for _, d := range times {
		figure(r, seconds(d))
	}
}

func figure(r *row, v *float64) {
	if v == nil {
		r.empty(1)
		return
	}
	r.float(*v, 6)
}

func number[T int | int64](r *row, v *T) {
	if v == nil {
		r.empty(1)
		return
	}
	r.text(strconv.FormatInt(int64(*v), 10))
}
