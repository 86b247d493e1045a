package python

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"parallax/runner"
	"parallax/runner/python/which"
	"parallax/runner/python/wire"
)

// Options says how interpreters are found and started, and how scripts share them.
type Options struct {
	// Model is how scripts share interpreters: [runner.Threads], [runner.Hybrid] or
	// [runner.Interpreters]. "" means threads.
	Model runner.Model
	// Hosts is how many processes scripts are spread over in the model hybrid, for each Python that
	// jobs ask for. There are never more than scripts that run at once. 0 means one for each core.
	Hosts int
	// Python is the interpreter for jobs that name none: a path, a name or a version. "" means that
	// the script's first line, an active virtual environment, .python-version and PATH decide.
	Python string
	// Processes starts the interpreters. It belongs to the launcher, which closes it.
	Processes runner.Closer
	// Env is the environment that scripts start from, as "KEY=value". nil is that of parallax.
	Env []string
}

// Launcher runs scripts inside of interpreters that it starts: all that ask for the same Python in
// one (threads), spread over several (hybrid), or each in a subinterpreter of its own in one process
// (interpreters). Scripts whose environment sets what only a start of Python obeys, such as
// PYTHONHASHSEED, share interpreters with those that set the same. Its methods may be called from any
// goroutine.
type Launcher struct {
	opts     Options
	finder   which.Finder
	numbers  *numbers
	patience time.Duration // see vigil

	mu     sync.Mutex
	pools  map[string]*pool // by kind
	closed bool
}

var _ runner.Closer = (*Launcher)(nil)

var errClosed = errors.New("the launcher is closed")

// New prepares a launcher for one model. It starts nothing.
//
// The launchers of one run should come from [Models]: else two of them may give the same number to
// two interpreters.
func New(opts Options) *Launcher {
	if opts.Model == "" {
		opts.Model = runner.Threads
	}
	if opts.Env == nil {
		opts.Env = os.Environ()
	}
	if opts.Hosts <= 0 {
		opts.Hosts = runtime.NumCPU()
	}
	return &Launcher{
		opts: opts, finder: which.Finder{Env: opts.Env}, numbers: new(numbers), patience: silence, pools: map[string]*pool{},
	}
}

// Models prepares a launcher for each model of this package. They number their interpreters together,
// and share opts.Processes, which the last of them closes. opts.Model is not looked at.
func Models(opts Options) map[runner.Model]runner.Launcher {
	models := []runner.Model{runner.Threads, runner.Interpreters, runner.Hybrid}
	owned := &shared{Closer: opts.Processes}
	owned.owners.Store(int32(len(models)))
	opts.Processes = owned
	all, together := map[runner.Model]runner.Launcher{}, new(numbers)
	for _, m := range models {
		opts.Model = m
		l := New(opts)
		l.numbers = together
		all[m] = l
	}
	return all
}

// shared is a launcher that several own: the last closes it.
type shared struct {
	runner.Closer
	owners atomic.Int32
}

// Close implements [runner.Closer].
func (s *shared) Close() error {
	if s.owners.Add(-1) > 0 {
		return nil
	}
	return s.Closer.Close()
}

// Check implements [runner.Launcher].
func (l *Launcher) Check(job runner.Job) error {
	if err := supported(); err != nil {
		return err
	}
	its, err := targetOf(job)
	if err != nil {
		if _, fault := os.Stat(job.Script); job.Script != "" && fault != nil {
			return fmt.Errorf("script %q: %s", job.Script, runner.FileFault(fault)) // what it would be is beside the point
		}
		return err
	}
	p, err := l.interpreter(job, its)
	if err != nil {
		return err
	}
	if err := checkScript(its); err != nil {
		return err
	}
	// What the system must give it is the same as for a process.
	return l.opts.Processes.Check(runner.Job{Argv: []string{p.Path}, Env: job.Env, Dir: job.Dir, Stdin: job.Stdin, CPUs: job.CPUs})
}

// interpreter finds the Python for a job: the one that its command names, else the one that is meant
// for it in every model.
func (l *Launcher) interpreter(job runner.Job, its target) (which.Python, error) {
	want := which.Want{Choice: its.python, Script: its.path, Dir: job.Dir, Env: job.Env}
	if want.Choice == "" {
		want.Choice = job.Python
	}
	if want.Choice == "" {
		want.Choice = l.opts.Python
	}
	p, err := l.finder.Of(want)
	switch {
	case err != nil:
		return p, err
	case l.opts.Model == runner.Interpreters:
		return p, p.Interpreters()
	}
	return p, p.Threads()
}

