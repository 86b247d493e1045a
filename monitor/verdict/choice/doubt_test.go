package choice_test

import (
	"testing"

	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/stats"
	"parallax/monitor/verdict/trial"
	"parallax/runner"
)

func TestOneWayIsDoubtedByTheLimitsOfAll(t *testing.T) {
	base := trial.Way{Model: runner.Processes, Workers: 1}
	known := func(v float64) stats.Estimate { return stats.Estimate{Mean: v, Low: v, High: v, N: 3} }
	for _, c := range []struct {
		name      string
		c         choice.Column
		waits, on float64 // of the base; waits below 0 are unknown
		want      string
	}{
		{"nothing", choice.Column{Foreign: 0.1}, 0.3, 0.7, ""},
		{"unknown load", choice.Column{Foreign: -1}, 0.3, 0.7, ""},
		{"load that was felt", choice.Column{Foreign: 0.8}, 0.3, 0.7, "other programs kept 0.8 of 2 cores busy"},
		{"load that was not felt", choice.Column{Foreign: 0.8}, 0.01, 0.7, ""},
		{"load that kept sleepers from waking", choice.Column{Foreign: 0.8}, 0.03, 0.02, ""},
		{"load beside jobs that sleep", choice.Column{Foreign: 0.8, OnCore: known(0.02)}, -1, 0, ""},
		{"load beside jobs that compute, felt or not", choice.Column{Foreign: 0.8, OnCore: known(0.6)}, -1, 0, "other programs kept 0.8 of 2 cores busy"},
		{"steal", choice.Column{Stolen: 0.2}, 0, 1, "the hypervisor took 20 % of the cores' time for other machines"},
		{"quota", choice.Column{Throttled: 0.06}, 0, 1, "the quota of 2 cores held the jobs back 6.0 % of the time"},
	} {
		table := choice.Table{
			Setting: choice.Setting{Jobs: 8, Cores: 2, Base: &base},
			Columns: []choice.Column{{Way: base, Trials: 3, WaitCore: known(c.waits), OnCore: known(c.on)}},
		}
		if c.waits < 0 {
			table.Columns[0].WaitCore = stats.Estimate{}
		}
		if got := table.Doubt(&c.c); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestSpeedUpIsOverTheBase(t *testing.T) {
	one, two := trial.Way{Model: runner.Processes, Workers: 1}, trial.Way{Model: runner.Processes, Workers: 2}
	var trials []trial.Trial
	for round := range 4 {
		trials = append(trials, trial.Trial{Way: one, Round: round, Wall: 8, CPU: 8}, trial.Trial{Way: two, Round: round, Wall: 4, CPU: 10})
	}
	table := choice.Tabulate([]trial.Way{one, two}, trials, choice.Setting{Jobs: 8, Cores: 2, Base: &one})
	if a, b := table.Columns[0].Speedup.Mean, table.Columns[1].Speedup.Mean; a != 1 || b != 2 {
		t.Errorf("speed-ups %v and %v, want 1 and 2", a, b)
	}
	if got := table.Columns[1].Inflation.Mean; got != 1.25 {
		t.Errorf("CPU inflation %v, want 1.25", got)
	}
}

// TestWhyNoRoundCountsIsSaid has jobs that were tried again in each round: those rounds took longer than the jobs do.
func TestWhyNoRoundCountsIsSaid(t *testing.T) {
	again := func(ways ...trial.Way) (out []trial.Trial) {
		for _, w := range ways {
			for round := range 4 {
				out = append(out, trial.Trial{Way: w, Round: round, Error: "fetch ran 2 times", Broken: true, Wall: 1})
			}
		}
		return out
	}
	ways := []trial.Way{pureSerial.way, pureThreads.way, pureProcesses.way}
	in := choice.Setting{Jobs: 4, Cores: 2}
	none := choice.Tabulate(ways, again(ways...), in)
	decided(t, &none, "Inconclusive: no round counts.", "0 rounds count (fetch ran 2 times); a recommendation needs 3.")

	some := table(5, pureSerial, pureProcesses)
	one := choice.Tabulate(ways[1:2], again(ways[1]), in)
	some.Columns = append(some.Columns, one.Columns...)
	decided(t, some, "Threads have 0 rounds that count (fetch ran 2 times).")
}
