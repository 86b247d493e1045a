package monitor

import (
	"errors"
	"slices"
	"testing"
	"time"

	"parallax/monitor/stall"
	"parallax/runner"
)

// waiting are tasks whose threads wait as told.
type waiting map[int][]stall.Thread

func (w waiting) waits(task int) ([]stall.Thread, time.Duration) { return w[task], 0 }

// looked looks each half second, from a time on, at running tasks named a, b … for two seconds, and
// returns what was said and which tasks have stalled by then.
func looked(t *testing.T, s *stalls, from time.Duration, host []int, w waiting) (said []runner.Advised, stalled []int) {
	t.Helper()
	var st runner.State
	apply := func(ev runner.Event) {
		if err := st.Apply(ev); err != nil {
			t.Fatal(err)
		}
	}
	jobs := make([]runner.Job, len(host))
	for i := range jobs {
		jobs[i] = runner.Job{Name: string(rune('a' + i)), Limits: runner.Limits{StalledAfter: time.Second}}
	}
	apply(runner.RunStarted{Jobs: jobs, Workers: len(jobs)})
	var measured []runner.TaskSample
	for i, h := range host {
		apply(runner.TaskQueued{Task: i, Try: 1})
		apply(runner.TaskStarted{Task: i, Try: 1, Identity: runner.Identity{PID: 7, TID: 10 + i, Tree: h == 0, Host: runner.Host{ID: h}}})
		measured = append(measured, runner.TaskSample{Task: i})
		if s.tasks[i] == nil {
			s.begin(i, jobs[i].Limits)
		}
	}
	for now := from; now < from+2*time.Second; now += time.Second / 2 {
		var say []runner.Advised
		stalled, say = s.look(now, &st, measured, w)
		said = append(said, say...)
		s.asking.Wait()
	}
	return said, stalled
}

func TestWhyTasksHaveStalled(t *testing.T) {
	in := func(threads ...stall.Wait) (all []stall.Thread) {
		for i, w := range threads {
			all = append(all, stall.Thread{PID: 7, TID: 10 + i, Wait: w})
		}
		return all
	}
	const (
		taking  = "main thread · tid 10\n  File \"/w/a.py\", line 3, in f\n    with lock:\n"
		another = "main thread · tid 11\n  File \"/w/b.py\", line 5, in g\n    other.acquire()\n"
		asleep  = "main thread · tid 11\n  File \"/w/b.py\", line 9, in g\n    event.wait()\n"
	)
	for name, c := range map[string]struct {
		host   []int
		w      waiting
		stacks []string
		want   []string // per task that has stalled: its code
		text   string   // of the first
	}{
		"two of one interpreter": {
			[]int{1, 1},
			waiting{0: in(stall.Lock), 1: in(stall.Lock)},
			[]string{taking, another},
			[]string{"deadlock", "deadlock"},
			"deadlock: each waits for a lock and none can go on: a at a.py:3, b at b.py:5",
		},
		"a third works in it": {
			[]int{1, 1, 1},
			waiting{0: in(stall.Lock), 1: in(stall.Lock), 2: in(stall.Works)},
			[]string{taking, another, ""},
			[]string{"stalled", "stalled"},
			"stalled: for 2s it has used no core and printed nothing. It waits for a lock or another thread at a.py:3",
		},
		"a third works elsewhere": {
			[]int{1, 1, 2},
			waiting{0: in(stall.Lock), 1: in(stall.Lock), 2: in(stall.Works)},
			[]string{taking, another, ""},
			[]string{"deadlock", "deadlock"},
			"deadlock: each waits for a lock and none can go on: a at a.py:3, b at b.py:5",
		},
		"the other waits for an event": {
			[]int{1, 1},
			waiting{0: in(stall.Lock), 1: in(stall.Lock)},
			[]string{taking, asleep},
			[]string{"stalled", "stalled"},
			"stalled: for 2s it has used no core and printed nothing. It waits for a lock or another thread at a.py:3",
		},
		"alone, with itself": {
			[]int{0},
			waiting{0: in(stall.Lock)},
			[]string{taking},
			[]string{"deadlock"},
			"deadlock: it waits at a.py:3 for a lock that no thread can release",
		},
		"nobody can be asked": {
			[]int{0},
			waiting{0: in(stall.Network)},
			[]string{""},
			[]string{"stalled"},
			"stalled: for 2s it has used no core and printed nothing. It waits for another program, on a socket",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := &stalls{ask: func(task int) (string, error) {
				if c.stacks[task] == "" {
					return "", errors.New("cannot be told")
				}
				return c.stacks[task], nil
			}}
			said, stalled := looked(t, s, 0, c.host, c.w)
			got, text := map[int]string{}, map[int]string{}
			for _, a := range said { // the last counts
				got[a.Task], text[a.Task] = a.Code, a.Text
			}
			for i, code := range c.want {
				if got[i] != code || !slices.Contains(stalled, i) {
					t.Errorf("task %d: %s, want %s: %+v", i, got[i], code, said)
				}
			}
			if len(stalled) != len(c.want) || text[0] != c.text {
				t.Errorf("%v have stalled; of the first is said\n%s\nwant\n%s", stalled, text[0], c.text)
			}
			said, stalled = looked(t, s, 2*time.Second, c.host, waiting{})
			if len(stalled) > 0 || len(said) != len(c.want) || said[0].Level != runner.Note {
				t.Errorf("they go on; still stalled: %v, said %+v", stalled, said)
			}
		})
	}
}
