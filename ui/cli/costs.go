package cli

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"parallax/monitor"
	"parallax/monitor/costs"
	"parallax/runner"
	"parallax/ui/draw"
)

func (a *app) costsCommand() *cobra.Command {
	var asJSON bool
	var choice, rounds string
	c := &cobra.Command{
		Use:     "costs",
		GroupID: groupAbout,
		Short:   "Measure what each model costs on this machine",
		Long: `Measure here and now what a job costs in each model that this machine has: to start one and to
see its end, to keep one more that waits, and to send a message there and back; and say how long a
job must run to be worth a process of its own. It takes about ten seconds; other
load makes it longer, and the figures with it.

Each figure is the median of the rounds; in brackets are its quartiles, between which lies half of
the rounds. What cannot be measured here is shown as –, with the reason below.`,
		Example: `  parallax costs
  parallax costs --python 3.14 --rounds 10
  parallax costs --json | jq '.shortest_job_worth_a_process_s'`,
		Args: a.nothing,
		RunE: func(c *cobra.Command, _ []string) error {
			r := &reader{}
			own := readSettled()
			r.add(own.fault)
			n := value(r, given(c.Flags(), "rounds"), costs.DefaultRounds, parseCostRounds)
			python := own.fallback(given(c.Flags(), "python"), own.Python)
			if len(r.faults) > 0 {
				return r.faults
			}
			return a.costs(c.Context(), python, n, asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print it as JSON, in seconds and bytes")
	c.Flags().StringVar(&choice, "python", "", "measure with `PYTHON`: a path, a name, or a version such as 3.13 or 3.14t")
	c.Flags().StringVar(&rounds, "rounds", "", fmt.Sprintf("measure everything `N` times (default %d)", costs.DefaultRounds))
	return c
}

func parseCostRounds(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > costs.MaxRounds {
		return 0, fmt.Errorf("%q: write a number of rounds from 1 to %d", s, costs.MaxRounds)
	}
	return n, nil
}

// costs measures and prints. A signal ends the measuring; what is known by then is printed.
func (a *app) costs(ctx context.Context, python setting, rounds int, asJSON bool) error {
	by := &pythons{choice: python}
	found, fault := by.of(runner.Job{})
	if fault != nil && python.flag {
		return &usageError{err: fault}
	}
	_, quota, _ := monitor.Usable()
	opts := costs.Options{Open: launchers(by), Python: found.Path, NoPython: fault, NoGIL: found.FreeThreaded, Cores: quota, Rounds: rounds}
	wipe := func() {}
	if isTerminal(a.std.Err) {
		opts.Progress = func(done, steps int, what string) {
			fmt.Fprintf(a.std.Err, "\r\x1b[K%s measuring: %s", draw.Percent(float64(done)/float64(steps)), what)
		}
		wipe = func() { fmt.Fprint(a.std.Err, "\r\x1b[K") }
	}
	ctx, stop := untilSignal(ctx)
	c, err := costs.Measure(ctx, opts)
	stop()
	wipe()
	var cut *interrupt
	if errors.As(err, &cut) {
		a.complain(fmt.Errorf("%s: this is what was measured until then", signalName(cut.sig)))
		a.status = cut.status()
	} else if err != nil {
		return err
	}
	if asJSON {
		return a.printJSON(c)
	}
	title := ""
	if found.Path != "" {
		title = spelled(found) + "  " + found.Path
	}
	return a.printCosts(c, title)
}

// untilSignal returns a context that ends with the first signal that asks the program to end, which is
// then its cause. stop is to be called.
func untilSignal(ctx context.Context) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	sigs := make(chan os.Signal, 1)
	for _, sig := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(sig) { // as they are under nohup, or in the background of a script
			signal.Notify(sigs, sig)
		}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		select {
		case s := <-sigs:
			if sig, ok := s.(syscall.Signal); ok {
				cancel(&interrupt{sig})
			}
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(sigs)
		cancel(nil)
		<-done
	}
}

// printCosts prints what was measured as tables. python is what to call the interpreter, or "".
func (a *app) printCosts(c costs.Costs, python string) error {
	if python != "" {
		fmt.Fprintf(a.std.Out, "python   %s\n", python)
	}
	fmt.Fprintf(a.std.Out, "rounds   %d, after one to warm up\n", c.Rounds)
	if c.Foreign != nil {
		fmt.Fprintf(a.std.Out, "others   kept %.1f of %g cores busy meanwhile\n", *c.Foreign, c.Cores)
	}
	fmt.Fprintln(a.std.Out)
	t := a.table("A JOB AS", "START", "END", "EMPTY JOB", "FIRST START", "KEEP ONE MORE")
	for _, k := range c.Kinds {
		t.row(k.Name, spread(k.Start, span), spread(k.End, span), spread(k.Empty, span), spread(k.First, span), spread(k.Keep, size))
	}
	if err := t.w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(a.std.Out)
	t = a.table("A MESSAGE TO A", "BY", "THERE AND BACK")
	for _, k := range c.Kinds {
		for _, m := range k.Messages {
			t.row(k.Name, m.By, spread(m.RoundTrip, span))
		}
	}
	if err := t.w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(a.std.Out)
	for _, line := range slices.Concat(unmeasured(c), conclusion(c)) {
		fmt.Fprintln(a.std.Out, harmless(line))
	}
	return nil
}

// unmeasured says what is shown as – and why, each reason of a kind once.
func unmeasured(c costs.Costs) []string {
	var lines []string
	for _, k := range c.Kinds {
		var whys []string
		add := func(why string) {
			if why != "" && !slices.Contains(whys, why) {
				whys = append(whys, why)
			}
		}
		for _, name := range []string{"first_start_s", "start_s", "end_s", "empty_job_s", "keep_bytes"} {
			add(k.NotMeasured[name])
		}
		for _, m := range k.Messages {
			add(m.NotMeasured)
		}
		for _, why := range whys {
			lines = append(lines, fmt.Sprintf("– %s: %s", k.Name, why))
		}
	}
	return lines
}

// conclusion says in words what follows from the figures. What was disturbed is no more than a range.
func conclusion(c costs.Costs) []string {
	var lines []string
	disturbed := c.Disturbed()
	if c.Ratio != nil {
		process, thread := c.Kind(costs.Process).Empty, c.Kind(costs.Thread).Empty
		factor := times(*c.Ratio)
		if disturbed {
			factor = "between " + times(process.Low/thread.High) + " and " + times(process.High/thread.Low)
		}
		lines = append(lines, fmt.Sprintf("A process costs %s a thread to start and end here: %s against %s.",
			factor, span(process.Median), span(thread.Median)))
		switch {
		case c.NoGIL:
			lines = append(lines, "This Python has no GIL: its threads use all cores, so no job is too short or long enough for a process.")
		case c.Worth == nil: // one core
		case *c.Worth > 0 && !disturbed:
			lines = append(lines, fmt.Sprintf(
				"As a rule of thumb, jobs under %s are better as threads: a process of its own pays from %d times its start-up on, if the job keeps a core busy.",
				span(*c.Worth), costs.Worthwhile))
		}
	}
	if disturbed {
		lines = append(lines, fmt.Sprintf("Other programs kept %.1f of %g cores busy while this was measured: without them the figures are smaller, and the next measuring may tell others.", *c.Foreign, c.Cores))
	}
	return lines
}

// times writes a ratio: 37x, 1.4x.
func times(r float64) string {
	if r >= 10 {
		return fmt.Sprintf("%.0fx", r)
	}
	return fmt.Sprintf("%.1fx", r)
}

// spread writes a figure with its quartiles; "" for none.
func spread(s *costs.Stat, unit func(float64) string) string {
	if s == nil {
		return ""
	}
	median, low, high := unit(s.Median), unit(s.Low), unit(s.High)
	if number, name, _ := strings.Cut(low, " "); strings.HasSuffix(high, " "+name) {
		low = number // the unit is said once
	}
	return fmt.Sprintf("%s (%s – %s)", median, low, high)
}

// span writes seconds of any size in two to three digits: 850 ns, 12 µs, 3.4 ms, 1.2 s.
func span(seconds float64) string {
	for _, u := range []struct {
		name string
		per  float64
	}{{"s", 1}, {"ms", 1e3}, {"µs", 1e6}} {
		if v := seconds * u.per; v >= 0.9995 {
			return digits(v) + " " + u.name
		}
	}
	return digits(math.Round(seconds*1e9)) + " ns"
}

// digits writes a number with one decimal where it is below ten.
func digits(v float64) string {
	if v < 9.95 && v != math.Trunc(v) {
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 0, 64)
}

// size writes bytes.
func size(bytes float64) string { return draw.Bytes(int64(bytes)) }
