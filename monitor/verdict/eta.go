package verdict

import (
	"math"
	"slices"
	"time"

	"parallax/runner"
)

// How much must be known before an end is foretold.
const (
	etaAfter   = 2 * time.Second // of a job's progress, or of the run
	etaShare   = 0.01            // of a job's progress that was seen to be made
	etaStall   = 10 * time.Second
	etaSteps   = 4   // so many usual steps without progress, and at least etaStall, and it stands
	etaTries   = 30  // after so many ended tries their mean is believed however much is left
	etaFarther = 100 // before, not further ahead than so many times what has passed
)

// TaskETA returns how long a running task will go on from now (the time since the start of the run)
// by its own account, and whether that is known.
//
// It is
//
//	(1 - progress) / rate - time since the progress last grew
//
// where rate is what [runner.Pace] saw: share per second, recent ones counting more. If the progress
// has not grown for longer than it usually takes, that time lowers the rate.
//
// It is not known for a task that is paused or says nothing of its progress, before it was watched
// for two seconds and was seen to do one per cent, and when its progress stands. It takes the rest
// of the work to be like the last part: a last step that takes longer, such as writing the result,
// is not foreseen. It costs the same with any number of tasks.
func TaskETA(s *runner.State, task int, now time.Duration) (time.Duration, bool) {
	if task < 0 || task >= len(s.Tasks) {
		return 0, false
	}
	t := &s.Tasks[task]
	share, known := t.Progress.Share()
	if !known || t.Status != runner.Running || t.Stats == nil {
		return 0, false
	}
	p := &t.Stats.Pace
	wall := t.Wall(now)
	still := max(wall-p.Moved, 0)
	if p.Moved-p.First < etaAfter || p.Done < etaShare || p.Span <= 0 {
		return 0, false
	}
	usual := time.Duration(p.Span / p.Steps * float64(time.Second))
	if still > max(etaStall, etaSteps*usual) {
		return 0, false
	}
	seconds := (1 - share) * (p.Span + max(still-usual, 0).Seconds()) / p.Done
	left := seconds - min(still, usual).Seconds()
	return time.Duration(max(left, 0) * float64(time.Second)), true
}

// RunETA returns how long the run will go on from now (the time since the start of the run), and
// whether that is known.
//
// Where the jobs are not of one kind ([runner.State.Alike]), what one has taken says nothing of
// another: then it is the latest end of those that run, known only if each of them tells its progress
// and none waits.
//
// Else every job is taken to need the mean wall time m of the tries that have succeeded and of
// the running ones whose end is foretold by their progress. A running job needs what [TaskETA] says,
// else what m leaves; one that has taken longer than m, as long again as it is late. The jobs that
// wait go to the workers as these become free. The result is when the last one ends: the smallest T
// for which the workers, free from r(i) on, end all n waiting jobs,
//
//	sum over workers of floor((T - r(i)) / m) >= n, and T >= r(i) for all i
//
// It is not known in the first two seconds; without any mean; while less than one per cent of the
// run has passed and fewer than 30 tries have ended; while a job is paused, or all are and some wait,
// for the run then ends when the user wills; and while the last to end is a job that says nothing and
// has taken longer than m: what was foretold of it has not come true. What waits for other jobs, or for its next try, is taken to be free to start, and jobs of
// different kinds to be mixed well: a long chain, or all the long jobs last, make it too short. It
// costs as much as there are workers, not jobs.
func RunETA(s *runner.State, now time.Duration) (time.Duration, bool) {
	elapsed, waiting := s.Elapsed(now), s.Count(runner.Queued)+s.Count(runner.Unborn)
	if s.Ended || s.Over() || s.Count(runner.Paused) > 0 || s.Held && waiting > 0 || elapsed < etaAfter {
		return 0, false
	}
	ahead := aheadOf(s, now)
	if !s.Alike {
		return ahead.latest(waiting)
	}
	mean, known := ahead.mean.Mean(), ahead.mean.N > 0
	if !known {
		return 0, false
	}
	free, overdue := ahead.free(s, now, mean)
	left := makespan(free, waiting, max(s.Workers, 1), mean)
	if overdue > 0 && left <= overdue {
		return 0, false
	}
	if s.Done.N < etaTries && left > etaFarther*elapsed {
		return 0, false
	}
	return left, true
}

// outlook is what the running jobs say of their ends.
type outlook struct {
	mean runner.Walls // of all jobs whose wall time is known or foretold
	told []time.Duration
}

const untold = -1

func aheadOf(s *runner.State, now time.Duration) outlook {
	o := outlook{mean: s.Done, told: make([]time.Duration, len(s.Active))}
	for i, task := range s.Active {
		left, known := TaskETA(s, task, now)
		if !known {
			o.told[i] = untold
			continue
		}
		o.told[i] = left
		o.mean.N, o.mean.Sum = o.mean.N+1, o.mean.Sum+s.Tasks[task].Wall(now)+left
	}
	return o
}

// latest returns when the last of the running jobs ends, if each of them tells and none waits.
func (o outlook) latest(waiting int) (time.Duration, bool) {
	if waiting > 0 || len(o.told) == 0 || slices.Contains(o.told, untold) {
		return 0, false
	}
	return slices.Max(o.told), true
}

// free returns after what time each running job ends, ascending, and how long the last of those
// takes about which that is no more than a guess.
func (o outlook) free(s *runner.State, now, mean time.Duration) (free []time.Duration, overdue time.Duration) {
	free = o.told
	for i, task := range s.Active {
		if free[i] != untold {
			continue
		}
		late := s.Tasks[task].Wall(now) - mean
		free[i] = late.Abs()
		overdue = max(overdue, late)
	}
	slices.Sort(free)
	return free, overdue
}

// makespan returns when the last of n jobs of length each has ended that go to workers which become
// free at the times given, ascending; further workers are free now. If more run than there are
// workers, those that end first are not replaced.
func makespan(free []time.Duration, n, workers int, each time.Duration) time.Duration {
	var last time.Duration
	if len(free) > 0 {
		last = free[len(free)-1]
	}
	idle := max(workers-len(free), 0)
	free = free[max(len(free)-workers, 0):]
	if n == 0 || each <= 0 {
		return last
	}
	done := func(by time.Duration) int {
		sum := float64(idle) * math.Floor(float64(by)/float64(each))
		for _, f := range free {
			if by > f {
				sum += math.Floor(float64(by-f) / float64(each))
			}
		}
		return int(min(sum, math.MaxInt32))
	}
	const horizon = math.MaxInt64 / 4 // 73 years
	rounds := n/(idle+len(free)) + 1
	low, high := time.Duration(0), last+time.Duration(min(float64(each)*float64(rounds), horizon))
	for high-low > each/1000+time.Millisecond {
		mid := low + (high-low)/2
		if done(mid) >= n {
			high = mid
		} else {
			low = mid
		}
	}
	return max(high, last)
}
