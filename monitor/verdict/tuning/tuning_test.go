package tuning_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/scaling"
	"parallax/monitor/verdict/trial"
	"parallax/monitor/verdict/tuning"
	"parallax/runner"
)

func shorts(ways []trial.Way) string {
	var out []string
	for _, w := range ways {
		out = append(out, tuning.Short(w))
	}
	return strings.Join(out, " ")
}

func TestWhatIsTriedWhenNobodySays(t *testing.T) {
	for _, c := range []struct {
		model       runner.Model
		jobs, cores int
		want        string
	}{
		{runner.Processes, 1, 4, "1"},
		{runner.Processes, 2, 4, "1 2"},
		{runner.Processes, 5, 4, "1 2 3 4 5"},
		{runner.Processes, 6, 4, "1 2 3 4 5 6"},
		{runner.Processes, 100, 1, "1 2 3 4 5 6"},
		{runner.Threads, 100, 2, "1 2 3 4 6 8"},
		{runner.Threads, 7, 2, "1 2 3 4 6 7"},
		{runner.Threads, 100, 4, "1 2 3 4 6 8 12 16"},
		{runner.Threads, 100, 5, "1 2 3 4 5 6 8 12 16 20"},
		{runner.Hybrid, 100, 2, "1x1 1x2 2x1 1x4 2x2 1x8 2x4"},
		{runner.Hybrid, 3, 4, "1x1 1x2 2x1"},
		{runner.Hybrid, 100, 3, "1x1 1x2 2x1 3x1 1x4 2x2 3x2 1x8 2x4 3x4"},
	} {
		ways := tuning.Sweep(c.model, c.jobs, c.cores)
		if got := shorts(ways); got != c.want {
			t.Errorf("%d jobs as %s on %d cores: %s, want %s", c.jobs, c.model, c.cores, got, c.want)
		}
		for _, w := range ways {
			if w.Model != c.model || (w.Interpreters > 0) != (c.model == runner.Hybrid) {
				t.Errorf("%s: %+v", c.model, w)
			}
		}
	}
}

func TestWhatTheUserNames(t *testing.T) {
	for _, c := range []struct {
		words string
		model runner.Model
		want  string // or an error
		fault bool
	}{
		{"1,2,4", runner.Processes, "1 2 4", false},
		{"4, 1,4", runner.Processes, "1 4", false},
		{"1x8,2x4,4×2", runner.Hybrid, "1x8 2x4 4x2", false},
		{"1,5", runner.Hybrid, "1x1 5 over 2", false},
		{"4", runner.Processes, "no sweep", true},
		{"1,2,17", runner.Processes, `"17": there are only 16 jobs`, true},
		{"1,0", runner.Processes, `"0": write numbers of workers from 1 to`, true},
		{"1,", runner.Processes, `"": write numbers`, true},
		{"2x4,1", runner.Processes, "shapes are for the model hybrid", true},
		{"1,99999999x99999999", runner.Hybrid, "shapes such as 2x4", true},
		{"x,y", runner.Threads, `"x": write numbers of workers from 1 to 4096, such as 1,2,4,8` + "\n" + `"y"`, true},
	} {
		ways, err := tuning.Parse(strings.Split(c.words, ","), c.model, 16, 2)
		got := shorts(ways)
		if err != nil {
			got = err.Error()
		}
		if (err != nil) != c.fault || !strings.Contains(got, c.want) {
			t.Errorf("%q: %s, want %s", c.words, got, c.want)
		}
	}
}

// sweep is trials of so many workers each, of walls by rounds; a wall below 0 is a trial that a user spoilt,
// 0 one that is missing.
func sweep(loads map[int][]float64) (choice.Table, []trial.Trial) {
	var ways []trial.Way
	var trials []trial.Trial
	for n, walls := range loads {
		w := trial.Way{Model: runner.Processes, Workers: n}
		ways = append(ways, w)
		for i, wall := range walls {
			x := trial.Trial{Way: w, Round: i + 1, Wall: wall, CPU: 8, Live: 8, PeakPSS: int64(n) << 20, Foreign: 0, WaitCore: 0, WaitGIL: 0}
			if wall < 0 {
				x.Wall, x.Error, x.Broken = -wall, "a was paused", true
			}
			if wall != 0 {
				trials = append(trials, x)
			}
		}
	}
	base := tuning.Base(ways)
	slices.SortFunc(ways, func(a, b trial.Way) int { return a.Workers - b.Workers })
	return choice.Tabulate(ways, trials, choice.Setting{Jobs: 8, Cores: 4, Base: &base}), trials
}

func TestTheNumberFromWhichOnMoreGainsNothingIsRecommended(t *testing.T) {
	table, trials := sweep(map[int][]float64{
		1: {8, 8.1, 8.05}, 2: {4.1, 4.05, 4.1}, 4: {2.1, 2.12, 2.11}, 8: {2.1, 2.11, 2.12},
	})
	rec := tuning.Recommend(&table, trials, scaling.Time)
	if !rec.Found || rec.N != 4 {
		t.Errorf("%+v", rec)
	}
	if got := tuning.Headline(&rec, table.Columns); got != "Use -j 4: more at once does not pay." {
		t.Error(got)
	}
	if e := tuning.Efficiency(&table.Columns[2]); e.Mean < 0.9 || e.Mean > 1 {
		t.Errorf("efficiency of 4 workers: %+v", e)
	}
}

