package verdict

import (
	"testing"
	"time"

	"parallax/runner"
)

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
		{scene{jobs: 6, running: 6, workers: 6, cores: 2, on: 0.33, wait: 0.67}, "too-many-workers", "6 jobs wait for a core 67 % of their time: 2 workers (-) would do as much"},
		{scene{jobs: 3, running: 2, workers: 2, cores: 2, on: 0.06}, "wait-bound", "mostly waiting: 6 % on a core; more workers (+) would help, cores suffice for 3"},
		{scene{jobs: 3, running: 2, workers: 3, cores: 2, on: 0.06}, "wait-bound", "mostly waiting: 6 % on a core"},
		{scene{jobs: 2, running: 2, workers: 2, cores: 2, on: 0.06, wait: -1}, "wait-bound", "mostly waiting: 6 % on a core"},
		{scene{jobs: 1, running: 1, workers: 2, cores: 2, on: 1}, "few-jobs", "1 job on 2 cores: it can use only one"},
		{scene{jobs: 3, running: 3, workers: 8, cores: 8, on: 1}, "few-jobs", "3 jobs on 8 cores: they can use only 3"},
		{scene{jobs: 3, running: 1, workers: 1, cores: 2, on: 1}, "few-jobs", "1 job on 2 cores: more workers (+) would help"},
		{scene{jobs: 1, running: 1, workers: 2, cores: 2, on: 1, threads: 5}, "few-jobs", "1 job on 2 cores: it keeps 1.0 of them busy"},
		{scene{jobs: 2, running: 2, workers: 2, cores: 2, on: 0.4, wait: 0.6, others: 1.2}, "foreign-load", "other programs use 1.2 cores: 2 jobs wait for a core 60 % of the time"},
		{scene{jobs: 1, running: 1, workers: 2, cores: 2, on: 0.5, wait: 0.5, others: 1}, "foreign-load", "other programs use 1 core: 1 job waits for a core 50 % of the time"},
		{scene{jobs: 4, running: 4, workers: 4, cores: 4, on: 0.5, host: low}, "memory", "memory is short: 1.0 GiB free, 7.5 GiB held by 4 jobs; 3 workers (-) would fit"},
		{scene{jobs: 4, running: 4, workers: 4, cores: 4, quota: 1.5, on: 0.3, host: held}, "throttled", "held back by the quota of 1.5 cores: it was used up 34 % of the time"},
		{scene{jobs: 2, running: 2, workers: 2, cores: 2, on: 0.8, host: stolen}, "steal", "the hypervisor takes 14 % of the cores' time: figures are doubtful"},
		{scene{jobs: 2, paused: 2, workers: 2, cores: 2, on: 0.8}, "paused", "2 jobs paused, none running"},
		{scene{jobs: 2, running: 2, workers: 2, cores: 2, on: 0.5, wait: 0.1}, "mixed", "1 of 2 cores busy; 50 % on a core, 10 % waiting for one, 40 % blocked"},
		{scene{jobs: 2, running: 2, workers: 2, cores: 2, on: 0.5, wait: -1}, "mixed", "1 of 2 cores busy; 50 % on a core, 50 % waiting or blocked"},
		{scene{jobs: 2, running: 2, workers: 2, cores: 2, on: 1, wait: 3, threads: 4}, "core-bound", "the threads of 2 jobs wait for a core 75 % of the time: more will not help"},
		{scene{jobs: 500, running: 2, workers: 2, cores: 2, on: 0.06}, "wait-bound", "mostly waiting: 6 % on a core; more workers (+) would help, cores suffice for 30"},
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
	if last.Code != "wait-bound" {
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

// A sentence that counts a job which has just ended is wrong at once; one whose place is taken by
// another is not.
func TestAdviserDoesNotCountJobsThatAreOver(t *testing.T) {
	for _, c := range []struct {
		name       string
		jobs, ends int
		want       string
	}{
		{"one of three ended", 3, 1, "other programs use 1.2 cores: 2 jobs wait for a core 60 % of the time"},
		{"none ended", 3, 0, ""},
		{"another takes its place", 4, 1, ""},
	} {
		sc := scene{jobs: c.jobs, running: 3, workers: 3, cores: 2, on: 0.26, wait: 0.6, others: 1.2, host: calm}
		s := sc.state(t)
		var a Adviser
		first, ok := a.Next(s)
		if !ok || first.Code != runner.CodeForeign {
			t.Fatalf("%s: says %+v", c.name, first)
		}
		s.Advice = first
		for i := range c.ends {
			if err := s.Apply(runner.TaskEnded{At: runner.At(s.Now), Task: i, Try: 1, Status: runner.Succeeded, Cause: -1}); err != nil {
				t.Fatal(err)
			}
		}
		if next, ok := a.Next(s); ok != (c.want != "") || next.Text != c.want {
			t.Errorf("%s: says %q, want %q", c.name, next.Text, c.want)
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

// Facts that hover around a threshold do not switch the sentence to and fro.
func TestAdviserDoesNotFlap(t *testing.T) {
	for _, c := range []struct {
		name  string
		scene scene
		turn  func(c *scene, up bool)
		codes int // how many sentences may be heard
	}{
		{"every core busy", scene{jobs: 2, running: 2, workers: 2, cores: 2}, func(c *scene, up bool) { c.on = pick(up, 0.92, 0.87) }, 2},
		{"mostly waiting", scene{jobs: 2, running: 2, workers: 2, cores: 2}, func(c *scene, up bool) { c.on = pick(up, 0.18, 0.23) }, 2},
		{"the GIL", scene{jobs: 4, running: 4, workers: 4, cores: 4, on: 0.23, locks: 1}, func(c *scene, up bool) { c.gil = pick(up, 0.32, 0.27) }, 2},
		{"cores for the GIL's threads", scene{jobs: 4, running: 4, workers: 4, cores: 2, gil: 0.5, on: 0.23, locks: 1}, func(c *scene, up bool) { c.wait = pick(up, 0.18, 0.25) }, 2},
		{"too many workers", scene{jobs: 6, running: 6, workers: 6, cores: 2, on: 0.33}, func(c *scene, up bool) { c.wait = pick(up, 0.38, 0.335) }, 2},
		{"little of the GIL", scene{jobs: 4, running: 4, workers: 4, cores: 4, on: 0.05, locks: 1}, func(c *scene, up bool) { c.gil = pick(up, 0.18, 0.24) }, 2},
		{"steal", scene{jobs: 2, running: 2, workers: 2, cores: 2, on: 0.5}, func(c *scene, up bool) { c.host.Steal = pick(up, 0.11, 0.08) }, 2},
		{"others", scene{jobs: 2, running: 2, workers: 2, cores: 2, on: 0.5, wait: 0.2}, func(c *scene, up bool) { c.others = pick(up, 0.45, 0.36) }, 2},
		{"short dips", scene{jobs: 2, running: 2, workers: 2, cores: 2}, func(c *scene, up bool) { c.on = pick(up, 1, 0.93) }, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.scene.host = calm
			c.turn(&c.scene, false)
			s := c.scene.state(t)
			var a Adviser
			var heard []runner.Advised
			for i := range 60 { // two minutes, four seconds one way and four the other
				c.turn(&c.scene, i/2%2 == 0)
				for range 4 {
					c.scene.advance(t, s, 0.5)
					if next, ok := a.Next(s); ok {
						heard = append(heard, next)
					}
				}
			}
			if len(heard) == 0 || len(heard) > c.codes {
				t.Errorf("heard %d sentences, want at most %d:", len(heard), c.codes)
				for _, h := range heard {
					t.Logf("%v %s: %s", h.When(), h.Code, h.Text)
				}
			}
		})
	}
}

func pick(up bool, a, b float64) float64 {
	if up {
		return a
	}
	return b
}

func TestAlike(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"4 jobs wait for a core 60 % of their time", "4 jobs wait for a core 65 % of their time", true},
		{"4 jobs wait for a core 60 % of their time", "4 jobs wait for a core 66 % of their time", false},
		{"4 jobs wait for a core 60 % of their time", "5 jobs wait for a core 60 % of their time", false},
		{"about 1.9 cores (1.8-2.0)", "about 1.9 cores (1.7-2.0)", true},
		{"about 1.9 cores (1.8-2.0)", "about 1.6 cores (1.5-1.7)", false},
		{"share 1 core", "share 0.9 cores", true},
		{"share 1 core", "share 2 cores", false},
		{"950 MiB free", "1.0 GiB free", false},
		{"1.0 GiB free", "1.1 GiB free", true},
		{`"a 1.20" takes 2.0 times`, `"a 1.21" takes 2.0 times`, false},
		{`"a" takes 2.0 times`, `"a" takes 2.1 times`, true},
		{"jobs last 40 ms", "jobs last 90 ms", false},
		{"paused", "held", false},
	} {
		if got := alike(c.a, c.b); got != c.want {
			t.Errorf("%q and %q: %t", c.a, c.b, got)
		}
	}
}
