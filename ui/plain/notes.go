package plain

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"al.essio.dev/pkg/shellescape"

	"parallax/runner"
	"parallax/ui/draw"
)

// maxListed bounds how many jobs the summary names.
const maxListed = 20

// fold sums up what the summary needs beyond [runner.State].
type fold struct {
	cpu     time.Duration
	unknown bool // of some try that ran it is not known what it used
}

func (f *fold) event(ev runner.Event) {
	e, ok := ev.(runner.TaskEnded)
	switch {
	case !ok:
	case e.Exit.Usage.Known:
		f.cpu += e.Exit.Usage.CPU()
	case e.Status == runner.Succeeded || e.Exit.Code >= 0 || e.Exit.Signal != "":
		f.unknown = true
	}
}

// say writes one line about the run itself, after all that was printed before it.
func (p *Printer) say(format string, args ...any) {
	_ = p.out.Flush() // its error stays with the writer and is found by the next flush
	_ = p.err.Flush()
	fmt.Fprint(p.opts.Err, "parallax: "+printable(fmt.Sprintf(format, args...))+"\n")
}

// report says what in a batch of events the user should know.
func (p *Printer) report(evs []runner.Event) error {
	if p.opts.Mute {
		return nil
	}
	for _, ev := range evs {
		switch ev := ev.(type) {
		case runner.TaskStarted:
			if p.opts.Verbose {
				p.say("%q started (%s)", p.state.Jobs[ev.Task].Name, ev.Label)
			}
		case runner.TaskEnded:
			if ev.Task >= 0 && ev.Task < len(p.state.Tasks) {
				p.reportEnd(ev)
			}
		case runner.RunPaused:
			p.say("paused: nothing starts until it is resumed")
		case runner.RunResumed:
			p.say("resumed")
		case runner.Advised:
			p.reportAdvice(ev)
		}
	}
	return nil
}

func (p *Printer) reportEnd(ev runner.TaskEnded) {
	name, t := p.state.Jobs[ev.Task].Name, &p.state.Tasks[ev.Task]
	switch ev.Status {
	case runner.Succeeded:
		if p.opts.Verbose {
			p.say("%q succeeded in %s", name, draw.Seconds(t.Wall(ev.When())))
		}
	case runner.Cancelled:
		if p.opts.Verbose || t.Ran() {
			p.say("%q cancelled: %s", name, ev.Reason)
		}
	default:
		again := ""
		if t.Try > ev.Try { // the retry is in the same batch
			again = fmt.Sprintf("; try %d", t.Try)
			if most := p.state.Jobs[ev.Task].Retries + 1; t.Try <= most { // more are for what was lost with others
				again += fmt.Sprintf(" of %d", most)
			}
			if wait := t.NotBefore - ev.When(); wait > 0 {
				again += " in " + draw.Seconds(wait)
			}
		}
		p.say("%q failed: %s%s", name, ev.Reason, again)
	}
	if ev.Exit.Note != "" {
		p.say("%q: %s", name, ev.Exit.Note)
	}
}

// reportAdvice passes on warnings. What only matters while one looks on is said with Verbose.
func (p *Printer) reportAdvice(ev runner.Advised) {
	if ev.Level != runner.Warning && !p.opts.Verbose || ev.Text == "" {
		return
	}
	if ev.Task < 0 || ev.Task >= len(p.state.Jobs) {
		p.say("%s", ev.Text)
		return
	}
	name := p.state.Jobs[ev.Task].Name
	switch once := (runner.Advised{Task: ev.Task, Code: ev.Code, Text: ev.Text}); {
	case ev.Code == "resists" && !p.opts.Recorded:
		p.say("%q %s; to do that: %s %s %s", name, ev.Text, killHint, p.state.ID, shellescape.Quote(name))
	case ev.Code == "resists", ev.Code == "refused": // an answer to something that was asked just now
		p.say("%q: %s", name, ev.Text)
	case !p.said[once]: // a warning of a script comes again with its next try
		p.said[once] = true
		p.say("%q: %s", name, ev.Text)
	}
}

