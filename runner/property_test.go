package runner

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// Whatever is asked, in whatever order, at whatever moment, the rules of a run hold.
func TestAnySequenceOfCommandsKeepsTheRules(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(rt, "jobs")
		js := make([]Job, n)
		s := &script{takes: map[string]time.Duration{}, launch: map[string]time.Duration{}, codes: map[string][]int{}, stubborn: map[string]bool{}}
		for i := range js {
			name := fmt.Sprintf("j%d", i)
			js[i] = Job{Name: name, Model: Processes, Line: "x"}
			js[i].Retries = rapid.IntRange(0, 2).Draw(rt, "retries")
			js[i].Timeout = time.Duration(rapid.SampledFrom([]int{0, 0, 3}).Draw(rt, "timeout")) * time.Second
			if i > 0 && rapid.Bool().Draw(rt, "depends") {
				js[i].After = []string{fmt.Sprintf("j%d", rapid.IntRange(0, i-1).Draw(rt, "on"))}
			}
			s.takes[name] = time.Duration(rapid.IntRange(0, 5000).Draw(rt, "takes")) * time.Millisecond
			s.launch[name] = time.Duration(rapid.SampledFrom([]int{0, 0, 1, 3000}).Draw(rt, "launch")) * time.Millisecond
			s.codes[name] = []int{rapid.IntRange(0, 1).Draw(rt, "code"), rapid.IntRange(0, 1).Draw(rt, "code2"), 0}
			s.stubborn[name] = rapid.Bool().Draw(rt, "stubborn")
		}
		limit := rapid.IntRange(1, 4).Draw(rt, "workers")
		halt := rapid.SampledFrom([]Halt{HaltNever, HaltSoon, HaltFail}).Draw(rt, "halt")
		commands := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) Command { return drawCommand(rt, n, limit) }), 0, 12).Draw(rt, "commands")
		gaps := rapid.SliceOfN(rapid.IntRange(0, 2500), len(commands), len(commands)).Draw(rt, "gaps")

		var st State
		var mem *memory
		synctest.Test(t, func(t *testing.T) {
			st, mem = play(t, Options{Jobs: js, Workers: limit, Halt: halt}, s, func(r *Run) {
				for i, c := range commands {
					time.Sleep(time.Duration(gaps[i]) * time.Millisecond)
					r.Do(c)
				}
				time.Sleep(time.Minute)
				r.Do(Resume{}) // so that the run can end
			})
		})
		checkRules(rt, js, limit, st, mem.evs, s.most)
	})
}

func drawCommand(rt *rapid.T, n, limit int) Command {
	task := []int{rapid.IntRange(0, n-1).Draw(rt, "task")}
	switch rapid.IntRange(0, 7).Draw(rt, "command") {
	case 0:
		return Pause{Tasks: task}
	case 1:
		return Resume{Tasks: task}
	case 2:
		return Cancel{Tasks: task}
	case 3:
		return KillNow{Tasks: task}
	case 4, 5:
		return Restart{Tasks: task}
	case 6:
		return SetWorkers{N: rapid.IntRange(1, limit).Draw(rt, "limit")}
	default:
		return Pause{}
	}
}

func checkRules(rt *rapid.T, js []Job, limit int, st State, evs []Event, most int) {
	if most > limit {
		rt.Fatalf("%d ran at once with %d workers", most, limit)
	}
	if !st.Over() || len(st.Active) != 0 || !st.Ended {
		rt.Fatalf("the run ended with active tasks %v", st.Active)
	}
	var now State
	done := make([]bool, len(js)) // has succeeded before; it may have been restarted since
	for _, ev := range evs {
		if started, ok := ev.(TaskStarted); ok {
			for _, name := range js[started.Task].After {
				for i, j := range js {
					if j.Name == name && !done[i] {
						rt.Fatalf("%q started before %q had succeeded", js[started.Task].Name, name)
					}
				}
			}
		}
		if err := now.Apply(ev); err != nil {
			rt.Fatal(err)
		}
		if e, ok := ev.(TaskEnded); ok && e.Status == Succeeded {
			done[e.Task] = true
		}
		sum := 0
		for _, c := range now.count {
			sum += c
		}
		if sum != len(js) {
			rt.Fatalf("counts add up to %d of %d", sum, len(js))
		}
	}
	for i, task := range st.Tasks {
		if task.Wall(st.Now) < 0 {
			rt.Fatalf("task %d ran for %v", i, task.Wall(st.Now))
		}
		if task.Status != Succeeded && task.Reason == "" {
			rt.Fatalf("task %d is %v without a reason", i, task.Status)
		}
	}
}
