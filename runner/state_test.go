package runner

import (
	"slices"
	"testing"
	"time"
)

func started(n int, cores ...int) *State {
	s := &State{}
	js := make([]Job, n)
	must(s.Apply(RunStarted{Jobs: js, Workers: n, Cores: cores}))
	for i := range n {
		must(s.Apply(TaskQueued{Task: i, Try: 1}))
		must(s.Apply(TaskStarted{Task: i, Try: 1, Identity: Identity{Log: "log"}}))
	}
	return s
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func TestImpossibleEventsAreRefusedAndChangeNothing(t *testing.T) {
	for name, ev := range map[string]Event{
		"a task that does not exist": TaskPaused{Task: 7},
		"a negative task":            TaskPaused{Task: -1},
		"starting twice":             TaskStarted{Task: 0, Try: 1},
		"resuming what runs":         TaskResumed{Task: 0},
		"ending without an end":      TaskEnded{Task: 0, Status: Running},
		"queueing what runs":         TaskQueued{Task: 0, Try: 2},
	} {
		s := started(1)
		if err := s.Apply(ev); err == nil {
			t.Errorf("%s was accepted", name)
		}
		if s.Tasks[0].Status != Running || s.Count(Running) != 1 || !slices.Equal(s.Active, []int{0}) {
			t.Errorf("%s changed the state", name)
		}
	}
}

func TestPausedTimeIsNoWallTime(t *testing.T) {
	s := started(2)
	must(s.Apply(TaskPaused{At: At(2 * time.Second), Task: 0}))
	if got := s.Tasks[0].Wall(5 * time.Second); got != 2*time.Second {
		t.Errorf("paused at 2 s, at 5 s it has run %v", got)
	}
	must(s.Apply(TaskResumed{At: At(5 * time.Second), Task: 0}))
	must(s.Apply(TaskEnded{At: At(6 * time.Second), Task: 0, Status: Succeeded}))
	if got := s.Tasks[0].Wall(time.Minute); got != 3*time.Second {
		t.Errorf("ran %v, want 3s", got)
	}
	must(s.Apply(TaskPaused{At: At(6 * time.Second), Task: 1}))
	must(s.Apply(TaskEnded{At: At(9 * time.Second), Task: 1, Status: Cancelled}))
	if got := s.Tasks[1].Wall(time.Minute); got != 6*time.Second {
		t.Errorf("cancelled while paused, it ran %v, want 6s", got)
	}
}

func TestTheSystemsAccountCorrectsWhatSamplingSaw(t *testing.T) {
	s := started(1, 0)
	must(s.Apply(Sampled{At: At(time.Second), Span: time.Second, Tasks: []TaskSample{{Task: 0, Live: time.Second, OnCore: 400 * time.Millisecond, PSS: -1, RSS: 5, LogSize: [2]int64{10, 0}}}}))
	must(s.Apply(TaskEnded{At: At(2 * time.Second), Task: 0, Status: Succeeded, Exit: Exit{Usage: Usage{Known: true, User: time.Second, System: 500 * time.Millisecond, MaxRSS: 99}}, LogSize: [2]int64{25, 0}}))
	m := s.Tasks[0].Stats
	if m.Total.OnCore != 1500*time.Millisecond || m.Total.Live != 2*time.Second || m.PeakRSS != 99 {
		t.Errorf("total %v of %v, peak %d", m.Total.OnCore, m.Total.Live, m.PeakRSS)
	}
	want := []Chunk{{Task: 0, Log: "log", From: 0, To: 10}, {Task: 0, Log: "log", From: 10, To: 25}}
	if !slices.Equal(s.Output, want) {
		t.Errorf("output %v", s.Output)
	}
}

func TestWhatSamplingMissedCountsForTheRun(t *testing.T) {
	s := started(2, 0)
	usage := Usage{Known: true, User: 300 * time.Millisecond}
	must(s.Apply(Sampled{At: At(time.Second), Span: time.Second, Tasks: []TaskSample{{Task: 0, Live: time.Second, OnCore: 200 * time.Millisecond}}}))
	must(s.Apply(TaskEnded{At: At(time.Second), Task: 0, Status: Succeeded, Exit: Exit{Usage: usage}}))
	must(s.Apply(TaskEnded{At: At(time.Second), Task: 1, Status: Succeeded, Exit: Exit{Usage: usage}})) // never sampled
	must(s.Apply(Sampled{At: At(2 * time.Second), Span: time.Second, Tasks: []TaskSample{{Task: 0, OnCore: 100 * time.Millisecond}}}))
	if got := s.Times.Total.OnCore; got != 600*time.Millisecond {
		t.Errorf("the run was on cores for %v, want 600ms", got)
	}
	if got := s.Tasks[1].Stats.Total; got.OnCore != 300*time.Millisecond || got.WaitCore != -1 {
		t.Errorf("the task that was never sampled has %+v", got)
	}
}

func TestTimeAfterTheEndDilutesNothing(t *testing.T) {
	s := started(1, 0)
	usage := Usage{Known: true, User: time.Second}
	must(s.Apply(Sampled{At: At(time.Second), Span: time.Second, Tasks: []TaskSample{{Task: 0, Live: time.Second, OnCore: time.Second}}}))
	must(s.Apply(TaskEnded{At: At(time.Second), Task: 0, Status: Succeeded, Exit: Exit{Usage: usage}}))
	for i := range 10 { // the host is still looked at
		must(s.Apply(Sampled{At: At(time.Duration(i+2) * time.Second), Span: time.Second}))
	}
	if got := s.Times.Total.Cores(); got != 1 {
		t.Errorf("%.2f cores kept busy on average, want 1", got)
	}
}

func TestTheAverageOfARunCountsAllOfItsTime(t *testing.T) {
	s := started(2, 0, 1)
	full := func(task int) TaskSample { return TaskSample{Task: task, Live: time.Second, OnCore: time.Second} }
	must(s.Apply(Sampled{At: At(time.Second), Span: time.Second, Tasks: []TaskSample{full(0), full(1)}}))
	for i := range 2 { // after the last sample
		usage := Usage{Known: true, User: 1900 * time.Millisecond}
		must(s.Apply(TaskEnded{At: At(1900 * time.Millisecond), Task: i, Status: Succeeded, Exit: Exit{Usage: usage}}))
	}
	if got := s.Times.Total.Cores(); got != 2 {
		t.Errorf("two cores were busy all the time, the average is %.2f", got)
	}
	if got := s.Tasks[0].Stats.Total.Cores(); got != 1 {
		t.Errorf("the task was on a core all the time, its average is %.2f", got)
	}
	must(s.Apply(TaskQueued{At: At(time.Minute), Task: 0, Try: 2})) // a restart after a look at the result
	must(s.Apply(TaskStarted{At: At(time.Minute), Task: 0, Try: 2}))
	must(s.Apply(TaskEnded{At: At(time.Minute + 1900*time.Millisecond), Task: 0, Status: Succeeded, Exit: Exit{Usage: Usage{Known: true}}}))
	if got := s.Times.Total.Cores(); got != 1 {
		t.Errorf("with as much time again on no core the average is %.2f, want 1", got)
	}
}

func TestWhatWasMissedForLongIsNotAllRecent(t *testing.T) {
	s := started(1, 0, 1)
	for i := range 60 { // its children are too short-lived to be seen
		must(s.Apply(Sampled{At: At(time.Duration(i+1) * time.Second), Span: time.Second, Tasks: []TaskSample{{Task: 0, Live: time.Second}}}))
	}
	must(s.Apply(TaskEnded{At: At(time.Minute), Task: 0, Status: Succeeded, Exit: Exit{Usage: Usage{Known: true, User: 90 * time.Second}}}))
	if got := s.Times.Recent.Cores(); got < 1.4 || got > 1.6 {
		t.Errorf("%.2f cores were kept busy lately, want 1.5", got)
	}
}

func TestTimeThatWasNotSampledIsNotCalledBlocked(t *testing.T) {
	ms := time.Millisecond
	usage := func(d time.Duration) Exit { return Exit{Usage: Usage{Known: true, User: d}} }
	for _, c := range []struct {
		name         string
		seen         TaskSample
		wall, cpu    time.Duration
		wait         time.Duration // of the task
		live, onCore time.Duration // of the run
	}{
		{"never sampled", TaskSample{}, 100 * ms, 30 * ms, -1, 30 * ms, 30 * ms},
		{"mostly not", TaskSample{Live: 40 * ms, OnCore: 10 * ms, WaitCore: 30 * ms}, 100 * ms, 30 * ms, -1, 60 * ms, 30 * ms},
		{"mostly", TaskSample{Live: 80 * ms, OnCore: 20 * ms, WaitCore: 30 * ms}, 100 * ms, 40 * ms, 30 * ms, 100 * ms, 40 * ms},
		{"wholly", TaskSample{Live: 100 * ms, OnCore: 50 * ms, WaitCore: 50 * ms}, 100 * ms, 50 * ms, 50 * ms, 100 * ms, 50 * ms},
	} {
		s := started(1, 0)
		if c.seen.Live > 0 {
			must(s.Apply(Sampled{At: At(c.seen.Live), Span: c.seen.Live, Tasks: []TaskSample{c.seen}}))
		}
		must(s.Apply(TaskEnded{At: At(c.wall), Task: 0, Try: 1, Status: Succeeded, Exit: usage(c.cpu)}))
		task, run := s.Tasks[0].Stats.Total, s.Times.Total
		if task.OnCore != c.cpu || task.Live != c.wall || task.WaitCore != c.wait {
			t.Errorf("%s: the task has %+v", c.name, task)
		}
		if run.Live != c.live || run.OnCore != c.onCore {
			t.Errorf("%s: the run has %+v", c.name, run)
		}
	}
}

func TestUnknownTimesStayUnknownWhenAdded(t *testing.T) {
	a := TaskSample{Task: 1, OnCore: 1, WaitCore: -1, WaitGIL: -1, PSS: 7, Core: 3}
	b := TaskSample{Task: 1, OnCore: 2, WaitCore: 5, WaitGIL: -1, PSS: -1, Core: -1}
	got := Sampled{Span: 1, Tasks: []TaskSample{{Task: 0}, a}}.Merge(Sampled{Span: 1, Tasks: []TaskSample{b, {Task: 2}}})
	if len(got.Tasks) != 3 || got.Merged != 2 || got.Span != 2 {
		t.Fatalf("merged %+v", got)
	}
	if m := got.Tasks[1]; m.OnCore != 3 || m.WaitCore != -1 || m.WaitGIL != -1 || m.PSS != 7 || m.Core != 3 {
		t.Errorf("merged %+v", m)
	}
}

func TestASampleWithoutFiguresKeepsThoseBeforeIt(t *testing.T) {
	full := Sampled{Span: time.Second, Tasks: []TaskSample{{Task: 0, OnCore: 5}}}
	got := full.Merge(Sampled{Workers: 3, Stopping: []int{0}})
	if !got.Measured() || len(got.Tasks) != 1 || got.Workers != 3 || len(got.Stopping) != 1 {
		t.Errorf("merged %+v", got)
	}
}

func row(cells ...Cell) Lanes {
	return Lanes{Cores: []int{0}, Cell: 100 * time.Millisecond, Rows: [][]Cell{cells}, Tier: "t"}
}

func TestLanesOfAnyLengthStayBoundedAndWhole(t *testing.T) {
	var h History
	const n = 3*maxCells + 7
	for i := range n {
		h.add(time.Duration(i+1)*100*time.Millisecond, row(Cell{Task: 1, Ours: 50, Load: 60}))
	}
	if len(h.Rows[0]) > maxCells+1 {
		t.Errorf("%d cells kept", len(h.Rows[0]))
	}
	if h.End() != n*100*time.Millisecond {
		t.Errorf("covers %v of %v", h.End(), n*100*time.Millisecond)
	}
	for i, c := range h.Rows[0] {
		if c != (Cell{Task: 1, Ours: 50, Load: 60}) {
			t.Fatalf("cell %d is %+v", i, c)
		}
	}
}

func TestLanesStayBoundedWhateverTheirFirstLength(t *testing.T) {
	var h History
	cells := slices.Repeat([]Cell{{Task: 1, Ours: 50, Load: 60}}, 10)
	at := 900 * time.Millisecond
	h.add(at, row(cells[:9]...)) // from here on their number is odd
	for range 2 * maxCells / 10 {
		at += time.Second
		h.add(at, row(cells...))
	}
	if n := len(h.Rows[0]); n > maxCells+10 {
		t.Errorf("%d cells kept", n)
	}
	if h.End() != at {
		t.Errorf("covers %v of %v", h.End(), at)
	}
	if i := slices.IndexFunc(h.Rows[0], func(c Cell) bool { return c != cells[0] }); i >= 0 {
		t.Errorf("cell %d is %+v", i, h.Rows[0][i])
	}
}

func TestLanesEndWhenTheyWereMeasured(t *testing.T) {
	measured := Sampled{At: At(time.Second), Span: time.Second, Lanes: row(make([]Cell, 10)...)}
	got := measured.Merge(Sampled{At: At(1900 * time.Millisecond), Workers: 2})
	if got.When() != time.Second {
		t.Errorf("lanes of the first second end at %v after a merge", got.When())
	}
}

func TestTimeThatNobodySampledIsEmptyInTheLanes(t *testing.T) {
	var h History
	h.add(100*time.Millisecond, row(Cell{Task: 0, Ours: 9, Load: 9}))
	h.add(time.Second, row(Cell{Task: 0, Ours: 9, Load: 9}))
	if got := h.End(); got != time.Second {
		t.Errorf("ends at %v", got)
	}
	if h.Rows[0][5].Task != Idle || h.Rows[0][9].Task != 0 {
		t.Errorf("lanes %v", h.Rows[0])
	}
}

func TestMergedCellGoesToWhoHadMost(t *testing.T) {
	got := MergeCells([]Cell{{Task: 1, Ours: 40, Load: 50}, {Task: 2, Ours: 30, Load: 30}, {Task: 2, Ours: 30, Load: 40}, {Task: Idle}})
	if got != (Cell{Task: 2, Ours: 25, Load: 30}) {
		t.Errorf("merged %+v", got)
	}
	if got := MergeCells([]Cell{{Task: Foreign, Load: 40}, {Task: Idle}}); got != (Cell{Task: Foreign, Load: 20}) {
		t.Errorf("merged %+v", got)
	}
}

func TestARunStandsStillBetweenItsEndAndARestart(t *testing.T) {
	s := started(1, 0)
	lanes := func(at time.Duration) Sampled {
		cells := make([]Cell, 10)
		return Sampled{At: At(at), Span: time.Second, Lanes: Lanes{Cores: []int{0}, Cell: 100 * time.Millisecond, Rows: [][]Cell{cells}}}
	}
	must(s.Apply(lanes(time.Second)))
	must(s.Apply(TaskEnded{At: At(1500 * time.Millisecond), Task: 0, Try: 1, Status: Failed, Exit: Exit{Code: 1}}))
	for i := 2; i < 60; i++ {
		must(s.Apply(lanes(time.Duration(i) * time.Second)))
	}
	if got := s.Lanes.End(); got != 1500*time.Millisecond {
		t.Errorf("the lanes go on to %v after the end", got)
	}
	must(s.Apply(TaskQueued{At: At(time.Minute), Task: 0, Try: 2}))
	must(s.Apply(TaskStarted{At: At(time.Minute), Task: 0, Try: 2}))
	must(s.Apply(lanes(61 * time.Second)))
	must(s.Apply(TaskEnded{At: At(61 * time.Second), Task: 0, Try: 2, Status: Succeeded}))
	if got := s.Elapsed(time.Hour); got != 2500*time.Millisecond {
		t.Errorf("the run took %v, want 2.5s", got)
	}
	if got := s.Lanes.End(); got != 2500*time.Millisecond {
		t.Errorf("the lanes end at %v", got)
	}
}

// A screen stays open when all is over, and a job can be run again later: that nobody is on a core
// meanwhile is no part of the run.
func TestHowManyWereOnCoresIsOfTheRunOnly(t *testing.T) {
	var s State
	apply := func(evs ...Event) {
		t.Helper()
		for _, ev := range evs {
			if err := s.Apply(ev); err != nil {
				t.Fatal(err)
			}
		}
	}
	const sec, ms = time.Second, time.Millisecond
	began := func(at time.Duration, try int) []Event {
		return []Event{TaskQueued{At: At(at), Task: 0, Try: try}, TaskStarted{At: At(at), Task: 0, Try: try}}
	}
	sampled := func(at time.Duration, none, one time.Duration) Sampled {
		return Sampled{At: At(at), Span: none + one, Together: []time.Duration{none, one}}
	}
	ended := func(at time.Duration, try int) Event {
		return TaskEnded{At: At(at), Task: 0, Try: try, Status: Succeeded, Cause: -1}
	}
	apply(RunStarted{Jobs: make([]Job, 1)})
	apply(began(0, 1)...)
	apply(sampled(sec, 200*ms, 800*ms), ended(1500*ms, 1), sampled(2*sec, 600*ms, 400*ms))
	want := []time.Duration{300 * ms, 1200 * ms}
	if !slices.Equal(s.Together, want) {
		t.Errorf("half a second after the end: %v, want %v", s.Together, want)
	}
	for at := 3 * sec; at <= 60*sec; at += sec {
		apply(sampled(at, sec, 0))
	}
	if !slices.Equal(s.Together, want) {
		t.Errorf("a minute after the end: %v, want %v", s.Together, want)
	}
	apply(began(60500*ms, 2)...)
	apply(sampled(61*sec, 600*ms, 400*ms), sampled(62*sec, 0, sec))
	if want := []time.Duration{400 * ms, 2600 * ms}; !slices.Equal(s.Together, want) {
		t.Errorf("when it runs again: %v, want %v", s.Together, want)
	}
}
