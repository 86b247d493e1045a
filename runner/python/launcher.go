package python

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"parallax/runner"
	"parallax/runner/python/which"
)

// Options says how interpreters are found and started.
type Options struct {
	// Python is the interpreter for jobs that name none: a path, a name or a version. "" means that
	// the script's first line, an active virtual environment, .python-version and PATH decide.
	Python string
	// Processes starts the interpreters. It belongs to the launcher, which closes it.
	Processes runner.Closer
	// Env is the environment that scripts start from, as "KEY=value". nil is that of parallax.
	Env []string
}

// Launcher runs scripts as threads, all that ask for the same Python in one interpreter. Its methods
// may be called from any goroutine.
type Launcher struct {
	opts   Options
	finder which.Finder

	mu     sync.Mutex
	homes  map[string]*home // by the interpreter's path
	closed bool
}

// home is where the host of one interpreter is kept; a new one is started when it has died.
type home struct {
	mu   sync.Mutex // held while a host is being started
	host *Host
}

var _ runner.Closer = (*Launcher)(nil)

var errClosed = errors.New("the launcher is closed")

// New prepares a launcher. It starts nothing.
func New(opts Options) *Launcher {
	if opts.Env == nil {
		opts.Env = os.Environ()
	}
	return &Launcher{opts: opts, finder: which.Finder{Env: opts.Env}, homes: map[string]*home{}}
}

// Check implements [runner.Launcher].
func (l *Launcher) Check(job runner.Job) error {
	if err := supported(); err != nil {
		return err
	}
	c, err := l.script(runner.Spec{Job: job})
	if err != nil {
		return err
	}
	if _, err := l.interpreter(job, string(c.Path)); err != nil {
		return err
	}
	return checkFiles(job, string(c.Path))
}

// checkFiles says what of a job's files is not there.
func checkFiles(job runner.Job, script string) error {
	info, err := os.Stat(script)
	switch {
	case err != nil:
		return fmt.Errorf("script %q: %s", job.Script, inWords(err))
	case info.IsDir():
		return fmt.Errorf("script %q: is a folder", job.Script)
	case info.Size() == 0 && info.Mode().IsRegular():
		return fmt.Errorf("script %q: empty file", job.Script)
	}
	if job.Dir != "" {
		if info, err := os.Stat(job.Dir); err != nil {
			return fmt.Errorf("dir %q: %s", job.Dir, inWords(err))
		} else if !info.IsDir() {
			return fmt.Errorf("dir %q: not a folder", job.Dir)
		}
	}
	if job.Stdin == "" {
		return nil
	}
	switch info, err := os.Stat(job.Stdin); {
	case err != nil:
		return fmt.Errorf("stdin %q: %s", job.Stdin, inWords(err))
	case info.IsDir():
		return fmt.Errorf("stdin %q: is a folder", job.Stdin)
	case info.Mode()&(os.ModeNamedPipe|os.ModeSocket) != 0:
		return fmt.Errorf("stdin %q: is a pipe, whose writer nothing could wait for", job.Stdin)
	}
	return nil
}

func inWords(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "no such file"
	case errors.Is(err, fs.ErrPermission):
		return "permission denied"
	}
	return err.Error()
}

// script says what of a job a thread runs.
func (l *Launcher) script(spec runner.Spec) (runCommand, error) {
	job := spec.Job
	if job.Script == "" {
		return runCommand{}, fmt.Errorf("%s is not a Python script: a thread runs a .py file", job.Command())
	}
	if filepath.Ext(job.Script) != ".py" {
		return runCommand{}, fmt.Errorf("%s is not Python", job.Script)
	}
	for _, s := range append([]string{job.Script, job.Dir}, job.Args...) {
		if strings.ContainsRune(s, 0) {
			return runCommand{}, fmt.Errorf("%q holds a zero byte", s)
		}
	}
	path, err := filepath.Abs(job.Script)
	if err != nil {
		return runCommand{}, fmt.Errorf("script %q: %w", job.Script, err)
	}
	name := job.Script
	c := runCommand{Path: text(path), CPUs: job.CPUs}
	// Always said: the interpreter's own folder may have been left by another script.
	cwd, err := filepath.Abs(job.Dir)
	if err != nil {
		return runCommand{}, fmt.Errorf("dir %q: %w", job.Dir, err)
	}
	c.Cwd = text(cwd)
	if job.Dir != "" {
		name = path
	} else if filepath.Base(name) == name {
		name = "." + string(filepath.Separator) + name // as the same script is called as a process
	}
	c.Argv = texts(append([]string{name}, job.Args...))
	c.Env = texts(l.environ(spec, job.Dir, cwd))
	return c, nil
}

