package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"parallax/monitor"
	"parallax/runner/jobfile"
	"parallax/runner/remote"
	"parallax/ui/draw"
)

func (a *app) workersCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "workers [RUN] N",
		GroupID: groupControl,
		Short:   "Change how many jobs of a run run at once",
		Long: `Change how many jobs of a run that runs in another terminal run at once: at most N, or N% of the cores.
With fewer than run now none is ended: the next start when so many are over.

` + aboutRUN,
		Example: "  parallax workers 2\n  parallax workers nightly 50%",
		Args:    a.upTo(2),
		RunE:    func(c *cobra.Command, args []string) error { return a.workers(c.Context(), args, asJSON) },
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	return c
}

// workersReport is what came of it, as JSON.
type workersReport struct {
	Run     string `json:"run"`
	Workers int    `json:"workers"`
}

func (a *app) workers(ctx context.Context, args []string, asJSON bool) error {
	if len(args) == 0 {
		return usagef("such as: parallax workers 4", "N is missing: how many jobs are to run at once")
	}
	_, quota, _ := monitor.Usable()
	last := len(args) - 1
	n, err := jobfile.ParseWorkers(args[last], quota)
	if err != nil {
		return &usageError{err: err, hint: "see: parallax workers --help"}
	}
	t, err := a.target(remote.Request{Do: remote.Workers, Workers: n}, args[:last])
	if err != nil {
		return err
	}
	answer, err := t.ask(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		return a.printJSON(workersReport{t.info.ID, answer.Workers})
	}
	_, err = fmt.Fprintf(a.std.Out, "run %s: %s\n", t.info.ID, draw.Plural(answer.Workers, "worker", "workers"))
	return err
}
