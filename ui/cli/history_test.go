package cli

import (
	"testing"

	"parallax/runner"
	"parallax/runner/journal"
)

func TestHistorySaysWhatRan(t *testing.T) {
	for want, s := range map[string]journal.Summary{
		"cpu.py and 9 more": {First: "cpu.py", Tasks: 10},
		"cpu.py":            {First: "cpu.py", Tasks: 1},
		"3":                 {Tasks: 3}, // of a damaged run
	} {
		if got := ran(s); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for want, of := range map[string][]runner.Model{
		"":                   nil,
		"threads":            {runner.Threads},
		"threads, processes": {runner.Threads, runner.Processes},
		"3 models":           {runner.Threads, runner.Processes, runner.Hybrid},
	} {
		if got := models(of); got != want {
			t.Errorf("%v are %q, want %q", of, got, want)
		}
	}
}

func TestOutcomeSaysWhatBecameOfTheJobs(t *testing.T) {
	for want, s := range map[string]journal.Summary{
		"running, 1 succeeded":    {Status: journal.Running, Tasks: 2, Ended: journal.Tally{Succeeded: 1}},
		"2 succeeded, still open": {Status: journal.Running, Tasks: 2, Ended: journal.Tally{Succeeded: 2}},
		"2 succeeded":             {Status: journal.Ended, Tasks: 2, Ended: journal.Tally{Succeeded: 2}, Reason: "interrupted by SIGHUP"},
		"1 succeeded, 1 cancelled, interrupted by SIGHUP": {Status: journal.Ended, Tasks: 2, Ended: journal.Tally{Succeeded: 1, Cancelled: 1}, Reason: "interrupted by SIGHUP"},
		string(journal.Damaged) + ", no journal":          {Status: journal.Damaged, Reason: "no journal"},
	} {
		if got := outcome(s); got != want {
			t.Errorf("%+v: %q, want %q", s, got, want)
		}
	}
}
