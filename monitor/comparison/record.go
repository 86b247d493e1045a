package comparison

import (
	"slices"
	"time"

	"parallax/monitor/verdict/stats"
	"parallax/monitor/verdict/trial"
	"parallax/runner"
	"parallax/runner/journal"
)

// Format is the version of the format. It grows only when an older reader would get it wrong.
const Format = 1

// Kind says what a comparison was made for.
type Kind string

// The kinds, by the names of their commands.
const (
	Compare Kind = "compare" // of models
	Tune    Kind = "tune"    // of numbers of workers
)

// Info is what is known before anything is measured.
type Info struct {
	Format  int       `json:"format"`
	ID      string    `json:"id"`
	Kind    Kind      `json:"kind"`
	Name    string    `json:"name,omitempty"` // given by the user, or ""
	Title   string    `json:"title"`          // what is compared: "primes.py ×4"
	Start   time.Time `json:"started"`
	Version string    `json:"parallax,omitempty"`
	Argv    []string  `json:"argv,omitempty"`
	Cwd     string    `json:"cwd"`
	// Writer is what makes it.
	Writer journal.Process `json:"writer"`

	Host    journal.Host `json:"host"`
	CPU     string       `json:"cpu_model,omitempty"`
	Memory  int64        `json:"memory_bytes"`      // that the runs may have; -1 unknown
	MemFree int64        `json:"free_memory_bytes"` // of it, before the first run; -1 unknown
	Python  string       `json:"python,omitempty"`  // what runs the Python scripts: "Python 3.13.0"
	NoGIL   bool         `json:"no_gil,omitempty"`  // that Python runs without a GIL
	Tier    string       `json:"lanes,omitempty"`   // how exactly it is known who held a core

	Jobs   []runner.Job `json:"jobs"`
	Ways   []trial.Way  `json:"ways"`             // in the order in which they take turns
	Cannot []Cannot     `json:"cannot,omitempty"` // ways that the jobs cannot run in
	Target string       `json:"target,omitempty"` // of tune: time, cost or memory
}

// Cannot is a model that the jobs cannot run in.
type Cannot struct {
	Model runner.Model `json:"model"`
	Why   string       `json:"why"`
}

// Startup is what it costs to start and end as many jobs as there are, with nothing to do, in one way.
type Startup struct {
	trial.Way
	Took stats.Estimate `json:"startup_s"`
}

// Record is a comparison as far as it is known.
type Record struct {
	Info
	Dir      string
	Rounds   int    // so many are to be made; 0 until that is known
	Why      string // why so many, in words; "" where the user said so
	Trials   []trial.Trial
	Startups []Startup
	Ended    bool
	Reason   string // why it was ended early, or ""
}

// Status says whether it is still made. One that was over and to which rounds are added is running again.
func (r *Record) Status() journal.Status {
	switch {
	case r.Ended:
		return journal.Ended
	case r.Writer.Alive():
		return journal.Running
	}
	return journal.Interrupted
}

// Startup returns what was found of a way, and whether anything was.
func (r *Record) Startup(w trial.Way) (stats.Estimate, bool) {
	at := slices.IndexFunc(r.Startups, func(s Startup) bool { return s.Way == w })
	if at < 0 {
		return stats.Estimate{}, false
	}
	return r.Startups[at].Took, true
}

// Clone returns a copy that does not change with the record. What it shares is only ever appended to.
func (r *Record) Clone() Record {
	out := *r
	out.Trials, out.Startups = slices.Clip(r.Trials), slices.Clip(r.Startups)
	return out
}

// line is one line of the file. Exactly one field beside Type is set.
type line struct {
	Type    string       `json:"type"`
	Info    *Info        `json:"comparison,omitempty"`
	Trial   *trial.Trial `json:"trial,omitempty"`
	Startup *Startup     `json:"startup,omitempty"`
	Rounds  *rounds      `json:"rounds,omitempty"`
	End     *end         `json:"end,omitempty"`
}

type rounds struct {
	Rounds int    `json:"rounds"`
	Why    string `json:"why,omitempty"`
}

type end struct {
	Reason string `json:"reason,omitempty"`
}

// take adds what a line says.
func (r *Record) take(l line) {
	switch {
	case l.Info != nil:
		r.Info = *l.Info
	case l.Trial != nil:
		r.Trials = append(r.Trials, *l.Trial)
	case l.Startup != nil:
		r.Startups = append(r.Startups, *l.Startup)
	case l.Rounds != nil:
		r.Rounds, r.Why, r.Ended = l.Rounds.Rounds, l.Rounds.Why, false
	case l.End != nil:
		r.Ended, r.Reason = true, l.End.Reason
	}
}
