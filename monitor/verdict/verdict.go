// Package verdict says what the figures of a run mean: where time went, how many cores were kept
// busy of those that could be, and one sentence of advice. It is all pure functions of
// runner.State; it reads no clock and no file.
package verdict

import (
	"math"
	"time"

	"parallax/runner"
)

// Share is where a task's time went, in parts of 1 that add up to 1, or all 0 where nothing was
// measured yet.
type Share struct {
	OnCore    float64
	WaitCore  float64 // runnable, waiting for a core; 0 unless WaitKnown
	WaitGIL   float64 // 0 unless GILKnown
	Blocked   float64 // the rest; it holds what is not known apart
	WaitKnown bool
	GILKnown  bool
}

// BlockedLabel is what to call Blocked: where the system does not tell waiting for a core from
// blocking, Blocked holds both.
func (s Share) BlockedLabel() string {
	if s.WaitKnown {
		return "blocked"
	}
	return "waiting or blocked"
}

// Shares normalises a split. The whole is the wall time while not paused. The threads of a
// multi-threaded job can together have and wait more than that; then the whole is what they had
// and waited, and Blocked is 0.
func Shares(split runner.Split) Share {
	s := Share{WaitKnown: split.WaitCore >= 0, GILKnown: split.WaitGIL >= 0}
	on, wait, gil := max(split.OnCore, 0), max(split.WaitCore, 0), max(split.WaitGIL, 0)
	whole := float64(max(split.Live, on+wait+gil))
	if whole <= 0 {
		return s
	}
	s.OnCore, s.WaitCore, s.WaitGIL = float64(on)/whole, float64(wait)/whole, float64(gil)/whole
	s.Blocked = max(1-s.OnCore-s.WaitCore-s.WaitGIL, 0)
	return s
}

// capacity is how many cores the run may use.
func capacity(s *runner.State) float64 {
	c := float64(len(s.Cores))
	if s.Quota > 0 && (c == 0 || s.Quota < c) {
		c = s.Quota
	}
	return c
}

// Parallelism returns how many cores the run has kept busy lately, and how many it could: as many
// as tasks run (before the first starts: as there are tasks), or as those that run keep busy where
// they have several threads, but never more than there are cores and the quota allows.
func Parallelism(s *runner.State) (busy, of float64) {
	busy = s.Times.Recent.Cores()
	tasks := s.Count(runner.Running)
	if tasks == 0 && s.Count(runner.Paused) == 0 {
		tasks = len(s.Tasks)
	}
	const jitter = 0.1 // a core or two are never exactly so
	of = min(max(float64(tasks), math.Ceil(busy-jitter)), capacity(s))
	return min(busy, capacity(s)), of
}

// facts are what the rules of the advice look at.
type facts struct {
	running, paused  int
	limited          bool    // tasks are queued that only the worker limit holds back
	single           bool    // each running task has one thread
	cores            int     // that may be used
	capacity         float64 // cores or quota, whichever is less
	busy             float64 // cores kept busy lately
	foreign          float64 // cores used by other programs; -1 unknown
	share            Share
	throttle, steal  float64 // shares; -1 unknown
	pss, free, total int64   // bytes; -1 unknown
	enough           bool    // enough was measured to say something
	over             bool
}

// Enough data: about a second of the run, and some of tasks.
const (
	enoughSpan = time.Second
	enoughLive = 300 * time.Millisecond
)

func gather(s *runner.State) facts {
	recent := s.Times.Recent
	f := facts{
		running: s.Count(runner.Running), paused: s.Count(runner.Paused),
		limited: !s.Held && s.Count(runner.Queued) > 0 && len(s.Active) >= s.Workers,
		cores:   len(s.Cores), capacity: capacity(s), busy: recent.Cores(), foreign: -1,
		share: Shares(recent), throttle: s.Host.Throttle, steal: s.Host.Steal,
		pss: -1, free: -1, total: s.Host.MemTotal, single: true,
		enough: s.Times.Total.Span >= enoughSpan && recent.Live >= enoughLive,
		over:   s.Ended || s.Over(),
	}
	if s.Host.MemTotal > 0 && s.Host.MemUsed >= 0 {
		f.free = s.Host.MemTotal - s.Host.MemUsed
	}
	shared := map[int]bool{} // processes of interpreters whose memory is counted
	for _, i := range s.Active {
		t := s.Tasks[i]
		if t.Stats == nil {
			continue
		}
		if p := t.Stats.Last.PSS; p >= 0 && (t.Host.ID == 0 || !shared[t.PID]) {
			f.pss = max(f.pss, 0) + p
			shared[t.PID] = true
		}
		if t.Stats.Last.Threads > 1 && t.Status == runner.Running {
			f.single = false
		}
	}
	var all float64
	for _, b := range s.Host.Busy {
		if b < 0 {
			return f
		}
		all += b
	}
	if len(s.Host.Busy) > 0 {
		f.foreign = max(all-f.busy, 0)
	}
	return f
}
