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
	unknown bool // some try that ran used more than that, and nobody knows how much
}

// event takes an event that the state has taken.
func (f *fold) event(ev runner.Event, s *runner.State) {
	e, ok := ev.(runner.TaskEnded)
	if !ok {
		return
	}
	switch t := &s.Tasks[e.Task]; {
	case e.Exit.Usage.Known:
		f.cpu += e.Exit.Usage.CPU()
	case t.Ran(): // what ended with its interpreter, such as
		f.unknown = true
		if t.Stats != nil { // as far as it was sampled
			f.cpu += t.Stats.Total.OnCore
		}
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
			p.heard.settled(ev.Task)
			if p.opts.Verbose {
				p.say("%q started (%s)", p.state.Jobs[ev.Task].Name, ev.Label)
			}
		case runner.TaskEnded:
			p.heard.settled(ev.Task)
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
	for _, ev := range p.heard.borneOut(p.state.Now) {
		p.say("%q: %s", p.state.Jobs[ev.Task].Name, ev.Text)
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
			p.say("%q %s", name, outcome(ev.Status, ev.Reason))
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
		p.say("%q %s%s", name, outcome(ev.Status, ev.Reason), again)
	}
	if ev.Exit.Note != "" {
		p.say("%q: %s", name, ev.Exit.Note)
	}
}

// Summary is the last word on a run that was shown in another way: what jobs left behind, counts,
// times, and what went wrong, as lines. hint is the command that shows a failed job's output.
func Summary(s *runner.State, hint string) []string {
	f := fold{cpu: s.Times.Total.OnCore}
	var notes []string
	more := 0
	for i := range s.Tasks {
		t := &s.Tasks[i]
		f.unknown = f.unknown || t.Ran() && t.Status.Over() && !t.Exit.Usage.Known
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
	line := fmt.Sprintf("%s in %s; %s%s; run %s", strings.Join(counts, ", "), draw.Seconds(wall), f.kept(s, wall), waited(s), s.ID)
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
	cores, least := cores(s.Quota), ""
	if f.unknown {
		least = "≥ "
	}
	if wall <= 0 || f.unknown && f.cpu == 0 {
		return "CPU time – of " + cores
	}
	return fmt.Sprintf("CPU time %s%s, %s%.1f of %s kept busy", least, draw.Seconds(f.cpu), least, f.cpu.Seconds()/wall.Seconds(), cores)
}

// waited says how much of its time what ran in Pythons waited for their GIL, where that was measured and
// there was one to wait for.
func waited(s *runner.State) string {
	if !slices.ContainsFunc(s.Locks, func(l runner.Lock) bool { return !l.Last.Free && l.Last.Why == "" }) {
		return ""
	}
	var gil, whole time.Duration
	for i := range s.Tasks {
		if m := s.Tasks[i].Stats; m != nil && m.Total.WaitGIL >= 0 {
			split := m.Total
			gil += split.WaitGIL
			whole += max(split.Live, split.OnCore+max(split.WaitCore, 0)+split.WaitGIL)
		}
	}
	if whole <= 0 {
		return ""
	}
	return fmt.Sprintf(", %s of the jobs' time waiting for the GIL", draw.Percent(gil.Seconds()/whole.Seconds()))
}

// outcome says how a job ended and why, where that is more than the same word.
func outcome(st runner.Status, reason string) string {
	if reason == "" || reason == st.String() {
		return st.String()
	}
	return st.String() + ": " + reason
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
		line := fmt.Sprintf("  %s: %s", printable(name), outcome(t.Status, t.Reason))
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
