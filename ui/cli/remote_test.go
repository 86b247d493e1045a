package cli

import (
	"testing"

	"parallax/runner"
	"parallax/runner/journal"
	"parallax/runner/remote"
)

func TestWhatOutlivesAKillIsToldWithItsRemedy(t *testing.T) {
	on := target{info: journal.Info{ID: "20260102-0304-abcd", Jobs: []runner.Job{{Name: "a"}, {Name: "b c"}}}}
	o := remote.Outcome{Task: 1, Now: remote.Ending, Why: "does not end. Killing it again ends a", Force: true}
	const want = `job "b c" does not end. Killing it again ends a; to do that: parallax cancel --now --force 20260102-0304-abcd 'b c'`
	if got := on.complaint(o).Error(); got != want {
		t.Errorf("it says\n%s, want\n%s", got, want)
	}
	o = remote.Outcome{Task: 0, Why: "it is over"}
	if got := on.complaint(o).Error(); got != `job "a": it is over` {
		t.Errorf("it says %s", got)
	}
}
