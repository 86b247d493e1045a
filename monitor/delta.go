package monitor

import (
	"time"

	"parallax/runner"
)

// counters are what the system has counted for one thread since it began.
type counters struct {
	on   time.Duration // on a core
	wait time.Duration // runnable, waiting for a core; -1 where the system does not tell
}

// absurd is how far beyond the elapsed time a counter may run before it is taken for another
// thread's: the readings and the clock are not taken in the same instant.
const absurd = time.Second

// since returns what was used between two readings of the same thread, elapsed apart.
//
// A counter that ran backwards, or ahead by more than any thread could, has become another's (a
// thread that calls exec takes over its leader's number): nothing is known of that span, so it
// counts as nothing and the new reading is where the next begins.
func (c counters) since(prev counters, elapsed time.Duration) counters {
	limit := 4*max(elapsed, 0) + absurd
	out := counters{on: c.on - prev.on, wait: c.wait - prev.wait}
	if out.on < 0 || out.on > limit {
		out.on = 0
	}
	if out.wait < 0 || out.wait > limit {
		out.wait = 0
	}
	if c.wait < 0 || prev.wait < 0 {
		out.wait = -1
	}
	return out
}

// tally sums what the threads of one task used. It never runs backwards.
type tally struct {
	on   time.Duration
	wait time.Duration
}

// add counts what one thread used between two readings.
func (t *tally) add(d counters) {
	t.on += d.on
	switch {
	case d.wait < 0:
		t.wait = -1
	case t.wait >= 0:
		t.wait += d.wait
	}
}

// atLeast raises the time on a core to a lower bound that was learned in another way: what the
// task's living processes and the children they have waited for used together. That covers
// children too short-lived to be seen.
func (t *tally) atLeast(on time.Duration) { t.on = max(t.on, on) }

// told is how much of a task's try has been reported so far, and what it says of its progress.
type told struct {
	live time.Duration
	used tally
	gil  time.Duration
	follower
}

// sample returns what the task did since the last report, and remembers it as reported. now is the
// time since the start of the run.
//
// Live comes from the events (Task.Wall), so that paused time is left out to the nanosecond. A
// pause that is learned of only after a report makes Wall step back; what was reported too much
// is then not reported again.
func (t *told) sample(task int, state runner.Task, now time.Duration, f figures) runner.TaskSample {
	wall := max(state.Wall(now), 0)
	s := runner.TaskSample{
		Task: task, Live: max(wall-t.live, 0), OnCore: max(f.used.on-t.used.on, 0),
		WaitCore: max(f.used.wait-t.used.wait, 0), WaitGIL: -1, Core: f.core,
		Processes: f.processes, Threads: f.threads, RSS: f.rss, PSS: f.pss, LogSize: state.LogSize,
	}
	if f.used.wait < 0 {
		s.WaitCore = -1
	}
	if !f.timed {
		s.Live, s.OnCore = 0, 0
	}
	if f.gilKnown {
		blocked := s.Live*time.Duration(max(f.threads, 1)) - s.OnCore - max(s.WaitCore, 0)
		s.WaitGIL, t.gil = toldGIL(f.gil, t.gil, blocked)
	}
	t.live = max(wall, t.live)
	t.used.on, t.used.wait = max(f.used.on, t.used.on), f.used.wait
	return s
}

// ever is the elapsed time of a thread's first reading: all it has had counts.
const ever = 1000 * time.Hour
