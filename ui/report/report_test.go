package report_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"parallax/monitor/comparison"
	"parallax/monitor/verdict/scaling"
	"parallax/monitor/verdict/trial"
	"parallax/monitor/verdict/tuning"
	"parallax/runner"
	"parallax/runner/journal"
	"parallax/ui/report"
)

// pagesOf are pages of all kinds.
func pagesOf(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{"run": runPage(t, recordingOf(t, jobsNamed("a", "b", "c"), "exit status 3"))}
	for _, name := range []string{"sha256", "sleepers", "mixed"} {
		in := comparisonOf(t, name)
		st := recordingOf(t, in.Record.Jobs, "").State
		for range in.Table.Columns {
			in.Runs = append(in.Runs, &st)
		}
		in.Runs[1] = nil
		out[name] = comparisonPage(t, in)
	}
	return out
}

// voidNames are elements that HTML closes by itself, so that only they may be written as closed at once.
var voidNames = []string{"meta", "br", "img", "hr", "link", "input"}

func TestPagesAreWellFormedAndNeedNothingElse(t *testing.T) {
	closedAtOnce := regexp.MustCompile(`<([a-z]+)[^<>]*/>`)
	for name, page := range pagesOf(t) {
		t.Run(name, func(t *testing.T) {
			if !strings.HasPrefix(page, "<!DOCTYPE html>\n") {
				t.Errorf("it begins with %.40q", page)
			}
			nodes := parsed(t, page)
			inSVG := []string{"rect", "line", "path", "circle"}
			for _, m := range closedAtOnce.FindAllStringSubmatch(page, -1) {
				if !slices.Contains(voidNames, m[1]) && !slices.Contains(inSVG, m[1]) {
					t.Errorf("HTML does not know %s", m[0])
				}
			}
			for _, word := range []string{"http:", "https:", "//", "@import", "url(", "<script", "<link", "<img", "<iframe", "javascript:", "ZgotmplZ"} {
				if strings.Contains(page, word) {
					t.Errorf("it has %q", word)
				}
			}
			for _, n := range nodes {
				for _, key := range []string{"src", "href", "action", "style", "onload"} {
					if v, ok := n.attrs[key]; ok {
						t.Errorf("%s has %s=%q", n.name, key, v)
					}
				}
			}
		})
	}
}

func TestPagesAreAccessible(t *testing.T) {
	for name, page := range pagesOf(t) {
		t.Run(name, func(t *testing.T) {
			count := map[string]int{}
			ids := map[string]bool{}
			for _, n := range parsed(t, page) {
				count[n.name]++
				if n.name == "svg" && n.attrs["role"] == "img" && n.attrs["aria-label"] == "" {
					t.Errorf("a drawing says nothing: %v", n.attrs)
				}
				if n.name == "th" && n.attrs["scope"] == "" {
					t.Errorf("a header without scope: %q", n.text)
				}
				if id := n.attrs["id"]; id != "" {
					if ids[id] {
						t.Errorf("id %q is there twice", id)
					}
					ids[id] = true
				}
			}
			if count["h1"] != 1 || count["main"] != 1 || count["title"] == 0 || count["table"] == 0 || count["svg"] == 0 {
				t.Errorf("%v", count)
			}
			for _, want := range []string{`<html lang="en">`, "prefers-color-scheme:dark", "@media print", `name="viewport"`} {
				if !strings.Contains(page, want) {
					t.Errorf("it lacks %q", want)
				}
			}
		})
	}
}

// hostile are names as nobody should give them.
var hostile = []string{
	`<script>alert(1)</script>`, `"><svg onload=alert(1)>`, `</style><b>`, `' onmouseover='x`, `&lt;b&gt;&amp;`,
	"\u202egnp.exe", "a\x00b\x1b[31mred\x1b[0m\x07", "two\nlines", "\xff\xfe\x80", "\ufffe\U0001ffff", "{{.}}${x}`", "]]>", "<!--", "𝔘𝔫𝔦 日本語 עברית", "",
}

