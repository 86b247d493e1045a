package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"parallax/monitor"
	"parallax/runner"
	"parallax/runner/goroutine"
	"parallax/runner/jobfile"
	"parallax/runner/process"
	pythonhost "parallax/runner/python"
	"parallax/runner/python/inside"
	"parallax/runner/python/which"
	"parallax/runner/python/zygote"
	"parallax/ui/cli/session"
	"parallax/ui/plain"
)

// request is what one `parallax run` asks for, once nothing is wrong with it.
type request struct {
	plan   session.Plan
	env    session.Env
	format plain.Format
	atOnce bool     // the user said how many jobs are to run at once
	title  string   // what the user called the jobs: a job file, or ""
	notes  []string // what is not done, or not as it looks, although nothing is wrong

	pythons *pythons
}

// limits are what flags and environment say of all jobs.
type limits struct {
	as                      setting
	model                   runner.Model
	python, preload         setting
	modules                 []string // of preload
	timeout, retries, grace setting
	stalled                 setting
	forTime, forGrace       time.Duration
	forStalled              time.Duration
	tries                   int
}

// request reads the command line of `parallax run`. The error is a [runner.Faults] with everything
// that is wrong: with flags, lists, files and jobs.
func (a *app) request(c *cobra.Command, f *runFlags, args []string) (request, error) {
	return a.requestBy(&reader{}, c, f, args)
}

// requestBy is request for a reader that may know of faults already. Flags that the command does not
// have were not given.
func (a *app) requestBy(r *reader, c *cobra.Command, f *runFlags, args []string) (request, error) {
	fs := c.Flags()
	req := request{format: f.outputs(r, fs)}
	own := readSettled()
	r.add(own.fault)
	l := readLimits(r, fs, own)
	backoff := value(r, given(fs, "backoff"), 0, jobfile.ParseDuration)
	halt := value(r, given(fs, "halt"), "", runner.ParseHalt)
	loss := value(r, given(fs, "on-host-loss"), jobfile.LossFail, jobfile.ParseHostLoss)
	cores, quota, _ := monitor.Usable()
	finest := r.finest()
	workers := func(s string) (int, error) { return jobfile.ParseWorkers(s, quota) }
	asked := own.fallback(oneNumber(fs), own.Workers)
	atOnce := value(r, asked, defaultWorkers(quota), workers)

	if theme := given(fs, "theme"); theme.from != "" {
		r.add(own.checkTheme(theme))
	}
	file := a.jobs(r, c, f, args)
	l.apply(file)
	req.title = file.Path
	req.pythons = &pythons{choice: l.python, scripts: pythonScripts(file.Jobs)}
	req.note(l.preloads(r, file, req.pythons))
	req.plan = session.Plan{
		Name: file.Name, Jobs: file.Jobs, Workers: atOnce, Halt: halt, Separate: f.separate, Backoff: backoff,
	}
	if f.name != "" {
		req.plan.Name = f.name
	}
	if file.Workers != "" && !asked.flag {
		req.plan.Workers = value(r, setting{text: file.Workers, from: file.Path}, atOnce, workers)
	}
	if file.Together && asked.from == "" { // its processes are meant to run side by side
		req.plan.Workers = min(max(len(file.Jobs), 1), runner.MaxWorkers)
	}
	if file.Halt != "" && !given(fs, "halt").flag {
		req.plan.Halt = file.Halt
	}
	req.atOnce = asked.from != "" || file.Workers != ""
	if backoff == 0 {
		req.plan.Backoff = file.Backoff
	}
	if file.OnHostLoss != "" && !given(fs, "on-host-loss").flag {
		loss = file.OnHostLoss
	}
	req.plan.RestartLost = loss == jobfile.LossRestart
	req.pythons.hosts = f.spread(r, fs, file)
	req.env = session.Env{Version: version(), Argv: os.Args, Cores: cores, Quota: quota, Launchers: launchers(req.pythons), Finest: finest}
	req.prepare(r, l.python, file.Jobs)
	if len(r.faults) > 0 {
		return request{}, r.faults
	}
	req.note(taken(fs, a.words))
	return req, nil
}

// prepare has each job looked at by what would run it.
func (req *request) prepare(r *reader, python setting, jobs []runner.Job) {
	if len(jobs) == 0 {
		return
	}
	jobs, err := runner.Prepare(jobs, req.env.Launchers())
	r.add(err)
	if err != nil {
		r.add(req.pythons.could(jobs))
	}
	r.add(asPrograms(jobs))
	req.plan.Jobs = jobs
	req.note(ownPython(python, jobs))
}

// note adds a note, if there is one.
func (req *request) note(text string) {
	if text != "" {
		req.notes = append(req.notes, text)
	}
}

