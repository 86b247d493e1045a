// Package monitor measures a run while it goes on: what every task uses of cores and memory, which
// task was on which core, and how the machine does as a whole.
//
// It knows no task but those that the run's events tell of, and reports values of package runner;
// it knows no screen. What a platform does not tell is reported as unknown, never as zero.
package monitor

import (
	"context"
	"errors"
	"runtime"
	"time"

	"parallax/monitor/switches"
	"parallax/monitor/verdict"
	"parallax/runner"
)

// Feed is a reader's end of a run's events; *runner.Feed is one.
type Feed interface {
	Ready() <-chan struct{}
	Take() []runner.Event
}

// Options is what a Sampler needs.
type Options struct {
	Feed   Feed                 // of its own: it takes all events
	Report func(runner.Sampled) // called from Run's goroutine; must not block
	Advise func(runner.Advised) // likewise; nil for no advice
	Dir    string               // the run's folder, for the sizes of logs
	Finest Tier                 // measure no finer than this
	Live   bool                 // somebody looks at it on a screen: what is seen of busy tasks is reported ten times a second, else four times is enough
	Short  bool                 // the run may last less than a second, and its peak memory is to be known: it is read more often
	// Threads returns the threads of a task that is some of those of a process which it shares; nil
	// where that is not known. It is called from Run's goroutine at most ten times a second for each such
	// task and must not block. It is nil where no task has more threads than its Identity says.
	Threads func(task int) []int
	// Progress reads what a task has written to its progress descriptor since it was last asked, as
	// runner.Run's does. It is called from Run's goroutine for each report and must not block. It is
	// nil where tasks have none.
	Progress func(task int, buf []byte) (tail []byte, whole bool)
	// Stack asks a task where it is, as runner.Run's does. It is called from goroutines of Run's, once
	// for each task that stalls. It is nil where nobody can be asked.
	Stack func(task int) (string, error)
}

// Sampler measures a run and reports what it sees.
type Sampler struct {
	opts    Options
	reader  reader
	source  hostReader
	state   runner.State // without lanes: nobody reads them here
	adviser verdict.Adviser

	exact   *exact // nil where context switches are not recorded
	inexact string // why not, or ""
	tids    []int  // scratch

	tasks map[int]*told
	lanes *laneBuilder // nil before the run has started
	host  *host
	pace  pace

	marks
	shared   hostLogs
	stalls   stalls
	progress progresses

	asks chan chan runner.Sampled // of Final
	over chan struct{}            // closed when Run has ended
}

// marks are when things were done last, since the start of the run.
type marks struct {
	now      time.Duration // the last tick
	reported time.Duration
	used     time.Duration // a task was seen to use a core
	born     time.Duration // a task began
	begun    int           // so many have
	read     time.Duration // readings were taken
	advised  time.Duration
	asked    time.Duration // tasks were asked for their threads
	adopted  time.Duration // it was told whose threads are
}

// New prepares a Sampler. It starts nothing and opens nothing.
func New(opts Options) *Sampler {
	return &Sampler{
		opts: opts, tasks: map[int]*told{}, marks: marks{asked: -discovery}, progress: progresses{dir: opts.Dir, ask: opts.Progress},
		asks: make(chan chan runner.Sampled), over: make(chan struct{}),
	}
}

// Attach begins to record which thread has which of some cores: of this process and of all that it
// starts from then on, so it comes before the run starts anything. Where the system does not let
// it, or it is never called, cores are looked at now and then. [Sampler.Run] ends it.
func (s *Sampler) Attach(cores []int) {
	if s.opts.Finest > Exact {
		s.inexact = s.opts.Finest.asked()
		return
	}
	t, err := switches.Open(cores)
	if err != nil {
		s.inexact = err.Error()
		return
	}
	s.exact = newExact(t, s.onCore)
}

