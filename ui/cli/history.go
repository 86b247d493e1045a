package cli

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"parallax/monitor/comparison"
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
		return findRound(root, ref, err)
	}
	return dir, nil
}

const aboutRUN = `RUN is the id of a run, the beginning of just one id, or a name given with --name, which means
the latest of that name. A round of a comparison is named by its id. Without RUN it is the latest run
of all that is no such round.`

func (a *app) historyCommand() *cobra.Command {
	var asJSON bool
	limit := 20
	c := &cobra.Command{
		Use:     "history",
		Aliases: []string{"ls"},
		GroupID: groupPast,
		Short:   "List the runs and comparisons, newest first",
		Long: `List the runs, newest first: those that are over and those that still run; among them what was compared
and tuned, with what came of it and the time that its rounds took. parallax show lists the rounds.`,
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
	Kind      string         `json:"kind"` // "run"
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

// listed is a line of the list: a run or a comparison.
type listed struct {
	start time.Time
	run   journal.Summary
	made  *comparison.Record // nil for a run
}

func (a *app) history(limit int, asJSON bool) error {
	root, err := runs()
	if err != nil {
		return err
	}
	all, err := a.listPast(root)
	if err != nil {
		return err
	}
	older := 0
	if limit > 0 && len(all) > limit {
		all, older = all[:limit], len(all)-limit
	}
	if asJSON {
		list := make([]any, len(all))
		for i := range all {
			list[i] = all[i].json()
		}
		return a.printJSON(list)
	}
	if len(all) == 0 {
		fmt.Fprintf(a.std.Err, "there are no runs in %s yet: start one with `parallax run`\n", root)
		return nil
	}
	t := a.table("RUN", "KIND", "NAME", "STARTED", "JOBS", "AS", "TIME", "OUTCOME")
	for i := range all {
		t.row(all[i].cells()...)
	}
	if err := t.w.Flush(); err != nil {
		return err
	}
	if older > 0 {
		fmt.Fprintf(a.std.Err, "and %s: --limit 0 lists all\n", draw.Plural(older, "older run", "older runs"))
	}
	return nil
}

// listPast lists all runs below root and all comparisons, newest first. What of these cannot be read is
// complained of.
func (a *app) listPast(root string) ([]listed, error) {
	runs, err := journal.List(root)
	if err != nil {
		return nil, err
	}
	among, err := comparisons()
	if err != nil {
		return nil, err
	}
	made, errs := comparison.List(among)
	for _, err := range errs {
		a.complain(err)
	}
	var all []listed
	for _, s := range runs {
		all = append(all, listed{start: s.Start, run: s})
	}
	for i := range made {
		all = append(all, listed{start: made[i].Start, made: &made[i]})
	}
	slices.SortStableFunc(all, func(a, b listed) int { return b.start.Compare(a.start) })
	return all, nil
}

func (l *listed) json() any {
	if l.made != nil {
		return comparisonJSON(l.made)
	}
	s := &l.run
	return pastRun{
		"run", s.ID, s.Name, s.Start, s.Status, s.Tasks, s.First, s.Models, s.Ended.Succeeded, s.Ended.Failed, s.Ended.Cancelled,
		s.Duration.Seconds(), s.Reason, s.Dir,
	}
}

func (l *listed) cells() []string {
	started := l.start.Local().Format(time.DateTime)
	if m := l.made; m != nil {
		return []string{m.ID, string(m.Kind), m.Name, started, text.Shorten(harmless(what(m)), widest), models(modelsIn(m)), draw.Seconds(took(m)), cameOf(m)}
	}
	s := &l.run
	return []string{s.ID, "run", s.Name, started, ran(*s), models(s.Models), draw.Seconds(s.Duration), outcome(*s)}
}

// widest is how much of a name stands in the list.
const widest = 32

// ran says in a few words what a run's jobs are.
func ran(s journal.Summary) string {
	switch first := text.Shorten(harmless(s.First), widest); {
	case first == "":
		return draw.Count(s.Tasks)
	case s.Tasks > 1:
		return first + " and " + draw.Count(s.Tasks-1) + " more"
	default:
		return first
	}
}

// models names the models of a run's jobs; many are counted.
func models(of []runner.Model) string {
	if len(of) > 2 {
		return fmt.Sprintf("%d models", len(of))
	}
	names := make([]string, len(of))
	for i, m := range of {
		names[i] = string(m)
	}
	return strings.Join(names, ", ")
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
