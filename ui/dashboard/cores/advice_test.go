package cores

import (
	"strings"
	"testing"
	"time"

	"parallax/runner"
	"parallax/themes"
	"parallax/ui/dashboard/scene"
	"parallax/ui/text"
)

// What was said of jobs that are over is not said of those that run now, or of none.
func TestAdviceIsAboutJobsThatRun(t *testing.T) {
	foreign := runner.Advised{At: runner.At(2 * time.Second), Task: -1, Code: runner.CodeForeign, Text: "3 jobs wait for a core"}
	ended := func(task int) runner.Event {
		return runner.TaskEnded{At: runner.At(3 * time.Second), Task: task, Try: 1, Status: runner.Succeeded}
	}
	again := runner.TaskQueued{At: runner.At(4 * time.Second), Task: 0, Try: 2}
	for _, c := range []struct {
		name string
		evs  []runner.Event
		want string
	}{
		{"while they run", nil, "3 jobs wait"},
		{"while one of them runs", []runner.Event{ended(0)}, "3 jobs wait"},
		{"none runs", []runner.Event{ended(0), ended(1), again}, "no job runs, 1 waiting"},
		{"none runs, held", []runner.Event{ended(0), ended(1), again, runner.RunPaused{At: runner.At(4 * time.Second)}}, "the run is paused: no job runs, 1 waiting"},
		{"another runs", []runner.Event{ended(0), ended(1), again, runner.TaskStarted{At: runner.At(5 * time.Second), Task: 0, Try: 2}}, ""},
		{"all are over", []runner.Event{ended(0), ended(1)}, "all 2 done"},
		{"it ended half-way", []runner.Event{ended(0), runner.RunEnded{At: runner.At(4 * time.Second)}}, "1 of 2 done in"},
	} {
		s := &scene.Scene{State: recorded(20, 2, 2), Styles: &themes.Styles{}}
		for _, ev := range append([]runner.Event{foreign}, c.evs...) {
			if err := s.State.Apply(ev); err != nil {
				t.Fatal(c.name, err)
			}
		}
		got := strings.TrimSpace(text.Strip(advice(s, 100).String()))
		if got != c.want && (c.want == "" || !strings.HasPrefix(got, c.want)) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	s := &scene.Scene{State: recorded(20, 2, 2)}
	full := runner.Advised{At: runner.At(time.Second), Task: -1, Level: runner.Warning, Code: "disk", Text: "the disk is full"}
	for _, ev := range []runner.Event{full, ended(0), ended(1), again} {
		if err := s.State.Apply(ev); err != nil {
			t.Fatal(err)
		}
	}
	if got := current(s.State); got.Text != full.Text {
		t.Errorf("a warning that is not advice became %q", got.Text)
	}
}

// A sentence too long for a row is told whole in two where no lane gets lower by that.
func TestALongSentenceTakesTheRowThatIsFree(t *testing.T) {
	s := &scene.Scene{State: recorded(20, 2, 2), Styles: &themes.Styles{}, Now: 2 * time.Second}
	long := "the hypervisor takes 18 % of the cores' time from this machine: figures are doubtful"
	if err := s.State.Apply(runner.Advised{At: runner.At(2 * time.Second), Task: -1, Code: "steal", Text: long}); err != nil {
		t.Fatal(err)
	}
	for height, whole := range map[int]bool{8: true, 7: false, 5: false, 6: true, 20: true} {
		rows := Panel(s, 72, height)
		if len(rows) != height {
			t.Fatalf("%d rows instead of %d", len(rows), height)
		}
		all := strings.Join(strings.Fields(strings.NewReplacer("│", " ").Replace(text.Strip(strings.Join(rows, "\n")))), " ")
		if strings.Contains(all, long) != whole {
			t.Errorf("in %d rows:\n%s", height, text.Strip(strings.Join(rows, "\n")))
		}
	}
}