func TestHostileWordsAreWordsOnly(t *testing.T) {
	rec := recordingOf(t, jobsNamed(hostile...), strings.Join(hostile, " "))
	rec.Info.Name, rec.Info.Argv, rec.Info.Version, rec.Info.Host.OS = hostile[0], hostile, hostile[1], hostile[2]
	in := comparisonOf(t, "sha256")
	in.Record.Jobs, in.Record.Title, in.Record.Name, in.Record.Python, in.Record.CPU = rec.State.Jobs, hostile[0], hostile[1], hostile[5], hostile[6]
	in.Record.Argv, in.Record.Reason, in.Record.Tier, in.Record.Version = hostile, hostile[2], hostile[3], hostile[4]
	in.Record.Cannot = []comparison.Cannot{{Model: runner.Model(hostile[0]), Why: hostile[1]}}
	in.Verdict.Headline, in.Verdict.Reasons, in.Verdict.Changes, in.Verdict.Doubts = hostile[0], hostile, hostile, hostile
	in.Table.Columns[1].Error = hostile[0]
	in.Record.Trials[0].Error = hostile[2]
	in.Runs = []*runner.State{&rec.State}
	for name, page := range map[string]string{"run": runPage(t, rec), "comparison": comparisonPage(t, in)} {
		t.Run(name, func(t *testing.T) {
			nodes := parsed(t, page)
			for _, n := range nodes {
				if n.name == "script" || n.attrs["onload"] != "" || n.attrs["onmouseover"] != "" {
					t.Errorf("a name became %s %v", n.name, n.attrs)
				}
			}
			words := visible(nodes)
			if !strings.Contains(words, hostile[0]) || !strings.Contains(words, hostile[4]) {
				t.Error("a name is not told as it is")
			}
			for _, r := range page {
				if r < 0x20 && r != '\n' || r == 0x7f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfffe {
					t.Fatalf("the page has %U", r)
				}
			}
			if !strings.Contains(words, "עברית") || !strings.Contains(words, "(no name)") {
				t.Error("a name of another script, or none, is not told")
			}
		})
	}
}

func TestTheSameInputMakesTheSamePage(t *testing.T) {
	first, second := pagesOf(t), pagesOf(t)
	for name := range first {
		if first[name] != second[name] {
			t.Errorf("%s differs", name)
		}
	}
}

func TestALargeRunMakesASmallPage(t *testing.T) {
	names := make([]string, 10000)
	for i := range names {
		names[i] = fmt.Sprintf("job-%05d-%s", i, strings.Repeat("x", 300))
	}
	rec := recordingOf(t, jobsNamed(names...), "exit status 3")
	page := runPage(t, rec)
	if len(page) > 2<<20 {
		t.Errorf("%d bytes", len(page))
	}
	words := visible(parsed(t, page))
	for _, want := range []string{"job-00000-", "job-09999-", "10 000 jobs", "all that failed", "exit status 3"} {
		if !strings.Contains(words, want) {
			t.Errorf("it lacks %q", want)
		}
	}
	t.Logf("%d KiB", len(page)>>10)
}

func TestManyCoresAndRestlessJobsMakeABoundedPage(t *testing.T) {
	jobs := jobsNamed("a", "b", "c", "d", "e", "f", "g", "h", "i", "j")
	rec := recordingOf(t, jobs, "")
	l := runner.Lanes{Cell: 5 * ms, Tier: "exact"}
	for c := range 256 {
		row := make([]runner.Cell, 4000)
		for k := range row {
			row[k] = runner.Cell{Task: int32((k + c) % len(jobs)), Ours: uint8(20 + (k*7+c)%60), Load: uint8(80 + k%20)}
		}
		l.Cores, l.Rows = append(l.Cores, c), append(l.Rows, row)
	}
	st := runner.State{}
	for _, ev := range []runner.Event{
		runner.RunStarted{ID: "x", Jobs: jobs, Workers: 1, Cores: l.Cores, Quota: 256},
		runner.TaskQueued{Task: 0, Try: 1},
		runner.TaskStarted{Task: 0, Try: 1},
		runner.Sampled{At: at(20000), Span: 20 * time.Second, Lanes: l},
	} {
		if err := st.Apply(ev); err != nil {
			t.Fatal(err)
		}
	}
	rec.State = st
	page := runPage(t, rec)
	if len(page) > 3<<20 {
		t.Errorf("%d bytes", len(page))
	}
	if !strings.Contains(visible(parsed(t, page)), "and 128 more cores") {
		t.Error("it does not say that there are more cores")
	}
}

