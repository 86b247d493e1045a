package process

import (
	"context"
	"fmt"
	"os"
	"sync"

	"parallax/runner"
)

// Options says how scripts are interpreted.
type Options struct {
	// Python finds the interpreter of a job's .py script: a path, or a name to be looked for in PATH.
	// An error refuses the job. It is called for each check and each start, from any goroutine. nil
	// takes what the job names, else python3 (python on Windows).
	Python func(job runner.Job) (string, error)
	// Name is what to call the interpreter of a job's script, such as "python 3.13.0", or "" where
	// that is not known. It is called for each start, from any goroutine. nil knows none.
	Name func(job runner.Job) string
	// Self is the start of a command that runs a Starlark script when the script's path and
	// arguments are appended. Empty means that .star scripts are refused.
	Self []string
	// Inside looks into processes that run an interpreter, for their stacks. nil looks into none.
	Inside Inside
	// Env is the environment that jobs start from, as "KEY=value". nil is that of parallax.
	Env []string
}

// Launcher starts jobs as processes. Its methods may be called from any goroutine.
type Launcher struct {
	python func(job runner.Job) (string, error)
	name   func(job runner.Job) string
	self   []string
	inside Inside
	base   baseEnv
	look   lookups

	mu     sync.Mutex
	system *system // nil before the first launch
	closed bool
}

var _ runner.Closer = (*Launcher)(nil)

// New prepares a launcher. It starts nothing.
func New(opts Options) *Launcher {
	if opts.Env == nil {
		opts.Env = os.Environ()
	}
	if opts.Name == nil {
		opts.Name = func(runner.Job) string { return "" }
	}
	return &Launcher{python: opts.Python, name: opts.Name, self: opts.Self, inside: opts.Inside, base: newBaseEnv(opts.Env)}
}

// Launch starts one try. ctx bounds the starting: once the process runs it has no effect.
// The error says in words what could not be started and why.
func (l *Launcher) Launch(ctx context.Context, spec runner.Spec) (runner.Handle, error) {
	sys, err := l.begin()
	if err != nil {
		return nil, fmt.Errorf("start: %w", err)
	}
	cmd, err := l.resolve(spec.Job)
	if err != nil {
		return nil, fmt.Errorf("start: %w", err)
	}
	cmd.env = l.base.with(spec, cmd.dir)
	stdin := sys.null
	if cmd.stdin != "" {
		if stdin, err = os.Open(cmd.stdin); err != nil {
			return nil, fmt.Errorf("start: stdin: %w", err)
		}
		defer stdin.Close() // the process has its own by then
	}
	files := append([]*os.File{stdin, spec.Stdout, spec.Stderr}, spec.Extra...)
	if spec.Progress != nil {
		files = append(files, spec.Progress)
	}
	lens := l.prepare(&cmd, len(files))
	if lens != nil {
		files = append(files, lens.file)
	}
	h, err := sys.launch(ctx, cmd, files, spec)
	if err == nil {
		h.lens, h.title = lens, l.name(spec.Job)
		return h, nil
	}
	lens.close()
	// The system's one word ("no such file or directory") does not say which file: Check does.
	if fault := l.Check(spec.Job); fault != nil && ctx.Err() == nil {
		err = fault
	}
	return nil, fmt.Errorf("start: %w", err)
}

// pythonOf says what runs a job's .py script.
func (l *Launcher) pythonOf(job runner.Job) (string, error) {
	switch {
	case l.python != nil:
		return l.python(job)
	case job.Python != "":
		return job.Python, nil
	}
	return defaultPython, nil
}

// Close ends what the launcher holds between launches. All handles must be over by then.
func (l *Launcher) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.system == nil {
		return nil
	}
	sys := l.system
	l.system = nil
	return sys.close()
}

// begin starts what is needed for launches, once.
func (l *Launcher) begin() (*system, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, errClosed
	}
	if l.system == nil {
		sys, err := newSystem()
		if err != nil {
			return nil, err
		}
		l.system = sys
	}
	return l.system, nil
}
