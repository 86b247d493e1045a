package verdict

import (
	"fmt"
	"strings"

	"parallax/runner"
)

// Thresholds of the rules: rules of thumb of our own, all in one place. Shares are 0..1.
const (
	throttled   = 0.10 // of the periods the quota was used up
	stolen      = 0.05 // of the cores' time went to other machines
	memoryLow   = 0.10 // of the memory is free
	memoryOurs  = 0.25 // of the memory is this run's
	foreignBusy = 0.20 // of the usable cores other programs keep busy, and
	foreignLost = 0.10 // of their time our tasks wait for a core
	allBusy     = 0.90 // of the usable cores are kept busy
	dominates   = 1.10 // waiting for a core takes so many times what being on one does
	mostlyWaits = 0.20 // less than this on a core
	littleWait  = 0.15 // less than this waiting for a core
	nearlyFull  = 0.80 // a task is on a core that much of its time
)

// rule is one thing that can be said. The first rule of the table that holds wins, so what falsifies
// the other figures or is most urgent comes first.
type rule struct {
	code  string
	level runner.Level
	holds func(f facts) bool
	text  func(f facts) string
}

var rules = []rule{
	{
		"throttled", runner.Warning,
		func(f facts) bool { return f.throttle >= throttled },
		func(f facts) string {
			return fmt.Sprintf("held back by the quota of %s: it was used up %s of the time", cores(f.capacity), percent(f.throttle))
		},
	},
	{
		"memory", runner.Warning,
		func(f facts) bool {
			return f.free >= 0 && f.pss >= 0 && float64(f.free) < memoryLow*float64(f.total) &&
				float64(f.pss) > memoryOurs*float64(f.total)
		},
		func(f facts) string {
			return fmt.Sprintf("memory is short: %s free, %s held by %s; fewer workers (-) would help",
				bytes(f.free), bytes(f.pss), jobs(f.running+f.paused))
		},
	},
	{
		"steal", runner.Warning,
		func(f facts) bool { return f.steal >= stolen },
		func(f facts) string {
			return fmt.Sprintf("the hypervisor gives %s of the cores' time to other machines", percent(f.steal))
		},
	},
	{
		runner.CodePaused, runner.Note,
		func(f facts) bool { return f.running == 0 },
		func(f facts) string { return fmt.Sprintf("%s paused, none running", jobs(f.paused)) },
	},
	{
		runner.CodeForeign, runner.Note,
		func(f facts) bool {
			return f.foreign >= foreignBusy*float64(f.cores) && f.share.WaitCore >= foreignLost
		},
		func(f facts) string {
			return fmt.Sprintf("other programs use %s: %s %s for a core %s of the time", cores(f.foreign),
				jobs(f.running), verb(f.running, "wait"), percent(f.share.WaitCore))
		},
	},
	{
		"core-bound", runner.Note,
		func(f facts) bool {
			return f.busy >= allBusy*f.capacity && float64(f.running) > f.capacity && f.share.WaitCore >= dominates*f.share.OnCore
		},
		func(f facts) string {
			return fmt.Sprintf("%s %s for a core %s of %s time: more workers will not help",
				jobs(f.running), verb(f.running, "wait"), percent(f.share.WaitCore), its(f.running))
		},
	},
	{
		"cores-busy", runner.Good,
		func(f facts) bool { return f.capacity > 0 && f.busy >= allBusy*f.capacity },
		func(f facts) string {
			if f.capacity < float64(f.cores) {
				return "CPU-bound, the quota used up: " + fraction(f)
			}
			return "CPU-bound, every core busy: " + fraction(f)
		},
	},
	{
		"wait-bound", runner.Note,
		func(f facts) bool { return f.share.OnCore < mostlyWaits && f.share.WaitCore < littleWait },
		func(f facts) string {
			text := fmt.Sprintf("mostly waiting: %s on a core", percent(f.share.OnCore))
			if f.limited {
				text += "; more workers (+) would help"
			}
			return text
		},
	},
	{
		"few-jobs", runner.Note,
		func(f facts) bool {
			return f.capacity-float64(f.running) >= 1 && f.share.OnCore >= nearlyFull && f.busy < allBusy*f.capacity
		},
		fewJobs,
	},
	{
		"mixed", runner.Note,
		func(facts) bool { return true },
		func(f facts) string {
			parts := []string{percent(f.share.OnCore) + " on a core"}
			if f.share.WaitKnown {
				parts = append(parts, percent(f.share.WaitCore)+" waiting for one")
			}
			if f.share.GILKnown {
				parts = append(parts, percent(f.share.WaitGIL)+" waiting for the GIL")
			}
			parts = append(parts, percent(f.share.Blocked)+" "+f.share.BlockedLabel())
			return fmt.Sprintf("%s busy; %s", fraction(f), strings.Join(parts, ", "))
		},
	},
}

func fewJobs(f facts) string {
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
func Advise(s *runner.State) (runner.Advised, bool) {
	f := gather(s)
	if f.over || !f.enough || f.running+f.paused == 0 {
		return runner.Advised{}, false
	}
	for _, r := range rules {
		if r.holds(f) {
			return runner.Advised{At: runner.At(s.Now), Task: -1, Level: r.level, Code: r.code, Text: r.text(f)}, true
		}
	}
	return runner.Advised{}, false
}

func fraction(f facts) string {
	return fmt.Sprintf("%s of %s", amount(min(f.busy, f.capacity)), cores(f.capacity))
}

// amount prints a number of cores: one decimal, none where it says nothing.
func amount(n float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", n), ".0") }

func cores(n float64) string {
	if text := amount(n); text != "1" {
		return text + " cores"
	}
	return "1 core"
}

func jobs(n int) string {
	if n == 1 {
		return "1 job"
	}
	return fmt.Sprintf("%d jobs", n)
}

func verb(n int, word string) string {
	if n == 1 {
		return word + "s"
	}
	return word
}

func its(n int) string {
	if n == 1 {
		return "its"
	}
	return "their"
}

func keep(n int) string {
	if n == 1 {
		return "it keeps"
	}
	return "they keep"
}

func percent(f float64) string { return fmt.Sprintf("%.0f %%", 100*f) }

func bytes(n int64) string {
	const mib = 1 << 20
	if n < 1<<30 {
		return fmt.Sprintf("%d MiB", n/mib)
	}
	return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
}
