package comparison_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"parallax/monitor/comparison"
	"parallax/monitor/verdict/stats"
	"parallax/monitor/verdict/trial"
	"parallax/runner"
	"parallax/runner/journal"
)

var threads = trial.Way{Model: runner.Threads, Workers: 4}

// made is a comparison with a trial and a start-up, closed.
func made(t *testing.T, root, name string) comparison.Record {
	t.Helper()
	w, err := comparison.Create(root, comparison.Info{
		Kind: comparison.Compare, Name: name, Title: "primes.py ×4", Jobs: []runner.Job{{Name: "a", Line: "true"}}, Ways: []trial.Way{threads},
	})
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(
		w.Startup(comparison.Startup{Way: threads, Took: stats.Mean([]float64{1, 2, 3})}),
		w.Rounds(3, "a round takes long"),
		w.Trial(trial.Trial{Way: threads, Round: 1, Run: "20261122-091503-k3f9", Wall: 2, WaitGIL: -1}),
		w.End("interrupted"), w.Close(),
	)
	if err != nil {
		t.Fatal(err)
	}
	return w.Record()
}

func TestARecordComesBackAsItWasWritten(t *testing.T) {
	root := t.TempDir()
	want := made(t, root, "mine")
	got, err := comparison.Open(want.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if got.ID != want.ID || got.Title != "primes.py ×4" || len(got.Jobs) != 1 || got.Jobs[0].Line != "true" || !got.Start.Equal(want.Start) {
		t.Errorf("%+v, want %+v", got.Info, want.Info)
	}
	if len(got.Trials) != 1 || got.Trials[0] != want.Trials[0] || got.Trials[0].WaitGIL != -1 {
		t.Errorf("trials %+v, want %+v", got.Trials, want.Trials)
	}
	if took, ok := got.Startup(threads); !ok || took.Mean != 2 {
		t.Errorf("start-up %+v, %v", took, ok)
	}
	if !got.Ended || got.Reason != "interrupted" || got.Rounds != 3 || got.Why != "a round takes long" {
		t.Errorf("%+v", got)
	}
}

func TestWhatIsNotOverRunsOrWasInterrupted(t *testing.T) {
	w, err := comparison.Create(t.TempDir(), comparison.Info{Kind: comparison.Compare, Title: "x", Ways: []trial.Way{threads}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	status := func() journal.Status {
		r, err := comparison.Open(w.Record().Dir)
		if err != nil {
			t.Fatal(err)
		}
		return r.Status()
	}
	if got := status(); got != journal.Running {
		t.Errorf("while it is made: %s", got)
	}
	dead := w.Record()
	dead.Writer.Birth++ // another process has its number now
	if got := dead.Status(); got != journal.Interrupted {
		t.Errorf("when its maker is gone: %s", got)
	}
	if err := w.End(""); err != nil || status() != journal.Ended {
		t.Errorf("at the end: %s, %v", status(), err)
	}
	if err := w.Rounds(5, ""); err != nil || status() != journal.Running {
		t.Errorf("with more rounds to make: %s, %v", status(), err)
	}
}

func TestARecordThatWasCutIsReadAsFarAsItCame(t *testing.T) {
	rec := made(t, t.TempDir(), "")
	path := filepath.Join(rec.Dir, "comparison.ndjson")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for cut := len(text) - 1; cut >= 0; cut-- {
		if err := os.WriteFile(path, text[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := comparison.Open(rec.Dir)
		if got.ID == "" && err == nil {
			t.Fatalf("cut at %d: nothing was read, and nothing said", cut)
		}
		if got.ID != "" && err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
	}
}

func TestARecordOfANewerFormatIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "comparison.ndjson"), []byte(`{"type":"comparison","comparison":{"format":99,"id":"x"}}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := comparison.Open(dir); err == nil {
		t.Error("it was read")
	}
}

func TestComparisonsAndTheirRunsAreFoundByWhatTheyAreCalled(t *testing.T) {
	root := t.TempDir()
	if _, err := comparison.Find(filepath.Join(root, "none"), ""); !errors.Is(err, comparison.ErrNone) {
		t.Errorf("of no folder: %v", err)
	}
	first, second := made(t, root, "mine"), made(t, root, "")
	run := filepath.Join(first.Runs(), "20261122-091503-k3f9")
	if err := os.MkdirAll(run, 0o700); err != nil {
		t.Fatal(err)
	}
	latest := max(first.Dir, second.Dir)
	for ref, want := range map[string]string{"": latest, "mine": first.Dir, first.ID: first.Dir, second.ID[:len(second.ID)-1]: second.Dir} {
		if got, err := comparison.Find(root, ref); got != want && first.ID[:len(first.ID)-1] != second.ID[:len(second.ID)-1] {
			t.Errorf("%q: %s, %v; want %s", ref, got, err, want)
		}
	}
	for _, ref := range []string{"none", "*", "../" + first.ID} {
		if got, err := comparison.Find(root, ref); !errors.Is(err, comparison.ErrNone) {
			t.Errorf("%q: %s, %v", ref, got, err)
		}
		if got, err := comparison.FindRun(root, ref); !errors.Is(err, comparison.ErrNone) {
			t.Errorf("run %q: %s, %v", ref, got, err)
		}
	}
	if got, err := comparison.FindRun(root, "20261122-0915"); got != run || err != nil {
		t.Errorf("%s, %v; want %s", got, err, run)
	}
	if all, errs := comparison.List(root); len(all) != 2 || len(errs) > 0 || all[0].ID < all[1].ID {
		t.Errorf("%d comparisons, %v", len(all), errs)
	}
}
