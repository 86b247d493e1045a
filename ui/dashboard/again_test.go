package dashboard

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"parallax/runner"
)

// again is what runs the jobs once more in a test: it keeps what was asked of it.
type again struct {
	started []string
	err     error
}

func (a *again) give(o *Options) {
	act := o.Act
	o.Closing = func(_, _ *runner.State) string { return "they differed" }
	o.Again = &Again{
		Models: func() []Choice {
			return []Choice{
				{runner.Goroutines, "a.py:1: import is not Starlark, and that is why this sentence has to be so long that it does not fit one row"},
				{runner.Threads, ""},
				{runner.Processes, ""},
			}
		},
		Start: func(m runner.Model, workers int) (Act, error) {
			a.started = append(a.started, fmt.Sprintf("%s %d", m, workers))
			return act, a.err
		},
	}
}

// over lets all jobs of the run on the screen succeed, and follows what comes of it.
func (s *stage) over(tb testing.TB) {
	tb.Helper()
	s.sample(s.now + time.Second)
	var evs []runner.Event
	for i := range s.state.Tasks {
		evs = append(evs, runner.TaskEnded{At: runner.At(s.now), Task: i, Try: s.state.Tasks[i].Try, Status: runner.Succeeded})
	}
	s.follow(s.send(frame{gen: s.acts.n, events: evs}))
}

func TestTheSameJobsRunInAnotherModelBesideTheLanesBefore(t *testing.T) {
	for _, size := range [][2]int{{140, 42}, {80, 24}, {60, 16}, {200, 60}} {
		var a again
		s := newStage(t, size[0], size[1], a.give)
		s.begin(2, 2)
		s.over(t)
		cmd := s.press("m")
		s.shows(t, "asking what can run them")
		s.press("enter") // nothing to choose yet
		s.follow(cmd)
		s.shows(t, "run the same jobs as")
		s.shows(t, "as now")
		s.press("up", "up")
		s.shows(t, "cannot: a.py:1: import")
		s.press("enter")
		if len(a.started) > 0 {
			t.Fatalf("it started %v, which cannot run", a.started)
		}
		s.press("down")
		s.did = nil
		s.follow(s.press("enter"))
		if fmt.Sprint(a.started) != "[threads 2]" || fmt.Sprint(s.did) != fmt.Sprint([]runner.Command{runner.Finish{}}) {
			t.Fatalf("started %v, did %v", a.started, s.did)
		}
		s.send(frame{gen: 1, events: []runner.Event{runner.RunEnded{}}}) // late, of the run before
		s.begin(2, 2)
		s.showsNot(t, "they differed")
		s.over(t)
		s.shows(t, "they differed")
		if size[0] >= 140 {
			s.shows(t, "before: processes")
		}
		s.events(runner.TaskQueued{At: runner.At(s.now), Task: 0, Try: 2})
		s.showsNot(t, "they differed")
		s.over2(t)
		s.follow(s.press("m")) // and again
		s.follow(s.press("enter"))
		if len(a.started) != 2 {
			t.Errorf("a second time it started %v", a.started)
		}
	}
}

// over2 ends the only job that was queued anew.
func (s *stage) over2(tb testing.TB) {
	tb.Helper()
	s.events(runner.TaskEnded{At: runner.At(s.now), Task: 0, Try: 2, Status: runner.Cancelled})
	s.shows(tb, "they differed")
}

func TestARunThatGoesOnIsCancelledFirst(t *testing.T) {
	var a again
	s := newStage(t, 140, 42, a.give)
	s.begin(3, 2)
	s.follow(s.press("m"))
	s.press("enter")
	s.shows(t, "2 jobs are running, 1 job is queued. They are cancelled first.")
	s.press("s")
	s.follow(s.press("m"))
	s.press("enter", "c")
	if fmt.Sprint(s.did) != fmt.Sprint([]runner.Command{runner.Cancel{}}) {
		t.Fatalf("did %v", s.did)
	}
	s.shows(t, "ending 2 jobs; then they run as threads")
	if len(a.started) > 0 {
		t.Error("it does not wait for the end")
	}
	s.over(t)
	if fmt.Sprint(a.started) != "[threads 2]" {
		t.Errorf("started %v", a.started)
	}
}

func TestARunThatStartsWhileOneQuitsIsEnded(t *testing.T) {
	var a again
	s := newStage(t, 140, 42, a.give)
	s.begin(1, 1)
	s.over(t)
	s.follow(s.press("m"))
	start := s.press("enter")
	s.press("q")
	s.shows(t, "The next run is about to start.")
	s.press("c")
	s.did = nil
	s.send(start())
	if fmt.Sprint(s.did) != fmt.Sprint([]runner.Command{runner.Finish{Cancel: true}}) || s.acts.n != 1 {
		t.Errorf("did %v, shows act %d", s.did, s.acts.n)
	}
}

func TestLanesOfTwoRunsHaveOneScale(t *testing.T) {
	var a again
	s := newStage(t, 140, 42, a.give)
	s.begin(1, 1)
	for at := range 60 {
		s.sample(time.Duration(at+1) * time.Second)
	}
	s.over(t)
	s.follow(s.press("m"))
	s.now = 0
	s.follow(s.press("enter"))
	s.begin(1, 1)
	s.sample(time.Second)
	lane := []rune(s.screen(t)[4])
	before, now := strings.Count(string(lane[:53]), "█"), strings.Count(string(lane[53:106]), "█")
	if before < 20 || now > 2 || now == 0 {
		t.Errorf("a minute is %d columns and a second %d:\n%s", before, now, string(lane))
	}
}

func TestThatTheJobsRunAgainCanBeTakenBackOrFail(t *testing.T) {
	a := again{err: errors.New("no python3 is found")}
	s := newStage(t, 140, 42, a.give)
	s.begin(1, 1)
	s.follow(s.press("m"))
	s.press("enter", "c", "esc")
	s.over(t)
	if len(a.started) > 0 {
		t.Errorf("it was taken back, and started %v", a.started)
	}
	s.follow(s.press("m"))
	s.follow(s.press("enter"))
	s.shows(t, "no python3 is found")
	if s.acts.n != 1 {
		t.Error("another act is shown")
	}
	late := s.press("m")
	s.press("esc")
	s.follow(late)
	s.showsNot(t, "run the same jobs as")
	s.press("m", "q") // leaves: nothing runs
}
