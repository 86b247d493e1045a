package runner

import (
	"slices"
	"testing"
	"time"
)

func TestLogsOfInterpretersOutliveEveryMerge(t *testing.T) {
	early, late := []HostLog{{"a", 1}, {"b", 2}}, []HostLog{{"b", 5}, {"c", 3}}
	want := []HostLog{{"a", 1}, {"b", 5}, {"c", 3}}
	for _, spans := range [][2]time.Duration{{0, 0}, {0, 1}, {1, 0}, {1, 1}} {
		got := Sampled{Span: spans[0], Logs: early}.Merge(Sampled{Span: spans[1], Logs: late})
		if !slices.Equal(got.Logs, want) {
			t.Errorf("spans of %v: %v, want %v", spans, got.Logs, want)
		}
	}
}

func TestStalledIsToldByMeasuringOnly(t *testing.T) {
	tasks := []TaskSample{{Task: 0}, {Task: 2}}
	early := Sampled{Span: 1, Tasks: tasks, Stalled: []int{0}}
	if got := early.Merge(Sampled{Workers: 3}); !slices.Equal(got.Stalled, []int{0}) {
		t.Errorf("a change of workers makes it %v", got.Stalled)
	}
	if got := early.Merge(Sampled{Span: 1, Tasks: tasks, Stalled: []int{2}}); !slices.Equal(got.Stalled, []int{2}) {
		t.Errorf("merged: %v, want what the later tells", got.Stalled)
	}
}

func TestAStalledTaskIsOneThatRuns(t *testing.T) {
	var s State
	apply := func(evs ...Event) {
		t.Helper()
		for _, ev := range evs {
			if err := s.Apply(ev); err != nil {
				t.Fatal(err)
			}
		}
	}
	sampled := func() Sampled {
		return Sampled{Span: 1, Tasks: []TaskSample{{Task: 0}, {Task: 1}, {Task: 2}}, Stalled: []int{0, 1, 2, 4, 9}}
	}
	holds := func(when string, want ...int) {
		t.Helper()
		if !slices.Equal(s.Stalled, want) {
			t.Errorf("%s: %v, want %v", when, s.Stalled, want)
		}
	}
	apply(RunStarted{Jobs: make([]Job, 5)})
	for i := range 5 {
		apply(TaskQueued{Task: i, Try: 1})
		if i != 2 {
			apply(TaskStarted{Task: i, Try: 1})
		}
	}
	apply(sampled())
	holds("one waits, one was not measured, one is none", 0, 1)
	apply(Advised{Task: 0, Code: CodeDeadlock, Text: "x"}, Sampled{Workers: 2})
	if !s.IsStalled(1) || s.IsStalled(2) || !s.IsDeadlocked(0) || s.IsDeadlocked(1) {
		t.Errorf("stalled 1 %v, 2 %v; deadlocked 0 %v, 1 %v", s.IsStalled(1), s.IsStalled(2), s.IsDeadlocked(0), s.IsDeadlocked(1))
	}
	apply(TaskPaused{Task: 0})
	holds("one is paused", 1)
	apply(sampled())
	holds("it is measured while it is paused", 1)
	apply(TaskEnded{Task: 1, Try: 1, Status: Failed, Cause: -1})
	holds("the other has ended")
}

// A screen whose terminal stands still reads nothing, for hours.
func TestASampleThatNobodyTakesIsBounded(t *testing.T) {
	const span, samples = 100 * time.Second, 360 // ten hours
	f := NewFeed()
	for i := range samples {
		at := time.Duration(i+1) * span
		row := slices.Repeat([]Cell{{Task: int32(i), Ours: 50, Load: 100}}, int(span/fineCell))
		gil := GIL{PID: i, Span: span, Task: -1}
		f.Put([]Event{Sampled{At: At(at), Span: span, GILs: []GIL{gil}, Lanes: Lanes{Cores: []int{0}, Cell: fineCell, Rows: [][]Cell{row}, End: at}}})
	}
	evs := f.Take()
	if len(evs) != 1 {
		t.Fatalf("%d events", len(evs))
	}
	got := evs[0].(Sampled)
	row := got.Lanes.Rows[0]
	if len(row) > maxMergedCells || len(row) < maxMergedCells/2 {
		t.Errorf("%d cells are kept", len(row))
	}
	if len(got.GILs) > maxLocks {
		t.Errorf("%d GILs are kept", len(got.GILs))
	}
	if got.Span != samples*span || got.Lanes.End != samples*span || got.Lanes.Cell != CoarseCell {
		t.Errorf("of %v, up to %v, in cells of %v", got.Span, got.Lanes.End, got.Lanes.Cell)
	}
	if last := row[len(row)-1]; last != (Cell{Task: samples - 1, Ours: 50, Load: 100}) {
		t.Errorf("the newest cell is %+v", last)
	}
	var h History
	h.add(got.Lanes.End, got.Lanes)
	if h.End() != got.Lanes.End {
		t.Errorf("a history of it ends at %v", h.End())
	}
}