// environ is the environment of a try: what a process would have.
func (l *Launcher) environ(spec runner.Spec, dir, cwd string) []string {
	own := map[string]string{
		"PARALLAX_RUN": spec.Run, "PARALLAX_TASK": strconv.Itoa(spec.Task), "PARALLAX_TRY": strconv.Itoa(spec.Try),
		"PARALLAX_JOB": spec.Job.Name, "PARALLAX_SLOT": strconv.Itoa(spec.Slot),
	}
	if dir != "" {
		if _, set := spec.Job.Env["PWD"]; !set {
			own["PWD"] = cwd
		}
	}
	var env []string
	unbuffered := false
	for _, pair := range l.opts.Env {
		key, _, ok := strings.Cut(pair, "=")
		_, mine := own[key]
		if _, set := spec.Job.Env[key]; !ok || key == "" || set || mine {
			continue
		}
		unbuffered = unbuffered || key == "PYTHONUNBUFFERED"
		env = append(env, pair)
	}
	if _, set := spec.Job.Env["PYTHONUNBUFFERED"]; !set && !unbuffered {
		env = append(env, "PYTHONUNBUFFERED=1") // for the Python that a script starts
	}
	for key, value := range spec.Job.Env {
		if _, mine := own[key]; !mine || key == "PWD" {
			env = append(env, key+"="+value)
		}
	}
	for key, value := range own {
		env = append(env, key+"="+value)
	}
	return env
}

func (l *Launcher) interpreter(job runner.Job, script string) (which.Python, error) {
	choice := job.Python
	if choice == "" {
		choice = l.opts.Python
	}
	p, err := l.finder.For(choice, script)
	if err != nil {
		return p, err
	}
	return p, p.Threads()
}

// Launch implements [runner.Launcher]. It returns when the script's thread runs.
func (l *Launcher) Launch(ctx context.Context, spec runner.Spec) (runner.Handle, error) {
	if err := supported(); err != nil {
		return nil, err
	}
	c, err := l.script(spec)
	if err != nil {
		return nil, err
	}
	p, err := l.interpreter(spec.Job, string(c.Path))
	if err != nil {
		return nil, err
	}
	input := spec.Job.Stdin
	if input == "" {
		input = os.DevNull
	}
	stdin, err := os.Open(input)
	if err != nil {
		return nil, fmt.Errorf("start: stdin: %w", err)
	}
	defer stdin.Close() // the host has its own by then
	h, err := l.host(ctx, p.Path, spec.Run)
	if err != nil {
		return nil, err
	}
	t, err := h.run(ctx, c, [3]*os.File{stdin, spec.Stdout, spec.Stderr}, spec)
	if err != nil {
		return nil, err // not t: a nil *Task is no nil Handle
	}
	return t, nil
}

// host returns the running host of an interpreter, starting it if there is none.
func (l *Launcher) host(ctx context.Context, path, run string) (*Host, error) {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil, errClosed
	}
	at := l.homes[path]
	if at == nil {
		at = &home{}
		l.homes[path] = at
	}
	l.mu.Unlock()
	at.mu.Lock()
	defer at.mu.Unlock()
	if at.host != nil && at.host.alive() {
		return at.host, nil
	}
	if at.host != nil {
		<-at.host.done // its owner is about to end
		at.host = nil
	}
	// The process is nobody's task, and is named so in what its environment says of it.
	spec := runner.Spec{Run: run, Task: -1, Job: runner.Job{Name: "python"}}
	h, err := start(ctx, path, l.opts.Processes, spec)
	if err != nil {
		return nil, err
	}
	at.host = h
	return h, nil
}

// Close ends the interpreters. All handles must be over by then.
func (l *Launcher) Close() error {
	l.mu.Lock()
	l.closed = true
	homes := l.homes
	l.homes = nil
	l.mu.Unlock()
	for _, at := range homes {
		at.mu.Lock()
		if at.host != nil {
			at.host.close()
		}
		at.mu.Unlock()
	}
	return l.opts.Processes.Close()
}
