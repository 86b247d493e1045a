package report_test

import (
	"strings"
	"testing"

	"parallax/monitor/comparison"
	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/trial"
	"parallax/runner"
	"parallax/runner/journal"
)

// TestMarksSayWhatColoursSay looks for what stands beside each colour: a word, an icon, a shape.
func TestMarksSayWhatColoursSay(t *testing.T) {
	rec := comparison.Record{Info: comparison.Info{Title: "x", Jobs: jobsNamed("a", "b"), Host: journal.Host{Quota: 2}}, Rounds: 6}
	rec.Ways = []trial.Way{{Model: runner.Processes, Serial: true, Workers: 1}, {Model: runner.Processes, Workers: 2}, {Model: runner.Threads, Workers: 2}}
	walls := []float64{2.1, 2, 2.01, 2.02, 1.99, 2, 9} // the last stands apart
	for round, wall := range walls {
		for i, w := range rec.Ways {
			tr := trial.Trial{Way: w, Round: round, Wall: wall / float64(w.Workers), CPU: wall, Live: wall, PeakPSS: 1 << 20, Jobs: 2, Succeeded: 2}
			if i == 2 {
				tr.Error = "b failed: exit status 3"
			}
			rec.Trials = append(rec.Trials, tr)
		}
	}
	in := judged(rec)
	in.Verdict = choice.Verdict{Model: runner.Processes, Headline: "Use processes."}
	page := comparisonPage(t, in)
	words := visible(parsed(t, page))
	for _, want := range []string{"✓ recommended", "✗ out of the ranking", "b failed: exit status 3", "round 6: 9.00 s, stands apart", "× stands apart"} {
		if !strings.Contains(words, want) {
			t.Errorf("it lacks %q", want)
		}
	}
	for _, want := range []string{`<section class="verdict good"`, `aria-hidden="true">✓</span> Use processes.`} {
		if !strings.Contains(page, want) {
			t.Errorf("it lacks %q", want)
		}
	}
	in.Verdict.Suggested = true
	page = comparisonPage(t, in)
	if !strings.Contains(page, "? suggested") || !strings.Contains(page, `<section class="verdict warn"`) || strings.Contains(page, "✓ recommended") {
		t.Error("what is only suggested looks like what is recommended")
	}
	in.Verdict = choice.Verdict{Headline: "Inconclusive."}
	if page = comparisonPage(t, in); strings.Contains(page, "recommended") || !strings.Contains(page, `aria-hidden="true">?</span> Inconclusive.`) {
		t.Error("what is inconclusive looks like a verdict")
	}
}
