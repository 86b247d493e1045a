package zygote

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"parallax/runner"
	"parallax/runner/python/which"
	"parallax/runner/python/wire"
)

// Auto in a job's Preload stands for the modules that the run's scripts share.
const Auto = "auto"

// Processes is the launcher of processes, as far as it is needed here.
type Processes interface {
	runner.Closer
	// Adopt returns the handle of a try whose process was forked by a child of parallax.
	Adopt(spec runner.Spec, leader runner.Forked) (runner.Handle, error)
	// Execution says what a try would execute, with which arguments, where and in what environment.
	Execution(spec runner.Spec) (path string, argv, env []string, dir string, err error)
	// Interpreter says what runs a job's script, as a user would type it.
	Interpreter(job runner.Job) []string
}

// Options says what a launcher works with.
type Options struct {
	// Processes runs the jobs that ask for nothing to be preloaded, starts the zygotes, and adopts
	// what these fork. It belongs to the launcher, which closes it.
	Processes Processes
	// Scripts are the Python scripts of the run's jobs, one for each job, so one that several jobs run
	// is there as often. They are what "auto" finds shared modules in. Without any, "auto" goes by the
	// script of the first job that is started.
	Scripts []string
	// Env is the environment that interpreters are looked up in, as "KEY=value". nil is parallax's.
	Env []string
}

// Launcher runs Python scripts as forks of interpreters that have imported what they ask for, and all
// else as the launcher of processes does. Its methods may be called from any goroutine.
type Launcher struct {
	Processes
	opts   Options
	finder which.Finder
	looks  memo

	mu     sync.Mutex
	homes  map[string]*home
	closed bool
}

// home is where a zygote is kept; a new one is started when it has died.
type home struct {
	mu     sync.Mutex // held while one is being started
	zygote *zygote
	fault  error // why none can ever be had, or nil
}

var _ runner.Closer = (*Launcher)(nil)

var errClosed = errors.New("start: the launcher is closed")

// New prepares a launcher. It starts nothing.
func New(opts Options) *Launcher {
	l := &Launcher{Processes: opts.Processes, opts: opts, finder: which.Finder{Env: opts.Env}, homes: map[string]*home{}}
	for i, script := range opts.Scripts {
		if path, err := filepath.Abs(script); err == nil {
			if i == 0 {
				l.opts.Scripts = slices.Clone(opts.Scripts)
			}
			l.opts.Scripts[i] = path
		}
	}
	return l
}

// Launch implements [runner.Launcher]. It returns when the script has a process of its own.
func (l *Launcher) Launch(ctx context.Context, spec runner.Spec) (runner.Handle, error) {
	if len(spec.Job.Preload) == 0 {
		return l.Processes.Launch(ctx, spec)
	}
	if err := supported(); err != nil {
		return nil, fmt.Errorf("start: %w", err)
	}
	e, err := l.execution(spec)
	if err != nil {
		return nil, err
	}
	stdin, err := spec.Input()
	if err != nil {
		return nil, fmt.Errorf("start: %w", err)
	}
	defer stdin.Close() // the child has its own by then
	z, err := l.zygote(ctx, spec, e)
	if err != nil {
		return nil, fmt.Errorf("start: %w", err)
	}
	files := append([]*os.File{stdin, spec.Stdout, spec.Stderr}, spec.Extra...)
	if spec.Progress != nil {
		files = append(files, spec.Progress)
	}
	c, err := z.fork(ctx, e.run(spec.Job), files)
	if err != nil {
		return nil, fmt.Errorf("start: %w", err)
	}
	h, err := l.Adopt(spec, c)
	if err != nil {
		c.drop()
		return nil, err
	}
	return h, nil
}

// execution is how the launcher of processes would execute a script.
type execution struct {
	path string
	argv []string // python, the script, its arguments
	env  []string
	dir  string
}

func (l *Launcher) execution(spec runner.Spec) (e execution, err error) {
	if e.path, e.argv, e.env, e.dir, err = l.Execution(spec); err != nil {
		return e, err
	}
	if len(e.argv) != len(spec.Job.Args)+2 {
		return e, fmt.Errorf("start: preload: %s is not run by an interpreter without options", spec.Job.Command())
	}
	return e, nil
}

func (e execution) run(job runner.Job) runCommand {
	return runCommand{Argv: wire.Texts(e.argv[1:]), Orig: wire.Texts(e.argv), Env: wire.Texts(e.env), Cwd: wire.Text(e.dir), CPUs: job.CPUs}
}

