package cli

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"parallax/runner"
	"parallax/runner/journal"
	"parallax/ui/draw"
	"parallax/ui/text"
)

// runs is the folder of all runs.
func runs() (string, error) {
	root, err := journal.Root()
	if err != nil {
		return "", &usageError{err: err}
	}
	return root, nil
}

// find returns the folder of the run that an argument names, the latest without one.
func find(args []string) (string, error) {
	root, err := runs()
	if err != nil {
		return "", err
	}
	ref := ""
	if len(args) > 0 {
		ref = args[0]
	}
	dir, err := journal.Find(root, ref)
	if err != nil {
		return "", &usageError{err: err}
	}
	return dir, nil
}

const aboutRUN = `RUN is the id of a run, the beginning of just one id, or a name given with --name, which means
the latest of that name. Without RUN it is the latest run of all.`

func (a *app) historyCommand() *cobra.Command {
	var asJSON bool
	limit := 20
	c := &cobra.Command{
		Use:     "history",
		Aliases: []string{"ls"},
		GroupID: groupPast,
		Short:   "List the runs, newest first",
		Long:    "List the runs, newest first: those that are over and those that still run.",
		Example: `  parallax history
  parallax history --limit 0 --json | jq -r '.[] | select(.failed > 0) | .id'`,
		Args: a.nothing,
		RunE: func(*cobra.Command, []string) error {
			if limit < 0 {
				return usagef("", "--limit %d: give 0 for all, or a number of runs", limit)
			}
			return a.history(limit, asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print them as a JSON list")
	c.Flags().IntVarP(&limit, "limit", "n", limit, "list the newest `N`; 0 lists all")
	return c
}

// pastRun is a run in the list, as JSON.
type pastRun struct {
	ID        string         `json:"id"`
	Name      string         `json:"name,omitempty"`
	Start     time.Time      `json:"started"`
	Status    journal.Status `json:"status"`
	Jobs      int            `json:"jobs"`
	First     string         `json:"first_job,omitempty"`
	Models    []runner.Model `json:"as,omitempty"` // of the first jobs, each once
	Succeeded int            `json:"succeeded"`
	Failed    int            `json:"failed"`
	Cancelled int            `json:"cancelled"`
	Wall      float64        `json:"wall_seconds"`
	Reason    string         `json:"reason,omitempty"`
	Dir       string         `json:"folder"`
}

func (a *app) history(limit int, asJSON bool) error {
	root, err := runs()
	if err != nil {
		return err
	}
	all, err := journal.List(root)
	if err != nil {
		return err
	}
	older := 0
	if limit > 0 && len(all) > limit {
		all, older = all[:limit], len(all)-limit
	}
	if asJSON {
		list := make([]pastRun, len(all))
		for i, s := range all {
			list[i] = pastRun{
				s.ID, s.Name, s.Start, s.Status, s.Tasks, s.First, s.Models, s.Ended.Succeeded, s.Ended.Failed, s.Ended.Cancelled,
				s.Duration.Seconds(), s.Reason, s.Dir,
			}
		}
		return a.printJSON(list)
	}
	if len(all) == 0 {
		fmt.Fprintf(a.std.Err, "there are no runs in %s yet: start one with `parallax run`\n", root)
		return nil
	}
	t := a.table("RUN", "NAME", "STARTED", "JOBS", "AS", "TIME", "OUTCOME")
	for _, s := range all {
		t.row(s.ID, s.Name, s.Start.Local().Format(time.DateTime), ran(s), models(s.Models), draw.Seconds(s.Duration), outcome(s))
	}
	if err := t.w.Flush(); err != nil {
		return err
	}
	if older > 0 {
		fmt.Fprintf(a.std.Err, "and %s: --limit 0 lists all\n", draw.Plural(older, "older run", "older runs"))
	}
	return nil
}

// ran says in a few words what a run's jobs are.
func ran(s journal.Summary) string {
	const widest = 32
	switch first := text.Shorten(harmless(s.First), widest); {
	case first == "":
		return draw.Count(s.Tasks)
	case s.Tasks > 1:
		return first + " and " + draw.Count(s.Tasks-1) + " more"
	default:
		return first
	}
}

// models names the model of a run's jobs.
func models(of []runner.Model) string {
	switch len(of) {
	case 0:
		return ""
	case 1:
		return string(of[0])
	}
	return "mixed"
}

// outcome says in words how a run went.
func outcome(s journal.Summary) string {
	var parts []string
	over := s.Tasks > 0 && s.Ended.Succeeded+s.Ended.Failed+s.Ended.Cancelled == s.Tasks
	open := over && s.Status == journal.Running // its screen is, so that jobs can be restarted
	if s.Status != journal.Ended && !open {
		parts = append(parts, string(s.Status))
	}
	for _, c := range []struct {
		n    int
		what runner.Status
	}{{s.Ended.Succeeded, runner.Succeeded}, {s.Ended.Failed, runner.Failed}, {s.Ended.Cancelled, runner.Cancelled}} {
		if c.n > 0 {
			parts = append(parts, draw.Count(c.n)+" "+c.what.String())
		}
	}
	if open {
		parts = append(parts, "still open")
	}
	if s.Reason != "" && (s.Status != journal.Ended || s.Ended.Succeeded < s.Tasks) { // else it cut nothing short
		parts = append(parts, s.Reason)
	}
	return strings.Join(parts, ", ")
}

// table prints columns; what comes from jobs is made harmless first.
type table struct{ w *tabwriter.Writer }

func (a *app) table(head ...string) table {
	t := table{tabwriter.NewWriter(a.std.Out, 0, 0, 2, ' ', 0)}
	t.row(head...)
	return t
}

func (t table) row(cells ...string) {
	for i, c := range cells {
		if c == "" {
			c = "–"
		}
		cells[i] = harmless(c)
	}
	fmt.Fprintln(t.w, strings.Join(cells, "\t")) // its error comes with Flush
}

// harmless makes one line without control characters of a text.
func harmless(s string) string {
	return text.Plain([]byte(strings.NewReplacer("\n", " ", "\r", " ", "\t", " ").Replace(s)))
}
