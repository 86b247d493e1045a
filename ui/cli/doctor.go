package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"

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
	Fault    string        `json:"default_python_fault,omitempty"` // why there is no default
	Terminal terminalFacts `json:"terminal"`
	Runs     runsFacts     `json:"runs"`

	all bool // name those Pythons that do not work
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
	var asJSON, verbose bool
	c := &cobra.Command{
		Use:     "doctor",
		GroupID: groupAbout,
		Short:   "Tell what this machine offers and how well it can be measured",
		Long: `Tell what this machine offers: the cores that may be used and why, how lanes and memory
are measured, the Pythons found, the colours of the terminal, and where runs are kept.

Of each Python it tells the version, whether it has a GIL, the models that it can run scripts in, and
whether it can pause one of them among others. The one that runs a script that asks for none is marked
with a star. Those that are there but do not work, such as pyenv's shims of versions that are not
chosen, are counted; -v names them, each with what it says.`,
		Example: `  parallax doctor
  parallax doctor --json`,
		Args: a.nothing,
		RunE: func(*cobra.Command, []string) error {
			r := &reader{}
			finest := r.finest()
			if len(r.faults) > 0 {
				return r.faults
			}
			found := examine(a.std.Out, finest)
			found.all = verbose
			if asJSON {
				return a.printJSON(found)
			}
			return found.write(a.std.Out)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	c.Flags().BoolVarP(&verbose, "verbose", "v", false, "name also the Pythons that do not work")
	return c
}

func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.std.Out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func examine(out *os.File, finest monitor.Tier) checkup {
	found := checkup{Version: version(), Machine: monitor.HostAt(finest)}
	found.Pythons, found.Fault = installed()
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

// memory says how much there is, and who allows no more.
func memory(m monitor.Facts) string {
	if m.MemLimit != "" {
		return fmt.Sprintf("%s allowed (%s)", draw.Bytes(m.MemTotal), m.MemLimit)
	}
	return draw.Bytes(m.MemTotal)
}

func (f checkup) write(out *os.File) error {
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	row := func(name, format string, args ...any) { fmt.Fprintf(w, name+"\t"+format+"\n", args...) }
	m := f.Machine
	row("parallax", "%s", f.Version)
	row("machine", "%s/%s  %s", m.OS, m.Arch, m.Processor)
	row("cores", "%g usable: %s", m.Quota, m.Limits)
	row("workers", "%d by default (-j)", defaultWorkers(m.Quota))
	row("memory", "%s", memory(m))
	row("lanes", "%s", m.Lanes)
	row("waiting for a core", "%s", measured(m.WaitCore, "not told from being blocked ("+m.NoWait+")"))
	row("shared memory (PSS)", "%s", measured(m.PSS, "not measured on this system"))
	faint, faulty := termenv.NewOutput(out), 0
	for i, p := range f.Pythons {
		name := ""
		if i == 0 {
			name = "pythons"
		}
		if p.Fault != "" && !f.all {
			faulty++
			continue
		}
		if p.Fault != "" {
			row(name, "%s", faint.String("  "+p.Path+"  "+p.Fault).Faint())
			continue
		}
		row(name, "%s", p)
	}
	if faulty > 0 {
		name := ""
		if faulty == len(f.Pythons) {
			name = "pythons"
		}
		row(name, "%s", faint.String(fmt.Sprintf("  and %s not work, such as shims of versions that are not chosen: doctor -v names them",
			draw.Plural(faulty, "that does", "that do"))).Faint())
	}
	if f.Fault != "" {
		row("default python", "%s", f.Fault)
	}
	if len(f.Pythons) == 0 {
		row("pythons", "none in PATH: .py scripts need one, or --python, or --as goroutines")
	}
	row("terminal", "%s", f.Terminal)
	row("runs", "%s", f.Runs)
	return w.Flush()
}

func measured(ok bool, otherwise string) string {
	if ok {
		return "measured"
	}
	return otherwise
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
