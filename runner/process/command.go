package process

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"parallax/runner"
)

var errClosed = errors.New("the launcher is closed")

// command is a job made ready to be executed.
type command struct {
	path  string // the program; if relative, then to dir
	argv  []string
	env   []string
	dir   string // absolute, or "" for parallax's own
	stdin string // a path, or "" for /dev/null
	cpus  []int
	quirk // what only this platform needs
}

// resolve says what a job executes. Script and stdin paths are relative to parallax's folder; a
// relative argv[0] with a separator is relative to the job's Dir, as it would be in a shell there.
func (l *Launcher) resolve(job runner.Job) (command, error) {
	cmd := command{stdin: job.Stdin, cpus: job.CPUs}
	if job.Dir != "" {
		dir, err := filepath.Abs(job.Dir)
		if err != nil {
			return cmd, fmt.Errorf("dir %q: %w", job.Dir, err)
		}
		cmd.dir = dir
	}
	var err error
	switch {
	case job.Line != "":
		err = shellLine(&cmd, job.Line)
	case len(job.Argv) > 0:
		cmd.argv = job.Argv
		cmd.path, err = l.program(job.Argv[0], job, cmd.dir)
	case job.Script != "":
		err = l.script(&cmd, job)
	default:
		err = errors.New("runs inside parallax only")
	}
	return cmd, err
}

// Execution says what a try would execute: a program, its arguments from argv[0] on, the environment
// and the folder, which is "" for parallax's own.
func (l *Launcher) Execution(spec runner.Spec) (path string, argv, env []string, dir string, err error) {
	cmd, err := l.resolve(spec.Job)
	if err != nil {
		return "", nil, nil, "", fmt.Errorf("start: %w", err)
	}
	return cmd.path, cmd.argv, l.base.with(spec, cmd.dir), cmd.dir, nil
}

// script fills in how a script is run: its ending says by what.
func (l *Launcher) script(cmd *command, job runner.Job) error {
	path := job.Script
	if cmd.dir != "" {
		abs, err := filepath.Abs(path)
		if err != nil {
			return fmt.Errorf("script %q: %w", path, err)
		}
		path = abs
	} else if filepath.Base(path) == path {
		// So that it is neither looked for in PATH nor, as "-x.py", taken for an option.
		path = "." + string(filepath.Separator) + path
	}
	var by []string
	switch filepath.Ext(path) {
	case ".py":
		python, err := l.pythonOf(job)
		if err != nil {
			return err
		}
		by = []string{python}
	case ".sh":
		by = shellOf(job.Script)
	case ".star":
		if by = l.self; len(by) == 0 {
			return fmt.Errorf("%s: Starlark scripts cannot run as processes here", job.Script)
		}
	default:
		cmd.path, cmd.argv = path, append([]string{path}, job.Args...)
		return nil
	}
	interpreter, err := l.interpreter(by[0], job)
	if err != nil && filepath.Ext(path) == ".sh" && by[0] != shell {
		return fmt.Errorf("script %q: its first line names the interpreter %q, which cannot run it: %w", job.Script, by[0], err)
	}
	if err != nil {
		return err
	}
	cmd.path = interpreter
	cmd.argv = append(append(append([]string{}, by...), path), job.Args...)
	return nil
}

// interpreter finds the program that runs a script. A path is relative to parallax's folder, like
// the script's own.
func (l *Launcher) interpreter(name string, job runner.Job) (string, error) {
	if filepath.Base(name) != name {
		abs, err := filepath.Abs(name)
		if err != nil {
			return "", fmt.Errorf("%q: %w", name, err)
		}
		name = abs
	}
	return l.program(name, job, "")
}

// program finds what argv[0] names: in the PATH the job will have or, with a separator, in dir.
func (l *Launcher) program(name string, job runner.Job, dir string) (string, error) {
	if name == "" {
		return "", errors.New(`exec: "": the command has no name`)
	}
	if filepath.Base(name) != name {
		path := name
		if dir != "" && !filepath.IsAbs(name) {
			path = filepath.Join(dir, name)
		}
		return path, l.look.executable(path)
	}
	path, ok := job.Env["PATH"]
	if !ok {
		path = l.base.path
	}
	return l.look.inPath(name, path)
}

// baseEnv is the environment that all jobs start from, split once.
type baseEnv struct {
	pairs      []string
	keys       []string // of pairs, by index
	path       string
	unbuffered bool // PYTHONUNBUFFERED is set in it
}

func newBaseEnv(env []string) baseEnv {
	var b baseEnv
	for _, pair := range env {
		key, value, ok := strings.Cut(pair, "=")
		if !ok {
			continue
		}
		b.pairs, b.keys = append(b.pairs, pair), append(b.keys, key)
		switch key {
		case "PATH":
			b.path = value
		case "PYTHONUNBUFFERED":
			b.unbuffered = true
		}
	}
	return b
}

// with returns the environment of a try: the base, what the job sets, and who it is. dir is the
// job's folder, absolute, or "".
func (b *baseEnv) with(spec runner.Spec, dir string) []string {
	env := make([]string, 0, len(b.pairs)+len(spec.Job.Env)+7)
	for i, pair := range b.pairs {
		key := b.keys[i]
		if _, set := spec.Job.Env[key]; set || identity(key) || key == "PWD" && dir != "" {
			continue
		}
		env = append(env, pair)
	}
	if _, set := spec.Job.Env["PWD"]; !set && dir != "" {
		env = append(env, "PWD="+dir) // what a shell's cd does; some programs trust it
	}
	// Python holds back what it prints when standard output is a file, in blocks of 8 KiB: a job
	// would look dead for minutes. Whoever set the variable, also to "", has decided otherwise.
	if _, set := spec.Job.Env["PYTHONUNBUFFERED"]; !set && !b.unbuffered {
		env = append(env, "PYTHONUNBUFFERED=1")
	}
	for key, value := range spec.Job.Env {
		if !identity(key) {
			env = append(env, key+"="+value)
		}
	}
	if spec.Progress != nil { // it comes last
		env = append(env, runner.ProgressEnv+"="+strconv.Itoa(3+len(spec.Extra)))
	}
	env = append(env, marks(spec)...)
	return append(env, "PARALLAX_JOB="+spec.Job.Name, "PARALLAX_SLOT="+strconv.Itoa(spec.Slot))
}

// identity reports whether a variable says which try a process belongs to and which worker it
// holds. Those cannot be overridden: what a try left behind is found by them. That of the progress
// descriptor is one too: a number from outside would be another's file.
func identity(key string) bool {
	switch key {
	case "PARALLAX_RUN", "PARALLAX_TASK", "PARALLAX_TRY", "PARALLAX_JOB", "PARALLAX_SLOT", runner.ProgressEnv:
		return true
	}
	return false
}

// marks are the variables that tell a try's processes from all others.
func marks(spec runner.Spec) []string {
	return []string{
		"PARALLAX_RUN=" + spec.Run,
		"PARALLAX_TASK=" + strconv.Itoa(spec.Task),
		"PARALLAX_TRY=" + strconv.Itoa(spec.Try),
	}
}
