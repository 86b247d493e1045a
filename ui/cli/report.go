package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"parallax/monitor/comparison"
	"parallax/runner"
	"parallax/runner/journal"
	"parallax/ui/dashboard/compare"
	"parallax/ui/export"
	"parallax/ui/report"
)

// reportFlags is what `parallax report` was given.
type reportFlags struct {
	output string // "-" is standard output, "" a file named after what is reported
	force  bool
}

func (a *app) reportCommand() *cobra.Command {
	f := reportFlags{}
	c := &cobra.Command{
		Use:     "report [RUN|COMPARISON]",
		GroupID: groupPast,
		Short:   "Write a report of a run or a comparison, one HTML file to send to others",
		Long: `Write a report of a run or a comparison: one HTML file that is read without parallax, without a network
and without scripts, on a light or dark screen and on paper.

Of a comparison it has the verdict and its reasons, the lanes of each way, the figures with their
intervals, charts, every round, the jobs, and how it was measured. Of a run it has how it went, the
lanes of the cores, where the time of the jobs went, a table of them, and advice.

Without -o it is written to parallax-ID.html in the current folder.

` + aboutPast,
		Example: `  parallax report
  parallax report nightly -o nightly.html
  parallax report 20261122-0915 --force`,
		Args: a.upTo(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.report(args, f) },
	}
	c.Flags().StringVarP(&f.output, "output", "o", "", "write it to `FILE`; - is standard output")
	c.Flags().BoolVar(&f.force, "force", false, "replace a file that is there already")
	return c
}

func (a *app) report(args []string, f reportFlags) error {
	dir, compared, err := findPast(args)
	if err != nil {
		return err
	}
	path := cmp.Or(f.output, reportName(dir))
	if path != "-" {
		if err := refuseFile(path, f.force); err != nil {
			return err
		}
	}
	write, err := a.reporter(dir, compared)
	if err != nil {
		return err
	}
	if path == "-" {
		return write(a.std.Out)
	}
	var sig *interrupt
	switch err := newFile(path, f.force, write); {
	case errors.As(err, &sig):
		a.complain(fmt.Errorf("%w: %s was not written", sig, path))
		a.status = sig.status()
		return nil
	case err != nil:
		return err
	}
	_, err = fmt.Fprintln(a.std.Out, path)
	return err
}

// reportName is the file that the report of what is in a folder is written to.
func reportName(dir string) string { return "parallax-" + filepath.Base(dir) + ".html" }

// reporter reads what is reported, and returns what writes the report.
func (a *app) reporter(dir string, compared bool) (func(io.Writer) error, error) {
	if !compared {
		rec, err := journal.Load(dir)
		if err != nil {
			return nil, err
		}
		a.warn(rec.Warnings, rec.LeftOut)
		return func(w io.Writer) error { return report.Run(w, report.RunInput{Recording: &rec}) }, nil
	}
	rec, err := comparison.Open(dir)
	if err != nil {
		return nil, err
	}
	in := judged(rec)
	return func(w io.Writer) error { return report.Comparison(w, in) }, nil
}

// judged is a comparison with what its trials say.
func judged(rec comparison.Record) report.ComparisonInput {
	j := rec.Judge()
	return report.ComparisonInput{Record: rec, Table: j.Table, Verdict: j.Verdict, Tuning: j.Tuning, Runs: shownRuns(&rec)}
}

// reportCourse returns what writes the report of a comparison that is made or was, as far as it came, to the
// current folder. A report of before is replaced.
func reportCourse(all []compare.Course) func(act int) (string, error) {
	return func(act int) (string, error) {
		in := judged(all[act].Status().Record)
		path := reportName(in.Record.Dir)
		return path, newFile(path, true, func(w io.Writer) error { return report.Comparison(w, in) })
	}
}

// exportCourse returns what writes the trace of a run of a comparison to the current folder, likewise.
func exportCourse(all []compare.Course) func(act int, run string) (string, error) {
	return func(act int, run string) (string, error) {
		rec := all[act].Status().Record
		r, err := journal.Open(filepath.Join(rec.Runs(), run))
		if err != nil {
			return "", err
		}
		path := run + ".perfetto.json"
		return path, newFile(path, true, func(w io.Writer) error { return export.WriteTrace(w, r) })
	}
}

// shownRuns loads a run of each way: the newest that counts. Where that cannot be read any more, or there is
// none, it is nil: the record tells all but the lanes.
func shownRuns(rec *comparison.Record) []*runner.State {
	out := make([]*runner.State, len(rec.Ways))
	for i, w := range rec.Ways {
		for _, t := range slices.Backward(rec.Trials) {
			if t.Way != w || !t.Counts() {
				continue
			}
			if run, err := journal.Load(filepath.Join(rec.Runs(), t.Run)); err == nil {
				out[i] = &run.State
				break
			}
		}
	}
	return out
}