// add takes up an error, which may be many.
func (r *reader) add(err error) {
	var many runner.Faults
	switch {
	case err == nil:
	case errors.As(err, &many):
		r.faults = append(r.faults, many...)
	default:
		r.faults = append(r.faults, err)
	}
}

// defaultWorkers is how many jobs run at once when nobody says: one for each core that may be used.
func defaultWorkers(quota float64) int { return max(1, int(quota)) }

// finest is how finely the environment asks to measure.
func (r *reader) finest() monitor.Tier {
	s := setting{text: os.Getenv(monitor.TierEnv)}
	if s.text != "" {
		s.from = monitor.TierEnv
	}
	return value(r, s, monitor.Exact, monitor.ParseTier)
}

// launchers returns what makes a launcher for each model that this build has. Running a .star
// script as a process needs the path of this very program.
func launchers(by *pythons) func() map[runner.Model]runner.Launcher {
	var self []string
	if path, err := os.Executable(); err == nil {
		self = []string{path, starName}
	}
	return func() map[runner.Model]runner.Launcher {
		all := pythonhost.Models(pythonhost.Options{
			Python: by.choice.text, Hosts: by.hosts, Processes: process.New(process.Options{}),
		})
		all[runner.Goroutines] = goroutine.New()
		all[runner.Processes] = zygote.New(zygote.Options{
			Processes: process.New(process.Options{Python: by.path, Name: by.title, Self: self, Inside: inside.New()}), Scripts: by.scripts,
		})
		return all
	}
}

// outputs reads the flags on what is printed.
func (f *runFlags) outputs(r *reader, fs *pflag.FlagSet) plain.Format {
	s := given(fs, "output")
	format := value(r, s, plain.Line, plain.ParseFormat)
	if f.json {
		if s.flag && format != plain.JSON {
			r.add(fmt.Errorf("--json and --output %s: give one of them", s.text))
		}
		format = plain.JSON
	}
	if f.tag && f.noTag {
		r.add(errors.New("--tag and --no-tag: give one of them"))
	}
	if f.keepOrder && format == plain.JSON {
		r.add(errors.New("--keep-order and --output json: events have one order only"))
	}
	return format
}

// spread reads over how many interpreters the model hybrid spreads the jobs; 0 lets it choose.
func (f *runFlags) spread(r *reader, fs *pflag.FlagSet, file jobfile.File) int {
	asked := given(fs, "interpreters")
	hosts := value(r, asked, 0, parseHosts)
	hybrid := func(j runner.Job) bool { return j.Model == runner.Hybrid }
	switch {
	case asked.flag && hosts > 0 && len(file.Jobs) > 0 && !slices.ContainsFunc(file.Jobs, hybrid):
		r.fault(asked, errors.New("is for the model hybrid, whose jobs it spreads over so many interpreters: give --as hybrid, too, or leave it out"))
	case file.Interpreters > 0 && !asked.flag:
		return file.Interpreters
	}
	return hosts
}

func readLimits(r *reader, fs *pflag.FlagSet, own settled) limits {
	l := limits{
		as: oneModel(fs), python: own.fallback(given(fs, "python"), own.Python),
		preload: given(fs, "preload"), timeout: given(fs, "timeout"), retries: given(fs, "retries"), grace: given(fs, "grace"),
		stalled: given(fs, "stalled-after"),
	}
	l.model = value(r, l.as, runner.Auto, runner.ParseModel)
	l.forTime = value(r, l.timeout, 0, jobfile.ParseDuration)
	l.forGrace = value(r, l.grace, own.Grace, jobfile.ParseDuration)
	l.forStalled = value(r, l.stalled, 0, jobfile.ParseDuration)
	l.tries = value(r, l.retries, 0, parseCount)
	l.modules = value(r, l.preload, nil, jobfile.ParsePreload)
	return l
}

// oneModel is the model that all jobs are to run in: where several are compared, none is.
func oneModel(fs *pflag.FlagSet) setting {
	if f := fs.Lookup("as"); f == nil || f.Value.Type() != "string" {
		return setting{}
	}
	return given(fs, "as")
}

// oneNumber is how many jobs are to run at once: where several numbers are compared, none is.
func oneNumber(fs *pflag.FlagSet) setting {
	if f := fs.Lookup("workers"); f == nil || f.Value.Type() != "string" {
		return setting{}
	}
	return given(fs, "workers")
}

