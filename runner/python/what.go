package python

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"parallax/runner"
)

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
