package export

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"parallax/runner"
	"parallax/runner/journal"
	"parallax/ui/facts"
)

// WriteJSON writes a run as one JSON document: what was asked, totals, where the time went, GILs, each
// job and how it ended, and every advice. It ends with a newline. rec is what was loaded from r.
func WriteJSON(w io.Writer, r *journal.Reader, rec *journal.Recording) error {
	out := bufio.NewWriter(w)
	head, err := encode(headOf(r, rec), "", "  ")
	if err != nil {
		return err
	}
	// Jobs and advice, of which there may be 100 000, follow one by one.
	fmt.Fprintf(out, "%s,\n  \"jobs\": [", bytes.TrimSuffix(bytes.TrimSuffix(head, []byte("}")), []byte("\n")))
	l := list{out: out}
	for i := range rec.State.Tasks {
		if err := l.add(jobOf(rec, i)); err != nil {
			return err
		}
	}
	l.end()
	fmt.Fprint(out, ",\n  \"advice\": [")
	l = list{out: out}
	for ev, err := range r.Events() {
		if a, ok := ev.(runner.Advised); ok && err == nil {
			if err := l.add(advice{a.When().Seconds(), a.Task, a.Level.String(), a.Code, a.Text}); err != nil {
				return err
			}
		}
	}
	l.end()
	fmt.Fprintln(out, "\n}")
	return out.Flush()
}

// list writes the items of a JSON list, one a line. Its first error also comes with every later write
// to out.
type list struct {
	out  *bufio.Writer
	some bool
}

func (l *list) add(v any) error {
	text, err := encode(v, "", "")
	if err != nil {
		return err
	}
	if l.some {
		fmt.Fprint(l.out, ",")
	}
	l.some = true
	_, err = fmt.Fprintf(l.out, "\n    %s", text)
	return err
}

func (l *list) end() {
	if l.some {
		fmt.Fprint(l.out, "\n  ")
	}
	fmt.Fprint(l.out, "]")
}

// encode makes JSON of a value, without a newline at its end.
func encode(v any, prefix, indent string) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent(prefix, indent)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// document is a run without its jobs: what is told of it everywhere, and more.
type document struct {
	facts.Run
	Version  string           `json:"parallax,omitempty"`
	Host     journal.Host     `json:"host"`
	Settings journal.Settings `json:"settings"`
	Totals   totals           `json:"totals"`
	Times    times            `json:"times"`
	Together []float64        `json:"together_seconds"` // for how long 0, 1, 2 … threads were on cores at once
	Lanes    *lanes           `json:"lanes"`            // how it was measured who had a core
	GILs     []gil            `json:"gils"`
}

// totals are how many jobs there are, and how they ended or stand.
type totals struct {
	Jobs      int `json:"jobs"`
	Succeeded int `json:"succeeded"`
	Failed    int `json:"failed"`
	Cancelled int `json:"cancelled"`
	NotOver   int `json:"not_over"`
}

// times are where the time of all jobs went.
type times struct {
	Span     float64  `json:"span_seconds"` // while any job held a worker
	Live     float64  `json:"live_seconds"` // of all jobs together, without pauses
	OnCore   *float64 `json:"on_core_seconds"`
	WaitCore *float64 `json:"wait_core_seconds"`
	WaitGIL  *float64 `json:"wait_gil_seconds"`
	Cores    *float64 `json:"parallelism"` // cores kept busy on average
}

type lanes struct {
	Tier string  `json:"tier"`
	Why  string  `json:"why,omitempty"`
	Cell float64 `json:"cell_seconds"` // how finely the whole run is known
}

// gil is a GIL of the run, with the means since it was first seen.
type gil struct {
	PID         int      `json:"pid"`
	Interpreter int      `json:"interpreter"`
	Host        int      `json:"host,omitempty"`
	Task        *int     `json:"task"` // whose alone it is
	Python      string   `json:"python"`
	Free        bool     `json:"free,omitempty"`
	Why         string   `json:"why,omitempty"`
	Span        float64  `json:"span_seconds"`
	Held        *float64 `json:"held"`
	Handoffs    *float64 `json:"handoffs"`
	Waiting     *float64 `json:"waiting"`
}

