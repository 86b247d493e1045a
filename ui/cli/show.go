package cli

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"parallax/runner"
	"parallax/runner/journal"
	"parallax/ui/dashboard/panes"
	"parallax/ui/draw"
)

func (a *app) showCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "show [RUN|COMPARISON]",
		GroupID: groupPast,
		Short:   "Show the jobs of a run and what they used, or what a comparison found",
		Long: `Show the jobs of a run, how they ended and what they used. Of a comparison: its table, its verdict, and
its rounds, each a run. A time with "at least" or ≥ is known up to the last event that was recorded only.

` + aboutPast,
		Example: `  parallax show
  parallax show 20261122 --json`,
		Args: a.upTo(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir, compared, err := findPast(args)
			if err != nil {
				return err
			}
			if compared {
				return a.showComparison(dir, asJSON)
			}
			rec, err := journal.Load(dir)
			if err != nil {
				return err
			}
			a.warn(rec.Warnings, rec.LeftOut)
			if asJSON {
				return a.printJSON(reportOf(rec, dir))
			}
			return a.showRun(rec, dir)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	return c
}

// warn says what was left out of a damaged run.
func (a *app) warn(warnings []error, all int) {
	for _, w := range warnings[:min(len(warnings), 5)] {
		a.complain(w)
	}
	if more := all - 5; more > 0 {
		a.complain(fmt.Errorf("and %s", draw.Plural(more, "more fault in the journal", "more faults in the journal")))
	}
}

func (a *app) showRun(rec journal.Recording, dir string) error {
	st := &rec.State
	name := ""
	if rec.Info.Name != "" {
		name = " (" + harmless(rec.Info.Name) + ")"
	}
	fmt.Fprintf(a.std.Out, "run      %s%s\n", rec.Info.ID, name)
	fmt.Fprintf(a.std.Out, "started  %s in %s\n", rec.Info.Start.Local().Format(time.DateTime), harmless(rec.Info.Cwd))
	status := string(rec.Status)
	if rec.Status == journal.Interrupted {
		status += fmt.Sprintf(": parallax ended without finishing it (its process %d is gone)", rec.Info.Writer.PID)
	}
	if st.Reason != "" {
		status += ": " + harmless(st.Reason)
	}
	if rec.Status == journal.Running && st.Over() {
		status += ": all jobs are over, its screen is still open"
	}
	least := ""
	if rec.Status == journal.Interrupted && !st.Over() { // it is known until the last event only
		least = "at least "
	}
	fmt.Fprintf(a.std.Out, "status   %s, %s%s, %s\n", status, least, draw.Seconds(st.Elapsed(st.Now)), draw.Plural(st.Workers, "worker", "workers"))
	fmt.Fprintf(a.std.Out, "folder   %s\n\n", harmless(dir))
	t := a.table("#", "JOB", "AS", "PYTHON", "STATE", "TRY", "EXIT", "TIME", "CPU", "CORES", "MEMORY", "OUTPUT", "REASON")
	for i := range st.Tasks {
		task, r := &st.Tasks[i], jobReport(&rec, i)
		memory, cpu, cores := "", "", ""
		if r.Memory != nil {
			memory = draw.Bytes(*r.Memory)
		}
		if r.CPU != nil {
			cpu = draw.Seconds(time.Duration(*r.CPU * float64(time.Second)))
			if r.Wall >= shortest.Seconds() {
				cores = fmt.Sprintf("%.2f", *r.CPU/r.Wall)
			}
		}
		wall := ""
		if task.Ran() {
			wall = draw.Seconds(task.Wall(st.Now))
			if rec.Status == journal.Interrupted && !task.Status.Over() { // it is known until the last event only
				wall = "≥ " + wall
			}
		}
		t.row(strconv.Itoa(i+1), r.Name, string(r.Model), strings.TrimPrefix(r.Python, "python "), stateOf(st, i, r), strconv.Itoa(r.Try), exitText(r), wall,
			cpu, cores, memory, draw.Bytes(r.Output), cmp.Or(r.Reason, r.Stalled))
	}
	return t.w.Flush()
}

// shortest is the wall time from which on the cores that a job kept busy make sense: below it the
// time between starting and hearing of the start counts too much.
const shortest = 20 * time.Millisecond

func exitText(r jobFacts) string {
	switch {
	case r.Lost: // the signal was its interpreter's
		return "lost"
	case r.Signal != "":
		return r.Signal
	case r.Exit != nil:
		return strconv.Itoa(*r.Exit)
	}
	return ""
}

// runReport is a run as `parallax show --json` prints it.
type runReport struct {
	ID       string         `json:"id"`
	Name     string         `json:"name,omitempty"`
	Start    time.Time      `json:"started"`
	Status   journal.Status `json:"status"`
	Reason   string         `json:"reason,omitempty"`
	Wall     float64        `json:"wall_seconds"`
	Workers  int            `json:"workers"`
	Cores    []int          `json:"cores"`
	Quota    float64        `json:"quota"`
	Argv     []string       `json:"argv,omitempty"`
	Cwd      string         `json:"cwd"`
	Folder   string         `json:"folder"`
	Warnings int            `json:"left_out,omitempty"` // parts of the journal that could not be read
	Jobs     []jobFacts     `json:"jobs"`
}

