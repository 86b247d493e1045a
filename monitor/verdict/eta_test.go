package verdict

import (
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parallax/runner"
)

// story is a run made of events at seconds since its start.
type story struct {
	t testing.TB
	s *runner.State
}

func tell(t testing.TB, jobs, workers int) *story {
	st := &story{t, &runner.State{}}
	st.add(runner.RunStarted{Jobs: make([]runner.Job, jobs), Workers: workers})
	for i := range jobs {
		st.add(runner.TaskQueued{Task: i, Try: 1})
	}
	return st
}

func (st *story) add(ev runner.Event) {
	st.t.Helper()
	if err := st.s.Apply(ev); err != nil {
		st.t.Fatal(err)
	}
}

func at(seconds float64) runner.At { return runner.At(seconds * float64(time.Second)) }

func (st *story) start(seconds float64, task int) {
	st.t.Helper()
	st.add(runner.TaskStarted{At: at(seconds), Task: task, Try: 1})
}

func (st *story) end(seconds float64, task int, status runner.Status) {
	st.t.Helper()
	st.add(runner.TaskEnded{At: at(seconds), Task: task, Try: 1, Status: status, Cause: -1})
}

// lasts is a task with a beginning and an end.
func (st *story) lasts(from, to float64, task int) {
	st.t.Helper()
	st.start(from, task)
	st.end(to, task, runner.Succeeded)
}

// says is a task's progress as a sampler tells it.
func (st *story) says(seconds float64, task int, share float64) {
	st.t.Helper()
	st.add(runner.Sampled{At: at(seconds), Span: time.Second, Tasks: []runner.TaskSample{
		{Task: task, Progress: runner.ProgressOf(share), Live: time.Second, WaitCore: -1, WaitGIL: -1, PSS: -1},
	}})
}

// goes is a task's progress, told every step seconds from one share to another.
func (st *story) goes(from, to, step float64, task int, a, b float64) {
	st.t.Helper()
	for x := from; x < to+step/2; x += step {
		st.says(x, task, a+(b-a)*(x-from)/(to-from))
	}
}

func TestTaskETA(t *testing.T) {
	for _, c := range []struct {
		name string
		does func(st *story)
		now  float64
		want float64 // seconds; -1 unknown
	}{
		{"nothing said", func(st *story) { st.start(0, 0); st.add(runner.Sampled{At: at(5), Span: sec}) }, 5, -1},
		{"steady", func(st *story) { st.start(0, 0); st.goes(0, 10, 0.5, 0, 0, 0.5) }, 10, 10},
		{"it counts down between steps", func(st *story) { st.start(0, 0); st.goes(0, 40, 10, 0, 0, 0.4) }, 45, 55},
		{"a late step makes it later", func(st *story) { st.start(0, 0); st.goes(0, 40, 10, 0, 0, 0.4) }, 60, 77}, // 60 if only this step was slow
		{"a standing bar says nothing", func(st *story) { st.start(0, 0); st.goes(0, 10, 1, 0, 0, 0.5) }, 21, -1},
		{"time to get ready does not count", func(st *story) { st.start(0, 0); st.goes(60, 70, 1, 0, 0, 0.5) }, 70, 10},
		{"it goes on where another stopped", func(st *story) { st.start(0, 0); st.goes(1, 11, 1, 0, 0.6, 0.8) }, 11, 10},
		{"a second bar begins anew", func(st *story) {
			st.start(0, 0)
			st.goes(0, 100, 5, 0, 0, 1)
			st.goes(101, 111, 1, 0, 0, 0.5)
		}, 111, 10},
		{"recent pace counts more", func(st *story) {
			st.start(0, 0)
			st.goes(0, 10, 1, 0, 0, 0.5)
			st.goes(10, 110, 5, 0, 0.5, 0.6)
		}, 110, 305}, // 400 at the new pace, 73 at the mean of all
		{"pauses are no time", func(st *story) {
			st.start(0, 0)
			st.goes(0, 10, 1, 0, 0, 0.25)
			st.add(runner.TaskPaused{At: at(10)})
			st.add(runner.TaskResumed{At: at(500)})
			st.goes(501, 511, 1, 0, 0.275, 0.525)
		}, 511, 19},
		{"paused", func(st *story) { st.start(0, 0); st.goes(0, 10, 1, 0, 0, 0.5); st.add(runner.TaskPaused{At: at(10)}) }, 11, -1},
		{"too early", func(st *story) { st.start(0, 0); st.goes(0, 1.5, 0.5, 0, 0, 0.5) }, 1.5, -1},
		{"too little", func(st *story) { st.start(0, 0); st.goes(0, 5, 0.5, 0, 0, 0.005) }, 5, -1},
		{"said once", func(st *story) { st.start(0, 0); st.says(5, 0, 0.4) }, 6, -1},
		{"all done", func(st *story) { st.start(0, 0); st.goes(0, 10, 1, 0, 0, 1) }, 12, 0},
		{"over", func(st *story) { st.start(0, 0); st.goes(0, 10, 1, 0, 0, 0.5); st.end(10, 0, runner.Succeeded) }, 10, -1},
		{"queued", func(*story) {}, 10, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			st := tell(t, 1, 1)
			c.does(st)
			expect(t, c.want, func() (time.Duration, bool) { return TaskETA(st.s, 0, time.Duration(at(c.now))) })
		})
	}
	st := tell(t, 1, 1)
	for _, task := range []int{-1, 1} {
		if _, known := TaskETA(st.s, task, sec); known {
			t.Errorf("task %d of one has an end", task)
		}
	}
}

