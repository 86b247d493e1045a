package choice

import (
	"strings"
	"testing"

	"parallax/monitor/verdict/trial"
	"parallax/runner"
)

func TestJobsThatPrintSomethingElseInAModelAreTold(t *testing.T) {
	serial := trial.Way{Model: runner.Processes, Serial: true, Workers: 1}
	threads := trial.Way{Model: runner.Threads, Workers: 2}
	for _, c := range []struct {
		name         string
		one, threads []string
		want         bool
	}{
		{"the same", []string{"a", "a", "a"}, []string{"a", "a", "a"}, false},
		{"another", []string{"a", "a", "a"}, []string{"b", "b", "b"}, true},
		{"another each time", []string{"a", "a", "a"}, []string{"b", "c", "d"}, true},
		{"once the same", []string{"a", "a", "a"}, []string{"b", "a", "b"}, false},
		{"never the same", []string{"a", "b", "c"}, []string{"d", "e", "f"}, false},
		{"not known of one", []string{"a", "a", ""}, []string{"b", "b", "b"}, false},
		{"not known of the other", []string{"a", "a", "a"}, []string{"b", "b", ""}, false},
		{"one trial only", []string{"a"}, []string{"b"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var trials []trial.Trial
			for i := range c.one {
				trials = append(trials,
					trial.Trial{Way: serial, Round: i, Run: "s", Wall: 2, CPU: 2, Live: 2, Jobs: 2, Printed: c.one[i]},
					trial.Trial{Way: threads, Round: i, Run: "t", Wall: 2, CPU: 2, Live: 2, Jobs: 2, Printed: c.threads[i]})
			}
			table := Tabulate([]trial.Way{serial, threads}, trials, Setting{Jobs: 2, Cores: 2})
			if got := table.Columns[1].Other; (got == "t") != c.want || table.Columns[0].Other != "" {
				t.Errorf("other: %q and %q, want it told: %v", table.Columns[0].Other, got, c.want)
			}
			said := strings.Join(Decide(&table).Doubts, " ")
			if told := strings.Contains(said, "As threads the jobs printed something else"); told != (c.want && len(c.one) > 1) {
				t.Errorf("doubts: %s", said)
			}
		})
	}
}
