// Package session runs jobs with everything that belongs to a run: its folder, its sampler and
// whoever shows it. A [Stage] owns every goroutine of its sessions and ends them in order.
package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"parallax/monitor"
	"parallax/runner"
	"parallax/runner/journal"
	"parallax/runner/remote"
)

// Env is what all sessions of a stage share.
type Env struct {
	Root      string                                  // the folder that holds all runs
	Launchers func() map[runner.Model]runner.Launcher // made anew for each run, which closes them
	Version   string
	Argv      []string // parallax's own command line
	Cores     []int    // ids of the cores that may be used
	Quota     float64
	Finest    monitor.Tier // measure no finer than this
}

// Plan is one run to be made. Jobs must have been through [runner.Prepare].
type Plan struct {
	Name     string
	Jobs     []runner.Job
	Workers  int
	Halt     runner.Halt
	Separate bool
	Backoff  time.Duration // 0 means the runner's own
	// RestartLost starts jobs again that failed only because another ended their interpreter.
	RestartLost bool
	Hold        bool // keep the run open when all tasks are over, until runner.Finish

	Root      string                                  // the folder that holds the run, where it is another than the stage's
	Launchers func() map[runner.Model]runner.Launcher // likewise, made anew for the run
	// Short says that the run may be short and its peak memory is to be known, as in a comparison.
	Short bool
	// Live says that it is shown on a screen.
	Live bool
	// Unheard says that nobody takes events from the session's Feed.
	Unheard bool
}

// Stage runs sessions. Its methods may be called from any goroutine.
type Stage struct {
	env    Env
	ctx    context.Context
	cancel context.CancelCauseFunc
	whole  context.Context // until a run breaks off
	spoil  context.CancelFunc
	gaveUp chan struct{} // closed by Abandon
	listen func(remote.Options) (*remote.Server, error)

	mu       sync.Mutex
	sessions []*Session
	panicked *PanicError
	left     bool // by Leave or KillNow: nothing is started any more
}

// Session is one run that was started.
type Session struct {
	// Feed is the stream of events for whoever shows the run; nil where the plan says that nobody does.
	Feed *runner.Feed
	// Plan is what was asked for.
	Plan Plan

	run   *runner.Run
	rec   *journal.Writer
	done  chan struct{}
	state runner.State // once done is closed
	err   error
}

// PanicError is a fault of parallax itself, met in a goroutine.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("a fault in parallax: %v", e.Value) }

// NewStage makes a stage. It starts nothing. When ctx is done all its runs are cancelled.
func NewStage(ctx context.Context, env Env) *Stage {
	s := &Stage{env: env, gaveUp: make(chan struct{}), listen: remote.Listen}
	s.whole, s.spoil = context.WithCancel(context.Background())
	s.ctx, s.cancel = context.WithCancelCause(ctx)
	return s
}

var errLeft = errors.New("the run was not started: parallax is ending")

