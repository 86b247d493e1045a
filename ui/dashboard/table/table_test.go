package table

import (
	"strings"
	"testing"
	"time"

	"parallax/runner"
	"parallax/themes"
	"parallax/ui/dashboard/scene"
	"parallax/ui/text"
)

// jobs is a run of some jobs that has been measured for a second.
func jobs(t *testing.T, names ...string) *scene.Scene {
	t.Helper()
	st := &runner.State{}
	ev := runner.Sampled{At: runner.At(time.Second), Span: time.Second}
	evs := []runner.Event{runner.RunStarted{Jobs: make([]runner.Job, len(names)), Workers: len(names)}}
	for i := range names {
		evs = append(evs, runner.TaskQueued{Task: i, Try: 1}, runner.TaskStarted{Task: i, Try: 1})
		ev.Tasks = append(ev.Tasks, runner.TaskSample{Task: i, Live: time.Second, OnCore: time.Second / 4, WaitGIL: 3 * time.Second / 4})
	}
	for _, ev := range append(evs, ev) {
		if err := st.Apply(ev); err != nil {
			t.Fatal(err)
		}
	}
	for i, name := range names {
		st.Jobs[i].Name = name
	}
	return &scene.Scene{State: st, Now: time.Second, Styles: &themes.Styles{}, Known: &scene.Known{}}
}

// At 100 columns there is room for where the time went, and most of the rest is the last line's.
func TestTheTableAtHundredColumnsWastesNoRoom(t *testing.T) {
	s := jobs(t, "primes.1", "primes.2")
	rows := View(s, []int{0, 1}, 0, "", 100, 10)
	head, first, foot := text.Strip(rows[0]), text.Strip(rows[1]), text.Strip(rows[9])
	if !strings.Contains(first, strings.Repeat("█", 3)+strings.Repeat("▒", 9)) {
		t.Errorf("it does not show where the time went:\n%s\n%s", head, first)
	}
	if !strings.Contains(foot, "█ on a core") {
		t.Errorf("what the bar means is not said: %q", foot)
	}
	if at := text.Width(head[:strings.Index(head, "last line")]); at > 75 {
		t.Errorf("the last line begins in column %d of 100:\n%s", at, head)
	}
	if _, rest := columns(s, []int{0, 1}, 100); rest < 24 {
		t.Errorf("%d columns are left for the last line", rest)
	}
}

// A long state is not cut, and a narrower table does without the bar.
func TestColumnsOfTheTableFitWhatTheyHold(t *testing.T) {
	s := jobs(t, "a", "b")
	if err := s.State.Apply(runner.TaskEnded{At: runner.At(time.Second), Task: 0, Try: 1, Status: runner.Failed, Exit: runner.Exit{Code: 123}, Reason: "exit status 123"}); err != nil {
		t.Fatal(err)
	}
	word := s.Word(0)
	if row := text.Strip(View(s, []int{0, 1}, 0, "", 100, 10)[1]); !strings.Contains(row, word) {
		t.Errorf("%q is not in %q", word, row)
	}
	for _, row := range View(s, []int{0, 1}, 0, "", 80, 10) {
		if strings.Contains(row, "time went") || text.Width(row) != 80 {
			t.Errorf("at 80 columns a row is %q", row)
		}
	}
}
