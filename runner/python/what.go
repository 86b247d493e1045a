package python

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"parallax/runner"
	"parallax/runner/python/wire"
)

// checkScript looks at the file. Whether a module is there is for Python to find out.
func checkScript(p target) error {
	if p.module != "" {
		return nil
	}
	info, err := os.Stat(p.path)
	switch {
	case err != nil:
		return fmt.Errorf("script %q: %s", p.named, runner.FileFault(err))
	case info.IsDir():
		return fmt.Errorf("script %q: is a folder", p.named)
	case !info.Mode().IsRegular(): // to open a pipe would wait for who writes into it
		return nil
	}
	f, err := os.Open(p.path)
	if err != nil {
		return fmt.Errorf("script %q: %s", p.named, runner.FileFault(err))
	}
	return f.Close()
}

// target is what of a job an interpreter runs: a script or a module.
type target struct {
	named  string   // the script as the job names it
	path   string   // the script, absolute, or ""
	module string   // or what python -m runs
	argv   []string // sys.argv, to begin with
	python string   // the interpreter that the job's command names, or ""
	cwd    string   // absolute
}

// targetOf says what of a job an interpreter runs. It looks at no file.
func targetOf(job runner.Job) (target, error) {
	cwd, err := filepath.Abs(job.Dir)
	if err != nil {
		return target{}, fmt.Errorf("dir %q: %w", job.Dir, err)
	}
	p := target{cwd: cwd}
	switch {
	case job.Script != "":
		err = p.script(job)
	case len(job.Argv) > 0:
		err = p.command(job.Argv)
	case job.Line != "":
		var words []string
		if words, err = plainWords(job.Line); err == nil {
			err = p.command(words)
		}
	default:
		err = fmt.Errorf("%s is not Python", job.Command())
	}
	if err != nil {
		return target{}, err
	}
	for _, s := range append([]string{p.named, p.module, job.Dir}, p.argv...) {
		if strings.ContainsRune(s, 0) {
			return target{}, fmt.Errorf("%q holds a zero byte", s)
		}
	}
	return p, nil
}

// script is that of a job, relative to the folder of parallax.
func (p *target) script(job runner.Job) error {
	if filepath.Ext(job.Script) != ".py" {
		return fmt.Errorf("%s is not Python", job.Script)
	}
	var err error
	if p.path, err = filepath.Abs(job.Script); err != nil {
		return fmt.Errorf("script %q: %w", job.Script, err)
	}
	p.named = job.Script
	name := job.Script
	if job.Dir != "" {
		name = p.path
	} else if filepath.Base(name) == name {
		name = "." + string(filepath.Separator) + name // as the same script is called as a process
	}
	p.argv = append([]string{name}, job.Args...)
	return nil
}

// canRun is what else than scripts an interpreter that is shared can run.
const canRun = `an interpreter runs .py files, "python script.py" and "python -m module"`

var pythonWord = regexp.MustCompile(`^python([0-9]+(\.[0-9]+)?t?)?$`)

// command is one that calls Python by name, in the folder that the job runs in.
func (p *target) command(words []string) error {
	line := strings.Join(words, " ")
	switch {
	case len(words) > 0 && pythonWord.MatchString(filepath.Base(words[0])):
	case len(words) > 0 && filepath.Ext(words[0]) == ".py":
		return p.bare(words[0], line)
	default:
		return fmt.Errorf("%s is not Python: %s", line, canRun)
	}
	p.python = words[0]
	if filepath.Base(p.python) != p.python {
		p.python = p.within(p.python)
	}
	words = words[1:]
	for len(words) > 0 && words[0] == "-u" { // here output is always written by lines
		words = words[1:]
	}
	switch {
	case len(words) == 0:
		return fmt.Errorf("%s would read its program from its input: %s", line, canRun)
	case words[0] == "-m" && len(words) == 1:
		return fmt.Errorf("%s: -m needs the name of a module", line)
	case words[0] == "-m":
		p.module, p.argv = words[1], append([]string{"-m"}, words[2:]...)
	case strings.HasPrefix(words[0], "-"):
		return fmt.Errorf("%s: the option %s is for an interpreter of its own: %s", line, words[0], canRun)
	default:
		p.named, p.path, p.argv = words[0], p.within(words[0]), words
	}
	return nil
}

// bare says why a script that is called like a program is not run.
func (p *target) bare(script, line string) error {
	path := script
	if filepath.Base(path) != path {
		path = p.within(path)
	}
	err := fmt.Errorf("%s calls the script as a program: write \"python3 %s\"", line, line)
	if _, fault := exec.LookPath(path); fault != nil {
		return runner.Final{Err: err} // a shell would not find it either
	}
	return err
}

// within makes a path absolute as seen from the folder that the job runs in.
func (p *target) within(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(p.cwd, path)
}

// runs is the order to run it.
func (p *target) runs(job runner.Job) runCommand {
	path := p.path
	if p.module != "" {
		path = filepath.Join(p.cwd, "-m") // its folder is the first that modules are looked for in
	}
	// The folder is always said: the interpreter's own may have been left by another script.
	return runCommand{Path: wire.Text(path), Module: wire.Text(p.module), Argv: wire.Texts(p.argv), CPUs: job.CPUs, Cwd: wire.Text(p.cwd)}
}

// environ is the environment of a try: what a process would have.
func (l *Launcher) environ(spec runner.Spec, cwd string) []string {
	own := map[string]string{
		"PARALLAX_RUN": spec.Run, "PARALLAX_TASK": strconv.Itoa(spec.Task), "PARALLAX_TRY": strconv.Itoa(spec.Try),
		"PARALLAX_JOB": spec.Job.Name, "PARALLAX_SLOT": strconv.Itoa(spec.Slot),
	}
	if spec.Job.Dir != "" {
		if _, set := spec.Job.Env["PWD"]; !set {
			own["PWD"] = cwd
		}
	}
	var env []string
	unbuffered := false
	for _, pair := range l.opts.Env {
		key, _, ok := strings.Cut(pair, "=")
		_, mine := own[key]
		if _, set := spec.Job.Env[key]; !ok || key == "" || set || mine || key == runner.ProgressEnv {
			continue
		}
		unbuffered = unbuffered || key == "PYTHONUNBUFFERED"
		env = append(env, pair)
	}
	if _, set := spec.Job.Env["PYTHONUNBUFFERED"]; !set && !unbuffered {
		env = append(env, "PYTHONUNBUFFERED=1") // for the Python that a script starts
	}
	for key, value := range spec.Job.Env {
		if _, mine := own[key]; !mine && key != runner.ProgressEnv || key == "PWD" {
			env = append(env, key+"="+value)
		}
	}
	for key, value := range own {
		env = append(env, key+"="+value)
	}
	return env
}
