package verdict

import (
	"fmt"
	"math"
	"strings"
	"time"

	"parallax/runner"
)

// rule is one thing that can be said: a pure function of the facts, whose thresholds are in limits.
// The first rule of the table that holds wins, so what falsifies the other figures or is most urgent
// comes first.
type rule struct {
	code  string
	level runner.Level
	// holds reports whether it is true. stands is whether it is what was said last: it is left at
	// other values than it is entered.
	holds func(f facts, stands bool) bool
	text  func(f facts) string
}

var rules = []rule{
	{
		"throttled", runner.Warning,
		func(f facts, stands bool) bool { return limits.throttled.above(f.host.throttle, stands) },
		func(f facts) string {
			return fmt.Sprintf("held back by the quota of %s: it was used up %s of the time", cores(f.capacity), percent(f.host.throttle))
		},
	},
	{"memory", runner.Warning, memoryShort, memoryText},
	{
		runner.CodePaused, runner.Note,
		func(f facts, _ bool) bool { return f.running == 0 },
		func(f facts) string { return fmt.Sprintf("%s paused, none running", jobs(f.paused)) },
	},
	{"gil-bound", runner.Note, gilBound, gilText},
	{
		"steal", runner.Warning,
		func(f facts, stands bool) bool { return limits.stolen.above(f.host.steal, stands) },
		func(f facts) string {
			return fmt.Sprintf("the hypervisor takes %s of the cores' time: figures are doubtful", percent(f.host.steal))
		},
	},
	{"straggler", runner.Note, straggles, stragglerText},
	{"short-jobs", runner.Note, tooShort, shortText},
	{
		runner.CodeForeign, runner.Note,
		func(f facts, stands bool) bool {
			return limits.foreignBusy.above(f.host.foreign/float64(max(f.cores, 1)), stands) &&
				limits.foreignLost.above(f.lost(), stands)
		},
		func(f facts) string {
			return fmt.Sprintf("other programs use %s: %s %s for a core %s of the time", cores(f.host.foreign),
				jobs(f.running), verb(f.running, "wait"), percent(f.share.WaitCore))
		},
	},
	{"one-at-a-time", runner.Note, takesTurns, turnsText},
	{
		"too-many-workers", runner.Note,
		func(f facts, stands bool) bool {
			return coreBound(f, stands) && float64(f.running) > f.capacity && f.enoughWorkers() < f.running
		},
		func(f facts) string {
			return fmt.Sprintf("%s wait for a core %s of their time: %s (-) would do as much",
				jobs(f.running), percent(f.share.WaitCore), workers(f.enoughWorkers()))
		},
	},
	{
		"core-bound", runner.Note, coreBound,
		func(f facts) string {
			return fmt.Sprintf("the threads of %s wait for a core %s of the time: more will not help",
				jobs(f.running), percent(f.share.WaitCore))
		},
	},
	{
		"cores-busy", runner.Good, allBusy,
		func(f facts) string {
			if f.capacity < float64(f.cores) {
				return "CPU-bound, the quota used up: " + fraction(f)
			}
			return "CPU-bound, every core busy: " + fraction(f)
		},
	},
	{
		"wait-bound", runner.Note,
		func(f facts, stands bool) bool {
			return limits.mostlyWaits.below(f.share.OnCore, stands) && limits.littleWait.below(f.share.WaitCore, stands) &&
				limits.littleGIL.below(f.share.WaitGIL, stands)
		},
		waitText,
	},
	{
		"few-jobs", runner.Note,
		func(f facts, stands bool) bool {
			return f.capacity-float64(f.running) >= 1 && limits.nearlyFull.above(f.share.OnCore, stands)
		},
		fewText,
	},
	{
		"mixed", runner.Note,
		func(facts, bool) bool { return true },
		mixedText,
	},
}

// Codes returns the codes of all sentences that Advise can give.
func Codes() []string {
	out := make([]string, len(rules))
	for i, r := range rules {
		out[i] = r.code
	}
	return out
}

// Advise returns the one sentence that is most worth saying about how the run goes just now, or
// false while there is nothing to say: no task is active, or less than about a second was
// measured. It may change with every sample; [Adviser] is for the screen.
func Advise(s *runner.State) (runner.Advised, bool) { return gather(s).advise(s.Now, "") }