func TestAReportOfAlmostNothing(t *testing.T) {
	empty := &journal.Recording{Status: journal.Interrupted}
	page := runPage(t, empty)
	if words := visible(parsed(t, page)); !strings.Contains(words, "It was interrupted") || !strings.Contains(words, "There are no lanes") {
		t.Errorf("%s", words)
	}
	for _, rec := range []comparison.Record{
		{},
		{Info: comparison.Info{Ways: []trial.Way{{Model: runner.Threads, Workers: 2}}, Jobs: jobsNamed("a", "b")}, Trials: []trial.Trial{
			{Way: trial.Way{Model: runner.Threads, Workers: 2}, Round: 1, Wall: 1, CPU: -1, PeakPSS: -1, Switches: -1, WaitGIL: -1, Error: "a failed: exit status 1"},
		}},
	} {
		words := visible(parsed(t, comparisonPage(t, judged(rec))))
		if len(rec.Trials) > 0 && !strings.Contains(words, "a failed: exit status 1") {
			t.Errorf("%s", words)
		}
	}
}

func TestARunIsToldAsItWent(t *testing.T) {
	rec := recordingOf(t, jobsNamed("alpha", "beta"), "exit status 3")
	words := visible(parsed(t, runPage(t, rec)))
	for _, want := range []string{
		"1 of 2 jobs succeeded, in 200 ms.", "1 failed: beta (exit status 3).", "beta", "exit status 3", "core 0: alpha 40 %, beta 40 %, other programs 20 %",
		"waiting for a core", "held 50 %", "1.0 threads waiting", "20 hand-offs a second", "2 cores", "exact", "parallax run a.py", "1 thread at once",
	} {
		if !strings.Contains(words, want) {
			t.Errorf("it lacks %q in\n%s", want, words)
		}
	}
}

// A run whose record goes on, or ends without an end, is told as far as that is known.
func TestARunThatIsNotOverIsToldSo(t *testing.T) {
	over := recordingOf(t, jobsNamed("alpha", "beta"), "exit status 3")
	going := &journal.Recording{Info: over.Info}
	for _, ev := range []runner.Event{
		runner.RunStarted{Jobs: jobsNamed("alpha"), Workers: 1}, runner.TaskQueued{Task: 0, Try: 1}, runner.TaskStarted{At: at(4), Task: 0, Try: 1},
	} {
		if err := going.State.Apply(ev); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		rec       *journal.Recording
		status    journal.Status
		is, isNot string
	}{
		{over, journal.Running, "Its screen was still open when this was written.", "It still ran"},
		{over, journal.Interrupted, "It was interrupted", "at least"},
		{going, journal.Running, "It still ran when this was written", "screen"},
		{going, journal.Interrupted, "0 of 1 job succeeded, in at least 4.0 ms.", "screen"},
	} {
		c.rec.Status = c.status
		if words := visible(parsed(t, runPage(t, c.rec))); !strings.Contains(words, c.is) || strings.Contains(words, c.isNot) {
			t.Errorf("%s: no %q, or %q, in\n%s", c.status, c.is, c.isNot, words)
		}
	}
}

