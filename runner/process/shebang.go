package process

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"

	"parallax/runner"
)

// shebang says why the interpreter that a script names in its first line cannot run it, or nil.
// The kernel's own answer to that, "no such file or directory", blames the script.
func shebang(path string) error {
	words := interpreterOf(path)
	if len(words) == 0 || !filepath.IsAbs(words[0]) {
		return nil
	}
	if _, err := os.Stat(words[0]); err != nil {
		return fmt.Errorf("%s: its first line names the interpreter %q: %s", path, words[0], runner.FileFault(err))
	}
	return nil
}

// interpreterOf returns what a script's first line names after #!: a program and at most one
// argument, which is all that follows, as the kernel has it. It returns nil when there is none, or
// when the script cannot be read: what may be executed need not be readable.
func interpreterOf(path string) []string {
	line, err := firstLine(path)
	rest, found := strings.CutPrefix(line, "#!")
	if err != nil || !found {
		return nil
	}
	program, arg, _ := strings.Cut(strings.Trim(rest, " \t"), " ")
	if i := strings.IndexByte(program, '\t'); i >= 0 {
		program, arg = program[:i], program[i+1:]+" "+arg
	}
	switch arg = strings.Trim(arg, " \t"); {
	case program == "":
		return nil
	case arg == "":
		return []string{program}
	}
	return []string{program, arg}
}

// shellOf says what runs a .sh script, executable or not: the interpreter of its first line, else
// the shell. On Windows, where paths such as /bin/bash lead nowhere, only the name counts.
func shellOf(script string) []string {
	by := interpreterOf(script)
	if len(by) == 0 {
		return []string{shell}
	}
	if runtime.GOOS == "windows" {
		return named(by)
	}
	return by
}

// named reduces an interpreter to its name: bash of /bin/bash and of /usr/bin/env bash.
func named(by []string) []string {
	name := path.Base(by[0])
	if name == "env" && len(by) == 2 && !strings.ContainsAny(by[1], "-= ") {
		return by[1:]
	}
	return append([]string{name}, by[1:]...)
}

// envFinds says why /usr/bin/env cannot find the interpreter that a .sh script asks it for, or nil:
// env itself would say so only when the job runs.
func (l *Launcher) envFinds(job runner.Job) error {
	by := interpreterOf(job.Script)
	if len(by) < 2 || path.Base(by[0]) != "env" {
		return nil
	}
	name := by[1]
	if words, split := strings.CutPrefix(name, "-S"); split {
		name, _, _ = strings.Cut(strings.TrimLeft(words, " \t"), " ")
	}
	if name == "" || name[0] == '-' || strings.ContainsAny(name, "=/\\\"'$") {
		return nil // options and variables of env: it will tell
	}
	if _, err := l.program(name, job, ""); err != nil {
		return fmt.Errorf("script %q: its first line asks env for the interpreter %q: not found in PATH", job.Script, name)
	}
	return nil
}

// Interpreter returns what runs a job's script as a process, as a user would type it, such as
// "bash"; nil for all that is no script or needs no interpreter beside it.
func (l *Launcher) Interpreter(job runner.Job) []string {
	switch filepath.Ext(job.Script) {
	case ".py":
		if python, err := l.pythonOf(job); err == nil {
			return []string{python}
		}
	case ".sh":
		return named(shellOf(job.Script))
	}
	return nil
}

// firstLine returns the start of a file up to its first newline, at most 256 bytes: what the kernel
// reads to find a script's interpreter.
func firstLine(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	buf := make([]byte, 256)
	n, err := f.Read(buf)
	if n == 0 && err != nil {
		return "", err
	}
	line, _, _ := strings.Cut(string(buf[:n]), "\n")
	return line, nil
}
