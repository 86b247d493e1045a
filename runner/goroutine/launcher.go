package goroutine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"parallax/runner"
)

// Launcher runs jobs on goroutines of this program. Its methods may be called from several
// goroutines at once.
type Launcher struct{ scripts programs }

// New returns a launcher. It starts nothing and holds nothing but the scripts it has parsed.
func New() *Launcher { return &Launcher{} }

// Check implements [runner.Launcher]. A script is parsed and its names are resolved.
func (l *Launcher) Check(job runner.Job) error {
	_, err := l.body(job)
	if err != nil {
		return err
	}
	if job.Stdin != "" {
		return errors.New("a goroutine has no standard input: name the file in args and use read_file")
	}
	return checkCPUs(job.CPUs)
}

// Launch implements [runner.Launcher]. It returns once the job is on its thread.
func (l *Launcher) Launch(ctx context.Context, spec runner.Spec) (runner.Handle, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("start on a goroutine: %w", err)
	}
	b, err := l.body(spec.Job)
	if err != nil {
		return nil, err
	}
	t := &task{
		gate: newGate(), log: spec.Stdout, errors: spec.Stderr, dir: spec.Job.Dir, script: spec.Job.Script,
		args: spec.Job.Args, env: environment(spec.Job.Env),
	}
	h, err := start(t, spec.Job.CPUs, b)
	if err != nil {
		return nil, err // not h: a nil *handle is no nil Handle
	}
	return h, nil
}

// body returns the work of a job, or why it has none that a goroutine can do.
func (l *Launcher) body(job runner.Job) (body, error) {
	switch {
	case job.Func != nil:
		return funcBody(job.Func), nil
	case job.Workload != "":
		return workload(job.Workload, job.Args)
	case job.Script != "":
		return l.script(job)
	}
	return nil, fmt.Errorf("%s is a command, not Starlark", job.Command())
}

func (l *Launcher) script(job runner.Job) (body, error) {
	if ext := filepath.Ext(job.Script); ext != ".star" && ext != ".py" {
		return nil, fmt.Errorf("%s is not Starlark", job.Script)
	}
	prog, err := l.scripts.load(job.Script)
	if err != nil {
		return nil, err
	}
	return func(_ context.Context, t *task) error { return runScript(t, prog) }, nil
}

// funcBody makes a body of a Go function.
func funcBody(f runner.Func) body {
	return func(ctx context.Context, t *task) error {
		return f(ctx, &runner.Call{
			Out: t.log, Args: t.args, Env: t.env,
			Checkpoint: func() error { return t.pass(goStack) },
		})
	}
}

// inDir returns where path is for a job that runs in dir.
func inDir(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// environment is the program's own environment with a job's additions.
func environment(more map[string]string) map[string]string {
	own := os.Environ()
	env := make(map[string]string, len(own)+len(more))
	for _, kv := range own {
		if k, v, ok := strings.Cut(kv, "="); ok && k != "" { // Windows has names like "=C:"
			env[k] = v
		}
	}
	maps.Copy(env, more)
	return env
}
