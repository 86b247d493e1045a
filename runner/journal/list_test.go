package journal

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"parallax/runner"
)

func mkdir(t testing.TB, path ...string) string {
	t.Helper()
	dir := filepath.Join(path...)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

func write(t testing.TB, text string, path ...string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(path...), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestListTellsHowRunsStand(t *testing.T) {
	root := t.TempDir()
	begin := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	run := func(name string, minute int, evs ...runner.Event) *Writer {
		w := create(t, root, Info{Name: name, Start: begin.Add(time.Duration(minute) * time.Minute), Jobs: jobs(3)})
		record(t, w, opening(w.Info())...)
		record(t, w, evs...)
		return w
	}
	failed := runner.TaskEnded{At: 5e9, Task: 1, Try: 1, Status: runner.Failed, Cause: -1}
	run("ended", 1, failed, runner.RunEnded{At: 7e9, Reason: "cancelled"}, runner.Advised{At: 7e9, Task: -1, Text: "after the end"})
	figures := newLive(2)
	run("running", 2, failed, figures.sample(6*time.Second, []int{1}))
	orphan(t, run("interrupted", 3, failed, runner.TaskQueued{At: 8e9, Task: 1, Try: 2}).Dir())

	write(t, "not a folder", root, "20261122-091503-file")
	mkdir(t, root, ".20261122-091503-hide")
	mkdir(t, root, "20261122-091500-void")
	write(t, `{"format":1`, mkdir(t, root, "20261122-091501-torn"), infoFile)
	write(t, `[]`, mkdir(t, root, "20261122-091502-list"), infoFile)
	write(t, `{"format":1,"id":"x","started":"2026-11-22T09:15:03Z","tasks":-1}`, mkdir(t, root, "20261122-091503-tsks"), infoFile)
	write(t, `{"format":1,"id":"x","started":"2026-11-22T09:15:04Z","tasks":1}`, mkdir(t, root, "20261122-091504-evts"), infoFile)
	mkdir(t, root, "20261122-091505-dirs", infoFile)
	mkdir(t, root, "x")

	got, err := List(root)
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		name, why string
		status    Status
	}{
		{"20261122-091505-dirs", "directory", Damaged},
		{"20261122-091504-evts", "events.ndjson", Damaged},
		{"20261122-091503-tsks", "cannot have -1 tasks", Damaged},
		{"20261122-091502-list", "no JSON object", Damaged},
		{"20261122-091501-torn", "EOF", Damaged},
		{"20261122-091500-void", "run.json", Damaged},
		{"interrupted", "", Interrupted},
		{"running", "", Running},
		{"ended", "cancelled", Ended},
		{"x", "run.json", Damaged},
	}
	if runtime.GOOS == "windows" {
		want[0].why = "" // the system words it differently
	}
	if len(got) != len(want) {
		t.Fatalf("%d runs, want %d: %+v", len(got), len(want), got)
	}
	for i, w := range want {
		if g := got[i]; g.Status != w.status || g.Name != w.name && g.ID != w.name || !strings.Contains(g.Reason, w.why) {
			t.Errorf("%d: got %s %s %s %q, want %+v", i, g.ID, g.Name, g.Status, g.Reason, w)
		}
	}
	if g := got[8]; g.Ended != (Tally{Failed: 1}) || g.Duration != 7*time.Second || g.Tasks != 3 || !g.Start.Equal(begin.Add(time.Minute)) {
		t.Errorf("the ended run: %+v", g)
	}
	if g := got[7]; g.Ended != (Tally{Failed: 1}) || g.Duration != 5*time.Second { // its sample is not a second long yet
		t.Errorf("the running run: %+v", g)
	}
	if g := got[6]; g.Ended != (Tally{}) || g.Duration != 8*time.Second {
		t.Errorf("the interrupted run: %+v", g)
	}
}

func TestNoRootHoldsNoRuns(t *testing.T) {
	root := filepath.Join(t.TempDir(), "none")
	if runs, err := List(root); err != nil || len(runs) != 0 {
		t.Errorf("%v, %v", runs, err)
	}
	if _, err := Find(root, ""); err == nil || !strings.Contains(err.Error(), "no runs") {
		t.Errorf("%v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	write(t, "", file)
	if _, err := List(file); err == nil {
		t.Error("a file was listed")
	}
}

func TestFind(t *testing.T) {
	root := t.TempDir()
	at := func(id, name string, s string) {
		start, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		create(t, root, Info{ID: id, Name: name, Start: start, Jobs: jobs(1)})
	}
	at("20261122-091503-aaaa", "crunch", "2026-11-22T09:15:03Z")
	at("20261122-091503-abbb", "crunch", "2026-11-22T09:15:03.2Z")
	at("20261122-101503-cccc", "crunch", "2026-11-22T10:15:03.7Z")
	at("20261122-101503-dddd", "2026", "2026-11-22T10:15:03.1Z")
	at("20261121-101503-eeee", "old", "2026-11-21T10:15:03Z")
	mkdir(t, root, "20261123-000000-void")
	mkdir(t, root, "zzz")
	for _, c := range []struct{ ref, want string }{
		{"20261122-091503-aaaa", "20261122-091503-aaaa"},
		{"20261122-091503-ab", "20261122-091503-abbb"},
		{"20261121", "20261121-101503-eeee"},
		{"20261123", "20261123-000000-void"}, // it can be asked for, to be told what is wrong
		{"old", "20261121-101503-eeee"},
		{"crunch", "20261122-101503-cccc"},
		{"2026", "20261122-101503-dddd"}, // a name, though many ids begin so
		{"", "20261122-101503-cccc"},
		{"20261122-0", "ambiguous: 20261122-091503-abbb, 20261122-091503-aaaa"},
		{"20", `is the beginning of 6 runs`},
		{"nobody", `no run has the id or the name "nobody"`},
		{"zzz", `no run has the id or the name "zzz"`},
		{"../x", `no run has`},
	} {
		dir, err := Find(root, c.ref)
		if err != nil {
			if want := strings.TrimPrefix(c.want, "ambiguous: "); !strings.Contains(err.Error(), want) {
				t.Errorf("%q: %v, want %q", c.ref, err, want)
			}
		} else if dir != filepath.Join(root, c.want) {
			t.Errorf("%q: %s, want %s", c.ref, dir, c.want)
		}
	}
}

func TestAnAmbiguousBeginningNamesAFewRunsOnly(t *testing.T) {
	root := t.TempDir()
	for range 20 {
		create(t, root, Info{Start: time.Unix(1e9, 0)})
	}
	_, err := Find(root, "2001")
	if err == nil || !strings.Contains(err.Error(), "and 12 more") || len(err.Error()) > 400 {
		t.Errorf("%v", err)
	}
}

func TestRoot(t *testing.T) {
	state := t.TempDir()
	t.Setenv("XDG_STATE_HOME", state)
	if root, err := Root(); err != nil || root != filepath.Join(state, "parallax", "runs") {
		t.Errorf("%s, %v", root, err)
	}
	t.Setenv("XDG_STATE_HOME", "relative")
	root, err := Root()
	if err != nil || !filepath.IsAbs(root) || strings.Contains(root, "relative") {
		t.Errorf("%s, %v", root, err)
	}
	if runtime.GOOS == "linux" {
		t.Setenv("HOME", "/home/someone")
		if root, _ := Root(); root != "/home/someone/.local/state/parallax/runs" {
			t.Error(root)
		}
	}
}
