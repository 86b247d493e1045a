// Package demo is what parallax shows when it is started with nothing: four CPU-bound and two
// I/O-bound scripts, first as goroutines, then as processes, and what differed.
//
// The scripts are valid as Python and as Starlark, so the same text runs in every model; here they
// run as Starlark, which needs nothing installed.
package demo

import (
	"embed"
	"fmt"
	"os"
	"path/filepath"

	"parallax/runner"
	"parallax/ui/draw"
)

//go:embed scripts/*.py
var files embed.FS

// order is how the jobs are listed: CPU-bound ones first.
var order = []string{"primes", "queens", "mandelbrot", "collatz", "poll", "stream"}

// Models are the acts of the demo, in their order.
func Models() []runner.Model { return []runner.Model{runner.Goroutines, runner.Processes} }

// Title says what an act shows.
func Title(m runner.Model) string {
	return fmt.Sprintf("demo · six scripts as %s", m)
}

// Write puts the scripts into the folder dir, which it makes when it is missing, so that the user
// can read and run them. Each ends in .star: as a process it is parallax itself that runs it.
func Write(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("write the demo's scripts: %w", err)
	}
	for _, name := range order {
		text, err := files.ReadFile("scripts/" + name + ".py")
		if err != nil {
			return fmt.Errorf("read the demo's scripts: %w", err)
		}
		if err := os.WriteFile(path(dir, name), text, 0o600); err != nil {
			return fmt.Errorf("write the demo's scripts: %w", err)
		}
	}
	return nil
}

func path(dir, name string) string { return filepath.Join(dir, name+".star") }

// Jobs are the demo's jobs in one model; their scripts are in dir.
func Jobs(dir string, m runner.Model) []runner.Job {
	jobs := make([]runner.Job, len(order))
	for i, name := range order {
		jobs[i] = runner.Job{Name: name, Model: m, Script: path(dir, name)}
	}
	return jobs
}

// Closing says how the second act differed from the first.
func Closing(before, last *runner.State) string {
	a, b := figures(before), figures(last)
	if a.failed || b.failed {
		return "The two acts cannot be compared: not every job succeeded."
	}
	return fmt.Sprintf("As %s: %s, %.2f cores kept busy, one process for all. As %s: %s, %.2f cores, %s. %s",
		a.model, a.wall, a.busy, b.model, b.wall, b.busy, b.memory, judge(before, last))
}

type figure struct {
	model, wall, memory string
	busy                float64
	failed              bool
}

func figures(s *runner.State) figure {
	f := figure{
		model:  string(s.Jobs[0].Model),
		wall:   draw.Seconds(s.Elapsed(0)),
		failed: s.Count(runner.Succeeded) != len(s.Tasks),
	}
	if s.Times.Total.Span > 0 {
		f.busy = s.Times.Total.Cores()
	}
	var peak int64
	for i := range s.Tasks {
		peak += s.Tasks[i].Exit.Usage.MaxRSS
		if st := s.Tasks[i].Stats; st != nil && s.Tasks[i].Exit.Usage.MaxRSS == 0 {
			peak += st.PeakRSS
		}
	}
	f.memory = draw.Plural(len(s.Tasks), "process", "processes")
	if peak > 0 {
		f.memory += " of " + draw.Bytes(peak/int64(len(s.Tasks)))
	}
	return f
}

// quiet is how many cores other programs may have had for two times to be comparable.
const quiet = 0.3

// foreign is how many cores other programs had on average while a run went on.
func foreign(s *runner.State) float64 {
	var cores float64
	for _, row := range s.Lanes.Rows {
		all := runner.MergeCells(row)
		cores += float64(all.Load-all.Ours) / 100
	}
	return cores
}

// judge compares the wall times; a difference under a tenth is within what two single runs carry.
func judge(before, last *runner.State) string {
	a, b := before.Elapsed(0).Seconds(), last.Elapsed(0).Seconds()
	longer := func(s *runner.State, ratio float64) string {
		return fmt.Sprintf("The %s took %.0f%% longer this time.", s.Jobs[0].Model, 100*(ratio-1))
	}
	if others := max(foreign(before), foreign(last)); others > quiet {
		return fmt.Sprintf("Other programs had up to %.1f cores meanwhile, so the times cannot be compared.", others)
	}
	switch {
	case a <= 0 || b <= 0 || (a/b < 1.1 && b/a < 1.1):
		return "No GIL holds either back: the time is the same within what one run can tell."
	case a < b:
		return longer(last, b/a)
	default:
		return longer(before, a/b)
	}
}
