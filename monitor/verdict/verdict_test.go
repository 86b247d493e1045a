package verdict

import (
	"math"
	"testing"
	"time"

	"parallax/runner"
)

const sec = time.Second

func TestShares(t *testing.T) {
	for _, c := range []struct {
		name  string
		split runner.Split
		want  Share
		label string
	}{
		{"all known", runner.Split{Live: 10 * sec, OnCore: 2 * sec, WaitCore: 1 * sec, WaitGIL: 4 * sec}, Share{.2, .1, .4, .3, true, true}, "blocked"},
		{"GIL unknown", runner.Split{Live: 10 * sec, OnCore: 2 * sec, WaitCore: 1 * sec, WaitGIL: -1}, Share{.2, .1, 0, .7, true, false}, "blocked"},
		{"waiting unknown", runner.Split{Live: 10 * sec, OnCore: 2 * sec, WaitCore: -1, WaitGIL: -1}, Share{.2, 0, 0, .8, false, false}, "waiting or blocked"},
		{"many threads", runner.Split{Live: 1 * sec, OnCore: 3 * sec, WaitCore: 1 * sec, WaitGIL: -1}, Share{.75, .25, 0, 0, true, false}, "blocked"},
		{"nothing", runner.Split{WaitGIL: -1}, Share{0, 0, 0, 0, true, false}, "blocked"},
		{"nonsense", runner.Split{Live: -1, OnCore: -5, WaitCore: -1, WaitGIL: -1}, Share{}, "waiting or blocked"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Shares(c.split)
			for _, p := range [][2]float64{
				{got.OnCore, c.want.OnCore},
				{got.WaitCore, c.want.WaitCore},
				{got.WaitGIL, c.want.WaitGIL},
				{got.Blocked, c.want.Blocked},
			} {
				if math.Abs(p[0]-p[1]) > 1e-9 {
					t.Errorf("got %+v, want %+v", got, c.want)
				}
			}
			if got.WaitKnown != c.want.WaitKnown || got.GILKnown != c.want.GILKnown || got.BlockedLabel() != c.label {
				t.Errorf("got %+v, %q", got, got.BlockedLabel())
			}
		})
	}
}

// scene is a run in a steady state, made of events alone.
type scene struct {
	jobs, running, paused, workers int
	cores                          int
	quota                          float64
	on, wait                       float64 // share of each running task; wait -1 unknown
	threads                        int
	host                           runner.HostSample
	seconds                        float64 // 3 if 0
	others                         float64 // cores
	gil                            float64 // share of each running task; 0 is -1, unknown, unless seen
	seen                           bool
	locks                          int     // interpreters over which the tasks are spread; 0: each task is a process
	free                           bool    // they have no GIL
	atOnce                         float64 // share of the time in which two threads are on cores, else one; 0 unknown
}

func (c scene) state(t *testing.T) *runner.State {
	t.Helper()
	s := &runner.State{}
	apply := func(ev runner.Event) {
		t.Helper()
		if err := s.Apply(ev); err != nil {
			t.Fatal(err)
		}
	}
	apply(runner.RunStarted{Jobs: make([]runner.Job, c.jobs), Workers: c.workers, Cores: make([]int, c.cores), Quota: c.quota})
	for i := range c.jobs {
		apply(runner.TaskQueued{Task: i, Try: 1})
	}
	for i := range c.running + c.paused {
		started := runner.TaskStarted{Task: i, Try: 1}
		if c.locks > 0 {
			id := i%c.locks + 1
			started.PID, started.TID, started.Host = 100+id, 1000+i, runner.Host{ID: id, Name: "python 3.13.0", Lock: id}
			if c.free {
				started.Host.Lock = 0
			}
		}
		apply(started)
	}
	if c.seconds == 0 {
		c.seconds = 3
	}
	c.advance(t, s, c.seconds)
	for i := range c.paused {
		apply(runner.TaskPaused{At: runner.At(s.Now), Task: c.running + i})
	}
	return s
}

// advance goes on with the same figures.
func (c scene) advance(t *testing.T, s *runner.State, seconds float64) {
	t.Helper()
	const step = 100 * time.Millisecond
	for range int(seconds * 10) {
		ev := runner.Sampled{At: runner.At(s.Now + step), Span: step, Host: c.host}
		if c.atOnce > 0 {
			two := time.Duration(c.atOnce * float64(step))
			ev.Together = []time.Duration{0, step - two, two}
		}
		used := 0.0
		for i := range c.running + c.paused {
			wait := time.Duration(c.wait * float64(step))
			if c.wait < 0 {
				wait = -1
			}
			gil := time.Duration(-1)
			if c.gil > 0 || c.seen {
				gil = time.Duration(c.gil * float64(step))
			}
			ev.Tasks = append(ev.Tasks, runner.TaskSample{
				Task: i, Live: step, OnCore: time.Duration(c.on * float64(step)), WaitCore: wait, WaitGIL: gil,
				Threads: max(c.threads, 1), PSS: c.host.MemUsed / 2 / int64(c.running+c.paused),
			})
			used += c.on
		}
		for range c.cores {
			ev.Host.Busy = append(ev.Host.Busy, (used+c.others)/float64(c.cores))
		}
		if err := s.Apply(ev); err != nil {
			t.Fatal(err)
		}
	}
}

func TestParallelism(t *testing.T) {
	for _, c := range []struct {
		name     string
		scene    scene
		busy, of float64
	}{
		{"every core", scene{jobs: 4, running: 2, workers: 2, cores: 2, on: 0.95}, 1.9, 2},
		{"fewer tasks than cores", scene{jobs: 4, running: 1, workers: 1, cores: 8, on: 1}, 1, 1},
		{"a job with many threads", scene{jobs: 1, running: 1, workers: 1, cores: 8, on: 2.95, threads: 3}, 2.95, 3},
		{"quota", scene{jobs: 4, running: 4, workers: 4, cores: 4, quota: 1.5, on: 0.375}, 1.5, 1.5},
		{"not begun", scene{jobs: 3, workers: 2, cores: 8}, 0, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			busy, of := Parallelism(c.scene.state(t))
			if math.Abs(busy-c.busy) > 0.01 || of != c.of {
				t.Errorf("got %v of %v, want %v of %v", busy, of, c.busy, c.of)
			}
		})
	}
}
