package runner

import (
	"fmt"
	"slices"
	"strings"
)

// Model is a model of parallelism: what a job becomes when it runs.
type Model string

// The models, by the names used in flags, files and on the screen.
const (
	Auto         Model = "auto"         // chosen per job: Starlark scripts as goroutines, all else as processes
	Goroutines   Model = "goroutines"   // a goroutine inside parallax on an OS thread of its own
	Threads      Model = "threads"      // a thread of one shared Python interpreter
	Interpreters Model = "interpreters" // a subinterpreter with its own GIL in one shared process
	Processes    Model = "processes"    // an OS process group
	Hybrid       Model = "hybrid"       // several Python interpreters with several threads each
)

// Models lists every model but Auto, in the order in which they are shown.
func Models() []Model { return []Model{Goroutines, Threads, Interpreters, Processes, Hybrid} }

// ParseModel reads a model's name. The empty string is Auto.
func ParseModel(s string) (Model, error) {
	if s == "" || Model(s) == Auto {
		return Auto, nil
	}
	if m := Model(s); slices.Contains(Models(), m) {
		return m, nil
	}
	names := []string{string(Auto)}
	for _, m := range Models() {
		names = append(names, string(m))
	}
	return "", fmt.Errorf("unknown model %q: one of %s", s, strings.Join(names, ", "))
}
