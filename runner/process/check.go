package process

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"parallax/runner"
)

// Check says why a job cannot run as a process, or nil. It costs one stat for each script,
// and a look at the first line of a .sh or .py; programs, folders and interpreters are looked at once
// in the launcher's life. Of a command line only the shell can tell more than that it is not blank.
func (l *Launcher) Check(job runner.Job) error {
	if job.Func != nil || job.Workload != "" {
		return fmt.Errorf("%s runs inside parallax only", job.Command())
	}
	if err := checkText(job); err != nil {
		return err
	}
	if job.Script != "" {
		if err := l.checkScript(job); err != nil {
			return err
		}
	}
	cmd, err := l.resolve(job)
	if err != nil {
		return err
	}
	if cmd.dir != "" {
		if err := l.look.dir(job.Dir); err != nil {
			return err
		}
	}
	if job.Stdin != "" {
		if err := l.look.stdin(job.Stdin); err != nil {
			return err
		}
	}
	return checkCPUs(job.CPUs)
}

// checkText refuses what no system call can be given.
func checkText(job runner.Job) error {
	if job.Line != "" && strings.TrimSpace(job.Line) == "" {
		return errors.New("the command line is blank")
	}
	for _, text := range [][]string{{job.Line, job.Script, job.Dir, job.Stdin}, job.Argv, job.Args} {
		for _, s := range text {
			if strings.ContainsRune(s, 0) {
				return fmt.Errorf("%q holds a zero byte, which no process can be given", s)
			}
		}
	}
	for key, value := range job.Env {
		if key == "" || strings.ContainsAny(key, "=\x00") || strings.ContainsRune(value, 0) {
			return fmt.Errorf("env %q: a name cannot be empty or hold '=', and nothing may hold a zero byte", key)
		}
	}
	return nil
}

func (l *Launcher) checkScript(job runner.Job) error {
	info, err := os.Stat(job.Script)
	switch {
	case err != nil:
		return fmt.Errorf("script %q: %s", job.Script, runner.FileFault(err))
	case info.IsDir():
		return fmt.Errorf("script %q: is a folder", job.Script)
	case info.Size() == 0 && info.Mode().IsRegular() && filepath.Ext(job.Script) != ".py":
		// An empty .sh is a program that succeeds; that is hardly ever what was meant. An empty .py is what
		// packages are made with.
		return fmt.Errorf("script %q: empty file", job.Script)
	}
	switch filepath.Ext(job.Script) {
	case ".py", ".sh", ".star":
		if err := canRead(job.Script); err != nil {
			return fmt.Errorf("script %q: %s", job.Script, runner.FileFault(err))
		}
		if filepath.Ext(job.Script) == ".sh" {
			return l.envFinds(job)
		}
		return nil
	}
	if !canExecute(job.Script, info) {
		return fmt.Errorf("script %q: %w", job.Script, errNotExecutable)
	}
	return shebang(job.Script)
}