// Start makes a run's folder and sets the run going. An error means that nothing was started. After
// [Stage.Leave], [Stage.KillNow] and [Stage.Cancel] nothing is.
func (st *Stage) Start(plan Plan) (*Session, error) {
	if err := st.open(nil); err != nil {
		return nil, err
	}
	root, launchers := cmp.Or(plan.Root, st.env.Root), st.env.Launchers
	if plan.Launchers != nil {
		launchers = plan.Launchers
	}
	rec, err := journal.Create(root, journal.Info{
		Name: plan.Name, Version: st.env.Version, Argv: st.env.Argv, Jobs: plan.Jobs,
		Host:     journal.Host{Cores: st.env.Cores, Quota: st.env.Quota},
		Settings: journal.Settings{Workers: plan.Workers, Halt: plan.Halt, Separate: plan.Separate},
	})
	if err != nil {
		return nil, err
	}
	var sampler *monitor.Sampler
	run, err := runner.New(runner.Options{
		ID: rec.Info().ID, Name: plan.Name, Jobs: plan.Jobs, Workers: plan.Workers, Cores: st.env.Cores, Quota: st.env.Quota,
		Halt: plan.Halt, Separate: plan.Separate, Launchers: launchers(), Recorder: rec,
		Backoff: plan.Backoff, RestartLost: plan.RestartLost, Hold: plan.Hold,
		Final: func() (runner.Sampled, bool) { return sampler.Final() },
	})
	if err != nil {
		return nil, errors.Join(err, rec.Close())
	}
	s := &Session{Plan: plan, run: run, rec: rec, done: make(chan struct{})}
	if !plan.Unheard { // what nobody takes would pile up
		s.Feed = run.Subscribe()
	}
	if err := st.open(s); err != nil { // who left meanwhile waits for what was there then
		return nil, errors.Join(err, rec.Close(), os.RemoveAll(rec.Dir()))
	}
	sampler = monitor.New(monitor.Options{
		Feed: run.Subscribe(), Report: run.Report, Advise: run.Advise, Dir: rec.Dir(), Finest: st.env.Finest,
		Live: plan.Live, Short: plan.Short, Threads: run.Threads, Progress: run.Progress, Stack: run.Stack,
	})
	sampler.Attach(st.env.Cores)                                                      // before the first job starts
	beside := []func(context.Context){func(ctx context.Context) { sampler.Run(ctx) }} // it fails only for lack of options
	if serve := st.control(s); serve != nil {
		beside = append(beside, serve)
	}
	go st.perform(s, beside)
	return s, nil
}

// open says why nothing can be started any more, or else takes up s, if any. From then on s is told
// what all sessions are told, and waited for, so it must be performed.
func (st *Stage) open(s *Session) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	if err := context.Cause(st.ctx); err != nil {
		return err
	}
	if st.left {
		return errLeft
	}
	if s != nil {
		st.sessions = append(st.sessions, s)
	}
	return nil
}

// close lets nothing be started any more, and returns all that was.
func (st *Stage) close() []*Session {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.left = true
	return slices.Clone(st.sessions)
}

// control lets other terminals control a run, and returns what does so until its context is done. A
// run that cannot be is told so, and goes on.
func (st *Stage) control(s *Session) func(context.Context) {
	server, err := st.listen(remote.Options{
		ID: s.ID(), Dir: s.Dir(), Tasks: len(s.Plan.Jobs), Run: s.run, Broke: st.Break,
	})
	if err != nil {
		s.run.Advise(runner.Advised{
			Task: -1, Level: runner.Note, Code: "remote", Text: fmt.Sprintf("cannot be controlled from another terminal: %v", err),
		})
		return nil
	}
	feed := s.run.Subscribe()
	return func(ctx context.Context) { server.Run(ctx, feed) }
}

// perform runs a session, and beside it what needs to know when it is over; [Stage.Wait] waits for it.
func (st *Stage) perform(s *Session, others []func(context.Context)) {
	defer close(s.done)
	watched, stop := context.WithCancel(context.Background())
	defer stop()
	var beside sync.WaitGroup
	for _, other := range others {
		beside.Go(func() {
			defer st.catch()
			other(watched)
		})
	}
	func() {
		defer st.catch()
		s.state, s.err = s.run.Run(st.ctx)
	}()
	if !s.state.Ended { // it could not be recorded, or broke: no end comes through the feed
		st.spoil()
	}
	stop()
	beside.Wait()
	s.err = errors.Join(s.err, s.rec.Close())
}

// catch turns a panic into the end of all runs.
func (st *Stage) catch() {
	p := recover()
	if p == nil {
		return
	}
	st.Break(p, debug.Stack())
}

// Break ends all runs at once because of a panic. The first one is kept.
func (st *Stage) Break(value any, stack []byte) {
	st.mu.Lock()
	first := st.panicked == nil
	if first {
		st.panicked = &PanicError{value, stack}
	}
	st.mu.Unlock()
	if !first {
		return
	}
	st.cancel(&PanicError{value, stack})
	st.KillNow()
	st.spoil()
}

// Whole is a context for whoever shows the runs: it lasts until a run has broken off without an end
// in its feed, because it could not be recorded or a goroutine panicked. A cancelled run does not
// end it, for the end of the run is still to be shown.
func (st *Stage) Whole() context.Context { return st.whole }

