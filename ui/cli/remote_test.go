package cli

import (
	"encoding/json"
	"testing"

	"parallax/runner"
	"parallax/runner/journal"
	"parallax/runner/remote"
)

// What a held run keeps from happening is not said to have happened.
func TestWhatAHeldRunKeepsBackIsSaid(t *testing.T) {
	info := journal.Info{ID: "20260102-0304-abcd", Jobs: []runner.Job{{Name: "a"}, {Name: "b"}}}
	queued := remote.Answer{
		Run: remote.Held, Counts: map[string]int{"queued": 1, "running": 1},
		Tasks: []remote.Outcome{{Task: 0, Now: "queued"}, {Task: 1, Now: "running"}},
	}
	for _, c := range []struct {
		req    remote.Request
		answer remote.Answer
		want   string
	}{
		{
			remote.Request{Do: remote.Restart, Tasks: []int{0, 1}},
			queued,
			"queued a; restarted b; the run is paused and paused jobs keep their workers: what finds none free starts after: parallax resume 20260102-0304-abcd",
		},
		{
			remote.Request{Do: remote.Restart, All: true},
			queued,
			"queued a; restarted b; the run is paused, they start after: parallax resume 20260102-0304-abcd",
		},
		{
			remote.Request{Do: remote.Restart, Tasks: []int{0}},
			remote.Answer{Counts: map[string]int{"queued": 1}, Tasks: []remote.Outcome{{Task: 0, Now: "queued"}}},
			"restarted a",
		},
		{
			remote.Request{Do: remote.Pause, All: true},
			remote.Answer{Run: remote.Held, Tasks: []remote.Outcome{{Task: 0, Now: "running", Why: "it cannot be paused"}}},
			"no job could be paused, but nothing more starts until: parallax resume 20260102-0304-abcd",
		},
	} {
		if got := (target{info: info, req: c.req}).came(c.answer); got != c.want {
			t.Errorf("%+v:\ngot  %s\nwant %s", c.req, got, c.want)
		}
	}
}

// As JSON it is told of which run it is, and what became of the run itself.
func TestTheReportNamesTheRunAndWhatBecameOfIt(t *testing.T) {
	on := target{info: journal.Info{ID: "20260102-0304-abcd", Jobs: []runner.Job{{Name: "a"}}}}
	got, err := json.Marshal(on.report(remote.Answer{Run: remote.Held, Tasks: []remote.Outcome{{Task: 0, Now: "paused"}}}))
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"run":"20260102-0304-abcd","now":"held","jobs":[{"task":0,"name":"a","now":"paused"}]}`; string(got) != want {
		t.Errorf("it is\n%s, want\n%s", got, want)
	}
}

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