type advice struct {
	At    float64 `json:"t"`
	Task  int     `json:"task"`
	Level string  `json:"level"`
	Code  string  `json:"code"`
	Text  string  `json:"text"`
}

func headOf(r *journal.Reader, rec *journal.Recording) document {
	st, info := &rec.State, &rec.Info
	d := document{
		Run:     facts.OfRun(rec, r.Dir()),
		Version: info.Version, Host: info.Host, Settings: info.Settings, Times: timesOf(st.Times.Total),
		Together: []float64{}, GILs: []gil{},
	}
	d.Totals = totals{len(st.Tasks), st.Count(runner.Succeeded), st.Count(runner.Failed), st.Count(runner.Cancelled), 0}
	d.Totals.NotOver = d.Totals.Jobs - d.Totals.Succeeded - d.Totals.Failed - d.Totals.Cancelled
	for _, t := range st.Together {
		d.Together = append(d.Together, t.Seconds())
	}
	if st.Lanes.Cell > 0 {
		d.Lanes = &lanes{st.Lanes.Tier, st.Lanes.Why, st.Lanes.Cell.Seconds()}
	}
	for i := range st.Locks {
		d.GILs = append(d.GILs, gilOf(st.Locks[i].Mean))
	}
	return d
}

func timesOf(s runner.Split) times {
	t := times{Span: s.Span.Seconds(), Live: s.Live.Seconds()}
	if s.Live <= 0 { // nothing was measured
		return t
	}
	t.OnCore, t.WaitCore, t.WaitGIL = seconds(s.OnCore), seconds(s.WaitCore), seconds(s.WaitGIL)
	if s.Span > 0 {
		t.Cores = known(s.Cores())
	}
	return t
}

func gilOf(m runner.GIL) gil {
	g := gil{
		PID: m.PID, Interpreter: m.Interpreter, Host: m.Host, Python: m.Python, Free: m.Free, Why: m.Why, Span: m.Span.Seconds(),
		Held: known(m.Held), Handoffs: known(m.Handoffs), Waiting: known(m.Waiting),
	}
	if m.Task >= 0 {
		g.Task = &m.Task
	}
	return g
}

// job is one job: what is told of it everywhere, and more. What is not known is null.
type job struct {
	facts.Job
	Note     string        `json:"note,omitempty"`  // what it left behind
	Cause    *int          `json:"cause,omitempty"` // the task whose fate ended it
	Ended    *float64      `json:"ended_seconds"`   // since the start of the run
	Times    *times        `json:"times"`
	PSS      *int64        `json:"peak_pss"` // bytes
	Usage    *runner.Usage `json:"usage"`    // as the system accounts it
	PID      int           `json:"pid,omitempty"`
	TID      int           `json:"tid,omitempty"`
	Host     *runner.Host  `json:"host,omitempty"`     // the interpreter that it shares
	Progress *float64      `json:"progress,omitempty"` // share, as it said last
}

func jobOf(rec *journal.Recording, i int) job {
	t := &rec.State.Tasks[i]
	j := job{Job: facts.OfJob(rec, i), Note: t.Exit.Note, PID: t.PID, TID: t.TID}
	if t.Cause >= 0 {
		j.Cause = &t.Cause
	}
	if !t.Ran() {
		return j
	}
	if t.Status.Over() {
		j.Ended = seconds(t.Ended)
	}
	if t.Exit.Usage.Known {
		j.Usage = &t.Exit.Usage
	}
	if t.Stats != nil {
		split := timesOf(t.Stats.Total)
		j.Times = &split
	}
	if t.Host.ID != 0 {
		j.Host = &t.Host
	} else if t.Stats != nil {
		j.PSS = known(t.Stats.PeakPSS)
	}
	if share, ok := t.Progress.Share(); ok {
		j.Progress = &share
	}
	return j
}