// Abandon makes Wait return although jobs have not ended. They end with the program, as far as
// the system allows.
func (st *Stage) Abandon() {
	st.mu.Lock()
	defer st.mu.Unlock()
	select {
	case <-st.gaveUp:
	default:
		close(st.gaveUp)
	}
}

// Cancel asks all jobs to end, with their grace. cause becomes the reason of the runs. Nothing is
// started any more.
func (st *Stage) Cancel(cause error) { st.cancel(cause) }

// Going is a context for who starts runs: it lasts until the stage is cancelled.
func (st *Stage) Going() context.Context { return st.ctx }

// Stopped reports whether the stage was cancelled.
func (st *Stage) Stopped() bool { return st.ctx.Err() != nil }

// Leave closes runs that were held open. Jobs that still run are cancelled, with their grace. Nothing
// is started any more.
func (st *Stage) Leave() {
	for _, s := range st.close() {
		s.Do(runner.Finish{})
		s.Do(runner.Cancel{})
	}
}

// States waits for all runs and returns their last states, in the order in which they were started.
func (st *Stage) States() []runner.State {
	var out []runner.State
	for _, s := range st.all() {
		<-s.done
		out = append(out, s.state)
	}
	return out
}

// KillNow ends all jobs without grace. Nothing is started any more.
func (st *Stage) KillNow() {
	for _, s := range st.close() {
		s.Do(runner.KillNow{})
		s.Do(runner.Finish{Cancel: true})
	}
}

func (st *Stage) all() []*Session {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.sessions[:len(st.sessions):len(st.sessions)]
}

// Wait blocks until all runs have ended. After a panic it waits for a short while only: who would
// have ended the jobs may be what broke, and then the end of the program ends them.
func (st *Stage) Wait() error {
	var errs []error
	for _, s := range st.all() {
		_, err := st.await(s)
		errs = append(errs, err)
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.panicked != nil {
		return st.panicked
	}
	return errors.Join(errs...)
}

// Release waits for a run as Wait does, returns its last state and lets go of it: Wait and States know of
// it no more, so that of many runs not all are kept. One that has not ended stays with the stage.
func (st *Stage) Release(s *Session) (runner.State, error) {
	over, err := st.await(s)
	if !over {
		return runner.State{}, cmp.Or(err, errBroken)
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	st.sessions = slices.DeleteFunc(slices.Clone(st.sessions), func(other *Session) bool { return other == s })
	return s.state, err
}

// errBroken says of a run that it was given up because parallax itself broke. What broke is said by Wait.
var errBroken = errors.New("parallax broke, and the run did not end")

// await waits for a run as Wait says. over reports whether it has ended.
func (st *Stage) await(s *Session) (over bool, err error) {
	select {
	case <-s.done:
		return true, s.err
	case <-st.gaveUp:
	case <-st.whole.Done():
		select {
		case <-s.done:
			return true, s.err
		case <-st.gaveUp:
		case <-time.After(brokenGrace):
			return false, nil
		}
	}
	return false, fmt.Errorf("run %s did not end when its jobs were killed", s.ID())
}

// brokenGrace is how long a broken stage may take to end its jobs.
const brokenGrace = 5 * time.Second

// Do passes a command to the run. It never blocks.
func (s *Session) Do(c runner.Command) { s.run.Do(c) }

// Stack asks a running task where it is, innermost call last. It takes at most a few seconds and may be
// called from any goroutine but the screen's own. An error says in words why that cannot be told.
func (s *Session) Stack(task int) (string, error) { return s.run.Stack(task) }

// Dir is the run's folder.
func (s *Session) Dir() string { return s.rec.Dir() }

// ID is the run's id.
func (s *Session) ID() string { return s.rec.Info().ID }

// Clock is the time since the start of the run. It is within some milliseconds of the events' own.
func (s *Session) Clock() time.Duration { return time.Since(s.rec.Info().Start) }

// Done is closed when the run has ended and all of it is on disk.
func (s *Session) Done() <-chan struct{} { return s.done }

// Wait blocks until the run has ended and returns its last state.
func (s *Session) Wait() (runner.State, error) {
	<-s.done
	return s.state, s.err
}
