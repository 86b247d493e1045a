package verdict

import (
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"parallax/runner"
	"parallax/runner/journal" //nolint:depguard // recordings are read as the program wrote them
)

// What is said of real runs, whose recordings testdata/README.md tells of.
func TestAdviceOnRecordedRuns(t *testing.T) {
	const gains = `GIL-bound: [34] threads share (1|0\.\d) cores?; as processes about 1\.[6-9] cores \(1\.[4-9]-2\.0\)`
	for _, c := range []struct {
		run  string
		code string // said first, and until the last two seconds, unless then is given
		then string // said later, and to the end
		text string // of all sentences with the later code
	}{
		{"gil-3.13", "gil-bound", "", gains},
		{"gil-3.11", "gil-bound", "", gains},
		{"inner", "foreign-load", "gil-bound", `GIL-bound: the threads of 1 job share 1 core; without the GIL about 1\.\d cores \(1\.\d-2\.0\)`},
		{"sleepers", "wait-bound", "", `mostly waiting: 0 % on a core`},
		{"straggler", "foreign-load", "straggler", `"7" takes [4-6]\.\d times as long as the others did, 1 worker is idle; started first, up to [12]\.\d s would be saved`},
		{"too-many", "too-many-workers", "", `[56] jobs wait for a core 7\d % of their time: 2 workers \(-\) would do as much`},
		{"processes", "cores-busy", "", `CPU-bound, every core busy: (1\.9|2) of 2 cores`},
		{"short-jobs", "short-jobs", "", `short jobs: [89]\d ms, of which starting Python takes about 20 ms; threads save that`},
		{"others", "foreign-load", "", `other programs use (0\.\d|1) cores?: [12] jobs? waits? for a core 3\d % of the time`},
		{"sha256-others", "foreign-load", "", `other programs use 1\.\d cores: [1-4] jobs? waits? for a core [89]\d % of the time`},
	} {
		t.Run(c.run, func(t *testing.T) {
			heard, end := listen(t, c.run)
			if len(heard) == 0 || heard[0].Code != c.code {
				t.Fatalf("heard %+v, want %s first", heard, c.code)
			}
			later := c.then
			if later == "" {
				later = c.code
			}
			text, turned := regexp.MustCompile("^"+c.text+"$"), c.then == ""
			for _, h := range heard {
				turned = turned || h.Code == c.then
				switch {
				case turned && h.Code != later && h.When() < end-2*time.Second, !turned && h.Code != c.code:
					t.Errorf("at %v: %s: %s", h.When(), h.Code, h.Text)
				case h.Code == later && !text.MatchString(h.Text):
					t.Errorf("at %v: %q is not like %q", h.When(), h.Text, c.text)
				}
			}
			if !turned {
				t.Errorf("%s was never said: %+v", c.then, heard)
			}
			if most := 1 + int(end/(3*time.Second)); len(heard) > most {
				t.Errorf("%d sentences in %v, want at most %d", len(heard), end, most)
			}
		})
	}
}

// listen returns what is said while a recorded run goes on, and when it ended.
func listen(t *testing.T, run string) (heard []runner.Advised, end time.Duration) {
	t.Helper()
	r, err := journal.Open(filepath.Join("testdata", run))
	if err != nil {
		t.Fatal(err)
	}
	const period = 500 * time.Millisecond // as the sampler
	var s runner.State
	var a Adviser
	var asked time.Duration
	for ev, err := range r.Events() {
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Apply(ev); err != nil {
			t.Fatal(err)
		}
		if _, told := ev.(runner.Sampled); !told || s.Now-asked < period {
			continue
		}
		asked = s.Now
		if next, said := a.Next(&s); said {
			next.At = runner.At(s.Now)
			heard = append(heard, next)
			if err := s.Apply(next); err != nil {
				t.Fatal(err)
			}
		}
	}
	return heard, s.Now
}
