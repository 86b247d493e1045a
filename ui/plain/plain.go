// Package plain prints a run as lines: for pipes, for CI and for who prefers them to a screen.
//
// It takes the stream of events and reads the jobs' output from their log files itself, so no job
// ever waits for whoever reads what is printed.
package plain

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"parallax/runner"
)

// Format says how the output of jobs is printed.
type Format string

// The formats.
const (
	Line  Format = "line"  // each complete line as it comes
	Group Format = "group" // a job's whole output when it ends
	JSON  Format = "json"  // every event, and every line of output, as one JSON object a line
	None  Format = "none"  // not at all
)

// ParseFormat reads a format's name.
func ParseFormat(s string) (Format, error) {
	if f := Format(s); slices.Contains([]Format{Line, Group, JSON, None}, f) {
		return f, nil
	}
	return "", fmt.Errorf("unknown output %q: one of line, group, json, none", s)
}

// Source is where the events come from: a [runner.Feed], or a recorded run.
type Source interface {
	Ready() <-chan struct{}
	Take() []runner.Event
}

// Options is what a Printer needs.
type Options struct {
	Out, Err io.Writer
	Format   Format
	Dir      string // the run's folder

	KeepOrder bool // print the jobs' output in the order of the jobs
	Tag       bool // put the job's name before each line
	Terminal  bool // Out is a terminal: names are aligned, and escape sequences other than colours removed
	Color     bool // colour the names
	Recorded  bool // the run is over: read output only as far as the events so far say it had got
	Verbose   bool // say also what starts and ends well
	Quiet     bool // no summary
	Mute      bool // nothing but the output
	JobsOnly  bool // leave out what the interpreters that jobs share print themselves

	// Encode appends to b the line of the journal that tells ev, with its newline. st is the state
	// with ev in it. JSON only.
	Encode func(b []byte, ev runner.Event, st *runner.State) []byte
	// Hint is the command that shows a failed job's output, such as "parallax logs".
	Hint string
}

// pollEvery is how often the logs of running jobs are looked at, and share how much of one is
// printed before the others get their turn.
const (
	pollEvery = 50 * time.Millisecond
	share     = 4 << 20
	bufSize   = 256 << 10
)

// Printer prints one run. It belongs to the goroutine that calls Run.
type Printer struct {
	opts  Options
	out   *bufio.Writer // standard output
	err   *bufio.Writer // the jobs' standard error, where it is kept apart
	state runner.State
	buf   []byte
	line  []byte // an event being encoded
	enc   encoder
	tags  tags

	live []*try           // running tries that wait for no other
	host []*try           // what interpreters that tasks share print themselves
	told map[string]int64 // how much of that the events so far tell of, by log
	held map[int][]*try   // with KeepOrder: tries of the tasks from turn on
	turn int              // with KeepOrder: the task whose output is being printed

	heard heard

	fold
	at   time.Duration // the moment of what is printed now; 0 means the present
	done bool
}

// New makes a Printer. It starts nothing.
func New(opts Options) *Printer {
	if opts.Format == JSON {
		opts.KeepOrder = false // events have one order only
	}
	return &Printer{
		opts: opts, out: bufio.NewWriterSize(opts.Out, bufSize), err: bufio.NewWriterSize(opts.Err, bufSize),
		held: map[int][]*try{}, told: map[string]int64{}, buf: make([]byte, bufSize),
	}
}

// Run prints until the run has ended. When ctx is done, which says that src has no more to come, it
// prints what there is and ends too. An error says that standard output can't be written any more
// (syscall.EPIPE: who read it has gone) or that a log could not be read.
func (p *Printer) Run(ctx context.Context, src Source) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	defer p.close()
	var soon <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			p.done = true
			if err := p.take(src.Take()); err != nil {
				return err
			}
		case <-src.Ready():
			if err := p.take(src.Take()); err != nil {
				return err
			}
		case <-soon:
			soon = nil
		}
		if p.done {
			return p.finish()
		}
		if soon != nil && !p.opts.Recorded { // events came before the next look was due
			continue
		}
		more, err := p.poll()
		if err != nil {
			return err
		}
		if err := p.flush(); err != nil {
			return err
		}
		switch {
		case more:
			timer.Reset(0)
			soon = timer.C
		case p.watching():
			timer.Reset(pollEvery)
			soon = timer.C
		}
	}
}

// take prints what a batch of events says. Every batch is whole: the retry that follows a failure
// is in the same one.
func (p *Printer) take(evs []runner.Event) error {
	for _, ev := range evs {
		if s, ok := ev.(runner.Sampled); ok && p.opts.Format != JSON {
			s.Lanes = runner.Lanes{} // nothing printed needs them, and their history is large
			ev = s
		}
		if err := p.state.Apply(ev); err != nil {
			p.say("%v", err)
			continue
		}
		if err := p.event(ev); err != nil {
			return err
		}
	}
	if err := p.advance(); err != nil {
		return err
	}
	return p.report(evs)
}

func (p *Printer) event(ev runner.Event) error {
	switch ev := ev.(type) {
	case runner.RunStarted:
		p.tags = newTags(ev.Jobs, p.opts)
	case runner.TaskStarted:
		p.open(ev)
		p.openHost(ev.Host)
	case runner.Sampled:
		for _, l := range ev.Logs {
			p.told[l.Log] = l.Size
		}
	case runner.TaskEnded:
		if err := p.ended(ev); err != nil {
			return err
		}
	case runner.RunEnded:
		p.done = true
	}
	p.fold.event(ev, &p.state)
	if p.opts.Format != JSON {
		return nil
	}
	p.line = p.opts.Encode(p.line[:0], ev, &p.state)
	if _, err := p.out.Write(p.line); err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	return nil
}