// apply puts what flags say above what the job file says, and the environment below it.
func (l limits) apply(file jobfile.File) {
	for i := range file.Jobs {
		j := &file.Jobs[i]
		if l.as.flag || j.Model == "" {
			j.Model = l.model
		}
		if l.python.flag {
			j.Python = l.python.text
		}
		if l.timeout.flag {
			j.Timeout = l.forTime
		}
		if l.retries.flag {
			j.Retries = l.tries
		}
		if l.stalled.flag {
			j.StalledAfter = runner.StalledAfterOf(l.forStalled)
		}
		switch {
		case l.grace.flag:
			j.Grace = max(l.forGrace, time.Millisecond) // 0 would mean the default
		case j.Grace == 0:
			j.Grace = l.forGrace
		}
	}
}

// blank finds the replacement strings that a list of arguments fills.
var blank = regexp.MustCompile(`\{(\.|/|//|/\.|#|%|[0-9]+(\.|/|//|/\.)?)?\}`)

// jobs makes the jobs of what was named: JOBs, a command with lists of arguments, or a job file.
func (a *app) jobs(r *reader, c *cobra.Command, f *runFlags, args []string) jobfile.File {
	words, dashed := args, []string(nil)
	if at := c.ArgsLenAtDash(); at >= 0 {
		words, dashed = args[:at], args[at:]
	}
	_, sources := jobfile.Split(a.lists)
	sources = append(jobfile.FileSources(f.argFiles), sources...)
	if len(sources) == 0 && slices.ContainsFunc(dashed, blank.MatchString) && !isTerminal(a.std.In) {
		sources = jobfile.FileSources([]string{jobfile.Stdin})
	}
	switch {
	case f.file != "" && (len(args) > 0 || len(sources) > 0):
		r.add(fmt.Errorf("-f %s and jobs on the command line: give one of them", f.file))
	case f.file != "":
		return readFile(r, f.file)
	case len(sources) > 0:
		return jobfile.File{Jobs: a.expand(r, slices.Concat(words, dashed), sources)}
	case len(args) > 0:
		return jobfile.File{Jobs: named(words, dashed)}
	default:
		path, err := jobfile.Discover(".")
		if err == nil {
			return readFile(r, path)
		}
		if errors.Is(err, fs.ErrNotExist) {
			err = errors.New("no jobs: name a script, a quoted command line, or a job file with -f (there is no parallax.yaml or Procfile here)")
		}
		r.add(err)
	}
	return jobfile.File{}
}

func readFile(r *reader, path string) jobfile.File {
	file, err := jobfile.Read(path)
	r.add(err)
	if err != nil {
		file.Jobs = nil // to check them as a set would find the same again
	}
	return file
}

// named makes a job of each word, and one of the command after a --: a program with its arguments,
// or a script with its own.
func named(words, dashed []string) []runner.Job {
	if len(dashed) == 1 { // a script or a whole command line, as anywhere else
		words, dashed = append(slices.Clone(words), dashed[0]), nil
	}
	jobs := jobfile.FromArgs(words)
	if len(dashed) > 0 {
		j := runner.Job{Argv: dashed}
		if isScript(dashed[0]) {
			j = runner.Job{Script: dashed[0], Args: dashed[1:]}
		}
		j.Name = j.DefaultName()
		for n := 2; slices.ContainsFunc(jobs, func(o runner.Job) bool { return o.Name == j.Name }); n++ {
			j.Name = fmt.Sprintf("%s %d", j.DefaultName(), n)
		}
		jobs = append(jobs, j)
	}
	return jobs
}

// isScript reports whether the first word of a command is a script that parallax finds an interpreter
// for: one that no shell would find, or a Python script, so that it can run in every model.
func isScript(word string) bool {
	if jobfile.FromArgs([]string{word})[0].Script == "" {
		return false
	}
	_, err := exec.LookPath(word)
	return err != nil || filepath.Ext(word) == ".py" && filepath.Base(word) != word && which.Runs(word)
}

// expand makes a job of each argument or combination of arguments. Without a command the arguments
// are the jobs.
func (a *app) expand(r *reader, words []string, sources []jobfile.Source) []runner.Job {
	lists, err := jobfile.ReadLists(sources, a.std.In)
	if err != nil {
		r.add(err)
		return nil
	}
	if len(words) == 0 && len(lists) == 1 && len(lists[0].Args) > 0 {
		return jobfile.FromArgs(lists[0].Args)
	}
	if len(words) == 0 && len(lists) > 1 {
		r.add(errors.New("more than one list of arguments needs a command, before the first of them"))
		return nil
	}
	base := runner.Job{}
	if len(words) > 0 && isScript(words[0]) && jobfile.Plain(words[1:]) {
		base.Script, words = words[0], words[1:]
	}
	jobs, err := jobfile.Expand(words, lists, base)
	r.add(err)
	return jobs
}
