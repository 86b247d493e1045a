package cli

import (
	"testing"

	"parallax/runner"
)

func TestATitleSaysWhatAllJobsAre(t *testing.T) {
	for want, of := range map[string]struct {
		file, name string
		jobs       []runner.Job
	}{
		"nightly":         {name: "nightly", file: "x.yaml", jobs: []runner.Job{{Name: "a"}, {Name: "b"}}},
		"x.yaml":          {file: "/some/where/x.yaml", jobs: []runner.Job{{Name: "a"}, {Name: "b"}}},
		"":                {},
		"a.py 1":          {jobs: []runner.Job{{Name: "a.py 1", Script: "a.py"}}},
		"a.py ×2":         {jobs: []runner.Job{{Name: "1", Script: "/w/a.py", Template: "a.py {}"}, {Name: "2", Script: "/w/a.py", Template: "a.py {}"}}},
		"sleep {} ×2":     {jobs: []runner.Job{{Name: "1", Template: "sleep {}"}, {Name: "2", Template: "sleep {}"}}},
		"crawl ×2":        {jobs: []runner.Job{{Name: "crawl 1", Group: "crawl", Script: "x.py"}, {Name: "crawl 2", Group: "crawl", Script: "y.py"}}},
		"a.py and 1 more": {jobs: []runner.Job{{Name: "a.py", Script: "a.py"}, {Name: "b.py", Script: "b.py"}}},
		"one and 1 more":  {jobs: []runner.Job{{Name: "one", Group: "g"}, {Name: "two"}}},
	} {
		if got := titleOf(of.file, of.name, of.jobs); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
