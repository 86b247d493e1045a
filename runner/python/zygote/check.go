package zygote

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"parallax/runner"
	"parallax/runner/python/which"
)

// lookPatience bounds how long an interpreter may take to look for modules.
const lookPatience = 20 * time.Second

// oldest is the first version that the zygote's program runs on.
const oldest = "3.8"

// question makes an interpreter print which of its arguments name no module that it could find. Only
// the first part of a dotted name is looked for: the rest would need the import of a package.
const question = `import sys, json, importlib.util
if sys.path[:1] == [""]: del sys.path[0]
def missing(name):
    try: return importlib.util.find_spec(name) is None
    except Exception: return False
lacks = [name for name in sys.argv[1:] if missing(name.partition(".")[0])]
try: import ctypes
except ImportError: lacks.append("ctypes")
print(json.dumps(lacks))`

// moduleName is how Python writes the name of a module.
var moduleName = regexp.MustCompile(`^[\pL_][\pL\pN_]*(\.[\pL_][\pL\pN_]*)*$`)

// memo keeps the answers of interpreters. The zero value is ready.
type memo struct {
	answers sync.Map // of string to func() error
}

func (m *memo) get(key string, ask func() error) error {
	answer, _ := m.answers.LoadOrStore(key, sync.OnceValue(ask))
	return answer.(func() error)()
}

// Check implements [runner.Launcher].
func (l *Launcher) Check(job runner.Job) error {
	if len(job.Preload) > 0 {
		if err := checkJob(job); err != nil {
			return err
		}
	}
	if err := l.Processes.Check(job); err != nil || len(job.Preload) == 0 {
		return err
	}
	e, err := l.execution(runner.Spec{Job: job})
	if err != nil {
		return err
	}
	own := starting(job, e)
	key := strings.Join(append([]string{own.path, own.dir, strings.Join(job.Preload, ",")}, pairs(own.env)...), "\x00")
	return l.looks.get(key, func() error { return l.look(job.Preload, e) })
}

// checkJob says what can be said without asking an interpreter.
func checkJob(job runner.Job) error {
	if err := supported(); err != nil {
		return err
	}
	if filepath.Ext(job.Script) != ".py" {
		return fmt.Errorf("preload: %s is not a Python script: only a .py file can begin in a preloaded interpreter", job.Command())
	}
	for _, name := range job.Preload {
		if !moduleName.MatchString(name) {
			return fmt.Errorf("preload: %q is no module's name", name)
		}
	}
	return nil
}

// look asks an interpreter whether it can be a zygote with these modules.
func (l *Launcher) look(modules []string, e execution) error {
	python, err := l.finder.For(e.path, "")
	if err != nil {
		return err
	}
	if err := Fit(python); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookPatience)
	defer cancel()
	names := slices.DeleteFunc(slices.Clone(modules), func(m string) bool { return m == Auto })
	cmd := exec.CommandContext(ctx, e.path, append([]string{"-c", question}, names...)...)
	cmd.Env, cmd.Dir = e.env, e.dir
	cmd.WaitDelay = time.Second // a shim's child may hold the pipe
	apart(cmd)
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return fmt.Errorf("preload: python %q gave no answer within %v", e.path, lookPatience)
	}
	if err != nil {
		return fmt.Errorf("preload: python %q: %w", e.path, err)
	}
	var lacks []string
	if err := json.Unmarshal(out, &lacks); err != nil {
		return fmt.Errorf("preload: python %q answered %.80q", e.path, out)
	}
	switch {
	case len(lacks) == 0:
		return nil
	case slices.Contains(lacks, "ctypes") && !slices.Contains(names, "ctypes"):
		return fmt.Errorf("preload: python %s (%s) was built without ctypes, which is needed: leave preload out", python.Version, e.path)
	}
	return fmt.Errorf("preload: python %s (%s) has no module %s: what lies beside a script cannot be preloaded",
		python.Version, e.path, strings.Join(lacks, ", "))
}

// Fit says why an interpreter cannot be a zygote, or nil.
func Fit(p which.Python) error {
	if p.Implementation != "CPython" {
		return fmt.Errorf("preload: needs CPython, %s is %s: leave preload out", p.Path, p.Implementation)
	}
	if !p.AtLeast(oldest) {
		return fmt.Errorf("preload: needs Python %s or later, %s is %s: leave preload out", oldest, p.Path, p.Version)
	}
	return nil
}
