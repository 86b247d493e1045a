package verdict

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"parallax/runner"
)

// busy is a run of jobs of which those that run are on a core for a share of their time.
func (st *story) busy(from, to, share float64) {
	st.t.Helper()
	for x := from + 0.5; x <= to; x += 0.5 {
		ev := runner.Sampled{At: at(x), Span: sec / 2, Host: calm}
		for _, i := range st.s.Active {
			ev.Tasks = append(ev.Tasks, runner.TaskSample{
				Task: i, Live: sec / 2, OnCore: time.Duration(share * float64(sec/2)), WaitCore: 0, WaitGIL: 0, Threads: 1, PSS: -1,
			})
		}
		ev.Host.Busy = []float64{share / 2, share / 2}
		st.add(ev)
	}
}

func TestStraggler(t *testing.T) {
	others := func(st *story) { // three jobs of three seconds, on two workers
		st.lasts(0, 3, 0)
		st.lasts(0, 3, 1)
		st.lasts(3, 6, 2)
	}
	for _, c := range []struct {
		name string
		does func(st *story)
		want string // "" for another rule
	}{
		{"the last one, long", func(st *story) { others(st); st.start(3, 3); st.busy(10, 12, 1) }, `"job 3" takes 3.0 times as long as the others did, 1 worker is idle; started first, up to 3.0 s would be saved`},
		{"the last one, a little longer", func(st *story) { others(st); st.start(3, 3); st.busy(6, 8, 1) }, ""},
		{"started first", func(st *story) { st.start(0, 3); others(st); st.busy(10, 12, 1) }, `"job 3" takes 4.0 times as long as the others did, 1 worker is idle`},
		{"no worker idles", func(st *story) {
			others(st)
			st.start(3, 3)
			st.add(runner.Sampled{At: at(10), Workers: 1})
			st.busy(10, 12, 1)
		}, ""},
		{"too few have ended", func(st *story) { st.lasts(0, 3, 0); st.lasts(0, 3, 1); st.start(3, 3); st.busy(10, 12, 1) }, ""},
		{"the others failed at once", func(st *story) {
			for i := range 3 {
				st.start(0, i)
				st.end(0.1, i, runner.Failed)
			}
			st.start(0.1, 3)
			st.busy(10, 12, 1)
		}, ""},
		{"it keeps all cores busy", func(st *story) { others(st); st.start(3, 3); st.busy(10, 12, 2) }, ""},
		{"milliseconds", func(st *story) {
			for i := range 3 {
				st.lasts(0, 0.1, i)
			}
			st.start(0.1, 3)
			st.busy(0, 1, 1)
		}, ""},
		{"it was paused", func(st *story) {
			others(st)
			st.start(3, 3)
			st.add(runner.TaskPaused{At: at(4), Task: 3})
			st.add(runner.TaskResumed{At: at(9), Task: 3})
			st.busy(15, 17, 1)
		}, `"job 3" takes 3.0 times as long as the others did, 1 worker is idle; started first, up to 3.0 s would be saved`},
		{"it had to wait for another", func(st *story) {
			st.s.Jobs[3].After = []string{"job 2"}
			others(st)
			st.start(6, 3)
			st.busy(10, 15, 1)
		}, `"job 3" takes 3.0 times as long as the others did, 1 worker is idle`},
	} {
		t.Run(c.name, func(t *testing.T) {
			st := tell(t, 4, 2)
			st.s.Cores = []int{0, 1}
			for i := range st.s.Jobs {
				st.s.Jobs[i].Name = fmt.Sprintf("job %d", i)
			}
			c.does(st)
			got, ok := Advise(st.s)
			if c.want == "" && got.Code == "straggler" || c.want != "" && got.Text != c.want || !ok {
				t.Errorf("got %s: %q, %t, want %q", got.Code, got.Text, ok, c.want)
			}
		})
	}
}

// A straggler that keeps nearly all cores busy is one, or is none, but does not become one again and again.
func TestStragglerIsCalm(t *testing.T) {
	st := tell(t, 4, 2)
	st.s.Cores, st.s.Jobs[3].Name = []int{0, 1}, "long"
	for i := range 3 {
		st.lasts(0, 1, i)
	}
	st.start(1, 3)
	st.busy(1, 6, 1)
	var a Adviser
	if _, said := a.Next(st.s); !said {
		t.Fatal("nothing is said")
	}
	for from := 6.0; from < 60; from++ {
		st.busy(from, from+1, pick(int(from)/4%2 == 0, 1.72, 1.78))
		if next, said := a.Next(st.s); said && next.Code != "straggler" {
			t.Errorf("at %v s: %s: %s", from, next.Code, next.Text)
		}
	}
	if a.current.Code != "straggler" {
		t.Errorf("%s stands", a.current.Code)
	}
}

