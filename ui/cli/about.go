package cli

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"al.essio.dev/pkg/shellescape"
	"github.com/spf13/cobra"

	"parallax/runner/goroutine"
	"parallax/runner/jobfile"
)

func (a *app) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "schema",
		GroupID: groupAbout,
		Short:   "Print the JSON schema of parallax.yaml",
		Long:    "Print the JSON schema of parallax.yaml, for editors and checkers.",
		Example: `  parallax schema > parallax.schema.json`,
		Args:    a.nothing,
		RunE: func(*cobra.Command, []string) error {
			_, err := a.std.Out.Write(append([]byte(strings.TrimRight(string(jobfile.Schema()), "\n")), '\n'))
			return err
		},
	}
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		GroupID: groupAbout,
		Short:   "Print the version",
		Args:    a.nothing,
		RunE:    func(*cobra.Command, []string) error { return a.printVersion() },
	}
}

func (a *app) printVersion() error {
	_, err := fmt.Fprintf(a.std.Out, "parallax %s %s/%s %s\n", version(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	return err
}

// version is that of the module, or the commit it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	if v == "" || v == "(devel)" {
		v = "devel"
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				v += "-" + s.Value[:12]
			}
		}
	}
	return v
}

// starName is the hidden command that runs a Starlark script as a process of its own.
const starName = "__star"

func (a *app) starCommand() *cobra.Command {
	return &cobra.Command{
		Use:                starName + " FILE [ARGUMENT...]",
		Hidden:             true,
		DisableFlagParsing: true, // they are the script's
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("", "%s needs a script", starName)
			}
			a.status = goroutine.Exec(args[0], args[1:], a.std.Out, a.std.Err, environment())
			return nil
		},
	}
}

func environment() map[string]string {
	env := map[string]string{}
	for _, kv := range os.Environ() {
		if k, v, ok := strings.Cut(kv, "="); ok && k != "" {
			env[k] = v
		}
	}
	return env
}

// nothing is cobra's NoArgs in our words.
func (a *app) nothing(c *cobra.Command, args []string) error {
	if len(args) > 0 || a.lists != nil {
		return usagef("see: "+c.CommandPath()+" --help", "%s takes no arguments, got %s", c.CommandPath(), quoteAll(append(args, a.lists...)))
	}
	return nil
}

// upTo allows at most n arguments.
func (a *app) upTo(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) > n || a.lists != nil {
			return usagef("see: "+c.CommandPath()+" --help", "%s: too many arguments: %s", c.CommandPath(), quoteAll(append(args, a.lists...)))
		}
		return nil
	}
}

func quoteAll(args []string) string { return shellescape.QuoteCommand(args) }