// zygote returns the zygote for a try, starting it if there is none.
func (l *Launcher) zygote(ctx context.Context, spec runner.Spec, e execution) (*zygote, error) {
	own := starting(spec.Job, e)
	key := strings.Join(append([]string{spec.Run, own.path, own.dir, strings.Join(spec.Job.Preload, ",")}, pairs(own.env)...), "\x00")
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil, errClosed
	}
	at := l.homes[key]
	if at == nil {
		at = &home{}
		l.homes[key] = at
	}
	l.mu.Unlock()
	at.mu.Lock()
	defer at.mu.Unlock()
	if at.fault != nil {
		return nil, at.fault
	}
	if at.zygote != nil && at.zygote.alive() {
		return at.zygote, nil
	}
	if at.zygote != nil {
		<-at.zygote.done // its owner is about to end
		at.zygote = nil
	}
	z, err := l.begin(ctx, spec, own)
	if errors.As(err, new(barren)) {
		at.fault = err // the next try would wait as long, only to learn the same
	}
	at.zygote = z
	return z, err
}

// startUp is what decides how an interpreter starts: what differs in it needs another zygote.
type startUp struct {
	path string
	dir  string            // where, if that matters
	env  map[string]string // of what the job sets
}

// starting picks from a try what its interpreter, or an import, reads at the start.
func starting(job runner.Job, e execution) startUp {
	s := startUp{path: e.path, env: map[string]string{}}
	for key, value := range job.Env {
		if readAtStart(key) {
			s.env[key] = value
		}
	}
	for _, pair := range e.env {
		path, found := strings.CutPrefix(pair, "PYTHONPATH=")
		if found && slices.ContainsFunc(filepath.SplitList(path), func(p string) bool { return !filepath.IsAbs(p) }) {
			s.dir = job.Dir
		}
	}
	if filepath.Base(filepath.Dir(e.path)) == "shims" { // pyenv's go by the folder
		s.dir = job.Dir
	}
	return s
}

// readAtStart reports whether a variable decides how Python, the C library or a common library of
// numbers starts. Others are read by scripts, which have them as they were set.
func readAtStart(key string) bool {
	switch key {
	case "LANG", "HOME", "PYENV_VERSION", "OPENSSL_CONF", "GLIBC_TUNABLES":
		return true
	}
	for _, prefix := range []string{"PYTHON", "LC_", "LD_", "MALLOC_"} {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return strings.HasSuffix(key, "_NUM_THREADS")
}

func pairs(env map[string]string) []string {
	var out []string
	for _, key := range slices.Sorted(maps.Keys(env)) {
		out = append(out, key+"="+env[key])
	}
	return out
}

// begin starts a zygote. What "auto" has found and is not fit is left out, and said.
func (l *Launcher) begin(ctx context.Context, spec runner.Spec, own startUp) (*zygote, error) {
	want := orders{Modules: wire.Texts(spec.Job.Preload), Scripts: wire.Texts(l.opts.Scripts), Skip: wire.Texts(nil)}
	if len(want.Scripts) == 0 {
		script, err := filepath.Abs(spec.Job.Script)
		if err != nil {
			return nil, err
		}
		want.Scripts = wire.Texts([]string{script})
	}
	// The process is nobody's task, and is named so in what its environment says of it.
	process := runner.Spec{Run: spec.Run, Task: -1, Job: runner.Job{
		Name: "preload", Argv: []string{own.path, "-c", program()}, Env: own.env, Dir: own.dir,
	}}
	for {
		z, err := start(ctx, l.Processes, process, want)
		var bad *unfit
		if !errors.As(err, &bad) || !bad.auto || slices.Contains(want.Skip, wire.Text(bad.module)) {
			return z, err
		}
		want.Skip = append(want.Skip, wire.Text(bad.module))
		if spec.Say != nil {
			spec.Say(runner.Note, "preload", fmt.Sprintf("%s is not preloaded: it %s", bad.module, bad.why))
		}
	}
}

// Close ends the zygotes and the launcher of processes. All handles must be over by then.
func (l *Launcher) Close() error {
	l.mu.Lock()
	l.closed = true
	homes := l.homes
	l.homes = nil
	l.mu.Unlock()
	for _, at := range homes {
		at.mu.Lock()
		if at.zygote != nil {
			at.zygote.close()
		}
		at.mu.Unlock()
	}
	return l.Processes.Close()
}
