package verdict

import (
	"strings"
	"time"

	"parallax/runner"
)

// facts are what the rules of the advice look at.
type facts struct {
	running, paused int
	waiting         int     // tasks that have not begun
	limited         bool    // of these some are held back by the worker limit only
	single          bool    // each running task has one thread
	workers         int     // the limit
	cores           int     // that may be used
	capacity        float64 // cores or quota, whichever is less
	busy            float64 // cores kept busy lately
	share           Share
	atOnce          float64 // share of the busy time with more than one thread on a core; -1 unknown
	host            machine
	memory          memory
	gil             gilFacts
	late            straggler
	short           shortJobs
	enough          bool // enough was measured to say something
	over            bool
}

// machine is what others do to the run. Shares; -1 unknown.
type machine struct {
	throttle, steal float64
	foreign         float64 // cores used by other programs
}

// memory is in bytes; -1 unknown.
type memory struct {
	pss, free, total int64
	own              bool // no two tasks share what they hold
}

// gather costs as much as there are active tasks, not as there are tasks.
func gather(s *runner.State) facts {
	recent := s.Times.Recent
	waiting := s.Count(runner.Queued) + s.Count(runner.Unborn)
	f := facts{
		running: s.Count(runner.Running), paused: s.Count(runner.Paused), waiting: waiting,
		limited: !s.Held && waiting > 0 && len(s.Active) >= s.Workers, single: true,
		workers: s.Workers, cores: len(s.Cores), capacity: capacity(s), busy: recent.Cores(),
		share: Shares(recent), atOnce: atOnce(s.Together),
		enough: s.Times.Total.Span >= enoughSpan && recent.Live >= enoughLive,
		over:   s.Ended || s.Over(),
	}
	f.host = machine{throttle: s.Host.Throttle, steal: s.Host.Steal, foreign: foreign(s.Host.Busy, f.busy)}
	f.memory = memoryOf(s)
	for _, i := range s.Active {
		if t := &s.Tasks[i]; t.Stats != nil && t.Stats.Last.Threads > 1 && t.Status == runner.Running {
			f.single = false
		}
	}
	f.gil = gilOf(s)
	f.late = stragglerOf(s, min(float64(s.Workers), f.capacity))
	f.short = shortOf(s)
	return f
}

// foreign is how many cores others keep busy, or -1.
func foreign(busy []float64, ours float64) float64 {
	if len(busy) == 0 {
		return -1
	}
	var all float64
	for _, b := range busy {
		if b < 0 {
			return -1
		}
		all += b
	}
	return max(all-ours, 0)
}

// atOnce is in which part of the time in which any thread was on a core several were, or -1.
func atOnce(together []time.Duration) float64 {
	var some, several time.Duration
	for k, d := range together {
		if k > 0 {
			some += d
		}
		if k > 1 {
			several += d
		}
	}
	if some <= 0 {
		return -1
	}
	return float64(several) / float64(some)
}

func memoryOf(s *runner.State) memory {
	m := memory{pss: -1, free: -1, total: s.Host.MemTotal, own: true}
	if s.Host.MemTotal > 0 && s.Host.MemUsed >= 0 {
		m.free = s.Host.MemTotal - s.Host.MemUsed
	}
	counted := map[int]bool{} // processes of interpreters whose memory is counted
	for _, i := range s.Active {
		t := &s.Tasks[i]
		if t.Stats == nil {
			continue
		}
		m.own = m.own && t.Host.ID == 0
		if p := t.Stats.Last.PSS; p >= 0 && (t.Host.ID == 0 || !counted[t.PID]) {
			m.pss = max(m.pss, 0) + p
			counted[t.PID] = true
		}
	}
	return m
}

// straggler is the task that takes longest while workers idle, if it takes far longer than those that
// have ended.
type straggler struct {
	name  string        // of its job; "" if there is none
	times float64       // so many times what the others took on average
	idle  int           // workers that have nothing to do, of those that have cores
	saved time.Duration // how much sooner the run would have ended at most, had it been started first
}

func stragglerOf(s *runner.State, width float64) straggler {
	mean := s.Done.Mean() // what failed at once is no measure
	idle := int(width) - len(s.Active)
	if s.Held || idle < 1 || s.Done.N < enoughEnds || mean <= 0 || s.Count(runner.Paused) > 0 {
		return straggler{}
	}
	longest, at, sum := time.Duration(0), -1, s.Walls.Sum
	for _, i := range s.Active {
		wall := s.Tasks[i].Wall(s.Now)
		sum += wall
		if wall > longest {
			longest, at = wall, i
		}
	}
	if longest-mean < worthWaiting {
		return straggler{}
	}
	out := straggler{name: s.Jobs[at].Name, times: longest.Seconds() / mean.Seconds(), idle: idle}
	elapsed := s.Elapsed(s.Now)
	least := max(longest, time.Duration(float64(sum)/width)) // no order is sooner over than this
	out.saved = min(elapsed-least, s.Tasks[at].Started)
	if out.saved.Seconds() < worthSaying*elapsed.Seconds() || out.saved < worthWaiting || len(s.Jobs[at].After) > 0 {
		out.saved = 0
	}
	return out
}

// shortJobs is what starting jobs costs beside running them.
type shortJobs struct {
	mean   time.Duration // of the ended ones; 0 while they are too few
	python bool          // what is active are scripts for each of which a Python is started
	used   float64       // share of the workers' time in which jobs ran; -1 unless always some waited for a worker
}

func shortOf(s *runner.State) shortJobs {
	out := shortJobs{used: -1}
	if s.Walls.N < shortEnds {
		return out
	}
	out.mean = s.Walls.Mean()
	out.python = len(s.Active) > 0
	for _, i := range s.Active {
		j := &s.Jobs[i]
		out.python = out.python && j.Model == runner.Processes && strings.HasSuffix(j.Script, ".py") && len(j.Preload) == 0
	}
	elapsed := s.Elapsed(s.Now)
	if !s.Held && s.Count(runner.Paused) == 0 && s.Count(runner.Queued) > s.Workers && s.Workers > 0 && elapsed > 0 {
		out.used = s.Walls.Sum.Seconds() / (elapsed.Seconds() * float64(s.Workers))
	}
	return out
}
