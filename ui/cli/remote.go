package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"al.essio.dev/pkg/shellescape"
	"github.com/spf13/cobra"

	"parallax/runner"
	"parallax/runner/journal"
	"parallax/runner/remote"
	"parallax/ui/draw"
)

// groupControl are the commands that reach a run which runs.
const groupControl = "control"

// controlFlags is what a command that controls a run was given.
type controlFlags struct {
	json  bool
	now   bool // of cancel: kill
	force bool // of cancel: and what it takes with it
}

// control is one of the commands that do something to the jobs of a run that still runs.
type control struct {
	verb, short, long, example string
	do                         remote.Verb
}

var controls = []control{
	{
		verb: "pause", do: remote.Pause, short: "Pause jobs of a run that runs in another terminal",
		long: `Pause jobs of a run that runs in another terminal. Without JOB it is all of them, and nothing more
starts until the run is resumed.`,
		example: "  parallax pause\n  parallax pause nightly primes.2 primes.3",
	},
	{
		verb: "resume", do: remote.Resume, short: "Let paused jobs go on",
		long:    "Let paused jobs of a run go on. Without JOB it is all of them.",
		example: "  parallax resume\n  parallax resume nightly primes.2",
	},
	{
		verb: "cancel", do: remote.Cancel, short: "End jobs of a run that runs in another terminal",
		long: `End jobs of a run that runs in another terminal: what runs is asked to end and after its grace
killed, what waits does not start. Without JOB it is all of them.

A Python script that shares an interpreter or a process may outlive being killed. Then it is said which
jobs would end with it, and a named one is killed again with --force only.`,
		example: "  parallax cancel nightly\n  parallax cancel nightly primes.2 --now",
	},
	{
		verb: "restart", do: remote.Restart, short: "Run jobs again",
		long: `Run jobs of a run again; one that still runs is ended first. Without JOB it is all of them. A run
without a screen ends with its last job, and then nothing of it can be restarted.`,
		example: "  parallax restart nightly primes.2",
	},
}

const aboutJOB = "JOB is a job's name, the beginning of just one name, or its number as `parallax show` prints it."

// controlCommands are the commands that control a run from another terminal.
func (a *app) controlCommands() []*cobra.Command {
	out := []*cobra.Command{a.stackCommand(), a.workersCommand()}
	for _, k := range controls {
		f := &controlFlags{}
		c := &cobra.Command{
			Use: k.verb + " [RUN [JOB...]]", GroupID: groupControl, Short: k.short, Example: k.example,
			Long: k.long + "\n\n" + aboutRUN + "\n" + aboutJOB,
			RunE: func(c *cobra.Command, args []string) error {
				req := remote.Request{Do: k.do, Force: f.force}
				switch {
				case f.now:
					req.Do = remote.Kill
				case f.force:
					return usagef("write --now --force", "--force means nothing without --now")
				}
				return a.control(c.Context(), req, args, f.json)
			},
		}
		c.Flags().BoolVar(&f.json, "json", false, "print what came of it as JSON")
		if k.do == remote.Cancel {
			c.Flags().BoolVar(&f.now, "now", false, "kill them at once")
			c.Flags().BoolVar(&f.force, "force", false, "with --now: end also those that outlive it, and the jobs that end with them")
		}
		out = append(out, c)
	}
	return out
}

func (a *app) stackCommand() *cobra.Command {
	f := &controlFlags{}
	c := &cobra.Command{
		Use:     "stack [RUN [JOB...]]",
		GroupID: groupControl,
		Short:   "Tell where running jobs are",
		Long: `Tell where jobs of a run are that runs in another terminal: the calls of a script, innermost last, or
of other processes what they wait for, as far as the system tells. Without JOB it is all that run. The
jobs go on meanwhile.

` + aboutRUN + "\n" + aboutJOB,
		Example: "  parallax stack\n  parallax stack nightly primes.2",
		RunE:    func(c *cobra.Command, args []string) error { return a.stack(c.Context(), args, f.json) },
	}
	c.Flags().BoolVar(&f.json, "json", false, "print them as JSON")
	return c
}

// target is what a command is about: some jobs of a run.
type target struct {
	dir  string
	info journal.Info
	req  remote.Request
}