// advise is Advise while the sentence of the rule stands stands.
func (f facts) advise(now time.Duration, stands string) (runner.Advised, bool) {
	if f.over || !f.enough || f.running+f.paused == 0 {
		return runner.Advised{}, false
	}
	for _, r := range rules {
		if r.holds(f, r.code == stands) {
			return r.say(f, now), true
		}
	}
	return runner.Advised{}, false
}

// says is what the rule with a code says, if what it said still holds.
func (f facts) says(code string, now time.Duration) (runner.Advised, bool) {
	for _, r := range rules {
		if r.code == code && r.holds(f, true) {
			return r.say(f, now), true
		}
	}
	return runner.Advised{}, false
}

func (r rule) say(f facts, now time.Duration) runner.Advised {
	return runner.Advised{At: runner.At(now), Task: -1, Level: r.level, Code: r.code, Text: r.text(f)}
}

func memoryShort(f facts, stands bool) bool {
	m := f.memory
	if m.free < 0 || m.pss < 0 || m.total <= 0 {
		return false
	}
	return limits.memoryLow.below(float64(m.free)/float64(m.total), stands) &&
		limits.memoryOurs.above(float64(m.pss)/float64(m.total), stands)
}

// memoryText says with how many workers as much would be free as is no warning, if all jobs hold
// about the same.
func memoryText(f facts) string {
	m, n := f.memory, f.running+f.paused
	text := fmt.Sprintf("memory is short: %s free, %s held by %s; ", bytes(m.free), bytes(m.pss), jobs(n))
	each := float64(m.pss) / float64(n)
	less := math.Ceil((limits.memoryLow.leave*float64(m.total) - float64(m.free)) / each)
	if keep := n - int(less); m.own && keep >= 1 && keep < n {
		return text + fmt.Sprintf("%s (-) would fit", workers(keep))
	}
	return text + "fewer workers (-) would help"
}

func straggles(f facts, stands bool) bool {
	return f.late.name != "" && limits.straggles.above(f.late.times, stands) && !allBusy(f, !stands)
}

func stragglerText(f facts) string {
	text := fmt.Sprintf("%q takes %.1f times as long as the others did, %s %s idle", f.late.name, f.late.times,
		workers(f.late.idle), is(f.late.idle))
	if f.late.saved > 0 {
		text += fmt.Sprintf("; started first, up to %s would be saved", span(f.late.saved))
	}
	return text
}

// gilBound is the rule of measuring: about one core per interpreter, much waiting for the GIL, little for
// cores; and without it more could be had.
func gilBound(f facts, stands bool) bool {
	b := f.gil.bound
	if b.interpreters == 0 || b.whole <= 0 {
		return false
	}
	n := float64(b.interpreters)
	return limits.gilWait.above(b.gil/b.whole, stands) && limits.gilCore.below(b.wait/b.whole, stands) &&
		limits.gilWorks.above((b.on+b.wait)/n, stands) && limits.gilOnCore.below(b.on/n, stands) &&
		limits.gilGain.above(gain(f).Low/max(b.on+f.gil.others.on, 0.01), stands)
}

func gilText(f facts) string {
	b := f.gil.bound
	if !b.shared {
		return fmt.Sprintf("GIL-bound: the threads of %s share %s; without the GIL %v", jobs(b.tasks), cores(b.on), gain(f))
	}
	who := fmt.Sprintf("%d threads", b.tasks)
	if b.interpreters > 1 {
		who += fmt.Sprintf(" of %d interpreters", b.interpreters)
	}
	return fmt.Sprintf("GIL-bound: %s share %s; as processes %v", who, cores(b.on), gain(f))
}

// takesTurns is what can be known of a GIL for which nobody sees who waits: that of several threads
// one at a time is on a core, and hardly ever two.
func takesTurns(f facts, stands bool) bool {
	u := f.gil.unseen
	if u.interpreters != 1 || u.tasks != f.running || f.atOnce < 0 || f.capacity < 2 {
		return false
	}
	return limits.atOnce.below(f.atOnce, stands) && limits.gilCore.below(u.wait/u.whole, stands) &&
		limits.gilWorks.above(u.on+u.wait, stands) && limits.gilOnCore.below(u.on, stands)
}

