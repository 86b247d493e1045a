// Package demo is what parallax shows when it is started with nothing: four CPU-bound and two
// I/O-bound scripts in one model after the other, and what differed.
//
// The scripts are valid as Python and as Starlark, so the same text runs in every model. As goroutines
// they are Starlark, which needs nothing installed. Where a Python is found that can run scripts as
// threads, it runs them in the other models; else they run as processes, of parallax itself.
package demo

import (
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"parallax/runner"
	"parallax/ui/draw"
	"parallax/ui/versus"
)

//go:embed scripts/*.py
var files embed.FS

// order is how the jobs are listed: CPU-bound ones first.
var order = []string{"primes", "queens", "mandelbrot", "collatz", "poll", "stream"}

// Models are the acts of the demo, in their order: those that need a Python when there is one.
func Models(python bool) []runner.Model {
	if python {
		return []runner.Model{runner.Goroutines, runner.Threads, runner.Interpreters, runner.Processes}
	}
	return []runner.Model{runner.Goroutines, runner.Processes}
}

// Title says what an act shows.
func Title(m runner.Model) string {
	return fmt.Sprintf("demo · six scripts as %s", m)
}

// About explains what one sees in an act, in a line that fits beside the lanes of the act before.
// free says that the interpreter has no GIL.
func About(m runner.Model, free bool) string {
	switch {
	case m == runner.Goroutines:
		return "one process, no GIL: every core works"
	case m == runner.Threads && free:
		return "one interpreter, no GIL: every core works"
	case m == runner.Threads:
		return "one GIL: the scripts hand one core round"
	case m == runner.Interpreters:
		return "a GIL for each script: every core works"
	case m == runner.Processes:
		return "a process for each script: every core works"
	}
	return ""
}

// Write puts the scripts into the folder dir, which it makes when it is missing, so that the user
// can read and run them: each as .star, which parallax itself runs, and as .py.
func Write(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("write the demo's scripts: %w", err)
	}
	for _, name := range order {
		text, err := files.ReadFile("scripts/" + name + ".py")
		if err != nil {
			return fmt.Errorf("read the demo's scripts: %w", err)
		}
		for _, python := range []bool{false, true} {
			if err := os.WriteFile(path(dir, name, python), text, 0o600); err != nil {
				return fmt.Errorf("write the demo's scripts: %w", err)
			}
		}
	}
	return nil
}

func path(dir, name string, python bool) string {
	if python {
		return filepath.Join(dir, name+".py")
	}
	return filepath.Join(dir, name+".star")
}

// Jobs are the demo's jobs in one model; their scripts are in dir. python is the interpreter that runs
// them in all models but goroutines, or "".
func Jobs(dir string, m runner.Model, python string) []runner.Job {
	jobs := make([]runner.Job, len(order))
	for i, name := range order {
		jobs[i] = runner.Job{Name: name, Model: m, Script: path(dir, name, false)}
		if python != "" && m != runner.Goroutines {
			jobs[i].Script, jobs[i].Python = path(dir, name, true), python
		}
	}
	return jobs
}

// Closing says how the acts differed, of which there are two at least, in their order.
func Closing(acts []*runner.State) string {
	var all []versus.Outcome
	for _, s := range acts {
		all = append(all, versus.Of(s))
	}
	first, rest := all[0], all[1:]
	if !slices.ContainsFunc(rest, func(o versus.Outcome) bool { return o.Model == string(runner.Threads) }) {
		return of(first, "") + " " + of(rest[len(rest)-1], memory(acts[len(acts)-1])) + " " + alike(first, rest[len(rest)-1])
	}
	words := make([]string, len(rest))
	for i, o := range rest {
		words[i] = fmt.Sprintf("%s %s, %.2f cores busy", o.Model, draw.Seconds(o.Wall), o.Busy)
	}
	return fmt.Sprintf("In Starlark as goroutines: %s. In Python as %s. %s",
		draw.Seconds(first.Wall), strings.Join(words, "; "), judge(rest))
}

// of says how an act went that is compared with one other.
func of(o versus.Outcome, memory string) string {
	if memory != "" {
		memory = ", " + memory
	}
	return fmt.Sprintf("As %s: %s, %.2f cores kept busy%s.", o.Model, draw.Seconds(o.Wall), o.Busy, memory)
}

// memory says how many processes ran an act and what they took on average.
func memory(s *runner.State) string {
	var peak int64
	for i := range s.Tasks {
		peak += s.Tasks[i].Exit.Usage.MaxRSS
		if st := s.Tasks[i].Stats; st != nil && s.Tasks[i].Exit.Usage.MaxRSS == 0 {
			peak += st.PeakRSS
		}
	}
	words := draw.Plural(len(s.Tasks), "process", "processes")
	if peak > 0 {
		words += " of " + draw.Bytes(peak/int64(len(s.Tasks)))
	}
	return words
}

// judge compares the acts in Python: threads with the fastest of the others.
func judge(acts []versus.Outcome) string {
	threads, best := acts[0], acts[len(acts)-1]
	for _, o := range acts {
		switch {
		case o.Model == string(runner.Threads):
			threads = o
		case o.Wall < best.Wall:
			best = o
		}
	}
	if doubt := versus.Doubt(threads, best); doubt != "" {
		return "The times cannot be compared: " + doubt + "."
	}
	switch ratio := threads.Wall.Seconds() / best.Wall.Seconds(); {
	case ratio >= versus.Near:
		return fmt.Sprintf("Threads took %.1f× as long as %s: the GIL lets one of them compute at a time.", ratio, best.Model)
	default:
		return "Threads took as long as the others within what one run can tell."
	}
}

// alike compares two acts in the same language.
func alike(a, b versus.Outcome) string {
	if doubt := versus.Doubt(a, b); doubt != "" {
		return "The times cannot be compared: " + doubt + "."
	}
	longer := func(o versus.Outcome, ratio float64) string {
		return fmt.Sprintf("The %s took %.0f %% longer this time.", o.Model, 100*(ratio-1))
	}
	switch ratio := a.Wall.Seconds() / b.Wall.Seconds(); {
	case ratio >= versus.Near:
		return longer(a, ratio)
	case 1/ratio >= versus.Near:
		return longer(b, 1/ratio)
	}
	return "No GIL holds either back: the time is the same within what one run can tell."
}