// TestWhereTimeWentIsOfAllJobs has a job of which everything is known beside one that was never sampled: of
// the two together it is not known how long they waited, and they had a core for as long as the system
// accounted, no more.
func TestWhereTimeWentIsOfAllJobs(t *testing.T) {
	rec := &journal.Recording{Status: journal.Ended}
	jobs := jobsNamed("a", "b")
	sample := runner.TaskSample{Task: 0, Live: 1000 * ms, OnCore: 500 * ms, WaitCore: 100 * ms, WaitGIL: 300 * ms, PSS: -1}
	evs := []runner.Event{
		runner.RunStarted{ID: "x", Jobs: jobs, Workers: 2, Cores: []int{0, 1}, Quota: 2},
		runner.TaskQueued{Task: 0, Try: 1},
		runner.TaskQueued{Task: 1, Try: 1},
		runner.TaskStarted{Task: 0, Try: 1},
		runner.Sampled{At: at(1000), Span: 1000 * ms, Together: []time.Duration{100 * ms}, Tasks: []runner.TaskSample{sample}},
		runner.TaskEnded{At: at(1000), Task: 0, Try: 1, Status: runner.Succeeded, Cause: -1},
	}
	for _, ev := range evs {
		if err := rec.State.Apply(ev); err != nil {
			t.Fatal(err)
		}
	}
	words := visible(parsed(t, runPage(t, rec)))
	for _, want := range []string{"on a core 50 %, waiting for a core 10 %, waiting for the GIL 30 %, blocked 10 %", "Known of 0.1 s of the 1.0 s only."} {
		if !strings.Contains(words, want) {
			t.Errorf("of the first job: it lacks %q", want)
		}
	}
	for _, ev := range []runner.Event{
		runner.TaskStarted{At: at(1000), Task: 1, Try: 1},
		runner.TaskEnded{At: at(2000), Task: 1, Try: 1, Status: runner.Succeeded, Cause: -1, Exit: runner.Exit{Usage: runner.Usage{Known: true, User: 300 * ms}}},
	} {
		if err := rec.State.Apply(ev); err != nil {
			t.Fatal(err)
		}
	}
	if words := visible(parsed(t, runPage(t, rec))); !strings.Contains(words, "on a core 40 %, waiting or blocked 60 %") {
		t.Errorf("of both jobs: %s", words)
	}
}

func TestAComparisonTellsTheVerdictAndEveryFigure(t *testing.T) {
	in := comparisonOf(t, "sleepers")
	words := visible(parsed(t, comparisonPage(t, in)))
	wants := append([]string{in.Verdict.Headline, "warm-up", "round 1", "speed-up", "peak memory", "95 % interval"}, in.Verdict.Reasons...)
	for _, want := range append(wants, in.Verdict.Doubts...) {
		if !strings.Contains(words, want) {
			t.Errorf("it lacks %q", want)
		}
	}
}

func TestASweepHasItsCurve(t *testing.T) {
	rec := comparison.Record{Info: comparison.Info{Kind: comparison.Tune, Title: "x", Jobs: jobsNamed("a", "b", "c", "d", "e", "f", "g", "h"), Host: journal.Host{Quota: 4}}, Rounds: 3}
	for _, n := range []int{1, 2, 3, 4, 6, 8} {
		rec.Ways = append(rec.Ways, trial.Way{Model: runner.Processes, Workers: n})
	}
	for round := range 4 {
		for _, w := range rec.Ways {
			rec.Trials = append(rec.Trials, trial.Trial{Way: w, Round: round, Wall: 4/float64(min(w.Workers, 4)) + 0.01*float64(round), CPU: 4, Live: 4, PeakPSS: 1 << 20, Jobs: 4, Succeeded: 4})
		}
	}
	in := judged(rec)
	words := visible(parsed(t, comparisonPage(t, in)))
	for _, want := range []string{"speed-up over the number of workers", tuning.Headline(in.Tuning, in.Table.Columns), "6 workers", "efficiency", "✓ recommended", "baseline"} {
		if !strings.Contains(words, want) {
			t.Errorf("it lacks %q", want)
		}
	}
	if !in.Tuning.Found || in.Tuning.N != 4 {
		t.Fatalf("%+v", in.Tuning)
	}
	in.Tuning.Law = &scaling.USL{Lambda: 0.25, Sigma: 0.01, Kappa: 0.02, Best: 7, R2: 0.99}
	if words := visible(parsed(t, comparisonPage(t, in))); !strings.Contains(words, "Universal Scalability Law") || !strings.Contains(words, "7 workers") {
		t.Error("it does not tell the law")
	}
}

// broken takes nothing.
type broken struct{}

var errBroken = errors.New("no room")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestWhatCannotBeWrittenIsAnError(t *testing.T) {
	if err := report.Comparison(broken{}, comparisonOf(t, "mixed")); !errors.Is(err, errBroken) {
		t.Errorf("%v", err)
	}
}
