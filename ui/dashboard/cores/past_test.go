package cores

import (
	"math"
	"testing"
	"time"

	"parallax/runner"
)

// told feeds events to a state and to a past, as a screen does.
type told struct {
	runner.State
	Past
}

func (s *told) tell(tb testing.TB, evs ...runner.Event) {
	tb.Helper()
	for _, ev := range evs {
		if err := s.State.Apply(ev); err != nil {
			tb.Fatal(err)
		}
		s.Past.See(ev, &s.State)
	}
}

func (s *told) begin(tb testing.TB, tasks int) {
	s.tell(tb, runner.RunStarted{Jobs: make([]runner.Job, tasks), Workers: tasks})
	for i := range tasks {
		s.tell(tb, runner.TaskQueued{Task: i, Try: 1}, runner.TaskStarted{Task: i, Try: 1})
	}
}

// second is a sample of a second of one task, its parts in hundredths.
func second(at, live, on, core, gil int) runner.Sampled {
	part := func(n int) time.Duration { return time.Duration(n) * 10 * time.Millisecond }
	return runner.Sampled{
		At: runner.At(time.Duration(at) * time.Second), Span: time.Second,
		Tasks: []runner.TaskSample{{Task: 0, Live: part(live), OnCore: part(on), WaitCore: part(core), WaitGIL: part(gil)}},
	}
}

func TestThePastOfAJobIsWhatSamplesTold(t *testing.T) {
	var s told
	s.begin(t, 1)
	s.tell(t, second(1, 100, 20, 10, 40), second(2, 100, 100, 0, 0))
	s.tell(t, runner.TaskPaused{At: runner.At(2 * time.Second), Task: 0}, second(3, 0, 0, 0, 0))
	s.tell(t, runner.TaskResumed{At: runner.At(3500 * time.Millisecond), Task: 0}, second(4, 50, 50, 0, 0))
	s.tell(t, runner.TaskEnded{
		At: runner.At(5 * time.Second), Task: 0, Try: 1, Status: runner.Succeeded,
		Exit: runner.Exit{Usage: runner.Usage{Known: true, User: 2 * time.Second}},
	})
	for i, want := range [][states]float64{
		{onCore: 20, waitCore: 10, waitGIL: 40, blocked: 30}, {onCore: 100}, {paused: 100}, {onCore: 50, paused: 50}, {onCore: 30, unsaid: 70},
	} {
		got := s.between(0, time.Duration(i)*time.Second, time.Duration(i+1)*time.Second)
		for k := range want {
			if math.Abs(got[k]-want[k]) > 1 {
				t.Errorf("second %d: state %d for %.0f %%, want %.0f %%", i+1, k, got[k], want[k])
			}
		}
	}
	if got := s.between(0, 5*time.Second, 6*time.Second); got != [states]float64{} {
		t.Errorf("after its end: %v", got)
	}
}

// What is told comes in pieces that are ever smaller parts of a moment, the longer moments are.
func TestSmallPartsOfALongMomentAreNotLost(t *testing.T) {
	var s told
	s.begin(t, 1)
	const every = 100 * time.Millisecond
	sample := second(0, 0, 0, 0, 0)
	sample.Span = every
	sample.Tasks[0] = runner.TaskSample{Live: every, OnCore: every / 4, WaitCore: every / 8, WaitGIL: every / 2}
	const whole = 120 * time.Second
	for at := every; at <= whole; at += every {
		if at == whole/4 { // as when it is full
			for s.span < 10*time.Second {
				s.coarsen()
			}
		}
		sample.At = runner.At(at)
		s.tell(t, sample)
	}
	want := [states]float64{onCore: 25, waitCore: 12.5, waitGIL: 50, blocked: 12.5}
	for from := time.Duration(0); from+s.span <= whole; from += s.span {
		got := s.between(0, from, from+s.span)
		for k := range want {
			if math.Abs(got[k]-want[k]) > 2 {
				t.Errorf("from %v: state %d for %.0f %%, want %.0f %%", from, k, got[k], want[k])
			}
		}
	}
}

func TestAShortJobHasAPast(t *testing.T) {
	var s told
	s.begin(t, 1)
	s.tell(t, runner.TaskEnded{
		At: runner.At(10 * time.Millisecond), Task: 0, Try: 1, Status: runner.Succeeded,
		Exit: runner.Exit{Usage: runner.Usage{Known: true, User: 9 * time.Millisecond}},
	})
	if got := s.between(0, 0, firstSpan); got[onCore] < 8 || got[onCore] > 10 {
		t.Errorf("it is known as %v", got)
	}
}

func TestThePastIsBounded(t *testing.T) {
	var s told
	const tasks = 100
	s.begin(t, tasks)
	at := time.Duration(0)
	for n := range 4 {
		at += maxMoments / tasks / 2 * firstSpan
		ev := runner.Sampled{At: runner.At(at), Span: maxMoments / tasks / 2 * firstSpan}
		for i := range tasks {
			ev.Tasks = append(ev.Tasks, runner.TaskSample{Task: i, Live: ev.Span, OnCore: ev.Span * time.Duration(n%2), WaitGIL: -1})
		}
		s.tell(t, ev)
	}
	if s.n > maxMoments || s.span <= firstSpan {
		t.Errorf("%d moments of %v are kept", s.n, s.span)
	}
	for n := range 4 {
		from := at / 4 * time.Duration(n)
		got := s.between(tasks-1, from+at/16, from+at/8)
		if state := map[int]int{0: blocked, 1: onCore}[n%2]; got[state] < 98 {
			t.Errorf("quarter %d is %v", n, got)
		}
	}
}

func TestHowManyAtOnceIsOfTheLastSeconds(t *testing.T) {
	var s told
	s.begin(t, 1)
	for i := range 20 {
		ev := second(i+1, 100, 100, 0, 0)
		ev.Together = []time.Duration{0, time.Second}
		if i >= 10 {
			ev.Together = []time.Duration{time.Second, 0, 0}
		}
		s.tell(t, ev)
	}
	if got := s.AtOnce(); len(got) != 3 || got[0] < 5*time.Second || got[1] != 0 {
		t.Errorf("lately %v", got)
	}
}

// Closer than is known a job is drawn from its start to its end, and wholly there.
func TestAJobIsThereFromItsStartToItsEnd(t *testing.T) {
	const ms = time.Millisecond
	var s told
	s.tell(
		t, runner.RunStarted{Jobs: make([]runner.Job, 1), Workers: 1}, runner.TaskQueued{Task: 0, Try: 1},
		runner.TaskStarted{At: runner.At(30 * ms), Task: 0, Try: 1},
		runner.Sampled{At: runner.At(100 * ms), Span: 100 * ms, Tasks: []runner.TaskSample{{Task: 0, Live: 70 * ms, OnCore: 7 * ms}}},
		runner.TaskEnded{At: runner.At(140 * ms), Task: 0, Try: 1, Status: runner.Succeeded},
	)
	for at := time.Duration(0); at < 200*ms; at += 10 * ms {
		sum, want := 0.0, 100.0
		for _, share := range s.between(0, at, at+10*ms) {
			sum += share
		}
		if at < 30*ms || at >= 140*ms {
			want = 0
		}
		if math.Abs(sum-want) > 2 {
			t.Errorf("from %v on: there for %.0f %%, want %.0f %%", at, sum, want)
		}
	}
}
