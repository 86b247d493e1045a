package runner

import (
	"testing"
	"testing/synctest"
	"time"
)

// Who restarts a job by name wants to see it run, also while all are held; the others stay.
func TestAJobRestartedByNameStartsInAHeldRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{takes: map[string]time.Duration{"a": time.Minute, "b": time.Minute, "c": time.Minute}}
		js := jobs("a", "b", "c")
		st, mem := play(t, Options{Jobs: js, Workers: 2}, s, func(r *Run) {
			time.Sleep(time.Second)
			r.Do(Pause{})
			time.Sleep(time.Second)
			r.Do(Restart{Tasks: []int{0}})
			time.Sleep(time.Hour) // it is over long since; what was not named has not moved
			r.Do(Resume{})
		})
		if a := st.Tasks[0]; a.Try != 2 || a.Status != Succeeded || a.Ended > 5*time.Minute {
			t.Errorf("a: try %d %v, ended at %v", a.Try, a.Status, a.Ended)
		}
		if c := st.Tasks[2]; c.Started < time.Hour {
			t.Errorf("c started at %v, in a held run", c.Started)
		}
		for _, ev := range mem.evs {
			if _, ok := ev.(RunResumed); ok && ev.When() < time.Hour {
				t.Errorf("the run was resumed at %v", ev.When())
			}
		}
	})
}

func TestAHeldRunStartsNothingThatWasNotRestartedByName(t *testing.T) {
	for name, then := range map[string][]Command{
		"all were restarted":          {Restart{}},
		"it was cancelled since":      {Restart{Tasks: []int{2}}, Cancel{Tasks: []int{2}}},
		"all were paused again":       {Restart{Tasks: []int{2}}, Pause{}},
		"nothing of it was restarted": {Restart{Tasks: []int{}}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{takes: map[string]time.Duration{"a": time.Minute, "b": time.Minute, "c": time.Minute}}
				js := jobs("a", "b", "c")
				st, _ := play(t, Options{Jobs: js, Workers: 2}, s, func(r *Run) {
					time.Sleep(time.Second)
					r.Do(Pause{}) // c waits, and both workers are held
					for _, c := range then {
						r.Do(c)
					}
					time.Sleep(time.Second)
					r.Do(Cancel{Tasks: []int{0}})
					time.Sleep(time.Hour)
					r.Do(Resume{})
				})
				if c := st.Tasks[2]; c.Ran() && c.Started < time.Hour {
					t.Errorf("c started at %v", c.Started)
				}
			})
		})
	}
}