// jobFacts is one job of a run. What is not known is null.
type jobFacts struct {
	Task    int          `json:"task"`
	Name    string       `json:"name"`
	Model   runner.Model `json:"as"`
	Python  string       `json:"python,omitempty"` // the interpreter it ran in: "python 3.13.0"
	Command string       `json:"command"`
	Status  string       `json:"status"`
	Try     int          `json:"try"`
	Exit    *int         `json:"exit"`
	Signal  string       `json:"signal,omitempty"`
	Lost    bool         `json:"lost,omitempty"` // it ended with its interpreter, for which it is not to blame
	Reason  string       `json:"reason,omitempty"`
	Stalled string       `json:"stalled,omitempty"` // why a running job makes no sign of life
	Started *float64     `json:"started_seconds"`   // since the start of the run
	Wall    float64      `json:"wall_seconds"`
	CPU     *float64     `json:"cpu_seconds"`
	Memory  *int64       `json:"max_rss"` // bytes
	Output  int64        `json:"output_bytes"`
	Log     string       `json:"log,omitempty"`
	Err     string       `json:"stderr_log,omitempty"`
}

func reportOf(rec journal.Recording, dir string) runReport {
	st := &rec.State
	r := runReport{
		rec.Info.ID, rec.Info.Name, rec.Info.Start, rec.Status, st.Reason, st.Elapsed(st.Now).Seconds(), st.Workers,
		st.Cores, st.Quota, rec.Info.Argv, rec.Info.Cwd, dir, rec.LeftOut, make([]jobFacts, len(st.Tasks)),
	}
	for i := range r.Jobs {
		r.Jobs[i] = jobReport(&rec, i)
	}
	return r
}

func jobReport(rec *journal.Recording, i int) jobFacts {
	st := &rec.State
	j, t := st.Jobs[i], &st.Tasks[i]
	r := jobFacts{
		Task: i, Name: j.Name, Model: j.Model, Command: j.Command(), Status: t.Status.String(), Try: t.Try,
		Signal: t.Exit.Signal, Lost: t.Exit.Lost, Reason: t.Reason, Wall: t.Wall(st.Now).Seconds(), Output: t.LogSize[0] + t.LogSize[1],
		Log: t.Log, Err: t.Err, Python: t.Host.Name,
	}
	if st.IsStalled(i) && rec.Status != journal.Interrupted {
		r.Stalled = stalled(st, i)
	}
	if rec.Status == journal.Interrupted && !t.Status.Over() { // nobody has seen how it ended
		r.Status = unfinished(t)
	}
	if !t.Ran() {
		return r
	}
	started := t.Started.Seconds()
	r.Started = &started
	switch {
	case killedInside(t):
		r.Signal = "SIGKILL"
	case t.Status.Over() && t.Exit.Signal == "" && t.Exit.Code >= 0:
		r.Exit = &t.Exit.Code
	}
	switch u := t.Exit.Usage; {
	case t.Status.Over() && u.Known:
		cpu := u.CPU().Seconds()
		r.CPU = &cpu
	case t.Stats != nil:
		cpu := t.Stats.Total.OnCore.Seconds()
		r.CPU = &cpu
	}
	// The system tells the peak of the largest process only, and only from what parallax itself takes
	// upwards; sampling sees all processes, but not what is short.
	if peak := panes.Peak(t); peak > 0 {
		r.Memory = &peak
	}
	return r
}

// stalled says why a task makes no sign of life; the sentence may not be there yet.
func stalled(st *runner.State, i int) string {
	if n := st.Notices[i]; n.Code == runner.CodeStalled || n.Code == runner.CodeDeadlock {
		return n.Text
	}
	return runner.CodeStalled
}

// stateOf is how a job stands, in a word or two.
func stateOf(st *runner.State, i int, r jobFacts) string {
	switch {
	case r.Stalled == "":
		return r.Status
	case st.IsDeadlocked(i):
		return runner.CodeDeadlock
	}
	return runner.CodeStalled
}

// unfinished says how a task stands that was not over when parallax itself ended.
func unfinished(t *runner.Task) string {
	if t.Ran() || t.Try > 1 {
		return string(journal.Interrupted)
	}
	return "not started"
}

// killedInside reports whether a task was killed inside an interpreter that goes on: there a kill is told
// as the exit status that a shell makes of one, and as a process the task would show the signal.
func killedInside(t *runner.Task) bool {
	const killed = 137
	ended := t.Status == runner.Cancelled || strings.HasPrefix(t.Reason, "timed out")
	return ended && t.Host.ID != 0 && t.Exit.Code == killed
}
