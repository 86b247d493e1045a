package export

import (
	"encoding/json"
	"io"
	"maps"
	"math"
	"slices"
	"testing"

	"parallax/runner"
	"parallax/runner/journal"
)

func document1(t *testing.T, r *journal.Reader, rec *journal.Recording) map[string]any {
	t.Helper()
	text := written(t, func(w io.Writer) error { return WriteJSON(w, r, rec) })
	var out map[string]any
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return out
}

// holds compares the figures of an object; nil is null.
func holds(t *testing.T, what string, object any, want map[string]any) {
	t.Helper()
	got, ok := object.(map[string]any)
	if !ok {
		t.Fatalf("%s is %v", what, object)
	}
	for _, key := range slices.Sorted(maps.Keys(want)) {
		v, there := got[key]
		a, isNumber := v.(float64)
		if b, ok := want[key].(float64); ok && isNumber && math.Abs(a-b) < 1e-9 {
			continue
		}
		if !there || v != want[key] {
			t.Errorf("%s of %s is %v, want %v", key, what, v, want[key])
		}
	}
}

func TestTheDocumentTellsTheWholeRun(t *testing.T) {
	r := eventful(t)
	rec := load(t, r)
	d := document1(t, r, rec)
	holds(t, "the run", d, map[string]any{
		"id": rec.Info.ID, "name": "nightly", "started": "2026-11-22T09:15:03.508169009Z", "status": "running", "workers": 1.0,
		"quota": 1.5, "cwd": "/w", "folder": r.Dir(), "parallax": "1.2.3",
	})
	holds(t, "totals", d["totals"], map[string]any{"jobs": 6.0, "succeeded": 1.0, "failed": 1.0, "cancelled": 2.0, "not_over": 2.0})
	holds(t, "times", d["times"], map[string]any{"wait_core_seconds": nil, "on_core_seconds": 2.304})
	holds(t, "lanes", d["lanes"], map[string]any{"tier": "sampled 50 Hz"})
	holds(t, "the GIL", d["gils"].([]any)[0], map[string]any{"pid": 4712.0, "python": "3.13.0", "held": 0.981, "waiting": nil, "task": nil})
	advice := d["advice"].([]any)
	if len(advice) != 2 {
		t.Fatalf("advice %v", advice)
	}
	holds(t, "advice", advice[1], map[string]any{"t": 1.7, "task": 1.0, "level": "warning", "code": "stalled", "text": "no sign of life"})

	jobs := d["jobs"].([]any)
	if len(jobs) != 6 {
		t.Fatalf("%d jobs", len(jobs))
	}
	holds(t, "job 0", jobs[0], map[string]any{
		"task": 0.0, "name": "primes", "as": "processes", "status": "succeeded", "exit": 0.0, "wall_seconds": 2.700899, "cpu_seconds": 2.0,
		"started_seconds": 0.0041, "ended_seconds": 3.004999, "max_rss": 9000000.0, "peak_pss": 1048576.0, "output_bytes": 10.0,
	})
	holds(t, "its usage", jobs[0].(map[string]any)["usage"], map[string]any{"user_ns": 1.9e9, "voluntary": 12.0})
	holds(t, "job 1", jobs[1], map[string]any{"exit": nil, "signal": "SIGKILL", "max_rss": nil, "peak_pss": nil, "usage": nil, "python": "python 3.13.0"})
	holds(t, "its host", jobs[1].(map[string]any)["host"], map[string]any{"id": 1.0, "gil": 1.0})
	holds(t, "job 4", jobs[4], map[string]any{"exit": nil, "started_seconds": nil, "cpu_seconds": nil, "times": nil, "status": "cancelled"})
}

func TestADocumentWithoutJobsFiguresOrAdviceIsWhole(t *testing.T) {
	r := record(t, nil)
	d := document1(t, r, load(t, r))
	holds(t, "times", d["times"], map[string]any{"on_core_seconds": nil, "parallelism": nil})
	for _, key := range []string{"jobs", "advice", "gils", "together_seconds"} {
		if list, ok := d[key].([]any); !ok || len(list) != 0 {
			t.Errorf("%s is %v, want an empty list", key, d[key])
		}
	}
	if d["lanes"] != nil {
		t.Errorf("lanes are %v", d["lanes"])
	}
}

func TestTextThatIsNoUTF8IsValidJSON(t *testing.T) {
	r := record(t, []runner.Job{{Name: "bad \xff name", Line: "echo \xfe \u2028"}}, runner.TaskQueued{Try: 1})
	rec := load(t, r)
	document1(t, r, rec)
	view(t, written(t, func(w io.Writer) error { return WriteTrace(w, r) }))
	if got := rows(t, written(t, func(w io.Writer) error { return WriteJobs(w, rec, true) }))[0]["name"]; got != "bad \xff name" {
		t.Errorf("the table has %q: it can say every byte", got)
	}
}