// killHint is the command that kills a job of a run from another terminal.
const killHint = "parallax cancel --now --force"

// Summary is the last word on a run that was shown in another way: what jobs left behind, counts,
// times, and what went wrong, as lines. hint is the command that shows a failed job's output.
func Summary(s *runner.State, hint string) []string {
	f := fold{cpu: s.Times.Total.OnCore}
	var notes []string
	more := 0
	for i := range s.Tasks {
		t := &s.Tasks[i]
		f.unknown = f.unknown || t.Ran() && t.Status.Over() && t.Stats == nil
		switch {
		case t.Exit.Note == "":
		case len(notes) == maxListed:
			more++
		default:
			notes = append(notes, fmt.Sprintf("parallax: %s: %s", strconv.Quote(s.Jobs[i].Name), printable(t.Exit.Note)))
		}
	}
	if more > 0 {
		notes = append(notes, fmt.Sprintf("parallax: and %s that left something behind", draw.Plural(more, "more job", "more jobs")))
	}
	return append(notes, f.summary(s, hint)...)
}

// summary is the last word on the run: counts, times, and what went wrong.
func (f *fold) summary(s *runner.State, hint string) []string {
	var counts []string
	for _, st := range []runner.Status{runner.Succeeded, runner.Failed, runner.Cancelled} {
		if n := s.Count(st); n > 0 {
			counts = append(counts, draw.Count(n)+" "+st.String())
		}
	}
	if !s.Over() { // a recording that was cut off
		counts = append(counts, draw.Count(len(s.Tasks)-s.Count(runner.Succeeded)-s.Count(runner.Failed)-s.Count(runner.Cancelled))+" unfinished")
	}
	wall := s.Elapsed(s.Now)
	line := fmt.Sprintf("%s in %s; %s; run %s", strings.Join(counts, ", "), draw.Seconds(wall), f.kept(s, wall), s.ID)
	if s.Name != "" {
		line += fmt.Sprintf(" (%s)", printable(s.Name))
	}
	if s.Reason != "" {
		line += "; ended early: " + s.Reason
	}
	return append([]string{"parallax: " + line}, losses(s, hint)...)
}

// kept says how much of the machine the run used.
func (f *fold) kept(s *runner.State, wall time.Duration) string {
	cores := cores(s.Quota)
	if f.unknown || wall <= 0 {
		return "CPU time – of " + cores
	}
	return fmt.Sprintf("CPU time %s, %.1f of %s kept busy", draw.Seconds(f.cpu), f.cpu.Seconds()/wall.Seconds(), cores)
}

func cores(n float64) string {
	if n == math.Trunc(n) {
		return draw.Plural(int(n), "core", "cores")
	}
	return fmt.Sprintf("%.1f cores", n)
}

// losses names the jobs that did not succeed: those that ran first failed, then cancelled.
func losses(s *runner.State, hint string) []string {
	var bad []int
	for i := range s.Tasks {
		if st := s.Tasks[i].Status; st == runner.Failed || st == runner.Cancelled {
			bad = append(bad, i)
		}
	}
	slices.SortStableFunc(bad, func(a, b int) int {
		return int(s.Tasks[a].Status) - int(s.Tasks[b].Status)
	})
	var out []string
	for _, i := range bad[:min(len(bad), maxListed)] {
		t, name := &s.Tasks[i], s.Jobs[i].Name
		line := fmt.Sprintf("  %s: %s: %s", printable(name), t.Status, t.Reason)
		if hint != "" && t.Ran() {
			line += fmt.Sprintf("; see: %s %s %s", hint, s.ID, shellescape.Quote(name))
		}
		out = append(out, line)
	}
	if more := len(bad) - maxListed; more > 0 {
		out = append(out, fmt.Sprintf("  and %s more", draw.Count(more)))
	}
	return out
}