// tries is how often a script is put into an interpreter that ends before the script has begun.
const tries = 3

// Launch implements [runner.Launcher]. It returns when the script's thread runs.
func (l *Launcher) Launch(ctx context.Context, spec runner.Spec) (runner.Handle, error) {
	if err := supported(); err != nil {
		return nil, err
	}
	its, err := targetOf(spec.Job)
	if err != nil {
		return nil, err
	}
	p, err := l.interpreter(spec.Job, its)
	if err != nil {
		return nil, err
	}
	c := its.runs(spec.Job)
	c.Env = wire.Texts(l.environ(spec, its.cwd))
	stdin, err := spec.Input()
	if err != nil {
		return nil, fmt.Errorf("start: %w", err)
	}
	defer stdin.Close() // the host has its own by then
	files := []*os.File{stdin, spec.Stdout, spec.Stderr}
	if spec.Progress != nil {
		c.Progress, files = true, append(files, spec.Progress)
	}
	at, err := l.pool(p.Path, settings(spec.Job.Env, l.opts.Env, its.cwd))
	if err != nil {
		return nil, err
	}
	for n := 1; ; n++ {
		t, err := l.place(ctx, at, c, files, spec)
		if err == nil {
			return t, nil
		}
		if n == tries || !errors.As(err, new(errNotBegun)) {
			return nil, err
		}
	}
}

// place runs a script in the process that is due.
func (l *Launcher) place(ctx context.Context, at *pool, c runCommand, files []*os.File, spec runner.Spec) (*Task, error) {
	s, err := at.take(ctx, spec)
	if err != nil {
		return nil, err
	}
	h := s.room.host
	if l.opts.Model == runner.Interpreters {
		if h, err = h.open(ctx, l.numbers, l.patience); err != nil {
			s.leave()
			return nil, err
		}
	}
	t := newTask(spec, l.label(h, s, spec), s.leave)
	if err := h.run(ctx, t, c, files); err != nil {
		if h.sub != nil {
			_ = h.send(command{Type: "shutdown"}) // fails only when it is over
		}
		return nil, err
	}
	return t, nil
}

// label is what the screen calls a script, but for its thread's number in the system.
func (l *Launcher) label(h *Host, s *seat, spec runner.Spec) string {
	switch l.opts.Model {
	case runner.Hybrid:
		return fmt.Sprintf("interpreter %d · thread %d", h.number, s.number)
	case runner.Interpreters:
		return fmt.Sprintf("interpreter %d", spec.Slot)
	}
	return fmt.Sprintf("thread %d", spec.Slot)
}

// pool returns where scripts of an interpreter with settings of their own run.
func (l *Launcher) pool(path string, own map[string]string) (*pool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, errClosed
	}
	as := kind(path, own)
	at := l.pools[as]
	if at == nil {
		at = &pool{limit: 1, start: func(ctx context.Context, spec runner.Spec) (*Host, error) {
			return l.start(ctx, path, own, spec)
		}}
		if l.opts.Model == runner.Hybrid {
			at.limit = l.opts.Hosts
		}
		l.pools[as] = at
	}
	return at, nil
}

// start starts an interpreter. spec is that of the first script that will run in it.
func (l *Launcher) start(ctx context.Context, path string, own map[string]string, spec runner.Spec) (*Host, error) {
	return start(ctx, starting{
		interpreter: path, processes: l.opts.Processes, numbers: l.numbers, patience: l.patience,
		// The process is nobody's task, and is named so in what its environment says of it.
		spec: runner.Spec{Run: spec.Run, Task: -1, Job: runner.Job{Name: "python", Env: own}, Shared: spec.Shared},
	})
}

// Close ends the interpreters. All handles must be over by then.
func (l *Launcher) Close() error {
	l.mu.Lock()
	l.closed = true
	pools := l.pools
	l.pools = nil
	l.mu.Unlock()
	for _, at := range pools {
		at.close()
	}
	return l.opts.Processes.Close()
}
