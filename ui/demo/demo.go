// Package demo is what parallax shows when it is started with nothing: CPU-bound scripts, then
// I/O-bound ones, compared in every model that this machine has.
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

	"parallax/runner"
)

//go:embed scripts/*.py
var files embed.FS

// Part is a set of scripts of one kind.
type Part struct {
	Name    string   // "CPU-bound"
	Title   string   // what is compared, in words
	scripts []string // by their names, without ending
	each    int      // jobs of each
}

// Parts are the parts of the demo, in their order.
func Parts() []Part {
	return []Part{
		{"CPU-bound", "four scripts that compute", []string{"primes", "queens", "mandelbrot", "collatz"}, 1},
		{"I/O-bound", "four scripts that wait", []string{"poll", "stream"}, 2},
	}
}

// Models are the models in which the demo runs: those that need a Python when there is one.
func Models(python bool) []runner.Model {
	if python {
		return []runner.Model{runner.Goroutines, runner.Threads, runner.Interpreters, runner.Processes}
	}
	return []runner.Model{runner.Goroutines, runner.Processes}
}

// Write puts the scripts into the folder dir, which it makes when it is missing, so that the user
// can read and run them: each as .star, which parallax itself runs, and as .py.
func Write(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("write the demo's scripts: %w", err)
	}
	var names []string
	for _, p := range Parts() {
		names = append(names, p.scripts...)
	}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
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

// Jobs are a part's jobs in one model; their scripts are in dir. python is the interpreter that runs
// them in all models but goroutines, or "".
func (p Part) Jobs(dir string, m runner.Model, python string) []runner.Job {
	var jobs []runner.Job
	for _, name := range p.scripts {
		for n := 1; n <= p.each; n++ {
			j := runner.Job{Name: name, Model: m, Script: path(dir, name, false)}
			if p.each > 1 {
				j.Name, j.Group = fmt.Sprintf("%s.%d", name, n), name
			}
			if python != "" && m != runner.Goroutines {
				j.Script, j.Python = path(dir, name, true), python
			}
			jobs = append(jobs, j)
		}
	}
	return jobs
}
