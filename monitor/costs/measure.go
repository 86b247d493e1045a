package costs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/shirou/gopsutil/v3/cpu"

	"parallax/runner"
)

// Options says what is measured and with what.
type Options struct {
	// Open makes the launchers of all models; Measure closes them. It is called for each round.
	Open func() map[runner.Model]runner.Launcher
	// Python is the interpreter that scripts are run with, as a path; "" where there is none, and
	// NoPython then says why, or is nil.
	Python   string
	NoPython error
	NoGIL    bool    // it was built without one
	Cores    float64 // that may be used here
	Rounds   int     // that count; 0 means DefaultRounds
	// Progress is told what is measured next and how much is done. It is called from the goroutine that
	// called Measure and may be nil.
	Progress func(done, steps int, what string)
}

// DefaultRounds is how many rounds count where nobody says.
const DefaultRounds = 5

// MaxRounds is how many rounds make sense at most: more take minutes and tell nothing new.
const MaxRounds = 1000

// How long the machine is looked at while nothing is measured: at first, and after each round. The
// system counts in ticks of 10 ms for each core.
const (
	lookFirst = 200 * time.Millisecond
	lookRound = 100 * time.Millisecond
)

// patience is how long a kind may take in a round before its figures are given up: a job of it hangs.
const patience = time.Minute

var errPatience = fmt.Errorf("it took longer than %v", patience)