// expect wants an estimate within 2 % and 50 ms, or none for -1.
func expect(t testing.TB, want float64, f func() (time.Duration, bool)) {
	t.Helper()
	got, known := f()
	if known != (want >= 0) || known && math.Abs(got.Seconds()-want) > 0.02*want+0.05 {
		t.Errorf("got %v, %t; want %v s", got, known, want)
	}
}

func TestRunETA(t *testing.T) {
	for _, c := range []struct {
		name          string
		jobs, workers int
		does          func(st *story)
		now           float64
		want          float64
	}{
		{"nothing has ended", 4, 2, func(st *story) { st.start(0, 0); st.start(0, 1) }, 10, -1},
		{"half is done", 8, 2, func(st *story) {
			for i := range 4 {
				st.lasts(float64(i/2*10), float64(i/2*10+10), i)
			}
			st.start(20, 4)
			st.start(20, 5)
		}, 20, 20},
		{"within a job", 8, 2, func(st *story) {
			for i := range 4 {
				st.lasts(float64(i/2*10), float64(i/2*10+10), i)
			}
			st.start(20, 4)
			st.start(20, 5)
		}, 24, 16},
		{"an odd one is left", 5, 2, func(st *story) {
			st.lasts(0, 10, 0)
			st.lasts(0, 10, 1)
			st.start(10, 2)
			st.start(10, 3)
		}, 10, 20},
		{"progress foretells before any has ended", 4, 2, func(st *story) {
			st.start(0, 0)
			st.start(0, 1)
			for x := 0.0; x <= 10; x++ {
				st.says(x, 0, x/20)
				st.says(x, 1, x/20)
			}
		}, 10, 30},
		{"a slow one decides", 3, 3, func(st *story) {
			st.lasts(0, 10, 0)
			st.lasts(0, 10, 1)
			st.start(0, 2)
			st.goes(0, 10, 1, 2, 0, 0.1)
		}, 10, 90},
		{"a little late", 2, 2, func(st *story) { st.lasts(0, 10, 0); st.start(0, 1) }, 13, -1},
		{"not late yet", 2, 2, func(st *story) { st.lasts(0, 10, 0); st.start(4, 1) }, 13, 1},
		{"far too late", 2, 2, func(st *story) { st.lasts(0, 10, 0); st.start(0, 1) }, 25, -1},
		{"a late one among many does not matter", 100, 2, func(st *story) {
			for i := range 10 {
				st.lasts(float64(i*10), float64(i*10+10), i)
			}
			st.start(0, 10)
			st.start(100, 11)
		}, 100, 500}, // after 90 s one worker, then two: 88 jobs
		{"workers without a job", 3, 4, func(st *story) { st.lasts(0, 10, 0) }, 10, 10},
		{"more run than there are workers", 5, 1, func(st *story) {
			st.lasts(0, 10, 0)
			st.start(10, 1)
			st.start(12, 2)
		}, 14, 28},
		{"paused", 4, 2, func(st *story) {
			st.lasts(0, 10, 0)
			st.start(0, 1)
			st.start(10, 2)
			st.add(runner.TaskPaused{At: at(12), Task: 1})
		}, 12, -1},
		{"all are held", 4, 2, func(st *story) {
			st.lasts(0, 10, 0)
			st.start(9, 1)
			st.add(runner.RunPaused{At: at(12)})
		}, 12, -1},
		{"all were held", 4, 1, func(st *story) {
			st.lasts(0, 10, 0)
			st.add(runner.RunPaused{At: at(10)})
			st.add(runner.RunResumed{At: at(11)})
		}, 11, 30},
		{"held, but none waits", 2, 2, func(st *story) {
			st.lasts(0, 10, 0)
			st.start(9, 1)
			st.add(runner.RunPaused{At: at(12)})
		}, 12, 7},
		{"cancelled ones teach nothing", 4, 2, func(st *story) { st.start(0, 0); st.end(5, 0, runner.Cancelled); st.start(5, 1) }, 8, -1},
		{"failed ones neither", 4, 1, func(st *story) { st.start(0, 0); st.end(5, 0, runner.Failed) }, 5, -1},
		{"nor beside one that succeeded", 4, 1, func(st *story) {
			st.start(0, 0)
			st.end(1, 0, runner.Failed)
			st.lasts(1, 11, 1)
		}, 11, 20},
		{"lost ones do not", 4, 1, func(st *story) {
			st.start(0, 0)
			st.add(runner.TaskEnded{At: at(5), Try: 1, Status: runner.Failed, Cause: -1, Exit: runner.Exit{Lost: true}})
		}, 5, -1},
		{"too early", 4, 1, func(st *story) { st.lasts(0, 1, 0) }, 1, -1},
		{"one of a thousand", 1000, 1, func(st *story) { st.lasts(0, 5, 0) }, 5, -1},
		{"thirty of ten thousand", 10000, 1, func(st *story) {
			for i := range 30 {
				st.lasts(float64(i), float64(i+1), i)
			}
		}, 30, 9970},
		{"over", 1, 1, func(st *story) { st.lasts(0, 5, 0) }, 9, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			st := tell(t, c.jobs, c.workers)
			c.does(st)
			expect(t, c.want, func() (time.Duration, bool) { return RunETA(st.s, time.Duration(at(c.now))) })
		})
	}
}

