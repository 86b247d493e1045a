package compare

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"time"

	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/trial"
	"parallax/runner"
	"parallax/ui/draw"
)

// tone says whether what one sees is good.
type tone int

const (
	plain tone = iota
	good
	bad
)

// Thresholds of what is said below lanes. Those of waiting are the verdict's, so that both say the same.
const (
	mostlyWaits = 0.8  // share of being blocked, of the time on a core or blocked, from which on jobs mostly wait
	leastBlock  = 0.2  // and that of all time
	handsRound  = 0.3  // share of waiting for the GIL, of the time that is not waiting for a core, from which on it holds back
	leastGIL    = 0.1  // and that of all time
	oneCore     = 1.35 // cores, below which it is one
	wellUsed    = 0.75 // share of the usable cores from which on they are well used
	starved     = 0.5  // share of waiting for a core from which on, with few cores kept busy, others held them
	noCore      = 0.15 // cores, below which it is hardly one
	oddCores    = 0.2  // how far from a whole number of cores a figure is given as it is
)

// shares is what is seen in lanes, as figures.
type shares struct {
	cores             float64 // kept busy on average
	onCore, core, gil float64 // shares of the jobs' time; -1 unknown
}

// seenIn takes the figures from what was measured of a way or, before that, from a run of it.
func seenIn(c *choice.Column, s *runner.State) (shares, bool) {
	if c.Trials > 0 && c.Parallelism.N > 0 {
		out := shares{c.Parallelism.Mean, -1, -1, -1}
		if c.OnCore.N > 0 {
			out.onCore = c.OnCore.Mean
		}
		if c.WaitCore.N > 0 {
			out.core = c.WaitCore.Mean
		}
		if c.WaitGIL.N > 0 {
			out.gil = c.WaitGIL.Mean
		}
		return out, true
	}
	if s == nil || s.Times.Total.Live <= 0 {
		return shares{}, false
	}
	t := s.Times.Total
	of := func(d time.Duration) float64 {
		if d < 0 {
			return -1
		}
		return float64(d) / float64(t.Live)
	}
	return shares{t.Cores(), of(t.OnCore), of(t.WaitCore), of(t.WaitGIL)}, true
}

// seen says in a few words what one sees in the lanes of a way, of jobs so many that could keep usable
// cores busy. Of several forms the longest comes first; the last fits into the narrowest column.
func seen(w trial.Way, f shares, jobs int, usable float64) (forms []string, t tone) {
	atOnce := max(min(w.Workers, jobs), 1)
	blocked := max(1-max(f.onCore, 0)-max(f.core, 0)-max(f.gil, 0), 0)
	waits := f.onCore >= 0 && blocked >= leastBlock && blocked >= mostlyWaits*(blocked+f.onCore)
	switch {
	case waits && (w.Serial || atOnce == 1):
		return []string{"hardly a core: one waits at a time", "one waits at a time", "one waits"}, plain
	case waits:
		n := number(atOnce)
		return []string{"hardly a core: " + n + " wait at once", n + " wait at once", n + " wait"}, good
	case f.gil >= leastGIL && f.gil >= handsRound*(1-max(f.core, 0)) && f.cores < oneCore:
		return []string{"one core at a time: the GIL hands it round", "one core at a time: the GIL", "GIL: one core"}, bad
	case f.core >= starved && f.cores < wellUsed*min(usable, float64(atOnce)):
		return []string{"waits for cores that others hold", "waits for a core"}, bad
	case w.Serial && f.cores < 1-oddCores:
		return []string{"one job at a time", "one at a time"}, plain
	case w.Serial:
		return []string{"one core: one job at a time", "one job at a time", "one at a time"}, plain
	}
	words := coresBusy(f.cores)
	if f.cores >= wellUsed*usable {
		t = good
	}
	return []string{words + ", " + made(w, atOnce), words}, t
}

// made says of what a way is made, of so many jobs at once.
func made(w trial.Way, atOnce int) string {
	switch w.Model {
	case runner.Processes:
		return pluralES(atOnce, "process")
	case runner.Hybrid:
		return plural(max(min(w.Interpreters, atOnce), 1), "interpreter")
	}
	return "one process"
}

// coresBusy says how many cores were kept busy.
func coresBusy(cores float64) string {
	whole := math.Round(cores)
	switch {
	case cores < noCore:
		return "hardly a core"
	case cores < 1-oddCores:
		return fmt.Sprintf("%.1f of a core", cores)
	case math.Abs(cores-whole) > oddCores:
		return fmt.Sprintf("%.1f cores", cores)
	}
	return plural(int(whole), "core")
}

