package session

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"parallax/monitor"
	"parallax/runner"
	"parallax/runner/python/which"
	"parallax/runner/python/which/whichtest"
)

// bar is what was told of some jobs that do nothing but compute, together.
type bar struct {
	computed time.Duration // at least so long they did
	wall     time.Duration // and no longer than that
	held     time.Duration // beside it
	whole    time.Duration // from their starts to their ends, by the clock
	stolen   time.Duration // what other machines had meanwhile of as many cores as there are jobs: nobody accounts for it
	parts    runner.Split
}

// told is all that is said to be known of the wall time: jobs that compute are blocked for nothing else.
func (b bar) told() time.Duration {
	return b.parts.OnCore + b.parts.WaitCore + max(b.parts.WaitGIL, 0)
}

// wrong says by which part of it the time is told too low or too high; 0 for neither. With what it was
// paused it must come to all the time that there was. What was stolen may lack: a job that was on a core then
// has not been told of it.
func (b bar) wrong() float64 {
	low, high := (b.told()+b.stolen).Seconds()/b.computed.Seconds()-1, b.told().Seconds()/b.wall.Seconds()-1
	all := (b.told()+b.held).Seconds()/b.whole.Seconds() - 1
	return max(-min(low, 0), max(high, 0), all)
}

// barOf adds up what was told of all jobs of a run. Each has computed for so long, but for how long it was
// paused.
func barOf(t *testing.T, got told, computed time.Duration) bar {
	t.Helper()
	var b bar
	for i := range got.state.Tasks {
		task := &got.state.Tasks[i]
		parts := task.Stats.Total
		if parts.WaitCore < 0 {
			t.Fatalf("task %d: %+v", i, parts)
		}
		wall := task.Wall(task.Ended)
		b.wall, b.held, b.whole = b.wall+wall, b.held+task.Held, b.whole+task.Ended-task.Started
		b.computed += min(computed-task.Held, wall)
		b.parts.OnCore += parts.OnCore
		b.parts.WaitCore += parts.WaitCore
		b.parts.WaitGIL += max(parts.WaitGIL, 0)
	}
	return b
}

// halving pauses all jobs for half of the time, in turn with letting them go on.
func halving() func(*Session, runner.Event) {
	const turn = 400 * time.Millisecond
	next, held := turn, false
	return func(s *Session, ev runner.Event) {
		if _, ok := ev.(runner.Sampled); !ok || ev.When() < next {
			return
		}
		next, held = next+turn, !held
		if held {
			s.Do(runner.Pause{})
		} else {
			s.Do(runner.Resume{})
		}
	}
}

// TestTheTimeOfAJobIsAllTold holds the parts of jobs that do nothing but compute against the time that they
// did: on a core, waiting for one, waiting for the GIL and paused come to all of it within 2 %, from below
// and from above. A wait for the GIL is a share of looks: of four threads in four seconds it is off by up to
// 2 % by itself, so the best of some runs counts.
func TestTheTimeOfAJobIsAllTold(t *testing.T) {
	if !monitor.Host().WaitCore {
		t.Skip("this kernel does not tell how long threads wait for a core")
	}
	const (
		tries, most = 4, 0.02
		long        = 4 * time.Second
	)
	pythons, all := whichtest.Few(t, which.Python.Threads), os.Getenv(whichtest.Var) != ""
	script := strings.Replace(computes, "+ 2", fmt.Sprint("+ ", long.Seconds()), 1)
	four := []runner.Model{runner.Threads, runner.Threads, runner.Threads, runner.Threads}
	for i, py := range pythons {
		for _, c := range []struct {
			name   string
			models []runner.Model
			paused bool
		}{
			{"processes", []runner.Model{runner.Processes, runner.Processes, runner.Processes}, false},
			{"threads", four, false},
			{"process paused half the time", []runner.Model{runner.Processes}, true},
			{"thread paused half the time", []runner.Model{runner.Threads}, true},
		} {
			if i > 0 && c.models[0] == runner.Processes || c.paused && c.models[0] == runner.Threads && !py.PausesThreads() {
				continue // each Python is the same to that, or this one cannot do it
			}
			if i > 0 && !all && (c.paused || py.FreeThreaded) {
				continue // nor do they differ in how a pause is told, or in time without a GIL
			}
			t.Run(whichtest.Name(py)+"/"+c.name, func(t *testing.T) {
				for try := 1; ; try++ {
					var see func(*Session, runner.Event)
					if c.paused {
						see = halving()
					}
					before := stolen(t)
					b := barOf(t, wholly(t, monitor.Exact, py, scripted(t, "a.py", script, c.models...), see), long)
					cores := runtime.NumCPU()
					b.stolen = (stolen(t) - before) * time.Duration(min(len(c.models), cores)) / time.Duration(cores)
					t.Logf("%+v: %.1f %% too little or too much", b, 100*b.wrong())
					if c.paused && (b.held < b.whole/4 || b.held > b.whole*3/4) {
						t.Errorf("held for %v of %v", b.held, b.whole)
					}
					spoilt := b.stolen > b.computed/20
					if b.wrong() <= most && !spoilt {
						return
					}
					if try == tries {
						if spoilt {
							t.Skip("the hypervisor takes too much for anything to be said")
						}
						t.Fatalf("wrong by more than %v %% in each of %d runs", 100*most, tries)
					}
				}
			})
		}
	}
}

// A goroutine computes on a thread of its own, which Go's scheduler takes off its core every 10 ms and gives it
// back as soon as another thread of this program has a core to do so: on a busy machine that is up to a fifth
// of its time, in which it is indeed blocked. So from below it is held to less.
func TestTheTimeOfAGoroutineIsNotToldTwice(t *testing.T) {
	if !monitor.Host().WaitCore {
		t.Skip("this kernel does not tell how long threads wait for a core")
	}
	const count = "def work():\n    n = 0\n    for i in range(3000000):\n        n += i\n    print(n)\nwork()\n"
	b := barOf(t, wholly(t, monitor.Exact, which.Python{}, scripted(t, "a.star", count, runner.Goroutines), nil), math.MaxInt64)
	t.Logf("%+v: %v is told", b, b.told())
	if share := b.told().Seconds() / b.wall.Seconds(); share < 0.65 || share > 1.02 {
		t.Errorf("%v of %v is told: %.3f", b.told(), b.wall, share)
	}
}