// Run measures until ctx is done or the run has ended, and then has released all that it held.
// After the run's end it returns within 100 ms; after that of ctx at once, unless a task is being asked
// for its stack, which is waited for. An error means that the options lack something.
func (s *Sampler) Run(ctx context.Context) error {
	defer close(s.over)
	if s.opts.Feed == nil || s.opts.Report == nil {
		return errors.New("a sampler needs a feed of events and a function to report to")
	}
	if s.reader == nil {
		s.reader, s.source = newReader(s.opts.Finest), newHostReader()
	}
	if r, ok := s.reader.(interface{ short() }); ok && s.opts.Short {
		r.short()
	}
	defer s.stalls.asking.Wait()
	defer s.reader.close()
	defer s.source.close()
	if s.exact != nil {
		defer s.exact.trace.Close()
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for !s.state.Ended {
		ready := s.opts.Feed.Ready()
		if s.pace.quick() { // the next tick is near, and waking for every event of 500 short jobs is not cheap
			ready = nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ready:
			before := s.begun
			s.follow()
			if s.begun > before { // also where another has ended meanwhile
				timer.Reset(quickest)
			}
		case <-timer.C:
			s.follow()
			timer.Reset(s.tick())
		case reply := <-s.asks:
			reply <- s.last()
		}
	}
	return nil
}

// follow takes up what happened.
func (s *Sampler) follow() {
	for _, ev := range s.opts.Feed.Take() {
		if sampled, ok := ev.(runner.Sampled); ok {
			sampled.Lanes = runner.Lanes{}
			ev = sampled
		}
		if s.state.Apply(ev) != nil {
			continue // an event that cannot be: the run's own goroutine has dealt with it
		}
		switch ev := ev.(type) {
		case runner.RunStarted:
			cores := s.state.Cores
			if len(cores) == 0 {
				cores, _, _ = Usable()
			}
			s.lanes, s.host = newLanes(cores), newHost(s.source, cores)
			if s.exact != nil {
				s.exact.begin(max(time.Since(s.state.Time), 0))
			}
		case runner.TaskStarted:
			s.tasks[ev.Task] = &told{}
			s.stalls.begin(ev.Task, s.state.Jobs[ev.Task].Limits)
			s.born = ev.When()
			s.begun++
			s.reader.watch(ev.Task, ev.Identity, ev.When())
			if s.exact != nil {
				s.exact.watch(ev.Task, ev.Identity)
			}
			s.shared.meet(ev.Host.Log)
		case runner.TaskEnded:
			s.finish(ev)
		}
	}
}

// finish ends watching a task. Its figures are corrected by runner.State from what the system
// accounted; here only the lanes are: sampling never sees all of a short life.
func (s *Sampler) finish(ev runner.TaskEnded) {
	if s.tasks[ev.Task] == nil { // it never started
		return
	}
	delete(s.tasks, ev.Task)
	s.stalls.forget(ev.Task)
	f := s.reader.figures(ev.Task)
	s.reader.forget(ev.Task)
	if s.exact != nil {
		s.exact.forget(ev.Task, ev.When())
	}
	unseen := slice{task: ev.Task, core: f.core, to: ev.When(), on: ev.Exit.Usage.CPU() - f.used.on}
	if !ev.Exit.Usage.Known || unseen.on <= 0 || s.recorded() || s.anonymous() {
		return
	}
	unseen.from = max(unseen.to-unseen.on, 0)
	if unseen.core < 0 {
		unseen.core = s.host.unexplained()
	}
	s.onCore(unseen)
}

func (s *Sampler) onCore(sl slice) {
	s.host.had(sl)
	s.lanes.add(sl)
}

// recorded is whether the lanes come from context switches now.
func (s *Sampler) recorded() bool { return s.exact != nil && s.exact.records() }

// anonymous is whether lanes are to tell of no task.
func (s *Sampler) anonymous() bool { return s.opts.Finest >= Load }

// glimpsed takes up what a reading tells of the cores, where nothing better does.
func (s *Sampler) glimpsed(sl slice) {
	if !s.recorded() && !s.anonymous() {
		s.onCore(sl)
	}
}

// tick takes one reading and returns when to take the next.
func (s *Sampler) tick() time.Duration {
	if s.lanes == nil { // nothing has started
		return slowest
	}
	s.now = max(time.Since(s.state.Time), 0)
	s.take()
	s.notify()
	s.pace.choose(s.now, s.used, len(s.tasks), s.reader.fast() && !s.anonymous(), s.ease())
	if s.now-s.reported >= s.pace.report() && s.lanes.ready(s.now-s.behind()) > 0 {
		s.report()
		s.advise()
	}
	wait := s.pace.wait(time.Since(s.state.Time))
	if s.recorded() {
		wait = min(wait, s.exact.room())
	}
	return wait
}

// ease is how far apart readings may be though tasks are busy; 0 if how they use cores is only seen by reading.
// While it is recorded, readings are for how tasks wait, of which a short one would else be told nothing, and
// for reports.
func (s *Sampler) ease() time.Duration {
	switch age := s.now - s.born; {
	case !s.recorded():
		return 0
	case age < fresh:
		return quickest
	case age < youth:
		return 2 * quickest
	case s.opts.Live || s.opts.Short:
		return reportBusy
	}
	return reportDark
}

// take takes readings of all that is watched, if it is time to. What is recorded must be taken up in time,
// whether or not there are tasks, and may have to be in between.
func (s *Sampler) take() {
	runtime.LockOSThread() // so that its time is ours
	defer runtime.UnlockOSThread()
	if s.exact != nil {
		s.exact.read(s.now)
	}
	if len(s.tasks) > 0 && (s.born > s.read || s.now-s.read >= s.pace.interval()-quickest/2) {
		s.read = s.now
		began := threadTime() // records have a limit of their own
		s.used = max(s.used, s.reader.read(s.now, manner{s.pace.quick(), s.recorded()}, s.glimpsed))
		s.askThreads()
		s.adopt()
		s.pace.spent(threadTime() - began)
	}
}

// behind is how far behind the present the lanes are.
func (s *Sampler) behind() time.Duration {
	if s.recorded() {
		return settled
	}
	return 0
}

// lastWait is how long [Sampler.Final] waits: a sampler answers at once, on a machine that lets it.
const lastWait = 250 * time.Millisecond

// Final returns what was seen since the last report, for the end of a run when all its tasks are over and
// their ends have been told: else a short run would have no lanes, and each would lack its last. It
// returns false if nothing was, or if the sampler does not run. It may be called from any goroutine.
func (s *Sampler) Final() (runner.Sampled, bool) {
	reply := make(chan runner.Sampled, 1)
	timer := time.NewTimer(lastWait)
	defer timer.Stop()
	select {
	case s.asks <- reply:
	case <-s.over:
		return runner.Sampled{}, false
	case <-timer.C:
		return runner.Sampled{}, false
	}
	select {
	case out := <-reply:
		return out, out.Measured()
	case <-s.over:
	case <-timer.C:
	}
	return runner.Sampled{}, false
}

// last takes a last reading. All that happened is known by then, so nothing is waited for.
func (s *Sampler) last() runner.Sampled {
	s.follow()
	if s.lanes == nil {
		return runner.Sampled{}
	}
	s.now = max(time.Since(s.state.Time), 0)
	s.read = -slowest // all once more
	s.host.end()
	s.take()
	return s.sample(s.now+cellLength-1, s.now)
}

// discovery is how often new threads and processes are looked for.
const (
	discovery     = 100 * time.Millisecond
	slowDiscovery = 500 * time.Millisecond // of a process that has started none for settling, while its time on cores is recorded anyway
	settling      = 2 * time.Second
)

// askThreads has the reader know of all threads of tasks that share a process.
func (s *Sampler) askThreads() {
	if s.opts.Threads == nil || s.now-s.asked < discovery {
		return
	}
	s.asked = s.now
	for _, i := range s.state.Active {
		if id := s.state.Tasks[i].Identity; id.TID != 0 && id.Host.ID != 0 && s.tasks[i] != nil {
			tids := s.opts.Threads(i)
			s.reader.belong(i, tids)
			if s.exact != nil {
				s.exact.belong(i, tids)
			}
		}
	}
}

// threadLister is a reader that knows the threads of tasks which are process trees.
type threadLister interface {
	// threadsOf appends those of a watched task that were there at the last reading.
	threadsOf(task int, to []int) []int
}

// adopt tells whose threads are, once some may have been made while switches were not recorded, or lost.
func (s *Sampler) adopt() {
	r, can := s.reader.(threadLister)
	if !can || !s.recorded() || !s.exact.gaps || s.now-s.adopted < discovery {
		return
	}
	s.adopted = s.now
	for _, i := range s.state.Active {
		if s.tasks[i] != nil && s.state.Tasks[i].Identity.Tree {
			s.tids = r.threadsOf(i, s.tids[:0])
			s.exact.adopt(i, s.tids)
		}
	}
}

// report tells what was seen since the last report.
func (s *Sampler) report() {
	behind := s.now - s.behind()
	s.opts.Report(s.sample(behind, behind))
}

// sample returns what was seen since the last report: lanes of all cells up to cells, and what was recorded up to
// settled.
func (s *Sampler) sample(cells, settled time.Duration) runner.Sampled {
	host, others := s.host.read(s.now)
	s.grain()
	out := runner.Sampled{
		At: runner.At(s.now), Span: s.now - s.reported, Host: host,
		Tasks: make([]runner.TaskSample, 0, len(s.tasks)),
		Lanes: runner.Lanes{Cores: s.lanes.cores, Cell: s.lanes.cell, Rows: s.lanes.take(cells, others)},
	}
	out.Lanes.End = s.lanes.end()
	out.Lanes.Tier, out.Lanes.Why = s.tier()
	if s.exact != nil {
		out.Together = s.exact.together(settled, len(s.lanes.cores))
	}
	s.reported = s.now
	for _, i := range s.state.Active {
		if t := s.tasks[i]; t != nil {
			ts := t.sample(i, s.state.Tasks[i], s.now, s.figures(i))
			ts.Try, ts.LogSize = s.state.Tasks[i].Try, logSize(s.opts.Dir, s.state.Tasks[i])
			out.Tasks = append(out.Tasks, ts)
		}
	}
	if g, watches := s.reader.(gilWatcher); watches {
		out.GILs = g.gils()
	}
	s.progress.fill(out.Tasks, s.tasks, s.state.Tasks)
	out.Logs = s.shared.grown(s.opts.Dir)
	out.Stalled = s.stalled(out.Tasks)
	return out
}

// grain has the lanes be as fine as what they come from.
func (s *Sampler) grain() {
	if s.recorded() {
		s.lanes.grain(fineLength)
		return
	}
	s.lanes.grain(cellLength)
}

// figures returns what is known of a task: what readings tell, which miss what lives shortly, and
// what was recorded, which is late by a little.
func (s *Sampler) figures(task int) figures {
	f := s.reader.figures(task)
	if s.exact != nil {
		f.used.on = max(f.used.on, s.exact.on[task])
	}
	return f
}

// tier says how the lanes are measured, and why not better.
func (s *Sampler) tier() (tier, why string) {
	switch {
	case s.recorded():
		return s.exact.tier(), ""
	case s.exact != nil:
		why = s.exact.why()
	default:
		why = s.inexact
	}
	if s.anonymous() {
		return runner.LoadOnly, why
	}
	return s.reader.tier(s.pace.rate()), why
}

func (s *Sampler) notify() {
	for _, n := range s.reader.notices() {
		if s.opts.Advise != nil {
			s.opts.Advise(n)
		}
	}
}

// advicePeriod is how often the advice is thought over.
const advicePeriod = 500 * time.Millisecond

func (s *Sampler) advise() {
	if s.opts.Advise == nil || s.now-s.advised < advicePeriod {
		return
	}
	s.advised = s.now
	if a, ok := s.adviser.Next(&s.state); ok {
		s.opts.Advise(a)
	}
}
