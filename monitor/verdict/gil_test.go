package verdict

import (
	"math"
	"testing"

	"parallax/runner"
)

func TestAdviseOnGILs(t *testing.T) {
	threads := scene{jobs: 4, running: 4, workers: 4, cores: 2, on: 0.24, wait: 0.12, gil: 0.64, locks: 1, host: calm}
	with := func(f func(c *scene)) scene {
		c := threads
		f(&c)
		return c
	}
	for _, c := range []struct {
		name  string
		scene scene
		code  string
		text  string
	}{
		{"as measured", threads, "gil-bound", "GIL-bound: 4 threads share 1 core; as processes about 1.9 cores (1.9-2.0)"},
		{"more cores", with(func(c *scene) { c.cores, c.wait, c.gil = 8, 0, 0.76 }), "gil-bound", "GIL-bound: 4 threads share 1 core; as processes about 3.4 cores (2.8-4.0)"},
		{"others have a core", with(func(c *scene) { c.others = 0.5 }), "gil-bound", "GIL-bound: 4 threads share 1 core; as processes about 1.7 cores (1.4-2.0)"},
		{"hybrid", with(func(c *scene) { c.locks, c.cores, c.on, c.wait, c.gil = 2, 8, 0.48, 0, 0.52 }), "gil-bound", "GIL-bound: 4 threads of 2 interpreters share 1.9 cores; as processes about 3.6 cores (3.3-4.0)"},
		{"some of it blocked", with(func(c *scene) { c.cores, c.wait, c.gil = 8, 0, 0.4 }), "gil-bound", "GIL-bound: 4 threads share 1 core; as processes about 2.1 cores (1.3-2.9)"},
		{"threads in a process", with(func(c *scene) { c.locks, c.running, c.threads, c.on, c.wait, c.gil, c.cores = 0, 1, 3, 0.96, 0, 1.9, 4 }), "gil-bound", "GIL-bound: the threads of 1 job share 1 core; without the GIL about 2.5 cores (2.2-2.9)"},
		{"nothing to gain on one core", with(func(c *scene) { c.cores, c.on, c.wait, c.gil = 1, 0.24, 0.12, 0.64 }), "cores-busy", "CPU-bound, every core busy: 1 of 1 core"},
		{"every interpreter has its core", with(func(c *scene) { c.locks, c.on, c.wait, c.gil = 2, 0.48, 0.02, 0.5 }), "cores-busy", "CPU-bound, every core busy: 1.9 of 2 cores"},
		{"the GIL is released", with(func(c *scene) { c.on, c.wait, c.gil, c.seen = 0.48, 0.5, 0.02, true }), "cores-busy", "CPU-bound, every core busy: 1.9 of 2 cores"},
		{"asleep", with(func(c *scene) { c.on, c.wait, c.gil, c.seen = 0.01, 0, 0.01, true }), "wait-bound", "mostly waiting: 1 % on a core"},
		{"a busy machine, not the GIL", with(func(c *scene) { c.on, c.wait, c.gil, c.others = 0.06, 0.6, 0.34, 1.7 }), "foreign-load", "other programs use 1.7 cores: 4 jobs wait for a core 60 % of the time"},
		{"one has the GIL alone", with(func(c *scene) { c.running, c.workers, c.on, c.gil = 1, 1, 1, 0 }), "few-jobs", "1 job on 2 cores: more workers (+) would help"},

		{"two of them are paused", with(func(c *scene) { c.running, c.paused, c.cores, c.wait, c.on, c.gil = 2, 2, 8, 0, 0.48, 0.52 }), "gil-bound", "GIL-bound: 2 threads share 1 core; as processes about 1.8 cores (1.6-2.0)"},
		{"mostly blocked, but not only", with(func(c *scene) { c.cores, c.wait, c.on, c.gil = 8, 0, 0.1, 0.35 }), "mixed", "0.4 of 8 cores busy; 10 % on a core, 0 % waiting for one, 35 % waiting for the GIL, 55 % blocked"},

		{"not measured", with(func(c *scene) { c.gil, c.atOnce = 0, 0.05 }), "one-at-a-time", "4 threads take turns on 1 core, as a GIL makes them; the wait for it is not measured here"},
		{"not measured, nor who is on a core at once", with(func(c *scene) { c.gil = 0 }), "mixed", "1 of 2 cores busy; 24 % on a core, 12 % waiting for one, 64 % blocked"},
		{"not measured, but two at once", with(func(c *scene) { c.gil, c.atOnce = 0, 0.3 }), "mixed", "1 of 2 cores busy; 24 % on a core, 12 % waiting for one, 64 % blocked"},
		{"not measured, no GIL", with(func(c *scene) { c.gil, c.atOnce, c.free = 0, 0.05, true }), "mixed", "1 of 2 cores busy; 24 % on a core, 12 % waiting for one, 64 % blocked"},
		{"not measured, one thread", with(func(c *scene) { c.running, c.on, c.wait, c.gil, c.atOnce, c.jobs = 1, 0.95, 0, 0, 0.05, 1 }), "few-jobs", "1 job on 2 cores: it can use only one"},
		{"not measured, one core", with(func(c *scene) { c.gil, c.atOnce, c.cores, c.on = 0, 0.001, 1, 0.24 }), "cores-busy", "CPU-bound, every core busy: 1 of 1 core"},
		{"not measured, mostly idle", with(func(c *scene) { c.gil, c.atOnce, c.on, c.wait = 0, 0.05, 0.1, 0 }), "wait-bound", "mostly waiting: 10 % on a core"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _ := Advise(c.scene.state(t))
			if got.Code != c.code || got.Text != c.text || got.Level == runner.Warning {
				t.Errorf("\n got %s: %s\nwant %s: %s", got.Code, got.Text, c.code, c.text)
			}
		})
	}
}

// What is foretold of any shares is in order, within the cores, and never less than nothing.
func TestGain(t *testing.T) {
	for on := 0.0; on <= 1; on += 0.25 {
		for gil := 0.05; gil <= 1-on; gil += 0.19 {
			for _, others := range []float64{0, 3, 7} {
				c := scene{jobs: 4, running: 4, workers: 4, cores: 8, on: on / 4, gil: gil, locks: 1, host: calm, others: others}
				f := gather(c.state(t))
				if f.gil.bound.interpreters == 0 {
					continue
				}
				g := gain(f)
				if !(0 <= g.Low && g.Low <= g.About && g.About <= g.High && g.High <= 4) || math.IsInf(g.High, 0) {
					t.Errorf("on %v, GIL %v, others %v: %+v", on, gil, others, g)
				}
				if want := on + 4*gil; g.High < min(want, 4)-0.01 {
					t.Errorf("on %v, GIL %v: at most %v, want %v", on, gil, g.High, want)
				}
			}
		}
	}
}
