package cli

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"parallax/runner"
	"parallax/runner/journal"
	"parallax/ui/export"
)

// TestTheDocumentSaysWhatShowSays holds `export --format json` against `show --json`: whatever the latter says
// is in the former, under the same name.
func TestTheDocumentSaysWhatShowSays(t *testing.T) {
	jobs := []runner.Job{{Name: "a", Model: runner.Processes, Line: "a"}, {Name: "b", Model: runner.Threads, Script: "b.py"}, {Name: "c", Line: "c"}}
	w, err := journal.Create(t.TempDir(), journal.Info{Name: "n", Start: time.Now(), Cwd: "/w", Jobs: jobs})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	at := func(ms int) runner.At { return runner.At(time.Duration(ms) * time.Millisecond) }
	python := runner.Host{ID: 1, Name: "python 3.13.0", Lock: 1}
	evs := []runner.Event{runner.RunStarted{ID: w.Info().ID, Name: "n", Time: time.Now(), Jobs: jobs, Workers: 2, Cores: []int{0}, Quota: 1}}
	for i := range jobs {
		evs = append(evs, runner.TaskQueued{Task: i, Try: 1})
	}
	evs = append(
		evs,
		runner.TaskStarted{At: at(1), Task: 0, Try: 1, Identity: runner.Identity{PID: 7, Log: "logs/0.log", Err: "logs/0.err"}},
		runner.TaskStarted{At: at(2), Task: 1, Try: 1, Identity: runner.Identity{PID: 8, TID: 9, Host: python}},
		runner.Sampled{At: at(500), Span: time.Second / 2, Tasks: []runner.TaskSample{{Task: 0, Live: time.Second / 2, OnCore: time.Second / 4, RSS: 1 << 20, PSS: -1}}},
		runner.TaskEnded{At: at(900), Task: 0, Try: 1, Status: runner.Failed, Reason: "exit status 3", Cause: -1, Exit: runner.Exit{Code: 3, Usage: runner.Usage{Known: true, User: time.Second / 3}}},
		runner.TaskEnded{At: at(950), Task: 1, Try: 1, Status: runner.Cancelled, Reason: "cancelled", Cause: -1, Exit: runner.Exit{Code: 137, Lost: true}},
	)
	if err := w.Record(evs); err != nil {
		t.Fatal(err)
	}
	r, err := journal.Open(w.Dir())
	if err != nil {
		t.Fatal(err)
	}
	rec, err := r.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, status := range []journal.Status{journal.Running, journal.Interrupted} {
		rec.Status = status
		var b bytes.Buffer
		if err := export.WriteJSON(&b, r, &rec); err != nil {
			t.Fatal(err)
		}
		shown, err := json.Marshal(reportOf(rec, r.Dir()))
		if err != nil {
			t.Fatal(err)
		}
		var want, got map[string]any
		if err := json.Unmarshal(shown, &want); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		within(t, "the run", want, got)
	}
}

// within fails the test where got lacks something of want, or has it otherwise.
func within(t *testing.T, where string, want, got any) {
	t.Helper()
	switch want := want.(type) {
	case map[string]any:
		got, _ := got.(map[string]any)
		for key, v := range want {
			if _, ok := got[key]; !ok {
				t.Errorf("%s has no %s", where, key)
				continue
			}
			within(t, where+"."+key, v, got[key])
		}
	case []any:
		got, _ := got.([]any)
		if len(got) != len(want) {
			t.Fatalf("%s has %d items, want %d", where, len(got), len(want))
		}
		for i := range want {
			within(t, where, want[i], got[i])
		}
	default:
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s is %v, want %v", where, got, want)
		}
	}
}
