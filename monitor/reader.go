package monitor

import (
	"time"

	"parallax/runner"
)

// figures are what is known of one task. Times are since the task began.
type figures struct {
	used      tally
	timed     bool // used is measured; false where the system does not tell a thread's time
	core      int  // the core it ran on last; -1 unknown
	processes int  // 0 for a task that is a thread
	threads   int
	rss       int64 // bytes; -1 unknown
	pss       int64 // bytes; -1 unknown
	gil       time.Duration
	gilKnown  bool // gil is how long it waited for the GIL, as far as that was seen
}

// manner is how a reading is taken.
type manner struct {
	sparing  bool // threads that have long not used a core may be left out of most readings
	recorded bool // lanes need not be told which thread was on which core, nor soon who is new
}

// slice is a piece of a task's time on a core, for the lanes.
type slice struct {
	task     int
	core     int
	from, to time.Duration // since the start of the run; it may have had only part of that time
	on       time.Duration
}

// reader reads what tasks use. There is one per operating system; all calls come from the
// sampler's goroutine. Times are since the start of the run.
type reader interface {
	// tier says how tasks are read when read is called hz times a second, for Lanes.Tier.
	tier(hz int) string
	// fast is whether it is worth calling read many times a second.
	fast() bool
	// watch begins to watch a task that started at the time started. It opens nothing yet, so
	// that tasks that are over before the next read cost nothing.
	watch(task int, id runner.Identity, started time.Duration)
	// belong says which threads are those of a task that is threads of a process which it shares:
	// further ones are watched with the first, those that are not named any more no longer. What
	// they have used stays the task's. No threads is no answer, and changes nothing.
	belong(task int, tids []int)
	// forget ends that and releases what it held.
	forget(task int)
	// read takes one reading of all watched tasks, and reports to lanes what they had of the
	// cores. It returns when a task last used a core.
	read(now time.Duration, how manner, lanes func(slice)) time.Duration
	// figures returns what is known of a watched task as of the last read.
	figures(task int) figures
	// notices returns what the user should know about the figures and was not told yet.
	notices() []runner.Advised
	close()
}