// Measure measures what each kind of job costs here and now. The kinds take turns in each round, so
// that a load that comes and goes is shared by all; before the rounds goes one that does not count.
//
// What cannot be measured is told in the result; an error means that nothing could be, or that ctx was
// done. In that case Costs has the rounds that were whole so far, with Cut set. Every job is over when
// it returns.
func Measure(ctx context.Context, opts Options) (Costs, error) {
	if opts.Rounds <= 0 {
		opts.Rounds = DefaultRounds
	}
	dir, err := os.MkdirTemp("", "parallax-costs-")
	if err != nil {
		return Costs{}, fmt.Errorf("measure costs: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // in a folder for what may be left
	kinds, err := kindsFor(opts, dir)
	if err != nil {
		return Costs{}, err
	}
	s := &survey{opts: opts}
	for _, k := range kinds {
		s.tallies = append(s.tallies, newTally(k))
	}
	err = s.run(ctx)
	return s.sum(), err
}

// survey is one measuring.
type survey struct {
	opts    Options
	tallies []*tally
	rounds  int  // that counted
	cut     bool // it was ended before it was done
	steps   int  // that are done
	calm    calm
}

// run goes through the rounds. Its error is the cause of ctx, or that no launcher could be had.
func (s *survey) run(ctx context.Context) error {
	if err := s.calm.look(ctx, lookFirst); err != nil {
		s.cut = true
		return err
	}
	for round := range s.opts.Rounds + 1 {
		if err := s.round(ctx, round > 0); err != nil {
			s.cut = true
			return err
		}
		if err := s.calm.look(ctx, lookRound); err != nil && round < s.opts.Rounds {
			s.cut = true
			return err
		}
	}
	return nil
}

// round measures each kind once. What was measured in a round that did not come to its end is dropped.
func (s *survey) round(ctx context.Context, counts bool) (err error) {
	at, err := newStand(s.opts.Open)
	if err != nil {
		return err
	}
	defer func() {
		if fault := at.close(); err == nil {
			err = fault
		}
	}()
	found := make([]reading, len(s.tallies))
	for i, t := range s.tallies {
		if s.opts.Progress != nil {
			s.opts.Progress(s.steps, (s.opts.Rounds+1)*len(s.tallies), t.kind.name)
		}
		s.steps++
		step, cancel := context.WithTimeoutCause(ctx, patience, errPatience)
		found[i] = t.measure(step, at, counts)
		cancel()
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	for i, t := range s.tallies {
		t.take(found[i], counts)
	}
	if counts {
		s.rounds++
	}
	return nil
}

// sum makes the result of what was measured so far.
func (s *survey) sum() Costs {
	c := Costs{Python: s.opts.Python, NoGIL: s.opts.NoGIL, Rounds: s.rounds, Cut: s.cut, Foreign: s.calm.cores(), Cores: s.opts.Cores}
	for _, t := range s.tallies {
		c.Kinds = append(c.Kinds, t.figures(s.rounds))
	}
	return c.conclude()
}

// The figures of a kind, by their names in JSON.
const (
	figFirst = "first_start_s"
	figStart = "start_s"
	figEnd   = "end_s"
	figEmpty = "empty_job_s"
	figKeep  = "keep_bytes"
)

// reading is what one round found of a kind, by the names of figures and of messages.
type reading struct {
	values map[string]float64
	faults map[string]error
}

// take notes a figure, or why it could not be had.
func (r reading) take(name string, value float64, err error) {
	if err != nil {
		r.faults[name] = err
		return
	}
	r.values[name] = value
}

// tally is what all rounds have found of a kind.
type tally struct {
	kind   kind
	values map[string][]float64
	why    map[string]string // for what was not to be had: it is not tried again
}

func newTally(k kind) *tally {
	t := &tally{kind: k, values: map[string][]float64{}, why: map[string]string{}}
	if k.absent != "" {
		t.absent(k.absent)
	}
	return t
}

// absent notes why nothing of the kind can be measured.
func (t *tally) absent(why string) {
	for _, name := range t.names() {
		t.why[name] = why
	}
}

// names are those of all figures and messages of the kind.
func (t *tally) names() []string {
	names := []string{figStart, figEnd, figEmpty, figKeep}
	if t.kind.shares {
		names = append(names, figFirst)
	}
	for _, m := range t.kind.talks {
		names = append(names, m.by)
	}
	return names
}

// tried reports whether there is any use in trying to get a figure.
func (t *tally) tried(name string) bool { return t.why[name] == "" }

// measure measures everything of the kind once. Memory has nothing to warm up: it is left out of the
// round that does not count.
func (t *tally) measure(ctx context.Context, s *stand, counts bool) reading {
	r := reading{map[string]float64{}, map[string]error{}}
	if !slices.ContainsFunc(t.names(), t.tried) {
		return r
	}
	if err := s.check(t.kind.probe); err != nil {
		for _, name := range t.names() {
			r.faults[name] = err
		}
		return r
	}
	if t.kind.shares && t.tried(figFirst) {
		start, _, err := s.probe(ctx, t.kind.probe)
		r.take(figFirst, start, err)
	}
	if counts && t.tried(figKeep) { // before others have left memory behind that would be used again
		bytes, err := s.keep(ctx, t.kind)
		r.take(figKeep, bytes, err)
	}
	if t.tried(figStart) {
		t.starts(ctx, s, r)
	}
	for _, m := range t.kind.talks {
		if t.tried(m.by) && ctx.Err() == nil {
			seconds, err := m.run(ctx, s)
			r.take(m.by, seconds, err)
		}
	}
	return r
}

// starts starts several jobs, one after the other, and takes what lies in the middle.
func (t *tally) starts(ctx context.Context, s *stand, r reading) {
	var starts, ends, whole []float64
	for range t.kind.starts {
		start, end, err := s.probe(ctx, t.kind.probe)
		if err == nil {
			var empty float64
			empty, err = s.empty(ctx, t.kind.empty)
			whole = append(whole, empty)
		}
		if err != nil {
			r.faults[figStart], r.faults[figEnd], r.faults[figEmpty] = err, err, err
			return
		}
		starts, ends = append(starts, start), append(ends, end)
	}
	r.values[figStart], r.values[figEnd], r.values[figEmpty] = statOf(starts).Median, statOf(ends).Median, statOf(whole).Median
}

// take adds what a round has found.
func (t *tally) take(r reading, counts bool) {
	for name, err := range r.faults {
		t.why[name] = err.Error()
		delete(t.values, name) // a figure that is to be had now and then only is none
	}
	for name, value := range r.values {
		if counts && t.tried(name) {
			t.values[name] = append(t.values[name], value)
		}
	}
}

// figures makes the result of what was found in so many rounds.
func (t *tally) figures(rounds int) Kind {
	stat := func(name string) *Stat { return statOf(t.values[name]) }
	why := func(name string) string {
		if t.why[name] == "" && rounds == 0 {
			return "it was ended before a round was whole"
		}
		return t.why[name]
	}
	k := Kind{
		Name: t.kind.name, Model: t.kind.model,
		First: stat(figFirst), Start: stat(figStart), End: stat(figEnd), Empty: stat(figEmpty), Keep: stat(figKeep),
	}
	for _, name := range t.names()[:len(t.names())-len(t.kind.talks)] {
		if text := why(name); text != "" {
			if k.NotMeasured == nil {
				k.NotMeasured = map[string]string{}
			}
			k.NotMeasured[name] = text
		}
	}
	for _, m := range t.kind.talks {
		k.Messages = append(k.Messages, Message{By: m.by, RoundTrip: stat(m.by), NotMeasured: why(m.by)})
	}
	return k
}

// calm is how busy the machine is while nothing is measured. Its zero value has not looked yet.
type calm struct{ busy, wall float64 } // seconds

// look looks for so long. Its error is the cause of ctx.
func (c *calm) look(ctx context.Context, span time.Duration) error {
	before, known := busy()
	began := time.Now()
	t := time.NewTimer(span)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
	}
	if after, still := busy(); known && still {
		c.busy, c.wall = c.busy+max(after-before, 0), c.wall+time.Since(began).Seconds()
	}
	return nil
}

// cores is how many cores were busy; nil where that is not known.
func (c *calm) cores() *float64 {
	if c.wall == 0 {
		return nil
	}
	n := c.busy / c.wall
	return &n
}

// busy is for how many seconds the cores of the machine have been busy, all together.
func busy() (seconds float64, known bool) {
	all, err := cpu.Times(false)
	if err != nil || len(all) == 0 {
		return 0, false
	}
	t := all[0] // guests are counted as users
	return t.User + t.System + t.Nice + t.Irq + t.Softirq, true
}

// check says why a job cannot run in its model, or nil.
func (s *stand) check(job runner.Job) error {
	l := s.by[job.Model]
	if l == nil {
		return errors.New("this model cannot be had here")
	}
	return l.Check(job)
}
