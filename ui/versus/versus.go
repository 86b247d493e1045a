// Package versus says in words how two runs of the same jobs differed. It is all pure functions of
// runner.State.
package versus

import (
	"fmt"
	"strings"
	"time"

	"parallax/runner"
	"parallax/ui/draw"
)

// outcome is how a run went, as far as another can be held against it.
type outcome struct {
	Model     string // "mixed" when there are several
	Wall      time.Duration
	Busy      float64 // cores kept busy on average; 0 when nothing was measured
	Workers   int
	Jobs      int
	Succeeded int
	Foreign   float64 // cores that other programs had on average
	Touched   string  // what the user did to its jobs that costs time: "paused", or ""
}

// sum sums up a run that is over.
func sum(s *runner.State) outcome {
	o := outcome{
		Model: "mixed", Wall: s.Elapsed(0), Workers: s.Workers, Jobs: len(s.Tasks), Succeeded: s.Count(runner.Succeeded),
		Foreign: foreign(s),
	}
	if len(s.Models) == 1 {
		o.Model = string(s.Models[0])
	}
	if s.Times.Total.Span > 0 {
		o.Busy = s.Times.Total.Cores()
	}
	for i := range s.Tasks {
		switch t := &s.Tasks[i]; {
		case t.Held > 0:
			o.Touched = "paused"
		case t.Try > 1 && o.Touched == "":
			o.Touched = "run again"
		}
	}
	return o
}

// foreign is how many cores other programs had on average while a run went on.
func foreign(s *runner.State) float64 {
	var cores float64
	for _, row := range s.Lanes.Rows {
		all := runner.MergeCells(row)
		cores += float64(all.Load-all.Ours) / 100
	}
	return cores
}

const (
	// quiet is how many cores other programs may have had for two times to be comparable.
	quiet = 0.3
	// near is the ratio of two times below which single runs do not tell them apart.
	near = 1.1
)

// doubtful says why the times of two runs cannot be compared, or "".
func doubtful(a, b outcome) string {
	for _, o := range []outcome{a, b} {
		switch {
		case o.Succeeded != o.Jobs:
			return fmt.Sprintf("not every job succeeded (as %s: %d of %d)", o.Model, o.Succeeded, o.Jobs)
		case o.Touched != "":
			return fmt.Sprintf("jobs were %s (as %s)", o.Touched, o.Model)
		case o.Wall <= 0:
			return fmt.Sprintf("nothing was measured (as %s)", o.Model)
		}
	}
	if others := max(a.Foreign, b.Foreign); others > quiet {
		return fmt.Sprintf("other programs had up to %.1f cores meanwhile", others)
	}
	return ""
}

// Compare says how the last run went and how that compares to the run before:
// "processes: 2.0 s, 1.9× of threads (3.8 s)".
func Compare(before, last *runner.State) string {
	a, b := sum(before), sum(last)
	said := fmt.Sprintf("%s: %s", b.Model, draw.Seconds(b.Wall))
	if doubt := doubtful(a, b); doubt != "" {
		return fmt.Sprintf("%s; %s: %s. How they compare is not known: %s.", said, a.Model, draw.Seconds(a.Wall), doubt)
	}
	switch ratio := a.Wall.Seconds() / b.Wall.Seconds(); {
	case ratio >= near:
		said += fmt.Sprintf(", %.1f× of %s (%s).", ratio, a.Model, draw.Seconds(a.Wall))
	case 1/ratio >= near:
		said += fmt.Sprintf(", %.1f× slower than %s (%s).", 1/ratio, a.Model, draw.Seconds(a.Wall))
	default:
		said += fmt.Sprintf(", the same as %s (%s) within what one run of each can tell.", a.Model, draw.Seconds(a.Wall))
	}
	if a.Busy > 0 && b.Busy > 0 {
		said += fmt.Sprintf(" Cores kept busy: %.2f, before %.2f.", b.Busy, a.Busy)
	}
	if a.Workers != b.Workers {
		said += fmt.Sprintf(" At a time ran %s, before %s.", draw.Count(b.Workers), draw.Count(a.Workers))
	}
	return strings.TrimSpace(said)
}
