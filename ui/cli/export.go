package cli

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"parallax/runner/jobfile"
	"parallax/runner/journal"
	"parallax/ui/export"
)

// exportFlags is what `parallax export` was given.
type exportFlags struct {
	format  string
	output  string // "-" is standard output, "" too, but for a trace on a terminal
	samples bool
	force   bool
}

func (a *app) exportCommand() *cobra.Command {
	f := exportFlags{}
	c := &cobra.Command{
		Use:     "export [RUN] --format FORMAT",
		GroupID: groupPast,
		Short:   "Write a run in a format that other programs read",
		Long: `Write a run in a format that other programs read:

  perfetto  a trace with cores, jobs and counters as tracks, for ui.perfetto.dev and chrome://tracing
  csv       a table of its jobs or, with --samples, of what was measured of them while they ran
  json      one document: the run, its jobs, totals, where the time went, GILs, advice
  joblog    the job log of GNU parallel, a row for each try

It is written to standard output, unless -o says where. On a terminal a trace, which nobody could read
there, goes to a file in the current folder, named after the run.

` + aboutRUN,
		Example: `  parallax export --format perfetto
  parallax export --format perfetto > trace.json
  parallax export nightly --format csv -o jobs.csv
  parallax export --format csv --samples | head
  parallax export --format json | jq '.jobs[] | select(.status == "failed")'`,
		Args: a.upTo(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.export(args, f) },
	}
	c.Flags().StringVar(&f.format, "format", "", "write it as `FORMAT`: perfetto, csv, json or joblog")
	c.Flags().StringVarP(&f.output, "output", "o", "", "write it to `FILE`; - is standard output")
	c.Flags().BoolVar(&f.samples, "samples", false, "with --format csv: the table of samples instead of that of jobs")
	c.Flags().BoolVar(&f.force, "force", false, "replace a file that is there already")
	// Its only error is for a flag that is not there.
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats(), cobra.ShellCompDirectiveNoFileComp))
	return c
}

// formats are the names of the formats.
func formats() []string {
	names := make([]string, len(export.Formats))
	for i, format := range export.Formats {
		names[i] = string(format)
	}
	return names
}

// check refuses what cannot be meant.
func (f exportFlags) check() error {
	names := formats()
	all := "one of " + strings.Join(names, ", ")
	switch {
	case f.format == "":
		return usagef("see: parallax export --help", "--format is missing: %s", all)
	case !slices.Contains(names, f.format):
		near := jobfile.Nearest(f.format, names)
		if near != "" {
			near = "did you mean: --format " + near
		}
		return usagef(near, "--format: unknown format %q: %s", f.format, all)
	case f.samples && f.format != string(export.CSV):
		return usagef("", "--samples and --format %s: samples are written with --format csv only", f.format)
	}
	return nil
}

func (a *app) export(args []string, f exportFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	dir, err := find(args)
	if err != nil {
		return err
	}
	r, err := journal.Open(dir)
	if err != nil {
		return err
	}
	trace := export.Format(f.format) == export.Perfetto
	if f.output == "" {
		f.output = "-"
		if trace && isTerminal(a.std.Out) {
			f.output = r.Info().ID + ".perfetto.json"
		}
	}
	if f.output != "-" {
		if err := refuseFile(f.output, f.force); err != nil {
			return err
		}
	}
	// Most of what is in memory are the jobs, up to 100 000: by so much less is there garbage beside them.
	defer debug.SetGCPercent(debug.SetGCPercent(25))
	rec, err := r.Load()
	if err != nil {
		return err
	}
	a.warn(rec.Warnings, rec.LeftOut)
	a.unfinished(&rec)
	write := func(w io.Writer) error { return f.write(w, r, &rec) }
	if f.output == "-" {
		return write(a.std.Out)
	}
	var sig *interrupt
	switch err := newFile(f.output, f.force, write); {
	case errors.As(err, &sig):
		a.complain(fmt.Errorf("%w: %s was not written", sig, f.output))
		a.status = sig.status()
		return nil
	case err != nil:
		return err
	}
	hint := ""
	if trace {
		hint = ": open it in https://ui.perfetto.dev or chrome://tracing"
	}
	fmt.Fprintf(a.std.Err, "wrote %s%s\n", f.output, hint)
	return nil
}

// unfinished says that a run is exported as far as it has come.
func (a *app) unfinished(rec *journal.Recording) {
	switch rec.Status {
	case journal.Running:
		fmt.Fprintf(a.std.Err, "run %s still runs: this is what it has done so far\n", rec.Info.ID)
	case journal.Interrupted:
		fmt.Fprintf(a.std.Err, "run %s was interrupted: this is what it did until then\n", rec.Info.ID)
	}
}

// write writes the run. What is long is read from r once more, as it is written.
func (f exportFlags) write(w io.Writer, r *journal.Reader, rec *journal.Recording) error {
	switch export.Format(f.format) {
	case export.Perfetto:
		*rec = journal.Recording{} // so that a large run is in memory once
		return export.WriteTrace(w, r)
	case export.Joblog:
		*rec = journal.Recording{}
		return export.WriteJoblog(w, r, true)
	case export.CSV:
		if f.samples {
			*rec = journal.Recording{}
			return export.WriteSamples(w, r, true)
		}
		return export.WriteJobs(w, rec, true)
	}
	return export.WriteJSON(w, r, rec)
}
