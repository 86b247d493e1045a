// Package verdict says what the figures of a run mean: where time went, how many cores were kept
// busy of those that could be, and one sentence of advice. It is all pure functions of
// runner.State; it reads no clock and no file.
package verdict

import (
	"math"

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