func turnsText(f facts) string {
	return fmt.Sprintf("%d threads take turns on %s, as a GIL makes them; the wait for it is not measured here",
		f.gil.unseen.tasks, cores(f.gil.unseen.on))
}

// tooShort is that starting jobs is a large part of the work: a Python for each, or in the runner.
func tooShort(f facts, stands bool) bool {
	j := f.short
	if j.mean <= 0 {
		return false
	}
	return j.python && limits.startTime.below(j.mean.Seconds()/startPython.Seconds(), stands) ||
		j.used >= 0 && limits.workerUsed.below(j.used, stands)
}

func shortText(f facts) string {
	j := f.short
	if j.python {
		return fmt.Sprintf("short jobs: %s, of which starting Python takes about %s; threads save that",
			span(j.mean), span(min(startPython, j.mean)))
	}
	return fmt.Sprintf("short jobs: %s; workers run them %s of the time, the rest is starting them",
		span(j.mean), percent(j.used))
}

// lost is which share of their time the tasks wait for a core because of others: more than they would
// wait for each other if all cores were theirs.
func (f facts) lost() float64 {
	wants := f.share.OnCore + f.share.WaitCore
	if f.share.OnCore <= 0 || f.capacity <= 0 {
		return f.share.WaitCore
	}
	demand := f.busy * wants / f.share.OnCore // in cores
	return f.share.WaitCore - wants*max(demand-f.capacity, 0)/demand
}

func allBusy(f facts, stands bool) bool {
	return f.capacity > 0 && limits.allBusy.above(f.busy/f.capacity, stands)
}

// coreBound is that waiting for cores dominates and it is mostly this run that keeps them busy.
func coreBound(f facts, stands bool) bool {
	return f.capacity > 0 && limits.mostlyOurs.above(f.busy/f.capacity, stands) && f.share.WaitCore > 0 &&
		limits.dominates.above(f.share.WaitCore/max(f.share.OnCore, 0.001), stands)
}

// enoughWorkers is how many of such jobs as run keep every core busy.
func (f facts) enoughWorkers() int {
	each := min(f.share.OnCore+f.share.WaitCore, 1)
	const jitter = 0.2
	return max(int(math.Ceil(f.capacity/max(each, 0.01)-jitter)), 1)
}

func waitText(f facts) string {
	text := fmt.Sprintf("mostly waiting: %s on a core", percent(f.share.OnCore))
	if f.limited {
		text += "; more workers (+) would help"
		if n := f.roomFor(); n > f.workers {
			text += fmt.Sprintf(", cores suffice for %d", n)
		}
	}
	return text
}

// roomFor is how many of such jobs as run the cores suffice for, of those that there are, in round
// numbers.
func (f facts) roomFor() int {
	all := f.running + f.paused + f.waiting
	each := f.busy / float64(max(f.running, 1))
	if each*float64(all) <= f.capacity {
		return all
	}
	n := f.capacity / each
	round := math.Pow(10, math.Floor(math.Log10(max(n, 1))))
	return int(math.Floor(n/round) * round)
}

func fewText(f facts) string {
	text := fmt.Sprintf("%s on %s: ", jobs(f.running), cores(f.capacity))
	switch {
	case f.limited:
		return text + "more workers (+) would help"
	case !f.single:
		return text + fmt.Sprintf("%s %.1f of them busy", keep(f.running), f.busy)
	case f.running == 1:
		return text + "it can use only one"
	}
	return text + fmt.Sprintf("they can use only %d", f.running)
}

func mixedText(f facts) string {
	parts := []string{percent(f.share.OnCore) + " on a core"}
	if f.share.WaitKnown {
		parts = append(parts, percent(f.share.WaitCore)+" waiting for one")
	}
	if f.share.GILKnown && f.share.WaitGIL >= 0.005 {
		parts = append(parts, percent(f.share.WaitGIL)+" waiting for the GIL")
	}
	parts = append(parts, percent(f.share.Blocked)+" "+f.share.BlockedLabel())
	return fmt.Sprintf("%s busy; %s", fraction(f), strings.Join(parts, ", "))
}
