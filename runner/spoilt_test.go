package runner

import (
	"testing"
	"time"
)

// sampledRun is a run of two tasks in one interpreter and one process, all started.
func sampledRun(t *testing.T) *State {
	t.Helper()
	s := &State{}
	evs := []Event{RunStarted{ID: "r", Workers: 3, Jobs: []Job{{Name: "a"}, {Name: "b"}, {Name: "c"}}}}
	for i := range 3 {
		id := Identity{PID: 10 + i}
		if i < 2 {
			id = Identity{PID: 10, Host: Host{ID: 1}}
		}
		evs = append(evs, TaskQueued{Task: i, Try: 1}, TaskStarted{Task: i, Try: 1, Identity: id})
	}
	for _, ev := range evs {
		if err := s.Apply(ev); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func sampleOf(pss ...int64) Sampled {
	ev := Sampled{Span: time.Second, Host: HostSample{Steal: -1, Throttle: 0.5}}
	for i, b := range pss {
		ev.Tasks = append(ev.Tasks, TaskSample{Task: i, Live: time.Second, WaitCore: -1, WaitGIL: -1, Core: -1, RSS: 1, PSS: b})
	}
	return ev
}

func TestPeakPSSCountsASharedInterpreterOnceAndNoPartialSums(t *testing.T) {
	s := sampledRun(t)
	for _, step := range []struct {
		pss  []int64
		want int64
	}{
		{[]int64{100, 100, -1}, -1}, // of one it is not known: no sum
		{[]int64{100, 100, 30}, 130},
		{[]int64{-1, -1, 90}, 190}, // what was not read anew still stands
		{[]int64{50, 50, 30}, 190},
	} {
		if err := s.Apply(sampleOf(step.pss...)); err != nil {
			t.Fatal(err)
		}
		if s.PeakPSS != step.want {
			t.Errorf("after %v: %d, want %d", step.pss, s.PeakPSS, step.want)
		}
	}
}

func TestWhatTheMachineTookIsAddedUp(t *testing.T) {
	s := sampledRun(t)
	ev := sampleOf(1, 1, 1)
	_ = s.Apply(ev)
	if got := s.Spoilt.Stolen.Share(); got != -1 {
		t.Errorf("nobody has told what was stolen, yet it is %v", got)
	}
	ev.Host.Steal = 0.25
	_ = s.Apply(ev)
	want := Spoilt{Stolen: Denied{Span: time.Second, Taken: 250 * time.Millisecond}, Throttled: Denied{Span: 2 * time.Second, Taken: time.Second}}
	if s.Spoilt != want || s.Spoilt.Stolen.Share() != 0.25 || s.Spoilt.Throttled.Share() != 0.5 {
		t.Errorf("%+v, want %+v", s.Spoilt, want)
	}
}
