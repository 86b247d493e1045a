// Package cli is parallax's command line: it reads what was asked, says everything that is wrong
// with it at once, and hands the rest to the packages that do it.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"parallax/runner"
	"parallax/runner/jobfile"
)

// The exit statuses. A run that a signal ended has 128 and the signal's number.
const (
	exitOK     = 0
	exitFailed = 1   // some job failed or was cancelled, or a command could not do its work
	exitUsage  = 2   // wrong usage; nothing was started
	exitPipe   = 141 // who read the output has gone: 128 and SIGPIPE, as a shell would say
	exitPanic  = 70  // a fault of parallax itself (EX_SOFTWARE)
)

// Streams are the program's standard streams.
type Streams struct{ In, Out, Err *os.File }

// Run reads the arguments (without the program's name), does what they ask and returns the exit
// status.
func Run(args []string, std Streams) (status int) {
	defer func() {
		if p := recover(); p != nil {
			status = reportPanic(std.Err, p)
		}
	}()
	app := &app{std: std}
	root := app.root()
	root.SetArgs(app.split(args))
	return app.conclude(root.ExecuteContext(context.Background()))
}

// app is what the commands of one start of the program share.
type app struct {
	std     Streams
	words   []string    // of the command line after the command's name, as far as the first :::
	lists   []string    // what follows the first ::: on the command line, with it
	screen  screenFlags // of the demo
	version bool        // --version was given
	status  int         // of a command that did its work
}

// usageError is a wrong use of a command. Nothing was started.
type usageError struct {
	err  error
	hint string // what to do about it, or ""
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usagef(hint, format string, args ...any) error {
	return &usageError{fmt.Errorf(format, args...), hint}
}

// split takes the argument lists off the command line before cobra reads it: what follows a :::
// is never a flag of parallax.
func (a *app) split(args []string) []string {
	if len(args) > 0 && args[0] == starName { // all of it is the script's
		return args
	}
	words, _ := jobfile.Split(args)
	if len(words) < len(args) {
		a.lists = args[len(words):]
	}
	a.words = words[min(1, len(words)):]
	return words
}

// conclude says what went wrong, a line for each fault, and returns the exit status.
func (a *app) conclude(err error) int {
	if err == nil {
		return a.status
	}
	var usage *usageError
	var faults runner.Faults
	switch {
	case errors.As(err, &faults):
		for _, f := range faults {
			a.complain(f)
		}
		return exitUsage
	case errors.As(err, &usage):
		a.complain(err)
		if usage.hint != "" {
			fmt.Fprintln(a.std.Err, usage.hint)
		}
		return exitUsage
	}
	a.complain(err)
	return exitFailed
}

// complain prints an error. What follows its first line (the place in a file) is indented.
func (a *app) complain(err error) {
	text := strings.ReplaceAll(strings.TrimRight(err.Error(), "\n"), "\n", "\n  ")
	fmt.Fprintln(a.std.Err, "parallax: "+text)
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "parallax",
		Short: "Run scripts side by side and see where every core goes",
		Long: `parallax runs your scripts side by side, as goroutines, threads, interpreters or processes, and
shows where every core goes while they run.

Without a command it shows the demo: scripts that compute, then scripts that wait, in every model.`,
		Example: `  parallax                                  the demo
  parallax run a.py b.py 'make test'        three jobs side by side
  parallax run -j 4 -- gzip -k {} ::: *.log one job per file, four at a time
  parallax history                          what ran before`,
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          a.noCommand,
	}
	root.SuggestionsMinimumDistance = 2
	root.SetIn(a.std.In)
	root.SetOut(a.std.Out)
	root.SetErr(a.std.Err)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		hint := fmt.Sprintf("see: %s --help", c.CommandPath())
		if own := a.scriptsOwn(c, err); own != "" {
			return usagef(own, "%w", err)
		}
		return usagef(hint, "%w%s", err, nearFlag(c, err))
	})
	root.AddGroup(
		&cobra.Group{ID: groupRun, Title: "Run jobs:"},
		&cobra.Group{ID: groupPast, Title: "Look at runs:"},
		&cobra.Group{ID: groupControl, Title: "Control a run from another terminal:"},
		&cobra.Group{ID: groupAbout, Title: "About this machine and parallax:"},
	)
	root.AddCommand(
		a.demoCommand(), a.runCommand(), a.compareCommand(), a.tuneCommand(),
		a.historyCommand(), a.showCommand(), a.logsCommand(), a.replayCommand(), a.exportCommand(), a.reportCommand(),
		a.costsCommand(), a.doctorCommand(), a.schemaCommand(), a.versionCommand(), a.starCommand(),
	)
	root.AddCommand(a.controlCommands()...)
	root.SetHelpCommandGroupID(groupAbout)
	root.SetCompletionCommandGroupID(groupAbout)
	addScreenFlags(root.Flags(), &a.screen)
	root.Flags().BoolVarP(&a.version, "version", "V", false, "print the version")
	return root
}

// The groups of commands in the help.
const (
	groupRun   = "run"
	groupPast  = "past"
	groupAbout = "about"
)

// noCommand shows the demo or, when a word is no command, says which one was probably meant.
func (a *app) noCommand(c *cobra.Command, args []string) error {
	if a.version {
		return a.printVersion()
	}
	if len(args) == 0 && a.lists == nil {
		return a.showDemo(c.Context())
	}
	if len(args) == 0 {
		return usagef("did you mean: parallax run "+strings.Join(a.lists, " "), "%q needs a command before it", a.lists[0])
	}
	word := args[0]
	if looksLikeJob(word) {
		return usagef("did you mean: parallax run "+quoteAll(append(args, a.lists...)), "unknown command %q", word)
	}
	if near := c.SuggestionsFor(word); len(near) > 0 {
		return usagef("did you mean: parallax "+strings.Join(near, ", or parallax "), "unknown command %q", word)
	}
	return usagef("see: parallax --help", "unknown command %q", word)
}

// nearFlag asks whether another flag was meant, when an error is about one that is not there.
func nearFlag(c *cobra.Command, err error) string {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) || len(unknown.GetSpecifiedName()) < 2 {
		return ""
	}
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	near := jobfile.Nearest(unknown.GetSpecifiedName(), names)
	if near == "" {
		return ""
	}
	return ": did you mean --" + near + "?"
}

// looksLikeJob reports whether a word can only be meant as a job: a file that is there, a path, or
// a command line.
func looksLikeJob(word string) bool {
	if _, err := os.Stat(word); !errors.Is(err, fs.ErrNotExist) {
		return true
	}
	return strings.ContainsAny(word, " ./\\")
}

// isTerminal reports whether a stream is a terminal.
func isTerminal(f *os.File) bool {
	return isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd())
}