// target finds the run and the jobs that arguments name, which the request is about.
func (a *app) target(req remote.Request, args []string) (target, error) {
	// Empty is what a variable without a value leaves. It must not mean the latest run, and all of it.
	for i, arg := range args {
		if arg == "" {
			return target{}, usagef("is a variable without a value? without RUN it is the latest run of all",
				"%s is empty", [...]string{"RUN", "JOB"}[min(i, 1)])
		}
	}
	dir, err := find(args)
	if err != nil {
		return target{}, forgotten(err, req.Do, args)
	}
	r, err := journal.Open(dir)
	if err != nil {
		return target{}, err
	}
	req.Run, req.All = r.Info().ID, len(args) < 2
	t := target{dir, r.Info(), req}
	for _, ref := range args[min(1, len(args)):] {
		task, err := jobOf(t.info.Jobs, ref)
		if err != nil {
			return t, &usageError{err: err, hint: "see: parallax show " + t.info.ID}
		}
		t.req.Tasks = append(t.req.Tasks, task)
	}
	return t, nil
}

// forgotten adds to the error about a run that is not there what was meant, if just one run is alive and
// its jobs are what the arguments name.
func forgotten(err error, do remote.Verb, args []string) error {
	root, fault := journal.Root()
	if fault != nil || len(args) == 0 {
		return err
	}
	all, fault := journal.List(root)
	alive := slices.DeleteFunc(all, func(s journal.Summary) bool { return s.Status != journal.Running })
	if fault != nil || len(alive) != 1 {
		return err
	}
	r, fault := journal.Open(alive[0].Dir)
	if fault != nil {
		return err
	}
	for _, ref := range args {
		if _, fault := jobOf(r.Info().Jobs, ref); fault != nil {
			return err
		}
	}
	if do == remote.Kill {
		do = remote.Cancel
	}
	return &usageError{err: err, hint: fmt.Sprintf("RUN comes first, such as: parallax %s %s %s", do, r.Info().ID, quoteAll(args))}
}

const (
	// beginning bounds how long a run may take from its folder to its socket, and from its last answer
	// to the end of its journal.
	beginning = 2 * time.Second
	lookAgain = 50 * time.Millisecond
)

