package plain

import (
	"maps"
	"slices"
	"time"

	"al.essio.dev/pkg/shellescape"

	"parallax/monitor/verdict"
	"parallax/runner"
)

// heard is what was said in the run so far, so that lines say it once. The zero value is ready.
type heard struct {
	warned map[runner.Advised]bool  // warnings of jobs that were passed on
	rule   string                   // the rule of the advice on the run that holds now
	told   map[string]time.Duration // when a rule's advice was last passed on
	doubts map[int]runner.Advised   // by job: that it may not end, which is not borne out yet
}

const (
	// sayAgain is how soon advice that no longer held, and holds again, is worth another line.
	sayAgain = time.Minute
	// bearsOut is how long a job that was killed must go on for it to be worth saying that it may not
	// end: most that were doubted end at once.
	bearsOut = 2 * time.Second
)

// ofRun reports whether advice on the run is to be passed on. Advice with other numbers is not new.
func (h *heard) ofRun(ev runner.Advised) bool {
	if !slices.Contains(verdict.Codes(), ev.Code) {
		return true
	}
	if ev.Code == h.rule {
		return false
	}
	h.rule = ev.Code
	last, before := h.told[ev.Code]
	return !before || ev.When()-last >= sayAgain
}

// toldRun notes that advice on the run was passed on.
func (h *heard) toldRun(ev runner.Advised) {
	if h.told == nil {
		h.told = map[string]time.Duration{}
	}
	h.told[ev.Code] = ev.When()
}

// first reports whether a warning of a job was not passed on before: it comes again with its next try.
func (h *heard) first(ev runner.Advised) bool {
	once := runner.Advised{Task: ev.Task, Code: ev.Code, Text: ev.Text}
	if h.warned[once] {
		return false
	}
	if h.warned == nil {
		h.warned = map[runner.Advised]bool{}
	}
	h.warned[once] = true
	return true
}

// doubt keeps what is only worth saying if the job goes on.
func (h *heard) doubt(ev runner.Advised) {
	if h.doubts == nil {
		h.doubts = map[int]runner.Advised{}
	}
	if _, earlier := h.doubts[ev.Task]; !earlier {
		h.doubts[ev.Task] = ev
	}
}

// settled forgets the doubts about a job that has ended, or of which more was said.
func (h *heard) settled(task int) { delete(h.doubts, task) }

// borneOut returns, once, the doubts about jobs that still go on.
func (h *heard) borneOut(now time.Duration) []runner.Advised {
	var out []runner.Advised
	for _, task := range slices.Sorted(maps.Keys(h.doubts)) {
		if ev := h.doubts[task]; now-ev.When() >= bearsOut {
			delete(h.doubts, task)
			out = append(out, ev)
		}
	}
	return out
}

// reportAdvice passes on warnings. What only matters while one looks on is said with Verbose.
func (p *Printer) reportAdvice(ev runner.Advised) {
	if ev.Text == "" {
		return
	}
	ofRun := ev.Task < 0 || ev.Task >= len(p.state.Jobs)
	news := !ofRun || p.heard.ofRun(ev) // also of what is not passed on: it may take a warning's place
	if ev.Level != runner.Warning && !p.opts.Verbose {
		return
	}
	if ofRun {
		if news {
			p.heard.toldRun(ev)
			p.say("%s", ev.Text)
		}
		return
	}
	name := p.state.Jobs[ev.Task].Name
	switch {
	case ev.Code == runner.CodeResists && !p.opts.Recorded:
		p.heard.settled(ev.Task)
		p.say("%q %s; to do that: %s %s %s", name, ev.Text, killHint, p.state.ID, shellescape.Quote(name))
	case ev.Code == runner.CodeResists, ev.Code == runner.CodeRefused: // an answer to something that was asked just now
		p.heard.settled(ev.Task)
		p.say("%q: %s", name, ev.Text)
	case ev.Code == runner.CodeStubborn:
		p.heard.doubt(ev)
	case p.heard.first(ev):
		p.say("%q: %s", name, ev.Text)
	}
}

// killHint is the command that kills a job of a run from another terminal.
const killHint = "parallax cancel --now --force"
