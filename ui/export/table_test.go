package export

import (
	"encoding/csv"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"
)

// rows reads a table as maps from column to cell.
func rows(t *testing.T, text string) []map[string]string {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(text)).ReadAll() // it refuses rows of different lengths
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, cells := range all[1:] {
		m := map[string]string{}
		for i, c := range cells {
			m[all[0][i]] = c
		}
		out = append(out, m)
	}
	return out
}

func expect(t *testing.T, row, want map[string]string) {
	t.Helper()
	for column, cell := range want {
		if got, ok := row[column]; !ok || got != cell {
			t.Errorf("%s of %s is %q, want %q", column, row["name"], got, cell)
		}
	}
}

func TestEveryJobHasARowAndUnknownFiguresAreEmpty(t *testing.T) {
	r := eventful(t)
	rec := load(t, r)
	all := rows(t, written(t, func(w io.Writer) error { return WriteJobs(w, rec, true) }))
	if len(all) != len(rec.Info.Jobs) {
		t.Fatalf("%d rows", len(all))
	}
	expect(t, all[0], map[string]string{
		"run": rec.Info.ID, "task": "0", "name": "primes", "as": "processes", "status": "succeeded", "try": "1", "exit": "0", "signal": "",
		"started": "2026-11-22T09:15:03.512269009Z", "started_seconds": "0.004100", "ended_seconds": "3.004999",
		"wall_seconds": "2.700899", "paused_seconds": "0.300000", "cpu_seconds": "2.000000", "user_seconds": "1.900000",
		"cores": "0.740", "max_rss": "9000000", "peak_pss": "1048576", "voluntary": "12", "output_bytes": "10",
		"wait_core_seconds": "", "log": "logs/0000.log", "command": "echo a\necho \"b\"\tc",
	})
	expect(t, all[1], map[string]string{ // its memory is its interpreter's
		"name": "=2+3, \"q\" \x1b", "python": "python 3.13.0", "status": "cancelled", "exit": "", "signal": "SIGKILL",
		"cpu_seconds": "0.250000", "user_seconds": "", "max_rss": "", "peak_pss": "", "voluntary": "", "command": "a.py 1",
	})
	expect(t, all[2], map[string]string{"status": "running", "try": "3", "exit": "", "started_seconds": "4.000000", "ended_seconds": "", "wall_seconds": "1.000000", "user_seconds": ""})
	expect(t, all[3], map[string]string{"status": "failed", "exit": "", "signal": "SIGTERM", "cpu_seconds": "", "cores": "", "wall_seconds": "0.200000", "paused_seconds": "0.300000", "reason": "timed out after 0.2 s"})
	expect(t, all[4], map[string]string{"status": "cancelled", "reason": "cancelled", "started": "", "wall_seconds": "", "exit": "", "output_bytes": "0", "command": "true"})
	expect(t, all[5], map[string]string{"status": "unborn", "try": "0", "started_seconds": "", "lost": ""})
}

func TestAnInterruptedRunSaysOfItsJobsThatNobodySawTheirEnd(t *testing.T) {
	r := eventful(t)
	rec := load(t, r)
	rec.Status = "interrupted"
	all := rows(t, written(t, func(w io.Writer) error { return WriteJobs(w, rec, true) }))
	if all[2]["status"] != "interrupted" || all[5]["status"] != "not started" || all[0]["status"] != "succeeded" {
		t.Errorf("statuses %q, %q, %q", all[2]["status"], all[5]["status"], all[0]["status"])
	}
}

func TestSamplesAddUpToWhatWasMeasured(t *testing.T) {
	r := eventful(t)
	all := rows(t, written(t, func(w io.Writer) error { return WriteSamples(w, r, true) }))
	if len(all) != 3 {
		t.Fatalf("%d rows, want 3", len(all))
	}
	sum := 0.0
	for _, row := range all {
		on, err := strconv.ParseFloat(row["on_core_seconds"], 64)
		if err != nil {
			t.Fatal(err)
		}
		sum += on
	}
	if math.Abs(sum-0.85) > 1e-9 {
		t.Errorf("%.6f s on cores in all, want 0.85", sum)
	}
	expect(t, all[1], map[string]string{
		"t": "1.000000", "span_seconds": "1.000000", "task": "1", "try": "1", "wait_core_seconds": "", "wait_gil_seconds": "0.005000",
		"core": "3", "threads": "2", "rss": "4194304", "pss": "1048576", "output_bytes": "0", "progress": "",
	})
	expect(t, all[2], map[string]string{"t": "5.000000", "task": "2", "try": "3", "on_core_seconds": "0.000000"})
}

func TestTablesOfSeveralRunsCanFollowEachOther(t *testing.T) {
	r := eventful(t)
	rec := load(t, r)
	with := written(t, func(w io.Writer) error { return WriteJobs(w, rec, true) })
	without := written(t, func(w io.Writer) error { return WriteJobs(w, rec, false) })
	if n := len(rows(t, with+without)); n != 2*len(rec.Info.Jobs) {
		t.Errorf("%d rows", n)
	}
}
