package trial

import (
	"fmt"

	"parallax/runner"
)

// Way is one way to run the jobs of a comparison.
type Way struct {
	Model        runner.Model `json:"model"`
	Serial       bool         `json:"serial,omitempty"`       // one job after the other: the baseline
	Workers      int          `json:"workers"`                // so many jobs at once
	Interpreters int          `json:"interpreters,omitempty"` // over so many they are spread, in the model hybrid
}

// Name is what flags, JSON and the screen call it: "serial", or its model.
func (w Way) Name() string {
	if w.Serial {
		return "serial"
	}
	return string(w.Model)
}

// Shape says what there is at once, for jobs so many: "1 interpreter × 4 threads".
func (w Way) Shape(jobs int) string {
	n := max(min(w.Workers, jobs), 1)
	switch {
	case w.Serial:
		return "one after the other"
	case w.Model == runner.Threads:
		return "1 interpreter × " + plural(n, "thread")
	case w.Model == runner.Interpreters:
		return "1 process × " + plural(n, "interpreter")
	case w.Model == runner.Hybrid:
		p := max(min(w.Interpreters, n), 1)
		return fmt.Sprintf("%s × %s", plural(p, "interpreter"), plural((n+p-1)/p, "thread"))
	case w.Model == runner.Goroutines:
		return plural(n, "goroutine")
	}
	return fmt.Sprintf("%d at once", n)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