// number writes a count as a word while it is small.
func number(n int) string {
	words := [...]string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}
	if n >= 0 && n < len(words) {
		return words[n]
	}
	return strconv.Itoa(n)
}

func plural(n int, what string) string {
	if n == 1 {
		return "one " + what
	}
	return number(n) + " " + what + "s"
}

func pluralES(n int, what string) string {
	if n == 1 {
		return "one " + what
	}
	return number(n) + " " + what + "es"
}

// early reports whether too little is known for a verdict, so that none is shown.
func early(s *Status) bool { return s.Doing != Over && s.Table.Rounds == 0 }

// phase says in two or three words how far a course is.
func phase(s *Status) string {
	switch s.Doing {
	case Waiting:
		return "waiting"
	case Starting:
		return "measuring start-up"
	case Warming:
		return "warm-up"
	case Trying:
		return fmt.Sprintf("round %d of %d", s.Round, max(s.Record.Rounds, s.Round))
	}
	switch {
	case s.Err != nil:
		return "stopped"
	case s.Record.Reason != "":
		return "ended early"
	}
	return draw.Plural(s.Table.Rounds, "round", "rounds")
}

// RoundOf says which round is made, and why there are so many.
func RoundOf(s *Status) string {
	said := fmt.Sprintf("Round %d of %d", s.Round, max(s.Record.Rounds, s.Round))
	if s.Record.Why != "" {
		said += " (" + s.Record.Why + ")"
	}
	return said
}

// doing says in a sentence what a course does just now.
func doing(s *Status) string {
	way, at := "", ""
	if s.Way >= 0 && s.Way < len(s.Record.Ways) {
		way = name(s, s.Record.Ways[s.Way])
		at = fmt.Sprintf(", %d of %d", s.Way+1, len(s.Record.Ways))
	}
	switch s.Doing {
	case Waiting:
		return "It begins when the other comparison is over."
	case Starting:
		if way == "" {
			return "It measures what empty jobs cost to start."
		}
		return fmt.Sprintf("It measures what empty jobs cost to start: %s%s.", way, at)
	case Warming:
		return fmt.Sprintf("A warm-up, which counts for nothing: %s%s.", way, at)
	case Trying:
		return fmt.Sprintf("%s: %s%s.", RoundOf(s), way, at)
	}
	switch {
	case s.Err != nil: // said by itself
		return ""
	case s.Record.Reason != "":
		return "It was ended early: " + s.Record.Reason + "."
	}
	return ""
}

// remaining estimates how long the rest takes, of which so much of the run that goes on is over already.
// In the warm-up that is the rest of it, for how many rounds follow is not known yet. false: unknown.
func remaining(s *Status, gone time.Duration) (time.Duration, bool) {
	if s.Doing != Warming && s.Doing != Trying || s.Way < 0 {
		return 0, false
	}
	sum, n := 0.0, 0
	took := make([]float64, len(s.Record.Ways)) // mean walls in seconds; 0 unknown
	for i, w := range s.Record.Ways {
		took[i] = wall(s, w)
		if took[i] > 0 {
			sum, n = sum+took[i], n+1
		}
	}
	if n == 0 {
		return 0, false
	}
	mean, rest := sum/float64(n), 0.0
	rounds := max(s.Record.Rounds-s.Round, 0)
	if s.Doing == Warming {
		rounds = 0
	}
	for i := range took {
		if i < len(s.Table.Columns) && s.Table.Columns[i].Failed {
			continue
		}
		one := cmp.Or(took[i], mean)
		rest += float64(rounds) * one
		switch {
		case i == s.Way:
			rest += max(one-gone.Seconds(), 0)
		case i > s.Way:
			rest += one
		}
	}
	return time.Duration(rest * float64(time.Second)), true
}

// wall is how long a way took on average in all its trials, in seconds; 0 unknown.
func wall(s *Status, w trial.Way) float64 {
	sum, n := 0.0, 0
	for i := range s.Record.Trials {
		if t := &s.Record.Trials[i]; t.Way == w && t.Error == "" && t.Wall > 0 {
			sum, n = sum+t.Wall, n+1
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

// lasts says how long the rest of a course takes; "" when that is not known.
func lasts(s *Status, gone time.Duration) string {
	rest, ok := remaining(s, gone)
	switch {
	case !ok:
		return ""
	case s.Doing == Warming:
		return "The warm-up takes about " + draw.Seconds(rest.Round(time.Second)+time.Second) + " more."
	}
	return "About " + draw.Left(rest) + "."
}
