package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"parallax/runner"
	"parallax/runner/python/which"
)

// pythons chooses the interpreter of each job's Python script, by one rule in all models.
type pythons struct {
	finder  which.Finder
	choice  setting  // for jobs that name none
	hosts   int      // over how many interpreters the model hybrid spreads jobs; 0 for its own default
	scripts []string // one for each job that runs one
}

// pythonScripts lists the Python scripts of jobs.
func pythonScripts(jobs []runner.Job) []string {
	var out []string
	for _, j := range jobs {
		if filepath.Ext(j.Script) == ".py" {
			out = append(out, j.Script)
		}
	}
	return out
}

// of returns the interpreter of a job's script.
func (p *pythons) of(j runner.Job) (which.Python, error) {
	w := which.Want{Choice: j.Python, Script: j.Script, Dir: j.Dir, Env: j.Env}
	if w.Choice == "" && p.choice.text != "" {
		w.Choice = p.choice.text
		found, err := p.finder.Of(w)
		if err != nil {
			err = fmt.Errorf("%s: %w", p.choice.from, err)
		}
		return found, err
	}
	return p.finder.Of(w)
}

// path is where the interpreter of a job's script is.
func (p *pythons) path(j runner.Job) (string, error) {
	found, err := p.of(j)
	return found.Path, err
}

// title is what to call the interpreter of a job's script, or "" where it is no Python's.
func (p *pythons) title(j runner.Job) string {
	if filepath.Ext(j.Script) != ".py" {
		return ""
	}
	found, err := p.of(j)
	if err != nil || found.Version == "" {
		return ""
	}
	return "python " + found.Version
}

// command says what runs a job's script, for a dry run; nil for what needs nothing beside it.
func (p *pythons) command(by map[runner.Model]runner.Launcher) func(runner.Job) []string {
	return func(j runner.Job) []string {
		if filepath.Ext(j.Script) == ".py" && j.Model != runner.Goroutines {
			if path, err := p.path(j); err == nil {
				return []string{path}
			}
			return nil
		}
		l, ok := by[j.Model].(interface{ Interpreter(runner.Job) []string })
		if !ok {
			return nil
		}
		return l.Interpreter(j)
	}
}

// interpreter is a Python that was found.
type interpreter struct {
	Path    string   `json:"path"`
	Shim    string   `json:"shim,omitempty"` // by which it was found
	Version string   `json:"version,omitempty"`
	Kind    string   `json:"implementation,omitempty"`
	GIL     string   `json:"gil,omitempty"` // "yes", or "no" on a free-threaded build that runs without
	Free    bool     `json:"free_threaded"` // built to run without
	Models  []string `json:"models,omitempty"`
	Pauses  []string `json:"pauses_one_in,omitempty"` // the models in which one script among others can be held
	Default bool     `json:"default"`                 // runs a script that asks for none
	Fault   string   `json:"fault,omitempty"`
}

// installed lists the Pythons of this machine, and says why none is the default, if so.
func installed() ([]interpreter, string) {
	by := &pythons{choice: readSettled().fallback(fromEnvironment("python"), readSettled().Python)}
	first, fault := by.of(runner.Job{})
	var out []interpreter
	marked := false
	for _, f := range by.finder.Survey() {
		if f.Fault != nil {
			out = append(out, interpreter{
				Path: f.Path, Fault: strings.TrimPrefix(f.Fault.Error(), fmt.Sprintf("python %q does not work: ", f.Path)),
			})
			continue
		}
		is := describe(f.Python)
		is.Default = !marked && fault == nil && f.Real == first.Real
		marked = marked || is.Default
		out = append(out, is)
	}
	if fault != nil {
		return out, fault.Error()
	}
	if !marked { // that of a virtual environment, for instance
		is := describe(first)
		is.Default = true
		out = append([]interpreter{is}, out...)
	}
	return out, ""
}

func describe(p which.Python) interpreter {
	is := interpreter{Path: p.Path, Shim: p.Shim, Version: p.Version, Kind: p.Implementation, GIL: "yes", Free: p.FreeThreaded}
	if !p.GIL {
		is.GIL = "no"
	}
	inside := runtime.GOOS != "windows" // which hands no descriptors over
	add := func(list *[]string, can bool, m runner.Model) {
		if can {
			*list = append(*list, string(m))
		}
	}
	add(&is.Models, inside && p.Threads() == nil, runner.Threads)
	add(&is.Models, inside && p.Interpreters() == nil, runner.Interpreters)
	add(&is.Models, true, runner.Processes)
	add(&is.Models, inside && p.Threads() == nil, runner.Hybrid)
	add(&is.Pauses, inside && p.PausesThreads(), runner.Threads)
	add(&is.Pauses, inside && p.PausesInterpreters(), runner.Interpreters)
	add(&is.Pauses, true, runner.Processes)
	return is
}

// String is a line of what it is, with tabs between.
func (p interpreter) String() string {
	mark, gil := " ", "GIL"
	if p.Default {
		mark = "*"
	}
	if p.GIL == "no" {
		gil = "no GIL"
	}
	what := spelled(which.Python{Version: p.Version, FreeThreaded: p.Free})
	if p.Kind != "CPython" {
		what = p.Kind + " " + what
	}
	pause := "cannot pause one thread"
	switch {
	case len(p.Models) == 1:
		pause = "" // a process can be paused always
	case len(p.Pauses) == 3, len(p.Pauses) == 2 && len(p.Models) == 3:
		pause = "can pause one"
	case len(p.Pauses) == 2:
		pause = "can pause one thread, not one interpreter"
	}
	models := strings.Join(p.Models, ", ")
	if len(p.Models) == 1 {
		models += " only"
	}
	path := p.Path
	if p.Shim != "" {
		path += " (by " + p.Shim + ")"
	}
	return strings.Join([]string{mark + " " + what, gil, models, pause, path}, "\t")
}

// fromEnvironment is a setting that a variable of the environment makes, or none.
func fromEnvironment(flag string) setting {
	if v := os.Getenv(envName(flag)); v != "" {
		return setting{v, envName(flag), false}
	}
	return setting{}
}