// What one job has taken says nothing of another kind of job.
func TestRunETAOfUnlikeJobsIsOnlyWhatTheyTell(t *testing.T) {
	timeout, sleep := runner.Job{Line: "timeout 6 spin"}, runner.Job{Line: "sleep 40"}
	for _, c := range []struct {
		name string
		jobs []runner.Job
		tell [3]float64 // what each says in its tenth second; 0 nothing, 1 it ended then
		want float64
	}{
		{"one is another command", []runner.Job{timeout, timeout, sleep}, [3]float64{1, 1, 0}, -1},
		{"all the same", []runner.Job{sleep, sleep, sleep}, [3]float64{1, 1, 0.5}, 10},
		{"all that are left tell", []runner.Job{timeout, sleep, sleep}, [3]float64{1, 0.5, 0.25}, 30},
		{"one of them does not", []runner.Job{timeout, sleep, sleep}, [3]float64{1, 0.5, 0}, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			st := &story{t, &runner.State{}}
			st.add(runner.RunStarted{Jobs: c.jobs, Workers: 3})
			for i := range c.jobs {
				st.add(runner.TaskQueued{Task: i, Try: 1})
				st.start(0, i)
			}
			for x := 0.0; x <= 10; x++ {
				for i, share := range c.tell {
					if share > 0 && share < 1 {
						st.says(x, i, share*x/10)
					}
				}
			}
			for i, share := range c.tell {
				if share == 1 {
					st.end(10, i, runner.Succeeded)
				}
			}
			expect(t, c.want, func() (time.Duration, bool) { return RunETA(st.s, 10*sec) })
		})
	}
}

