package report_test

import (
	"strings"
	"testing"

	"parallax/runner"
)

// What stands beside Command does the same when it is pasted.
func TestTheCommandIsQuoted(t *testing.T) {
	rec := recordingOf(t, jobsNamed("a"), "exit status 3")
	rec.Info.Argv = []string{"/opt/bin/parallax", "run", "make test", "it's", "$HOME", strings.Repeat("x", 500)}
	words := visible(parsed(t, runPage(t, rec)))
	if want := `parallax run 'make test' 'it'"'"'s' '$HOME' ` + strings.Repeat("x", 500); !strings.Contains(words, want) {
		t.Errorf("no %s in\n%s", want, words)
	}
}

func TestTheFootIsWords(t *testing.T) {
	rec := recordingOf(t, jobsNamed("a"), "exit status 3")
	for version, want := range map[string]string{
		"v1.2.0":             "Made by parallax v1.2.0 of the run of 22 November 2026, 09:15 UTC (20261122-091503-k3f9).",
		"devel":              "Made by parallax (a build without a version) of the run of 22 November",
		"devel-0123456789ab": "Made by parallax (built from commit 0123456789ab) of the run of 22 November",
		"":                   "Made by parallax of the run of 22 November",
	} {
		rec.Info.Version = version
		if words := visible(parsed(t, runPage(t, rec))); !strings.Contains(words, want) {
			t.Errorf("%q: no %q", version, want)
		}
	}
	if words := visible(parsed(t, comparisonPage(t, comparisonOf(t, "sha256")))); !strings.Contains(words, " of the comparison of ") {
		t.Error("the foot of a comparison does not say of what it is")
	}
}

// A process with one thread has a lock for which nothing can wait: there is nothing to say of it.
func TestOnlyLocksForWhichThreadsWaitedAreShown(t *testing.T) {
	const title = "Global interpreter locks"
	rec := recordingOf(t, jobsNamed("a", "b"), "exit status 3")
	if words := visible(parsed(t, runPage(t, rec))); !strings.Contains(words, title) {
		t.Fatal("locks for which threads waited are not shown")
	}
	for _, c := range []struct {
		waiting float64
		task    int
		shown   bool
	}{{0, 0, false}, {0.04, -1, false}, {0.3, 0, true}, {-1, 0, false}, {-1, -1, true}} {
		rec.State.Locks = []runner.Lock{{Mean: runner.GIL{Task: c.task, Python: "3.13.0", Held: 0.5, Handoffs: -1, Waiting: c.waiting}}}
		if words := visible(parsed(t, runPage(t, rec))); strings.Contains(words, title) != c.shown {
			t.Errorf("%g waiting, job %d: shown is not %v", c.waiting, c.task, c.shown)
		}
	}
}

func TestAnIntervalThatIsTooWideIsExplained(t *testing.T) {
	const note = "more rounds would narrow it"
	in := comparisonOf(t, "sha256")
	for i := range in.Table.Columns {
		in.Table.Columns[i].Startup.N = 0
	}
	before := visible(parsed(t, comparisonPage(t, in)))
	if strings.Contains(before, "start-up") {
		t.Error("a figure that is known of nothing has a row")
	}
	in.Table.Columns[1].Wall.High = 9000
	if after := visible(parsed(t, comparisonPage(t, in))); !strings.Contains(after, note) || !strings.Contains(after, "±?") || strings.Contains(after, "±89") {
		t.Errorf("a wide interval: %s", after)
	}
}
