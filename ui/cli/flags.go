package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"parallax/runner"
)

// runFlags is what `parallax run` was given. Values are kept as text until [runFlags.read], so that
// everything wrong with them is said at once.
//
// It has a field for each flag, so it is long; splitting it would only put dots in the names.
type runFlags struct {
	workers, as, python, name string
	interpreters, preload     string
	onHostLoss                string
	timeout, retries, backoff string
	grace, halt, stalled      string
	file                      string
	argFiles                  []string
	dryRun, verbose, quiet    bool
	keepOrder, separate       bool
	tag, noTag                bool
	output                    string
	json                      bool
	screen                    screenFlags
}

// screenFlags are about how things are drawn.
type screenFlags struct {
	theme   string
	noColor bool
	plain   bool
}

func addScreenFlags(f *pflag.FlagSet, s *screenFlags) {
	f.StringVar(&s.theme, "theme", "", "draw in the colours of `THEME`")
	f.BoolVar(&s.noColor, "no-color", false, "draw without colours (as does NO_COLOR)")
	f.BoolVar(&s.plain, "plain", false, "print lines instead of drawing a screen")
}

// flagGroup is a titled part of a command's help.
type flagGroup struct {
	title string
	set   *pflag.FlagSet
}

// sources adds the flags that name lists of jobs.
func (f *runFlags) sources(fs *pflag.FlagSet) {
	fs.StringVarP(&f.file, "file", "f", "", "take the jobs from `FILE`: parallax.yaml or a Procfile")
	fs.StringArrayVarP(&f.argFiles, "arg-file", "a", nil, "one job per line of `FILE` (- is standard input), as :::: FILE")
}

// groups adds the flags to a command and returns them by topic, for its help.
func (f *runFlags) groups(c *cobra.Command) []flagGroup {
	what := pflag.NewFlagSet("jobs", pflag.ContinueOnError)
	f.sources(what)
	what.StringVar(&f.as, "as", "", "run the jobs as `MODEL`: auto, goroutines, threads, interpreters, processes or hybrid")
	what.StringVar(&f.python, "python", "", "run .py scripts with `PYTHON`: a path, a name, or a version such as 3.13 or 3.14t")
	what.StringVar(&f.interpreters, "interpreters", "", "with --as hybrid: spread the jobs over `N` interpreters (default: one for each core)")
	what.StringVar(&f.preload, "preload", "", "start Python processes as forks of one that has imported `MODULE,...`; auto: what the scripts share")
	what.StringVar(&f.name, "name", "", "call the run `NAME`")
	what.BoolVar(&f.dryRun, "dry-run", false, "print what would run, and run nothing")

	how := pflag.NewFlagSet("limits", pflag.ContinueOnError)
	how.StringVarP(&f.workers, "workers", "j", "", "run at most `N` jobs at once, or N% of the cores (default: the cores that may be used)")
	how.StringVar(&f.timeout, "timeout", "", "end a job that runs longer than `TIME`, such as 30s or 5m")
	how.StringVar(&f.retries, "retries", "", "try a job that failed `N` times more")
	how.StringVar(&f.backoff, "backoff", "", "wait `TIME` before the first retry, then twice as long each time (default 1s)")
	how.StringVar(&f.grace, "grace", "", "let a job that is to end have `TIME` before it is killed (default 5s)")
	how.StringVar(&f.stalled, "stalled-after", "", "mark a job as stalled that gives no sign of life for `TIME`; 0 for never (default 30s)")
	how.StringVar(&f.halt, "halt", "", "`WHEN` a failed job halts the rest: never (default), soon (start no more) or fail (cancel them)")
	how.StringVar(&f.onHostLoss, "on-host-loss", "", "`WHAT` becomes of jobs whose interpreter another job has ended: fail (default) or restart")

	out := pflag.NewFlagSet("output", pflag.ContinueOnError)
	out.StringVar(&f.output, "output", "", "`HOW` to print output: line (as it comes; default), group (a job at a time), json or none")
	out.BoolVar(&f.json, "json", false, "the same as --output json")
	out.BoolVar(&f.keepOrder, "keep-order", false, "print the jobs' output in the order of the jobs")
	out.BoolVar(&f.tag, "tag", false, "put the job's name before each line (default with more than one job)")
	out.BoolVar(&f.noTag, "no-tag", false, "do not put the job's name before each line")
	out.BoolVar(&f.separate, "separate", false, "keep standard error apart from standard output")
	out.BoolVarP(&f.verbose, "verbose", "v", false, "say also what starts and what succeeds")
	out.BoolVarP(&f.quiet, "quiet", "q", false, "print no summary")
	addScreenFlags(out, &f.screen)

	gs := []flagGroup{{"What to run:", what}, {"Limits:", how}, {"Output (what is no terminal gets lines, as with --plain):", out}}
	for _, g := range gs {
		c.Flags().AddFlagSet(g.set)
	}
	return gs
}

// environ are the flags that the environment can set: PARALLAX_WORKERS and so on. A job file
// overrides it, and a flag on the command line overrides both.
var environ = []string{"workers", "as", "python", "interpreters", "preload", "halt", "on-host-loss", "output", "theme"}

func envName(flag string) string {
	return "PARALLAX_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// setting is the value of a flag and where it comes from.
type setting struct {
	text string
	from string // "-j", "--as", "PARALLAX_AS"; "" when it was not given
	flag bool   // given on the command line, so it stands above a job file
}

func given(fs *pflag.FlagSet, name string) setting {
	f := fs.Lookup(name)
	if f == nil { // not of this command
		return setting{}
	}
	if f.Changed {
		from := "--" + name
		if f.Shorthand != "" {
			from = "-" + f.Shorthand
		}
		return setting{f.Value.String(), from, true}
	}
	if slices.Contains(environ, name) {
		return fromEnvironment(name)
	}
	return setting{}
}

// reader turns texts into values; what makes no sense becomes a fault.
type reader struct{ faults runner.Faults }

func (r *reader) fault(s setting, err error) {
	r.faults = append(r.faults, fmt.Errorf("%s: %w", s.from, err))
}

// value reads a setting that was given; else it returns def.
func value[T any](r *reader, s setting, def T, parse func(string) (T, error)) T {
	if s.from == "" {
		return def
	}
	v, err := parse(s.text)
	if err != nil {
		r.fault(s, err)
		return def
	}
	return v
}

func parseHosts(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > runner.MaxWorkers {
		return 0, fmt.Errorf("%q: write a number of interpreters from 1 to %d", s, runner.MaxWorkers)
	}
	return n, nil
}

func parseCount(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%q is no number: write 0, 1, 2 and so on", s)
	}
	return n, nil
}