// TestWhatALoadCostsIsWhatTheTableShows has few workers start much that no job owns: that counts.
func TestWhatALoadCostsIsWhatTheTableShows(t *testing.T) {
	table, trials := sweep(map[int][]float64{1: {2, 2, 2}, 2: {1, 1, 1}})
	for i := range trials {
		if trials[i].Workers == 2 {
			trials[i].Paid = 40
		}
	}
	if rec := tuning.Recommend(&table, trials, scaling.Cost); rec.N != 1 {
		t.Errorf("2 workers cost 40 s, 1 costs 8, yet %d are recommended", rec.N)
	}
}

// TestEfficiencyIsOverTheFewestWorkers has a sweep begin at two workers: they are what all is held against.
func TestEfficiencyIsOverTheFewestWorkers(t *testing.T) {
	table, _ := sweep(map[int][]float64{2: {4, 4, 4}, 4: {2, 2, 2}, 8: {2, 2, 2}})
	for i, want := range []float64{1, 1, 0.5} {
		if e := tuning.Efficiency(&table.Columns[i]); e.Mean < want-0.001 || e.Mean > want+0.001 {
			t.Errorf("efficiency of %d workers: %v, want %v", table.Columns[i].Workers, e.Mean, want)
		}
	}
}

func TestThatItIsInconclusiveIsSaidOnce(t *testing.T) {
	table, trials := sweep(map[int][]float64{1: {8, 8}, 2: {4, 4}})
	rec := tuning.Recommend(&table, trials, scaling.Time)
	if rec.Found || tuning.Headline(&rec, table.Columns) != "Inconclusive." || !strings.HasPrefix(rec.Reasons[0], "1 worker had 2 rounds") {
		t.Errorf("%+v", rec)
	}
}

func TestMoreWorkersThanJobsAreNotSuggested(t *testing.T) {
	table, trials := sweep(map[int][]float64{1: {8, 8, 8}, 4: {2, 2, 2}, 8: {1, 1, 1}})
	rec := tuning.Recommend(&table, trials, scaling.Time)
	said := strings.Join(rec.Reasons, " ")
	if rec.N != 8 || rec.Open || strings.Contains(said, "may pay") || !strings.Contains(said, "More than 8 workers would have nothing to do") {
		t.Errorf("%+v", rec)
	}
	if got := tuning.Headline(&rec, table.Columns); got != "Use -j 8." {
		t.Error(got)
	}
	table.Jobs = 9
	if rec = tuning.Recommend(&table, trials, scaling.Time); !rec.Open || !strings.Contains(strings.Join(rec.Reasons, " "), "more may pay") {
		t.Errorf("%+v", rec)
	}
}

func TestOnlyRoundsThatAllLoadsHaveAreHeldAgainstEachOther(t *testing.T) {
	table, trials := sweep(map[int][]float64{1: {8, 8, 8, 8}, 2: {4, -4, 4, 4}, 4: {2, 2, 2, 0}})
	loads, _ := tuning.Loads(&table, trials)
	for _, l := range loads {
		if len(l.Walls) != 2 || len(l.CPU) != 2 || len(l.Peak) != 2 {
			t.Errorf("%s: %v, want the rounds 1 and 3", l.Name(), l.Walls)
		}
	}
}

func TestALoadOfWhichAJobFailedIsLeftOutWithItsError(t *testing.T) {
	table, trials := sweep(map[int][]float64{1: {8, 8, 8}, 2: {4, 4, 4}, 4: {2, 2, 2}})
	trials = append(trials, trial.Trial{Way: table.Columns[2].Way, Error: "a failed: out of memory"})
	table = choice.Tabulate([]trial.Way{table.Columns[0].Way, table.Columns[1].Way, table.Columns[2].Way}, trials, table.Setting)
	rec := tuning.Recommend(&table, trials, scaling.Time)
	want := "4 workers are left out: a failed: out of memory."
	if rec.N != 2 || !rec.Found || !slices.Contains(rec.Reasons, want) {
		t.Errorf("%+v", rec)
	}
}

func TestWhatIsUnknownOfOneTrialIsUnknownOfTheLoad(t *testing.T) {
	table, trials := sweep(map[int][]float64{1: {8, 8, 8}, 2: {4, 4, 4}})
	trials[1].CPU, trials[1].PeakPSS = -1, -1
	loads, _ := tuning.Loads(&table, trials)
	n := 0
	for _, l := range loads {
		if l.CPU == nil && l.Peak == nil {
			n++
		}
	}
	if n != 1 {
		t.Errorf("unknown of %d loads: %+v", n, loads)
	}
}

func TestHeadlines(t *testing.T) {
	four, shape := trial.Way{Workers: 4}, trial.Way{Workers: 8, Interpreters: 2}
	columns := []choice.Column{{Way: four}, {Way: shape}}
	for want, rec := range map[string]scaling.Recommendation{
		"Inconclusive.":                         {},
		"Inconclusive; the best guess is -j 4.": {N: 4},
		"Use -j 4.":                             {N: 4, Found: true, Target: scaling.Time},
		"Use --as hybrid -j 8 --interpreters 2, for the least memory.": {N: 8, Label: "2x4", Found: true, Target: scaling.Memory},
		"Use -j 4, for the least CPU time × wall time.":                {N: 4, Found: true, Target: scaling.Cost},
	} {
		if got := tuning.Headline(&rec, columns); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestEveryFigureIsThere(t *testing.T) {
	var names []string
	for _, f := range tuning.Figures() {
		names = append(names, f.Name)
	}
	if got := fmt.Sprint(names); got != "[wall time speed-up efficiency CPU inflation GIL wait peak memory]" {
		t.Error(got)
	}
}
