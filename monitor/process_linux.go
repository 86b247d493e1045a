package monitor

import (
	"slices"
	"time"

	"parallax/monitor/gil"
)

// thread is one thread that is watched.
type thread struct {
	tid      int
	birth    uint64
	sched    file
	stat     file
	children file // kept for the main thread only: few others start processes
	last     counters
	lastAt   time.Duration // when last was read
	changed  time.Duration // when last was seen to change
	core     int
	fresh    bool // not read yet
	dirty    bool // it has run since its children were last listed

	gil  gil.Account   // of its waiting for the GIL
	rest time.Duration // what is still to be taken off the time that it was blocked; at most 0

	dismissed bool // it is not the task's any more: its next reading is the last
}

// proc is one process that is watched, or for a task that is a thread the one it belongs to.
type proc struct {
	pid     int
	main    uint64 // when it was born
	threads []*thread
	stat    threadStat    // as last read through any of its threads
	stated  time.Duration // when that was
	found   time.Duration // when we first saw it
	listed  time.Duration // when its threads were last listed
	grew    time.Duration // when a thread or a child of it was last met
	memory
}

// memory is what is known of a process's memory.
type memory struct {
	rss     int64 // -1 unknown
	pss     int64 // -1 not measured
	denied  bool  // PSS may not be read
	rssAt   time.Duration
	pssAt   time.Duration
	rssThen int64 // RSS when PSS was read
	ran     bool  // it has run since its memory was last read
	grown   bool  // rss has changed since pss was last read
}

// watched is one task.
type watched struct {
	task    int
	root    int  // the process to begin with, or the one whose thread it is
	tid     int  // 0 for a process tree
	host    int  // the number of the interpreter that it shares, if it does
	shared  bool // root is an interpreter's, which it shares: its memory is told of each task in it
	birth   uint64
	started time.Duration
	begun   bool
	procs   []*proc
	tally
	core int
	last time.Duration // when it was last seen on a core

	gilState int           // what is known of its waiting for the GIL
	gilPast  time.Duration // how long threads did that are watched no more
}

// threadOf returns the thread tid of p, or nil.
func (p *proc) threadOf(tid int) *thread {
	at := slices.IndexFunc(p.threads, func(t *thread) bool { return t.tid == tid })
	if at < 0 {
		return nil
	}
	return p.threads[at]
}

// floor is a lower bound of what the task has used, from its living threads and from the children
// that its living processes have waited for.
func (w *watched) floor() time.Duration {
	var sum time.Duration
	for _, p := range w.procs {
		sum += p.stat.waited
		for _, t := range p.threads {
			sum += t.last.on
		}
	}
	return sum
}

// figures sums up the task's processes.
func (w *watched) figures() figures {
	f := figures{used: w.tally, timed: true, core: w.core, rss: -1, pss: -1}
	f.gil, f.gilKnown = w.waitedGIL()
	denied := false
	for _, p := range w.procs {
		f.threads += len(p.threads)
		if w.tid != 0 && !w.shared {
			continue
		}
		if w.tid == 0 && p.stat.state != 'Z' {
			f.processes++
		}
		f.rss = addBytes(f.rss, p.rss)
		f.pss = addBytes(f.pss, p.pss)
		denied = denied || p.denied
	}
	if denied { // a sum without one of its parts would pass for the whole
		f.pss = -1
	}
	return f
}

// addBytes adds a figure that may be unknown to a sum that may be.
func addBytes(sum, n int64) int64 {
	if n < 0 {
		return sum
	}
	return max(sum, 0) + n
}
