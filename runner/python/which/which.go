// Package which finds Pythons and asks them what they are.
//
// One rule holds in every model. A Python that was asked for by path, name or version is taken, and
// nothing else. Else these decide, the first that says something: the script's first line, an active
// virtual environment, the versions that PYENV_VERSION or .python-version lists, and python3 in PATH.
// What says something that cannot be had is an error, not passed over: a script would run under a
// Python that nobody meant.
//
// An interpreter is asked by running it, since names lie: of pyenv's shims most exit with 127. What it
// answered is kept on disk and holds until its file changes, see [Finder].
package which

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The first versions that can do more than run scripts as processes.
const (
	Oldest       = "3.8"  // runs scripts as threads
	pausing      = "3.9"  // can hold one thread
	interpreting = "3.13" // runs scripts in subinterpreters
	holding      = "3.14" // can hold what runs in a subinterpreter
)

// Python is an interpreter that was found and has answered.
type Python struct {
	// Path is by which it is run, absolute. In place of one of pyenv's shims it is the interpreter
	// that the shim chose.
	Path            string `json:"path"`
	Shim            string `json:"shim,omitempty"` // the shim by which it was found, or ""
	Real            string `json:"real"`           // what it says it is: behind a wrapper, the true one
	Version         string `json:"version"`
	Implementation  string `json:"implementation"`
	FreeThreaded    bool   `json:"free_threaded"`   // built to run without a GIL
	GIL             bool   `json:"gil"`             // runs with one now
	Subinterpreters bool   `json:"subinterpreters"` // can run them from Python code
}

// number returns the major and minor version.
func (p Python) number() [2]int { return parseVersion(p.Version) }

func parseVersion(s string) (v [2]int) {
	parts := strings.SplitN(s, ".", 3)
	for i := range min(len(parts), 2) {
		digits := strings.TrimRight(parts[i], "abcdefghijklmnopqrstuvwxyz+")
		n, err := strconv.Atoi(digits)
		if err != nil {
			return v
		}
		v[i] = n
	}
	return v
}

// AtLeast reports whether it is of a version, given as "3.12", or later.
func (p Python) AtLeast(version string) bool {
	v, oldest := p.number(), parseVersion(version)
	return slices.Compare(v[:], oldest[:]) >= 0
}

// Same reports whether two are of the same minor version and build: what one can do, so can the other.
func (p Python) Same(o Python) bool {
	return p.number() == o.number() && p.FreeThreaded == o.FreeThreaded
}

// Threads says why scripts cannot run as threads of it, or nil.
func (p Python) Threads() error {
	if p.Implementation != "CPython" {
		return fmt.Errorf("%s %s (%s) runs scripts as processes only: threads need CPython", p.Implementation, p.Version, p.Path)
	}
	if !p.AtLeast(Oldest) {
		return fmt.Errorf("python %s (%s) runs scripts as processes only: threads need %s or later", p.Version, p.Path, Oldest)
	}
	return nil
}

// Interpreters says why scripts cannot run in subinterpreters of it, or nil.
func (p Python) Interpreters() error {
	switch {
	case p.Threads() != nil:
		return fmt.Errorf("%s %s (%s) runs scripts as processes only: interpreters need CPython %s or later",
			p.name(), p.Version, p.Path, interpreting)
	case !p.AtLeast(interpreting):
		return fmt.Errorf("python %s (%s) has no subinterpreters that scripts could run in: they need %s or later", p.Version, p.Path, interpreting)
	case p.FreeThreaded:
		// Held or ended, one ended the process by a segmentation fault now and then (3.14.7).
		return fmt.Errorf("python %s (%s) is built to run without a GIL: its threads use all cores, and its subinterpreters are not safe yet", p.Version, p.Path)
	case !p.Subinterpreters:
		return fmt.Errorf("python %s (%s) was built without subinterpreters", p.Version, p.Path)
	}
	return nil
}

func (p Python) name() string {
	if p.Implementation == "CPython" {
		return "python"
	}
	return p.Implementation
}

// PausesThreads reports whether one of several scripts that run as its threads can be held.
func (p Python) PausesThreads() bool { return p.Threads() == nil && p.AtLeast(pausing) }

// PausesInterpreters reports whether one of several scripts in its subinterpreters can be held.
func (p Python) PausesInterpreters() bool { return p.Interpreters() == nil && p.AtLeast(holding) }

// answers reports whether it is what was asked for, such as "3", "3.12", "3.12.1" or "3.14t".
func (p Python) answers(version string) bool {
	version, free := strings.CutSuffix(version, "t")
	own := strings.TrimSuffix(p.Version, "+")
	return (own == version || strings.HasPrefix(own, version+".")) && (!free || p.FreeThreaded)
}
