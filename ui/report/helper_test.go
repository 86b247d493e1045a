package report_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parallax/monitor/comparison"
	"parallax/runner"
	"parallax/runner/journal"
	"parallax/ui/report"
)

const ms = time.Millisecond

func at(n int) runner.At { return runner.At(time.Duration(n) * ms) }

// recordingOf is a run of jobs of which each had a core for a second, one after the other, and the last failed.
func recordingOf(t testing.TB, jobs []runner.Job, reason string) *journal.Recording {
	t.Helper()
	rec := &journal.Recording{Status: journal.Ended}
	rec.Info = journal.Info{
		ID: "20261122-091503-k3f9", Version: "1.0", Start: time.Date(2026, 11, 22, 9, 15, 3, 0, time.UTC),
		Host: journal.Host{OS: "linux/amd64"}, Argv: []string{"/usr/bin/parallax", "run", "a.py"}, Jobs: jobs,
	}
	apply := func(ev runner.Event) {
		t.Helper()
		if err := rec.State.Apply(ev); err != nil {
			t.Fatal(err)
		}
	}
	apply(runner.RunStarted{ID: rec.Info.ID, Time: rec.Info.Start, Jobs: jobs, Workers: 2, Cores: []int{0, 1}, Quota: 2})
	for i := range jobs {
		apply(runner.TaskQueued{Task: i, Try: 1})
	}
	for i := range jobs {
		from := 100 * i
		apply(runner.TaskStarted{At: at(from), Task: i, Try: 1, Identity: runner.Identity{PID: 10 + i}})
		cells := make([]runner.Cell, 20)
		for k := range cells {
			cells[k] = runner.Cell{Task: int32(i), Ours: 80, Load: 100}
		}
		apply(runner.Sampled{
			At: at(from + 100), Span: 100 * ms, Together: []time.Duration{10 * ms, 90 * ms},
			Host:  runner.HostSample{MemTotal: 8 << 30, MemUsed: 1 << 30},
			Tasks: []runner.TaskSample{{Task: i, Live: 100 * ms, OnCore: 60 * ms, WaitCore: 10 * ms, WaitGIL: 20 * ms, RSS: 1 << 20, PSS: 1 << 20}},
			Lanes: runner.Lanes{Cores: []int{0, 1}, Cell: 5 * ms, Rows: [][]runner.Cell{cells, make20(runner.Foreign)}, Tier: "exact"},
			GILs:  []runner.GIL{{PID: 10 + i, Task: i, Python: "python 3.13.0" + reason, Span: 100 * ms, Held: 0.5, Handoffs: 20, Waiting: 1}},
		})
		ev := runner.TaskEnded{At: at(from + 100), Task: i, Try: 1, Status: runner.Succeeded, Cause: -1}
		if i == len(jobs)-1 {
			ev.Status, ev.Reason, ev.Exit.Code = runner.Failed, reason, 3
		}
		apply(ev)
	}
	apply(runner.Advised{At: at(100 * len(jobs)), Task: len(jobs) - 1, Level: runner.Warning, Text: reason})
	apply(runner.Advised{At: at(100 * len(jobs)), Task: -1, Text: "It used one core " + reason})
	apply(runner.RunEnded{At: at(100 * len(jobs)), Reason: reason})
	return rec
}

func make20(task int32) []runner.Cell {
	cells := make([]runner.Cell, 20)
	for k := range cells {
		cells[k] = runner.Cell{Task: task, Load: 40}
	}
	return cells
}

func jobsNamed(names ...string) []runner.Job {
	jobs := make([]runner.Job, len(names))
	for i, n := range names {
		jobs[i] = runner.Job{Name: n, Model: runner.Processes, Line: "run " + n}
	}
	return jobs
}

// comparisonOf is a recorded comparison, as the tests of verdicts have it.
func comparisonOf(t testing.TB, name string) report.ComparisonInput {
	t.Helper()
	rec, err := comparison.Open(filepath.Join("..", "..", "monitor", "verdict", "choice", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return judged(rec)
}

func judged(rec comparison.Record) report.ComparisonInput {
	j := rec.Judge()
	return report.ComparisonInput{Record: rec, Table: j.Table, Verdict: j.Verdict, Tuning: j.Tuning}
}

func runPage(t testing.TB, rec *journal.Recording) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.Run(&b, report.RunInput{Recording: rec}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func comparisonPage(t testing.TB, in report.ComparisonInput) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.Comparison(&b, in); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// node is what the checks look at: an element with its attributes.
type node struct {
	name  string
	attrs map[string]string
	text  string // directly in it
}

// parsed reads a page with a parser that knows nothing of HTML and forgives nothing: each element is closed,
// each attribute is quoted, nothing is escaped by a name.
func parsed(t testing.TB, page string) []node {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(page))
	var all []node
	var open []int
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			n := node{name: tok.Name.Local, attrs: map[string]string{}}
			for _, a := range tok.Attr {
				if _, twice := n.attrs[a.Name.Local]; twice {
					t.Errorf("%s has %s twice", n.name, a.Name.Local)
				}
				n.attrs[a.Name.Local] = a.Value
			}
			all, open = append(all, n), append(open, len(all))
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				all[open[len(open)-1]].text += string(tok)
			}
		}
	}
	return all
}

// visible is all text of a page, what is said to screen readers with it.
func visible(nodes []node) string {
	var b strings.Builder
	for _, n := range nodes {
		if n.name != "style" {
			fmt.Fprintln(&b, n.text, n.attrs["aria-label"], n.attrs["title"])
		}
	}
	return b.String()
}
