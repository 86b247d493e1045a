package facts_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"parallax/runner"
	"parallax/runner/journal"
	"parallax/ui/facts"
)

func at(ms int) runner.At { return runner.At(time.Duration(ms) * time.Millisecond) }

// recorded is a run of five jobs: one failed by itself, one was killed inside an interpreter, one still runs,
// one waits, and one was retried.
func recorded(t *testing.T) *journal.Recording {
	t.Helper()
	rec := &journal.Recording{Status: journal.Running, Info: journal.Info{ID: "id", Name: "n", Cwd: "/w"}}
	jobs := []runner.Job{{Name: "a", Line: "exit 3"}, {Name: "b", Script: "b.py"}, {Name: "c"}, {Name: "d"}, {Name: "e"}}
	evs := []runner.Event{runner.RunStarted{ID: "id", Name: "n", Jobs: jobs, Workers: 4, Quota: 2}}
	for i := range jobs {
		evs = append(evs, runner.TaskQueued{Task: i, Try: 1})
	}
	python := runner.Host{ID: 1, Name: "python 3.13.0"}
	evs = append(
		evs,
		runner.TaskStarted{At: at(10), Task: 0, Try: 1, Identity: runner.Identity{PID: 7, Log: "logs/0.log"}},
		runner.TaskStarted{At: at(20), Task: 1, Try: 1, Identity: runner.Identity{PID: 8, TID: 9, Host: python}},
		runner.TaskStarted{At: at(30), Task: 2, Try: 1},
		runner.TaskStarted{At: at(40), Task: 4, Try: 1},
		runner.Sampled{At: at(500), Span: 500 * time.Millisecond, Tasks: []runner.TaskSample{
			{Task: 0, Live: 490 * time.Millisecond, OnCore: 100 * time.Millisecond, RSS: 1 << 20, PSS: -1},
			{Task: 2, Live: 470 * time.Millisecond, OnCore: 250 * time.Millisecond, RSS: -1, PSS: -1},
		}},
		runner.TaskEnded{At: at(900), Task: 0, Try: 1, Status: runner.Failed, Reason: "exit status 3", Cause: -1, Exit: runner.Exit{Code: 3, Usage: runner.Usage{Known: true, User: 300 * time.Millisecond}}},
		runner.TaskEnded{At: at(910), Task: 1, Try: 1, Status: runner.Cancelled, Reason: "cancelled", Cause: -1, Exit: runner.Exit{Code: 137}},
		runner.TaskEnded{At: at(920), Task: 4, Try: 1, Status: runner.Failed, Reason: "exit status 1", Cause: -1, Exit: runner.Exit{Code: 1}},
		runner.TaskQueued{At: at(930), Task: 4, Try: 2, NotBefore: time.Minute},
	)
	for _, ev := range evs {
		if err := rec.State.Apply(ev); err != nil {
			t.Fatal(err)
		}
	}
	return rec
}

func TestWhatIsToldOfJobs(t *testing.T) {
	rec := recorded(t)
	statuses := func() (out []string) {
		for i := range rec.State.Tasks {
			out = append(out, facts.OfJob(rec, i).Status)
		}
		return out
	}
	if got, want := statuses(), []string{"failed", "cancelled", "running", "queued", "queued"}; !reflect.DeepEqual(got, want) {
		t.Errorf("while it runs: %q, want %q", got, want)
	}
	rec.Status = journal.Interrupted
	if got, want := statuses(), []string{"failed", "cancelled", "interrupted", "not started", "interrupted"}; !reflect.DeepEqual(got, want) {
		t.Errorf("when it was interrupted: %q, want %q", got, want)
	}
	for task, want := range []string{
		`{"task":0,"name":"a","as":"","command":"exit 3","status":"failed","try":1,"exit":3,"reason":"exit status 3","started_seconds":0.01,"wall_seconds":0.89,"cpu_seconds":0.3,"max_rss":1048576,"output_bytes":0,"log":"logs/0.log"}`,
		`{"task":1,"name":"b","as":"","python":"python 3.13.0","command":"b.py","status":"cancelled","try":1,"exit":null,"signal":"SIGKILL","reason":"cancelled","started_seconds":0.02,"wall_seconds":0.89,"cpu_seconds":null,"max_rss":null,"output_bytes":0}`,
		`{"task":2,"name":"c","as":"","command":"","status":"interrupted","try":1,"exit":null,"started_seconds":0.03,"wall_seconds":0.9,"cpu_seconds":0.25,"max_rss":null,"output_bytes":0}`,
		`{"task":3,"name":"d","as":"","command":"","status":"not started","try":1,"exit":null,"started_seconds":null,"wall_seconds":0,"cpu_seconds":null,"max_rss":null,"output_bytes":0}`,
	} {
		got, err := json.Marshal(facts.OfJob(rec, task))
		if err != nil || string(got) != want {
			t.Errorf("%v\n%s\nwant\n%s", err, got, want)
		}
	}
}

func TestWhatIsToldOfARun(t *testing.T) {
	rec := recorded(t)
	rec.LeftOut = 2
	got := facts.OfRun(rec, "/there")
	want := facts.Run{ID: "id", Name: "n", Status: journal.Running, Wall: 0.93, Workers: 4, Quota: 2, Cwd: "/w", Folder: "/there", LeftOut: 2}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant\n%+v", got, want)
	}
}