func TestShortJobs(t *testing.T) {
	for _, c := range []struct {
		name string
		job  runner.Job
		each float64 // seconds
		n    int
		want string
	}{
		{"a Python each", runner.Job{Model: runner.Processes, Script: "a.py"}, 0.08, 30, "short jobs: 80 ms, of which starting Python takes about 20 ms; threads save that"},
		{"they are long enough", runner.Job{Model: runner.Processes, Script: "a.py"}, 0.15, 30, ""},
		{"too few to say", runner.Job{Model: runner.Processes, Script: "a.py"}, 0.08, 15, ""},
		{"threads", runner.Job{Model: runner.Threads, Script: "a.py"}, 0.08, 30, ""},
		{"forks", runner.Job{Model: runner.Processes, Script: "a.py", Preload: []string{"auto"}}, 0.08, 30, ""},
		{"a command", runner.Job{Model: runner.Processes, Line: "true"}, 0.08, 30, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			st := tell(t, 2*c.n, 1)
			st.s.Cores = []int{0, 1}
			for i := range st.s.Jobs {
				st.s.Jobs[i] = c.job
			}
			for i := range c.n {
				st.lasts(float64(i)*c.each, float64(i+1)*c.each, i)
			}
			end := float64(c.n) * c.each
			st.start(end, c.n)
			st.busy(end, end+0.5, 0.5)
			got, _ := Advise(st.s)
			if c.want == "" && got.Code == "short-jobs" || c.want != "" && got.Text != c.want {
				t.Errorf("got %s: %q, want %q", got.Code, got.Text, c.want)
			}
		})
	}
}

// Where jobs run a small part of the workers' time while more wait for one, what takes the rest is
// starting them.
func TestShortJobsOfWhichWorkersSeeLittle(t *testing.T) {
	for gap, want := range map[float64]string{
		0.004: "",
		0.025: "short jobs: 10 ms; workers run them 27 % of the time, the rest is starting them",
	} {
		st := tell(t, 400, 1)
		st.s.Cores = []int{0, 1}
		for i := range 200 {
			from := float64(i) * (0.01 + gap)
			st.lasts(from, from+0.01, i)
		}
		end := 200 * (0.01 + gap)
		st.start(end, 200)
		st.busy(end, end+0.5, 0.5)
		got, _ := Advise(st.s)
		if want == "" && got.Code == "short-jobs" || want != "" && got.Text != want {
			t.Errorf("with gaps of %v s: %s: %q, want %q", gap, got.Code, got.Text, want)
		}
	}
}

// What threads hold together is counted once, and fewer of them would not free a like part of it.
func TestMemoryOfAnInterpreter(t *testing.T) {
	c := scene{jobs: 4, running: 4, workers: 4, cores: 4, on: 0.5, locks: 1, host: runner.HostSample{MemTotal: 16 << 30, MemUsed: 15 << 30}}
	s := c.state(t)
	for _, i := range s.Active {
		s.Tasks[i].Stats.Last.PSS = 6 << 30
	}
	got, _ := Advise(s)
	if want := "memory is short: 1.0 GiB free, 6.0 GiB held by 4 jobs; fewer workers (-) would help"; got.Text != want {
		t.Errorf("got %q, want %q", got.Text, want)
	}
}

func TestCodesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Codes() {
		if c == "" || seen[c] {
			t.Errorf("%q is there twice, or empty", c)
		}
		seen[c] = true
	}
}

func TestEachRuleIsInTheDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/advice.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules {
		mark := ""
		if r.level == runner.Warning {
			mark = " !"
		}
		if row := fmt.Sprintf("| `%s`%s |", r.code, mark); !strings.Contains(string(text), row) {
			t.Errorf("docs/advice.md has no row that begins with %q", row)
		}
	}
}

// A threshold that is left before it is entered would make a sentence come and go at once.
func TestBands(t *testing.T) {
	up := band{0.3, 0.25}
	down := band{0.2, 0.25}
	for _, c := range []struct {
		got, want bool
	}{
		{up.above(0.29, false), false},
		{up.above(0.3, false), true},
		{up.above(0.26, true), true},
		{up.above(0.24, true), false},
		{down.below(0.21, false), false},
		{down.below(0.2, false), true},
		{down.below(0.24, true), true},
		{down.below(0.26, true), false},
	} {
		if c.got != c.want {
			t.Errorf("%+v", c)
		}
	}
	for name, b := range map[string]band{
		"throttled": limits.throttled, "stolen": limits.stolen, "memoryOurs": limits.memoryOurs, "foreignBusy": limits.foreignBusy,
		"foreignLost": limits.foreignLost, "gilWait": limits.gilWait, "gilWorks": limits.gilWorks, "gilGain": limits.gilGain,
		"dominates": limits.dominates, "mostlyOurs": limits.mostlyOurs, "allBusy": limits.allBusy, "nearlyFull": limits.nearlyFull,
		"straggles": limits.straggles,
	} {
		if b.leave >= b.enter {
			t.Errorf("%s is entered upwards at %v and left at %v", name, b.enter, b.leave)
		}
	}
	for name, b := range map[string]band{
		"memoryLow": limits.memoryLow, "gilCore": limits.gilCore, "gilOnCore": limits.gilOnCore, "atOnce": limits.atOnce,
		"mostlyWaits": limits.mostlyWaits, "littleWait": limits.littleWait, "littleGIL": limits.littleGIL, "startTime": limits.startTime, "workerUsed": limits.workerUsed,
	} {
		if b.leave <= b.enter {
			t.Errorf("%s is entered downwards at %v and left at %v", name, b.enter, b.leave)
		}
	}
}
