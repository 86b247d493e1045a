package plain

import (
	"fmt"
	"math"
	"slices"
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
			again = fmt.Sprintf("; try %d of %d", t.Try, p.state.Jobs[ev.Task].Retries+1)
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
	if ev.Task >= 0 && ev.Task < len(p.state.Jobs) {
		p.say("%q: %s", p.state.Jobs[ev.Task].Name, ev.Text)
		return
	}
	p.say("%s", ev.Text)
}

// summary is the last word on the run: counts, times, and what went wrong.
func (p *Printer) summary() []string {
	s := &p.state
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
	line := fmt.Sprintf("%s in %s; %s; run %s", strings.Join(counts, ", "), draw.Seconds(wall), p.kept(wall), s.ID)
	if s.Name != "" {
		line += fmt.Sprintf(" (%s)", printable(s.Name))
	}
	if s.Reason != "" {
		line += "; ended early: " + s.Reason
	}
	return append([]string{"parallax: " + line}, p.losses()...)
}

// kept says how much of the machine the run used.
func (p *Printer) kept(wall time.Duration) string {
	cores := cores(p.state.Quota)
	if p.unknown || wall <= 0 {
		return "CPU time – of " + cores
	}
	return fmt.Sprintf("CPU time %s, %.1f of %s kept busy", draw.Seconds(p.cpu), p.cpu.Seconds()/wall.Seconds(), cores)
}

func cores(n float64) string {
	if n == math.Trunc(n) {
		return draw.Plural(int(n), "core", "cores")
	}
	return fmt.Sprintf("%.1f cores", n)
}

// losses names the jobs that did not succeed: those that ran first failed, then cancelled.
func (p *Printer) losses() []string {
	var bad []int
	for i := range p.state.Tasks {
		if st := p.state.Tasks[i].Status; st == runner.Failed || st == runner.Cancelled {
			bad = append(bad, i)
		}
	}
	slices.SortStableFunc(bad, func(a, b int) int {
		return int(p.state.Tasks[a].Status) - int(p.state.Tasks[b].Status)
	})
	var out []string
	for _, i := range bad[:min(len(bad), maxListed)] {
		t, name := &p.state.Tasks[i], p.state.Jobs[i].Name
		line := fmt.Sprintf("  %s: %s: %s", printable(name), t.Status, t.Reason)
		if p.opts.Hint != "" && t.Ran() {
			line += fmt.Sprintf(": %s %s %s", p.opts.Hint, p.state.ID, shellescape.Quote(name))
		}
		out = append(out, line)
	}
	if more := len(bad) - maxListed; more > 0 {
		out = append(out, fmt.Sprintf("  and %s more", draw.Count(more)))
	}
	return out
}
