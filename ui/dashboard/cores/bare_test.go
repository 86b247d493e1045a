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

func TestBareLanesShareOneTimeAxis(t *testing.T) {
	draw := func(s *runner.State) string {
		sc := &scene.Scene{State: s, Styles: &themes.Styles{}, Known: &scene.Known{}}
		rows := Bare(sc, 0, 4*time.Second, 40, 1)
		if len(rows) != 1 || text.Width(rows[0].String()) != 40 {
			t.Fatalf("%d rows, the first %q", len(rows), rows[0].String())
		}
		return rows[0].String()
	}
	live := recorded(20, 1, 1)
	if got, want := draw(live), strings.Repeat("█", 20)+strings.Repeat(" ", 20); got != want {
		t.Errorf("a run of 2 s that goes on\n%q, want\n%q", got, want)
	}
	if err := live.Apply(runner.TaskEnded{At: runner.At(2 * time.Second), Task: 0, Status: runner.Succeeded, Cause: -1}); err != nil {
		t.Fatal(err)
	}
	if got, want := draw(live), strings.Repeat("█", 20)+strings.Repeat("·", 20); got != want {
		t.Errorf("a run that was over after 2 s\n%q, want\n%q", got, want)
	}
	if got, want := draw(recorded(40, 1, 1)), strings.Repeat("█", 40); got != want {
		t.Errorf("a run of 4 s\n%q, want\n%q", got, want)
	}
}