// ask sends a request to a run. When nobody answers the error says why.
func (t target) ask(ctx context.Context) (remote.Answer, error) {
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	for late := time.Now().Add(beginning); ; {
		answer, err := remote.Ask(ctx, t.dir, t.req)
		if !errors.Is(err, remote.ErrNoAnswer) {
			if err != nil {
				err = fmt.Errorf("run %s: %w", t.info.ID, err)
			}
			return answer, err
		}
		if over := t.over(); over != nil {
			return answer, over
		}
		if time.Now().After(late) {
			return answer, fmt.Errorf("run %s runs, but cannot be controlled: %w", t.info.ID, err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return answer, context.Cause(ctx)
		}
	}
}

// over says why nothing can be asked of the run any more, or nil while it runs.
func (t target) over() error {
	rec, err := journal.Load(t.dir)
	switch {
	case err != nil:
		return err
	case rec.Status == journal.Running:
		return nil
	case rec.Status == journal.Interrupted:
		return fmt.Errorf("run %s was interrupted: the parallax that ran it is gone", t.info.ID)
	}
	return fmt.Errorf("run %s is over: see: parallax show %s", t.info.ID, t.info.ID)
}

func (a *app) control(ctx context.Context, req remote.Request, args []string, asJSON bool) error {
	t, err := a.target(req, args)
	if err != nil {
		return err
	}
	answer, err := t.ask(ctx)
	if err != nil {
		return err
	}
	for _, o := range answer.Tasks {
		if o.Why != "" {
			a.status = exitFailed
		}
	}
	if asJSON {
		return a.printJSON(t.report(answer))
	}
	if line := t.came(answer); line != "" {
		fmt.Fprintf(a.std.Out, "run %s: %s\n", t.info.ID, line)
	}
	for _, o := range answer.Tasks {
		if o.Why != "" {
			a.complain(t.complaint(o))
		}
	}
	return nil
}

// complaint says why nothing was done to a job and, where it is known, what would do it.
func (t target) complaint(o remote.Outcome) error {
	name := t.info.Jobs[o.Task].Name
	if !o.Force {
		return fmt.Errorf("job %q: %s", name, o.Why)
	}
	return fmt.Errorf("job %q %s; to do that: parallax cancel --now --force %s %s", name, o.Why, t.info.ID, shellescape.Quote(name))
}

// did are the words for what came of a request, by what a job is now. Else it is that itself.
var did = map[remote.Verb]map[string]string{
	remote.Pause:  {remote.Pausing: "asked to pause"},
	remote.Resume: {runner.Running.String(): "resumed"},
	remote.Cancel: {remote.Ending: "asked to end"},
	remote.Kill:   {runner.Cancelled.String(): "killed"},
	remote.Restart: {
		remote.Ending: "restarting", runner.Running.String(): "restarted", runner.Queued.String(): "restarted",
		// It was quick.
		runner.Succeeded.String(): "restarted", runner.Failed.String(): "restarted", runner.Cancelled.String(): "restarted",
	},
}

// mostNamed is how many jobs are named in a line; more are counted.
const mostNamed = 5

// came says in a line what came of a request, or "" if nothing did.
func (t target) came(answer remote.Answer) string {
	do := t.req.Do
	counts, names := map[string]int{}, map[string][]string{}
	word := func(now string) string {
		if do == remote.Restart && answer.Run == remote.Held && now == runner.Queued.String() {
			return now
		}
		if w := did[do][now]; w != "" {
			return w
		}
		return now
	}
	for now, n := range answer.Counts {
		counts[word(now)] += n
	}
	for _, o := range answer.Tasks {
		if o.Why == "" {
			names[word(o.Now)] = append(names[word(o.Now)], harmless(t.info.Jobs[o.Task].Name))
		}
	}
	var parts []string
	for w, n := range counts {
		who := draw.Plural(n, "job", "jobs")
		if n <= mostNamed && n == len(names[w]) {
			who = strings.Join(names[w], ", ")
		}
		parts = append(parts, w+" "+who)
	}
	slices.Sort(parts)
	switch {
	case do == remote.Restart && answer.Run == remote.Held:
		parts = append(parts, t.heldBack())
	case !t.req.All:
	case answer.Run == remote.Held && len(parts) == 0 && len(answer.Tasks) > 0:
		parts = append(parts, "no job could be paused, but nothing more starts until: parallax resume "+t.info.ID)
	case answer.Run == remote.Held:
		parts = append(parts, "nothing more starts until it is resumed")
	case answer.Run == remote.Released:
		parts = append(parts, "jobs start again")
	case len(parts) == 0 && len(answer.Tasks) == 0:
		parts = []string{"nothing to " + string(do)}
	}
	return strings.Join(parts, "; ")
}

// heldBack says why restarted jobs are still queued in a run that is paused, and what would start them.
func (t target) heldBack() string {
	if t.req.All {
		return "the run is paused, they start after: parallax resume " + t.info.ID
	}
	return "the run is paused and paused jobs keep their workers: what finds none free starts after: parallax resume " + t.info.ID
}

// controlReport is what came of a request, as JSON.
type controlReport struct {
	Run    string         `json:"run"`
	Now    string         `json:"now,omitempty"` // of all jobs: what became of the run itself, "held" or "released"
	Jobs   []controlFacts `json:"jobs"`
	Counts map[string]int `json:"counts,omitempty"` // how many jobs it was done to, by what they are now
}

type controlFacts struct {
	Task  int    `json:"task"`
	Name  string `json:"name"`
	Now   string `json:"now"`
	Why   string `json:"why,omitempty"`   // why nothing was done
	Force bool   `json:"force,omitempty"` // --force would do it
	Label string `json:"label,omitempty"`
	Stack string `json:"stack,omitempty"`
}

func (t target) report(answer remote.Answer) controlReport {
	r := controlReport{t.info.ID, answer.Run, make([]controlFacts, len(answer.Tasks)), answer.Counts}
	for i, o := range answer.Tasks {
		r.Jobs[i] = controlFacts{o.Task, t.info.Jobs[o.Task].Name, o.Now, o.Why, o.Force, o.Label, o.Text}
	}
	return r
}

func (a *app) stack(ctx context.Context, args []string, asJSON bool) error {
	t, err := a.target(remote.Request{Do: remote.Stack}, args)
	if err != nil {
		return err
	}
	answer, err := t.ask(ctx)
	if err != nil {
		return err
	}
	for _, o := range answer.Tasks {
		if o.Why != "" && !t.req.All {
			a.status = exitFailed
		}
	}
	if asJSON {
		return a.printJSON(t.report(answer))
	}
	if len(answer.Tasks) == 0 {
		fmt.Fprintf(a.std.Err, "no job of run %s runs now\n", t.info.ID)
	}
	var b strings.Builder
	for i, o := range answer.Tasks {
		indent := ""
		if len(answer.Tasks) > 1 {
			if i > 0 {
				b.WriteByte('\n')
			}
			fmt.Fprintf(&b, "%s. %s\n", strconv.Itoa(o.Task+1), harmless(t.info.Jobs[o.Task].Name))
			indent = "   "
		}
		for line := range strings.Lines(o.Text) {
			b.WriteString(indent + harmless(strings.TrimRight(line, "\r\n")) + "\n")
		}
		switch {
		case o.Why != "" && indent == "":
			a.complain(fmt.Errorf("job %q: %s", t.info.Jobs[o.Task].Name, o.Why))
		case o.Why != "":
			b.WriteString(indent + "– " + harmless(o.Why) + "\n")
		}
	}
	_, err = fmt.Fprint(a.std.Out, b.String())
	return err
}
