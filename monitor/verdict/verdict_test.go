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
		apply(runner.TaskStarted{Task: i, Try: 1})
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
		used := 0.0
		for i := range c.running + c.paused {
			wait := time.Duration(c.wait * float64(step))
			if c.wait < 0 {
				wait = -1
			}
			ev.Tasks = append(ev.Tasks, runner.TaskSample{
				Task: i, Live: step, OnCore: time.Duration(c.on * float64(step)), WaitCore: wait, WaitGIL: -1,
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

var calm = runner.HostSample{Steal: 0, Throttle: 0, MemTotal: 16 << 30, MemUsed: 4 << 30}

func TestAdvise(t *testing.T) {
	low := calm
	low.MemUsed = 15 << 30
	held, stolen := calm, calm
	held.Throttle, stolen.Steal = 0.34, 0.14
	for _, c := range []struct {
		scene scene
		code  string
		text  string
	}{
		{scene{jobs: 2, running: 2, workers: 2, cores: 2, on: 0.95, wait: 0.05}, "cores-busy", "CPU-bound, every core busy: 1.9 of 2 cores"},
		{scene{jobs: 4, running: 4, workers: 4, cores: 4, quota: 1.5, on: 0.375, wait: 0.3}, "cores-busy", "CPU-bound, the quota used up: 1.5 of 1.5 cores"},
		{scene{jobs: 6, running: 6, workers: 6, cores: 2, on: 0.33, wait: 0.67}, "core-bound", "6 jobs wait for a core 67 % of their time: more workers will not help"},
		{scene{jobs: 3, running: 2, workers: 2, cores: 2, on: 0.06}, "wait-bound", "mostly waiting: 6 % on a core; more workers (+) would help"},
		{scene{jobs: 3, running: 2, workers: 3, cores: 2, on: 0.06}, "wait-bound", "mostly waiting: 6 % on a core"},
		{scene{jobs: 2, running: 2, workers: 2, cores: 2, on: 0.06, wait: -1}, "wait-bound", "mostly waiting: 6 % on a core"},
		{scene{jobs: 1, running: 1, workers: 2, cores: 2, on: 1}, "few-jobs", "1 job on 2 cores: it can use only one"},
		{scene{jobs: 3, running: 3, workers: 8, cores: 8, on: 1}, "few-jobs", "3 jobs on 8 cores: they can use only 3"},
		{scene{jobs: 3, running: 1, workers: 1, cores: 2, on: 1}, "few-jobs", "1 job on 2 cores: more workers (+) would help"},
		{scene{jobs: 1, running: 1, workers: 2, cores: 2, on: 1, threads: 5}, "few-jobs", "1 job on 2 cores: it keeps 1.0 of them busy"},
		{scene{jobs: 2, running: 2, workers: 2, cores: 2, on: 0.4, wait: 0.6, others: 1.2}, "foreign-load", "other programs use 1.2 cores: 2 jobs wait for a core 60 % of the time"},
		{scene{jobs: 1, running: 1, workers: 2, cores: 2, on: 0.5, wait: 0.5, others: 1}, "foreign-load", "other programs use 1 core: 1 job waits for a core 50 % of the time"},
		{scene{jobs: 4, running: 4, workers: 4, cores: 4, on: 0.5, host: low}, "memory", "memory is short: 1.0 GiB free, 7.5 GiB held by 4 jobs; fewer workers (-) would help"},
		{scene{jobs: 4, running: 4, workers: 4, cores: 4, quota: 1.5, on: 0.3, host: held}, "throttled", "held back by the quota of 1.5 cores: it was used up 34 % of the time"},
		{scene{jobs: 2, running: 2, workers: 2, cores: 2, on: 0.8, host: stolen}, "steal", "the hypervisor gives 14 % of the cores' time to other machines"},
		{scene{jobs: 2, paused: 2, workers: 2, cores: 2, on: 0.8}, "paused", "2 jobs paused, none running"},
		{scene{jobs: 2, running: 2, workers: 2, cores: 2, on: 0.5, wait: 0.1}, "mixed", "1 of 2 cores busy; 50 % on a core, 10 % waiting for one, 40 % blocked"},
		{scene{jobs: 2, running: 2, workers: 2, cores: 2, on: 0.5, wait: -1}, "mixed", "1 of 2 cores busy; 50 % on a core, 50 % waiting or blocked"},
		{scene{jobs: 2, running: 2, workers: 2, cores: 2, on: 0.95, seconds: 0.5}, "", ""},
		{scene{jobs: 2, workers: 2, cores: 2}, "", ""},
	} {
		if c.scene.host.MemTotal == 0 {
			c.scene.host = calm
		}
		got, ok := Advise(c.scene.state(t))
		if got.Code != c.code || got.Text != c.text || ok != (c.code != "") {
			t.Errorf("%+v:\n got %s: %s\nwant %s: %s", c.scene, got.Code, got.Text, c.code, c.text)
		}
		if ok && got.Task != -1 {
			t.Errorf("it is of the run, not of task %d", got.Task)
		}
	}
}

func TestAdviseSaysNothingAfterTheEnd(t *testing.T) {
	s := scene{jobs: 1, running: 1, workers: 1, cores: 2, on: 1, host: calm}.state(t)
	if err := s.Apply(runner.TaskEnded{At: runner.At(s.Now), Try: 1, Status: runner.Succeeded, Cause: -1}); err != nil {
		t.Fatal(err)
	}
	if a, ok := Advise(s); ok {
		t.Errorf("it says %q", a.Text)
	}
}

func TestAdviserIsCalm(t *testing.T) {
	c := scene{jobs: 2, running: 2, workers: 2, cores: 2, on: 1, host: calm}
	s := c.state(t)
	var a Adviser
	var heard []runner.Advised
	watch := func(c scene, seconds float64) {
		for range int(seconds * 5) {
			c.advance(t, s, 0.2)
			if next, ok := a.Next(s); ok {
				heard = append(heard, next)
				next.At = runner.At(s.Now)
				if err := s.Apply(next); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	watch(c, 5)
	if len(heard) != 1 || heard[0].Code != "cores-busy" {
		t.Fatalf("steady: heard %+v", heard)
	}
	idle := c
	idle.on = 0.02
	watch(idle, 0.4) // a dip that ends before it settles
	watch(c, 5)
	for _, h := range heard {
		if h.Code != "cores-busy" {
			t.Fatalf("after a dip: heard %q", h.Text)
		}
	}
	heard = nil
	from := s.Now
	watch(idle, 10)
	last := heard[len(heard)-1]
	if last.Text != "mostly waiting: 2 % on a core" {
		t.Errorf("heard %+v", heard)
	}
	for i, h := range heard {
		if h.When()-from < 2*sec && h.Code != "cores-busy" {
			t.Errorf("heard %q after only %v", h.Text, h.When()-from)
		}
		if i > 0 && h.When()-heard[i-1].When() < 2*sec-time.Millisecond {
			t.Errorf("%q follows after %v", h.Text, h.When()-heard[i-1].When())
		}
	}
}

func TestAdviserLeavesWarningsOfOthers(t *testing.T) {
	c := scene{jobs: 2, running: 2, workers: 2, cores: 2, on: 1, host: calm}
	s := c.state(t)
	var a Adviser
	if _, ok := a.Next(s); !ok {
		t.Fatal("nothing to say")
	}
	s.Advice = runner.Advised{At: runner.At(s.Now), Task: -1, Level: runner.Warning, Code: "unrecorded", Text: "disk full"}
	c.advance(t, s, 5)
	if next, ok := a.Next(s); ok {
		t.Errorf("speaks over a warning: %q", next.Text)
	}
	c.advance(t, s, 6)
	if next, ok := a.Next(s); !ok || next.Code != "cores-busy" {
		t.Errorf("does not speak again: %+v", next)
	}
}