// The formula against the run that it foretells: jobs of one length, played through.
func TestMakespanIsWhatTheWorkersNeed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		each := rapid.IntRange(1, 50).Draw(t, "each")
		running := rapid.SliceOfN(rapid.IntRange(0, 100), 0, 6).Draw(t, "running")
		workers := rapid.IntRange(1, 6).Draw(t, "workers")
		n := rapid.IntRange(0, 60).Draw(t, "n")
		free := make([]time.Duration, len(running))
		for i, r := range running {
			free[i] = time.Duration(r) * sec
		}
		sortDurations(free)
		got := makespan(append([]time.Duration(nil), free...), n, workers, time.Duration(each)*sec)
		want := played(free, n, workers, time.Duration(each)*sec)
		if (got - want).Abs() > time.Duration(each)*sec/500+2*time.Millisecond {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

// played hands each job to the worker that is free first.
func played(free []time.Duration, n, workers int, each time.Duration) time.Duration {
	ends := append([]time.Duration(nil), free...)
	for len(ends) < workers {
		ends = append(ends, 0)
	}
	sortDurations(ends)
	last := ends[len(ends)-1]
	ends = ends[len(ends)-workers:]
	for range n {
		ends[0] += each
		last = max(last, ends[0])
		sortDurations(ends)
	}
	return last
}

func sortDurations(ds []time.Duration) {
	for i := range ds {
		for j := i; j > 0 && ds[j] < ds[j-1]; j-- {
			ds[j], ds[j-1] = ds[j-1], ds[j]
		}
	}
}

func TestETAsNeverPanic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &runner.State{}
		_ = s.Apply(runner.RunStarted{Jobs: make([]runner.Job, 3), Workers: rapid.IntRange(0, 3).Draw(t, "workers")})
		for range rapid.IntRange(0, 30).Draw(t, "n") {
			task, when := rapid.IntRange(0, 2).Draw(t, "task"), at(rapid.Float64Range(0, 1e6).Draw(t, "at"))
			_ = s.Apply(rapid.SampledFrom([]runner.Event{
				runner.TaskQueued{At: when, Task: task, Try: 1},
				runner.TaskStarted{At: when, Task: task, Try: 1},
				runner.TaskEnded{At: when, Task: task, Try: 1, Status: runner.Succeeded},
				runner.Sampled{At: when, Span: sec, Tasks: []runner.TaskSample{{Task: task, Progress: runner.Progress(rapid.Uint16().Draw(t, "progress"))}}},
			}).Draw(t, "event"))
			now := time.Duration(at(rapid.Float64Range(0, 1e6).Draw(t, "now")))
			for _, f := range []func() (time.Duration, bool){
				func() (time.Duration, bool) { return TaskETA(s, task, now) },
				func() (time.Duration, bool) { return RunETA(s, now) },
			} {
				if left, known := f(); left < 0 || !known && left != 0 {
					t.Fatalf("%v, %t", left, known)
				}
			}
		}
	})
}

// Both are asked in every frame.
func BenchmarkETA(b *testing.B) {
	for _, jobs := range []int{100, 100_000} {
		b.Run(fmt.Sprint(jobs), func(b *testing.B) {
			st := tell(b, jobs, 16)
			for i := range 40 {
				st.lasts(float64(i), float64(i+1), i)
			}
			for i := range 16 {
				st.start(40, 40+i)
			}
			for b.Loop() {
				if _, known := RunETA(st.s, 41*sec); !known {
					b.Fatal("not known")
				}
			}
		})
	}
}
