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
	"parallax/ui/draw"
	"parallax/ui/facts"
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
				return a.printJSON(reportOf(&rec, dir))
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
		task, r := &st.Tasks[i], facts.OfJob(&rec, i)
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

func exitText(r facts.Job) string {
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
	facts.Run
	Jobs []facts.Job `json:"jobs"`
}

func reportOf(rec *journal.Recording, dir string) runReport {
	r := runReport{facts.OfRun(rec, dir), make([]facts.Job, len(rec.State.Tasks))}
	for i := range r.Jobs {
		r.Jobs[i] = facts.OfJob(rec, i)
	}
	return r
}

// stateOf is how a job stands, in a word or two.
func stateOf(st *runner.State, i int, r facts.Job) string {
	switch {
	case r.Stalled == "":
		return r.Status
	case st.IsDeadlocked(i):
		return runner.CodeDeadlock
	}
	return runner.CodeStalled
}
