package choice_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"parallax/monitor/comparison"
	"parallax/monitor/verdict/choice"
)

// recorded is a recording of a real comparison, made into a table as it was while it was made.
func recorded(t *testing.T, name string) *choice.Table {
	t.Helper()
	rec, err := comparison.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if rec.MemFree == 0 { // a recording that is older than this figure
		rec.MemFree = -1
	}
	table := rec.Judge().Table
	return &table
}

// right says what is known of the scripts of a recording. No model stands for inconclusive, which is
// never wrong on a machine that others keep busy.
type right struct {
	bounds []choice.Bound
	models []string
}

// testdata/README.md says how each was made.
var recordings = map[string]right{
	"sha256-quiet":   {[]choice.Bound{choice.CPU}, []string{"threads"}},
	"primes":         {[]choice.Bound{choice.GIL}, []string{"processes", "interpreters", ""}},
	"primes-quiet":   {[]choice.Bound{choice.GIL}, []string{"processes", "interpreters"}},
	"sleepers":       {[]choice.Bound{choice.IO}, []string{"threads", ""}},
	"sleepers-quiet": {[]choice.Bound{choice.IO}, []string{"threads"}},
	"sha256":         {[]choice.Bound{choice.CPU}, []string{"threads", ""}},
	"sha256-bursts":  {[]choice.Bound{choice.CPU}, []string{"threads", ""}},
	"mixed":          {[]choice.Bound{choice.Mixed}, []string{"hybrid", ""}},
	// Two threads of an interpreter that each compute for half of their time are in each other's way: with
	// nobody else there, hybrid took 1.24 times as long.
	"mixed-quiet":      {[]choice.Bound{choice.Mixed}, []string{"processes"}},
	"mixed-many":       {[]choice.Bound{choice.Mixed}, []string{"hybrid", ""}},
	"mixed-many-quiet": {[]choice.Bound{choice.Mixed}, []string{"hybrid"}},
	"short-quiet":      {[]choice.Bound{choice.CPU, choice.GIL, choice.Inconclusive}, []string{"threads", "hybrid"}},
	"short":            {[]choice.Bound{choice.CPU, choice.GIL, choice.Inconclusive}, []string{"threads", ""}},
}

func TestRecordedComparisons(t *testing.T) {
	for name, want := range recordings {
		t.Run(name, func(t *testing.T) {
			v := choice.Decide(recorded(t, name))
			check(t, v)
			if !slices.Contains(want.models, string(v.Model)) || v.Serial || !slices.Contains(want.bounds, v.Bound) {
				t.Errorf("want one of %q, bound %q, of:\n%s", want.models, want.bounds, all(v))
			}
			t.Log(all(v))
		})
	}
}

func TestEveryRecordingIsTested(t *testing.T) {
	folders, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		if _, known := recordings[f.Name()]; f.IsDir() && !known {
			t.Errorf("nothing is expected of testdata/%s", f.Name())
		}
	}
}