func (p *Printer) open(ev runner.TaskStarted) {
	if p.opts.Format == None || ev.Log == "" {
		return
	}
	t := newTry(ev, p.opts.Dir)
	if p.waits(ev.Task) {
		p.held[ev.Task] = append(p.held[ev.Task], t)
		return
	}
	p.live = append(p.live, t)
}

// openHost begins to print what an interpreter prints itself, once for each.
func (p *Printer) openHost(h runner.Host) {
	path := filepath.Join(p.opts.Dir, h.Log)
	if h.Log == "" || p.opts.Format == None || p.opts.JobsOnly ||
		slices.ContainsFunc(p.host, func(t *try) bool { return t.streams[0].path == path }) {
		return
	}
	p.host = append(p.host, newHostTry(h, path))
}

// waits reports whether the output of task waits for its turn. What is
// restarted after its turn is printed as it comes.
func (p *Printer) waits(task int) bool { return p.opts.KeepOrder && task >= p.turn }

func (p *Printer) ended(ev runner.TaskEnded) error {
	for _, t := range p.held[ev.Task] {
		if t.num == ev.Try {
			t.end(ev.LogSize)
		}
	}
	at := slices.IndexFunc(p.live, func(t *try) bool { return t.task == ev.Task && t.num == ev.Try })
	if at < 0 {
		return nil
	}
	t := p.live[at]
	p.live = slices.Delete(p.live, at, at+1)
	t.end(ev.LogSize)
	p.at = ev.When() // what it wrote, it wrote until then
	defer func() { p.at = 0 }()
	return p.drain(t)
}

// drain prints what is left of a try that is over.
func (p *Printer) drain(t *try) error {
	defer t.close()
	for more := true; more; {
		var err error
		if more, err = p.copy(t); err != nil {
			return err
		}
	}
	return nil
}

// advance prints, in the order of the jobs, what is over, up to the first job that is not.
func (p *Printer) advance() error {
	if !p.opts.KeepOrder {
		return nil
	}
	for p.turn < len(p.state.Tasks) {
		tries := p.held[p.turn]
		for len(tries) > 0 && tries[0].over {
			if err := p.drain(tries[0]); err != nil {
				return err
			}
			tries = tries[1:]
		}
		if !p.state.Tasks[p.turn].Status.Over() {
			p.held[p.turn] = tries
			return nil
		}
		delete(p.held, p.turn)
		p.turn++
	}
	return nil
}

// watching reports whether there is a log that may grow and would be printed as it does.
func (p *Printer) watching() bool {
	if p.opts.Format == Group || p.opts.Format == None || p.opts.Recorded {
		return false
	}
	return len(p.live) > 0 || p.opts.KeepOrder && len(p.held[p.turn]) > 0
}

// poll prints what running jobs have written since, and reports whether there is more at once.
func (p *Printer) poll() (bool, error) {
	if p.opts.Format == Group || p.opts.Format == None {
		return false, nil
	}
	beside := p.host
	if p.opts.KeepOrder {
		beside = p.held[p.turn]
	}
	tries := slices.Concat(p.live, beside)
	grew := false
	for _, t := range tries {
		if p.opts.Recorded {
			t.limit(p.toldOf(t))
		}
		more, err := p.copy(t)
		if err != nil {
			return false, err
		}
		grew = grew || more
	}
	return grew, nil
}

func (p *Printer) flush() error {
	if err := p.out.Flush(); err != nil {
		return fmt.Errorf("write output: %w", err)
	}
	if err := p.err.Flush(); err != nil {
		return fmt.Errorf("write error output: %w", err)
	}
	return nil
}

// toldOf is how much of a try's output the events so far tell of.
func (p *Printer) toldOf(t *try) [2]int64 {
	if t.host != nil {
		return [2]int64{p.told[t.host.Log]}
	}
	return p.state.Tasks[t.task].LogSize
}

// finish prints what is still held, of jobs that have not ended too, and the summary.
func (p *Printer) finish() error {
	rest := p.live
	for _, task := range slices.Sorted(maps.Keys(p.held)) {
		rest = append(rest, p.held[task]...)
	}
	for _, t := range append(rest, p.host...) {
		if !t.over { // an interpreter of a run that has ended prints no more, and may not have been sampled
			t.stop(p.opts.Recorded && (t.host == nil || !p.state.Ended), p.toldOf(t))
		}
		if err := p.drain(t); err != nil {
			return err
		}
	}
	p.live, p.held, p.host = nil, nil, nil
	if err := p.flush(); err != nil {
		return err
	}
	if !p.opts.Quiet && !p.opts.Mute {
		fmt.Fprint(p.opts.Err, strings.Join(p.summary(&p.state, p.opts.Hint), "\n")+"\n")
	}
	return nil
}

func (p *Printer) close() {
	for _, t := range slices.Concat(p.live, p.host) {
		t.close()
	}
	for _, tries := range p.held {
		for _, t := range tries {
			t.close()
		}
	}
}

// now is the time since the start of the run.
func (p *Printer) now() time.Duration {
	if p.at > 0 {
		return p.at
	}
	if p.opts.Recorded {
		return p.state.Now
	}
	return time.Since(p.state.Time)
}
