package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/muesli/termenv"
	"github.com/spf13/cobra"

	"parallax/monitor"
	"parallax/runner/journal"
	"parallax/ui/draw"
)

// checkup is what `parallax doctor` tells.
type checkup struct {
	Version  string        `json:"parallax"`
	Machine  monitor.Facts `json:"machine"`
	Pythons  []interpreter `json:"pythons"`
	Terminal terminalFacts `json:"terminal"`
	Runs     runsFacts     `json:"runs"`
}

// interpreter is a Python that was found.
type interpreter struct {
	Path    string `json:"path"`
	Version string `json:"version,omitempty"`
	Kind    string `json:"implementation,omitempty"`
	GIL     string `json:"gil,omitempty"` // "yes", or "no" on a free-threaded build that runs without
	Fault   string `json:"fault,omitempty"`

	real   string // where it says that it is
	absent bool   // a name that leads nowhere
}

type terminalFacts struct {
	Out     bool   `json:"stdout_is_terminal"`
	Term    string `json:"term"`
	Colours string `json:"colours"`
	Dark    bool   `json:"dark_background"`
}

type runsFacts struct {
	Folder string `json:"folder"`
	Fault  string `json:"fault,omitempty"`
}

func (a *app) doctorCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "doctor",
		GroupID: groupAbout,
		Short:   "Tell what this machine offers and how well it can be measured",
		Long: `Tell what this machine offers: the cores that may be used and why, how lanes and memory
are measured, the Pythons found, the colours of the terminal, and where runs are kept.`,
		Example: `  parallax doctor
  parallax doctor --json`,
		Args: a.nothing,
		RunE: func(c *cobra.Command, _ []string) error {
			found := examine(c.Context(), a.std.Out)
			if asJSON {
				return a.printJSON(found)
			}
			return found.write(a.std.Out)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	return c
}

func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.std.Out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func examine(ctx context.Context, out *os.File) checkup {
	found := checkup{Version: version(), Machine: monitor.Host(), Pythons: pythons(ctx, os.Getenv("PATH"))}
	t := termenv.NewOutput(out)
	found.Terminal = terminalFacts{
		Out: isTerminal(out), Term: os.Getenv("TERM"), Colours: colours(t.EnvColorProfile()), Dark: t.HasDarkBackground(),
	}
	root, err := journal.Root()
	found.Runs.Folder = root
	if err == nil {
		err = writable(root)
	}
	if err != nil {
		found.Runs.Fault = err.Error()
	}
	return found
}

func colours(p termenv.Profile) string {
	return map[termenv.Profile]string{
		termenv.TrueColor: "16 million", termenv.ANSI256: "256", termenv.ANSI: "16", termenv.Ascii: "none",
	}[p]
}

// writable reports why a folder that may not exist yet could not be written in. It leaves no trace.
func writable(dir string) error {
	for {
		info, err := os.Stat(dir)
		if err == nil {
			if !info.IsDir() {
				return fmt.Errorf("%s is no folder", dir)
			}
			f, err := os.CreateTemp(dir, ".parallax-*")
			if err != nil {
				return err
			}
			return os.Remove(closed(f))
		}
		up := filepath.Dir(dir)
		if up == dir || !os.IsNotExist(err) {
			return err
		}
		dir = up
	}
}

func closed(f *os.File) string {
	f.Close() // nothing was written
	return f.Name()
}

var pythonName = regexp.MustCompile(`^(python(3(\.\d+t?)?)?|pypy3?(\.\d+)?)(\.exe)?$`)

// pythons finds the interpreters in a search path and asks each what it is, two at a time.
func pythons(ctx context.Context, path string) []interpreter {
	var found []interpreter
	seen := map[string]bool{}
	for _, dir := range filepath.SplitList(path) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			file := filepath.Join(dir, e.Name())
			info, err := os.Stat(file)
			if !pythonName.MatchString(e.Name()) || err != nil || info.IsDir() || runtime.GOOS != "windows" && info.Mode()&0o111 == 0 {
				continue
			}
			target, err := filepath.EvalSymlinks(file)
			if err != nil || seen[target] {
				continue
			}
			seen[target] = true
			found = append(found, interpreter{Path: file})
		}
	}
	var wg sync.WaitGroup
	slots := make(chan struct{}, 2)
	for i := range found {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			found[i].probe(ctx)
		})
	}
	wg.Wait()
	// Different names may be one interpreter, and a name may be a shim of one that is not installed.
	return slices.DeleteFunc(found, func(p interpreter) bool {
		again := p.real != "" && seen["is "+p.real]
		seen["is "+p.real] = true
		return again || p.absent
	})
}

// probe asks an interpreter what it is.
func (p *interpreter) probe(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, p.Path, "-I", "-c",
		`import sys, platform; print(platform.python_version(), platform.python_implementation(), "yes" if getattr(sys, "_is_gil_enabled", lambda: True)() else "no", sys.executable)`)
	c.WaitDelay = time.Second
	out, err := c.Output()
	part := strings.SplitN(strings.TrimSpace(string(out)), " ", 4)
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 127 { // as shells and pyenv's shims say "not found"
		p.absent = true
		return
	}
	if err != nil || len(part) != 4 {
		p.Fault = "it does not answer"
		if err != nil {
			p.Fault = "it does not answer: " + err.Error()
		}
		return
	}
	p.Version, p.Kind, p.GIL, p.real = part[0], part[1], part[2], part[3]
	if target, err := filepath.EvalSymlinks(p.real); err == nil {
		p.real = target
	}
}

func (f checkup) write(out *os.File) error {
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	row := func(name, format string, args ...any) { fmt.Fprintf(w, name+"\t"+format+"\n", args...) }
	m := f.Machine
	row("parallax", "%s", f.Version)
	row("machine", "%s/%s  %s", m.OS, m.Arch, m.Processor)
	row("cores", "%g usable: %s", m.Quota, m.Limits)
	row("workers", "%d by default (-j)", defaultWorkers(m.Quota))
	row("memory", "%s", draw.Bytes(m.MemTotal))
	row("lanes", "%s", m.Lanes)
	row("waiting for a core", "%s", measured(m.WaitCore))
	row("shared memory (PSS)", "%s", measured(m.PSS))
	for i, p := range f.Pythons {
		name := ""
		if i == 0 {
			name = "pythons"
		}
		if p.Fault != "" {
			row(name, "%s  %s", p.Path, p.Fault)
			continue
		}
		gil := "with the GIL"
		if p.GIL == "no" {
			gil = "without the GIL"
		}
		row(name, "%s  %s %s, %s", p.Path, p.Kind, p.Version, gil)
	}
	if len(f.Pythons) == 0 {
		row("pythons", "none in PATH: .py scripts need one, or --python, or --as goroutines")
	}
	row("terminal", "%s", f.Terminal)
	row("runs", "%s", f.Runs)
	return w.Flush()
}

func measured(ok bool) string {
	if ok {
		return "measured"
	}
	return "not measured on this system"
}

func (t terminalFacts) String() string {
	kind := "standard output is no terminal: runs print lines"
	if t.Out {
		kind = "yes"
	}
	ground := "light"
	if t.Dark {
		ground = "dark"
	}
	return fmt.Sprintf("%s; TERM=%s, colours: %s, background: %s", kind, t.Term, t.Colours, ground)
}

func (r runsFacts) String() string {
	if r.Fault != "" {
		return r.Folder + "  cannot be written: " + r.Fault
	}
	return r.Folder
}
