package verdict

import "time"

// band is a threshold that is entered and left at different values, so that a figure that hovers
// around it does not switch a sentence on and off.
type band struct{ enter, leave float64 }

// above reports whether v lies above the threshold: of a rule whose sentence stands, above where it is left.
func (b band) above(v float64, stands bool) bool {
	if stands {
		return v >= b.leave
	}
	return v >= b.enter
}

// below is the same for a threshold that is entered downwards. What is asked whether it is above is not
// also asked whether it is below: it would be left where it is entered.
func (b band) below(v float64, stands bool) bool {
	if stands {
		return v <= b.leave
	}
	return v <= b.enter
}

// limits are the thresholds of all rules, and nothing else is one. Shares are parts of 1; where no
// other source is given they are rules of thumb of our own. docs/advice.md has the table for users.
var limits = struct {
	throttled   band // share of the periods in which the quota was used up
	stolen      band // share of the cores' time that the hypervisor took; what is said here stands a little more than the "few %" that spoil a comparison
	memoryLow   band // share of the memory that is free
	memoryOurs  band // share of the memory that is this run's
	foreignBusy band // share of the usable cores that other programs keep busy, and
	foreignLost band // share of our tasks' time in which they wait for a core

	// GIL-bound, by measurement on a machine of two cores: four threads of pure Python waited for the
	// GIL 61-67 % of their time and for a core 11-14 %; threads that release it 1-3 % and 65-73 %.
	gilWait   band // share of the threads' time in which they wait for the GIL
	gilCore   band // the same for a core: "little"
	gilWorks  band // on a core or waiting for one, in cores for each interpreter: the GIL is never left alone
	gilOnCore band // on a core, in cores for each interpreter: "about 1"
	gilGain   band // the least that could be had without the GIL, over what is had now: the 1.05 of a comparison, and room for error

	// Where the wait for the GIL is not measured. Two threads at once were seen in 3-7 % of the time
	// under a GIL, in 93-95 % with processes.
	atOnce band // share of the busy time in which more than one thread is on a core

	dominates   band // waiting for a core takes so many times what being on one does
	mostlyOurs  band // share of the usable cores that this run keeps busy, where others may have the rest
	allBusy     band // share of the usable cores that are kept busy
	mostlyWaits band // share on a core: "wait-bound below 20 %"
	littleWait  band // share waiting for a core, of what mostly waits
	littleGIL   band // likewise for the GIL
	nearlyFull  band // share of its time in which a task is on a core
	straggles   band // a task takes so many times what the others took
	startTime   band // a job lasts so many times what its start costs: "shorter than about 5 times"
	workerUsed  band // share of the workers' time in which jobs run, while others wait for a worker
}{
	throttled:   band{0.10, 0.05},
	stolen:      band{0.10, 0.07},
	memoryLow:   band{0.10, 0.13},
	memoryOurs:  band{0.25, 0.20},
	foreignBusy: band{0.20, 0.15},
	foreignLost: band{0.10, 0.07},

	gilWait:   band{0.30, 0.25},
	gilCore:   band{0.20, 0.27},
	gilWorks:  band{0.75, 0.65},
	gilOnCore: band{1.15, 1.25},
	gilGain:   band{1.20, 1.10},
	atOnce:    band{0.10, 0.14},

	dominates:   band{1.10, 0.95},
	mostlyOurs:  band{0.70, 0.60},
	allBusy:     band{0.90, 0.85},
	mostlyWaits: band{0.20, 0.25},
	littleWait:  band{0.15, 0.20},
	littleGIL:   band{0.20, 0.25},
	nearlyFull:  band{0.80, 0.75},
	straggles:   band{2.0, 1.8},
	startTime:   band{5, 6},
	workerUsed:  band{0.50, 0.60},
}

// What is taken to be so in rules and predictions.
const (
	// startPython is what a Python costs that is started for one job, until its script begins: 19-25 ms for
	// 3.8 to 3.14 on the machine of measuring.
	startPython = 20 * time.Millisecond
	// gilError is how far the share of the wait for the GIL may be off: waits are looked at, not counted. Of
	// four threads 8 looks, two seconds in lines, are off by 0.08 (a standard error), as many on a screen
	// by 0.05.
	gilError = 0.08
	// falls is how far a prediction was seen to be too high: 2.0 cores were foretold, and processes
	// kept 1.90-1.96 busy.
	falls = 0.05
	// enoughEnds is after how many ended jobs their mean says something.
	enoughEnds = 3
	// shortEnds is the same for jobs that last milliseconds.
	shortEnds = 20
	// worthSaying is the least share of the run's time that a better order must save to be spoken of.
	worthSaying = 0.10
	// worthWaiting is how much longer than the others a task must take for it to be spoken of, and the
	// least time that a better order must save.
	worthWaiting = time.Second
)

// Enough data: about a second of the run, and some of tasks.
const (
	enoughSpan = time.Second
	enoughLive = 300 * time.Millisecond
)
