package choice_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/stats"
	"parallax/monitor/verdict/trial"
	"parallax/runner"
)

var (
	serial    = trial.Way{Model: runner.Processes, Serial: true, Workers: 1}
	threads   = trial.Way{Model: runner.Threads, Workers: 4}
	processes = trial.Way{Model: runner.Processes, Workers: 4}
	hybrid    = trial.Way{Model: runner.Hybrid, Workers: 4, Interpreters: 2}
)

// one is a trial of which all is known.
func one(w trial.Way, round int, wall, cpu float64) trial.Trial {
	return trial.Trial{
		Way: w, Round: round, Wall: wall, CPU: cpu, Live: 20, WaitCore: 1, WaitGIL: 2, PeakPSS: 100, Switches: 50,
		Foreign: 0.5, Stolen: 0.02, Throttled: 0.04, Jobs: 4, Succeeded: 4,
	}
}

// two is a baseline of 8 s and threads of 4 s on average, in three rounds.
func two() []trial.Trial {
	return []trial.Trial{
		one(serial, 0, 99, 99), one(threads, 0, 99, 99),
		one(serial, 1, 7, 6), one(threads, 1, 3.5, 6),
		one(serial, 2, 8, 6), one(threads, 2, 4, 6.6),
		one(serial, 3, 9, 6), one(threads, 3, 4.5, 7.2),
	}
}

func near(t *testing.T, name string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-6*max(1, math.Abs(want)) {
		t.Errorf("%s is %v, want %v", name, got, want)
	}
}

func TestATableIsOfTheTrialsThatCount(t *testing.T) {
	setting := choice.Setting{Jobs: 4, Cores: 2, Startup: func(w trial.Way) (stats.Estimate, bool) {
		return stats.Mean([]float64{0.04}), w == threads
	}}
	got := choice.Tabulate([]trial.Way{serial, threads}, two(), setting)
	if got.Rounds != 3 || len(got.Columns) != 2 || got.Usable() != 2 {
		t.Fatalf("%d rounds, %d columns, %v cores; want 3, 2, 2", got.Rounds, len(got.Columns), got.Usable())
	}
	c := got.Columns[1]
	near(t, "wall", c.Wall.Mean, 4)
	near(t, "parallelism", c.Parallelism.Mean, (6/3.5+6.6/4+7.2/4.5)/3)
	near(t, "CPU", c.CPU.Mean, 6.6)
	near(t, "speed-up", c.Speedup.Mean, 2)
	near(t, "low speed-up", c.Speedup.Low, 2) // the noise of each round hits both, and cancels
	near(t, "inflation", c.Inflation.Mean, 1.1)
	near(t, "serial part", c.SerialPart.Mean, 0) // (1/2 - 1/2)/(1 - 1/2)
	near(t, "on a core", c.OnCore.Mean, 0.33)    // of 20 s
	near(t, "wait for a core", c.WaitCore.Mean, 0.05)
	near(t, "wait for the GIL", c.WaitGIL.Mean, 0.1)
	near(t, "memory", c.Memory.Mean, 100)
	near(t, "switches", c.Switches.Mean, (50/3.5+50/4.+50/4.5)/3)
	near(t, "start-up", c.Startup.Mean, 0.04)
	near(t, "foreign", c.Foreign, 0.5)
	near(t, "stolen", c.Stolen, 0.02)
	near(t, "throttled", c.Throttled, 0.04)
	if got.Columns[0].Startup.N != 0 || got.Columns[0].SerialPart.N != 0 {
		t.Error("the baseline has a start-up or a serial part, though neither was measured")
	}
}

func TestNoMoreCoresCountThanJobsRunAtOnce(t *testing.T) {
	for _, c := range []struct {
		jobs, workers int
		cores, want   float64
	}{{8, 0, 4, 4}, {3, 0, 4, 3}, {8, 2, 4, 2}, {1, 2, 4, 1}, {8, 8, 1.5, 1.5}, {8, 8, 0.5, 1}} {
		s := choice.Setting{Jobs: c.jobs, Workers: c.workers, Cores: c.cores}
		if got := s.Usable(); got != c.want {
			t.Errorf("%+v: %v, want %v", c, got, c.want)
		}
	}
}

func TestTheSerialPartTurnsTheBoundsOfTheSpeedUpAround(t *testing.T) {
	trials := two()
	trials[3].Wall = 5
	got := choice.Tabulate([]trial.Way{serial, threads}, trials, choice.Setting{Jobs: 4, Cores: 2})
	e, s := got.Columns[1].SerialPart, got.Columns[1].Speedup
	near(t, "low", e.Low, 2/s.High-1)
	near(t, "high", e.High, 2/s.Low-1)
	if !(e.Low < e.Mean && e.Mean < e.High) {
		t.Errorf("%+v is no interval", e)
	}
}

func TestOfOneRoundTheBoundsOfTheSerialPartAreNotKnown(t *testing.T) {
	serial, two := trial.Way{Model: runner.Processes, Serial: true, Workers: 1}, trial.Way{Model: runner.Processes, Workers: 2}
	got := choice.Tabulate([]trial.Way{serial, two}, []trial.Trial{{Way: serial, Round: 1, Wall: 2}, {Way: two, Round: 1, Wall: 1.2}}, choice.Setting{Jobs: 2, Cores: 2})
	if e := got.Columns[1].SerialPart; e.N != 1 || e.Known() || e.Mean <= 0 {
		t.Errorf("%+v; the speed-up is %+v", e, got.Columns[1].Speedup)
	}
}

func TestOneCoreHasNoSerialPart(t *testing.T) {
	got := choice.Tabulate([]trial.Way{serial, threads}, two(), choice.Setting{Jobs: 4, Cores: 1})
	if e := got.Columns[1].SerialPart; e.N != 0 {
		t.Errorf("%+v, though on one core nothing tells it", e)
	}
}

func TestWhatIsNotKnownInOneTrialIsNotKnown(t *testing.T) {
	trials := two()
	for i := range trials {
		if trials[i].Round == 2 {
			trials[i].CPU, trials[i].WaitGIL, trials[i].PeakPSS, trials[i].Switches, trials[i].Foreign = -1, -1, -1, -1, -1
		}
	}
	c := choice.Tabulate([]trial.Way{serial, threads}, trials, choice.Setting{Jobs: 4, Cores: 2}).Columns[1]
	for name, e := range map[string]stats.Estimate{
		"CPU": c.CPU, "parallelism": c.Parallelism, "inflation": c.Inflation, "wait for the GIL": c.WaitGIL,
		"memory": c.Memory, "switches": c.Switches, "on a core": c.OnCore,
	} {
		if e.N != 0 {
			t.Errorf("%s: %+v", name, e)
		}
	}
	near(t, "foreign, of the trials that tell", c.Foreign, 0.5)
	near(t, "speed-up", c.Speedup.Mean, 2)
}

func TestAWayWithAFailedJobIsOut(t *testing.T) {
	for _, round := range []int{0, 2} {
		trials := append(two(), trial.Trial{Way: threads, Round: round, Error: "b failed: exit status 3"})
		got := choice.Tabulate([]trial.Way{serial, threads, processes}, trials, choice.Setting{Jobs: 4, Cores: 2})
		c := got.Columns[1]
		if c.Counts() || !c.Failed || c.Error != "b failed: exit status 3" || got.Of(runner.Threads) != nil {
			t.Errorf("round %d: counts %v, failed %v, %q", round, c.Counts(), c.Failed, c.Error)
		}
		if c := got.Columns[2]; c.Counts() || c.Failed || c.Error != "" || got.Rounds != 0 {
			t.Errorf("a way without a trial counts: %+v, %d rounds", c, got.Rounds)
		}
	}
}

func TestATrialThatTheUserSpoiltDoesNotCount(t *testing.T) {
	trials := two()
	trials[5].Error, trials[5].Broken = "b was paused", true
	got := choice.Tabulate([]trial.Way{serial, threads}, trials, choice.Setting{Jobs: 4, Cores: 2})
	c := got.Columns[1]
	if !c.Counts() || c.Trials != 2 || got.Rounds != 2 || !slices.Equal(c.Laps, []choice.Lap{{Round: 1, Wall: 3.5}, {Round: 3, Wall: 4.5}}) {
		t.Errorf("%d trials, %d rounds, %v", c.Trials, got.Rounds, c.Laps)
	}
	if r := choice.Ratio(&got.Columns[0], &c); r.N != 2 || math.Abs(r.Mean-2) > 1e-9 {
		t.Errorf("%+v, want 2 of 2 rounds", r)
	}
}

func TestARatioIsOfTheRoundsThatBothHave(t *testing.T) {
	a := choice.Column{Laps: []choice.Lap{{1, 2}, {2, 4}, {4, 6}}}
	b := choice.Column{Laps: []choice.Lap{{2, 1}, {3, 9}, {4, 4}}}
	if r := choice.Ratio(&a, &b); r.N != 2 || math.Abs(r.Mean-2) > 1e-9 { // (4+6)/(1+4)
		t.Errorf("%+v, want 2", r)
	}
	if r := choice.Ratio(&a, &choice.Column{}); r.N != 0 {
		t.Errorf("%+v of no round", r)
	}
}

func TestTheBestIsMarkedWhereItIsSeenToBeBetter(t *testing.T) {
	figures := map[string]choice.Figure{}
	for _, f := range choice.Figures() {
		figures[f.Key] = f
	}
	col := func(w trial.Way, wall, speedup, gil float64) choice.Column {
		e := func(v float64) stats.Estimate { return stats.Estimate{Mean: v, Low: v, High: v, N: 3} }
		return choice.Column{Way: w, Trials: 3, Wall: e(wall), Speedup: e(speedup), WaitGIL: e(gil), Switches: e(wall)}
	}
	table := choice.Table{Columns: []choice.Column{
		col(serial, 1, 9, 0), col(threads, 4, 2, 0.304), col(processes, 2.001, 4, 0.301), col(hybrid, 2.004, 3, 0.5),
	}}
	for key, want := range map[string]int{"wall_s": -1, "speedup": 2, "gil_wait": -1, "switches_per_s": -1, "startup_s": -1} {
		if got, ok := table.Best(figures[key]); got != want || ok != (want >= 0) {
			t.Errorf("%s: %d, %v; want %d", key, got, ok, want)
		}
	}
	table.Columns[3].Error = "failed"
	if got, ok := table.Best(figures["wall_s"]); got != 2 || !ok {
		t.Errorf("%d, %v; want 2: what is out ties with nobody", got, ok)
	}
	table.Columns[2].Trials = 0
	if got, ok := table.Best(figures["wall_s"]); ok {
		t.Errorf("%d is best of one", got)
	}
}

func TestTheBestIsNotOneByChance(t *testing.T) {
	figures := map[string]choice.Figure{}
	for _, f := range choice.Figures() {
		figures[f.Key] = f
	}
	best := func(name string, table *choice.Table, key string, want int) {
		t.Helper()
		if got, ok := table.Best(figures[key]); got != want || ok != (want >= 0) {
			t.Errorf("%s: %s: %d, %v; want %d", name, key, got, ok, want)
		}
	}
	apart := func(n int) *choice.Table { return table(n, pureSerial, pureThreads, pureProcesses) }
	best("clear", apart(5), "wall_s", 2)
	best("clear", apart(5), "speedup", 2)
	best("clear", apart(5), "parallelism", 2)
	best("of one round", apart(1), "wall_s", -1)
	best("of one round", apart(1), "parallelism", -1)
	close := but(pureThreads, func(r *ran) { r.wall = 4.3 })
	best("noise", table(5, pureSerial, noisy(close, 0.2), noisy(pureProcesses, 0.2)), "wall_s", -1)
	best("noise", table(5, pureSerial, noisy(close, 0.2), noisy(pureProcesses, 0.2)), "parallelism", -1)
	best("a third that is as good", table(5, pureSerial, pureThreads, noisy(pureProcesses, 0.2), noisy(pureHybrid, 0.2)), "wall_s", -1)
	waits := func(on float64) *choice.Table {
		return table(5, but(pureSerial, func(r *ran) { r.on, r.core = on, 0 }), pureThreads, pureProcesses)
	}
	best("jobs that wait", waits(0.05), "parallelism", -1)
	best("jobs that wait", waits(0.05), "wall_s", 2)
	// Rounds that go up and down together: the intervals overlap, their ratio is known well.
	together := choice.Table{Columns: []choice.Column{{Way: threads}, {Way: processes}}}
	for i := range together.Columns {
		c := &together.Columns[i]
		c.Trials, c.Wall = 3, stats.Mean([]float64{4 - float64(i), 8 - 2*float64(i), 12 - 3*float64(i)})
		for round := range 3 {
			c.Laps = append(c.Laps, choice.Lap{Round: round, Wall: float64((4 - i) * (round + 1))})
		}
	}
	best("paired", &together, "wall_s", 1)
}

// Whatever was measured, and in whatever order it is told: intervals hold their value, and the same
// trials give the same table.
func TestTablesOfAnyTrials(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	ways := []trial.Way{serial, threads, processes}
	for range 300 {
		var trials []trial.Trial
		for round := range 1 + r.IntN(6) {
			for _, w := range ways {
				x := one(w, round, 0.01+10*r.Float64(), 10*r.Float64())
				x.Live, x.WaitGIL = 20*r.Float64(), 6*r.Float64()-1
				if r.IntN(8) == 0 {
					x.Error, x.Broken = "b was paused", r.IntN(2) == 0
				}
				trials = append(trials, x)
			}
		}
		setting := choice.Setting{Jobs: 1 + r.IntN(8), Cores: 0.5 + 4*r.Float64()}
		got := choice.Tabulate(ways, trials, setting)
		r.Shuffle(len(trials), func(i, j int) { trials[i], trials[j] = trials[j], trials[i] })
		again := choice.Tabulate(ways, trials, setting)
		for i := range got.Columns {
			c := &got.Columns[i]
			for _, f := range choice.Figures() {
				e := f.Of(c)
				if e.N > 0 && !(e.Low <= e.Mean && e.Mean <= e.High) {
					t.Fatalf("%s of %s: %+v is no interval", f.Key, c.Name(), e)
				}
				if a := f.Of(&again.Columns[i]); math.Abs(a.Mean-e.Mean) > 1e-9*math.Abs(e.Mean) || a.N != e.N {
					t.Fatalf("%s of %s: %+v, and in another order %+v", f.Key, c.Name(), e, a)
				}
			}
			if sum := c.OnCore.Mean + c.WaitCore.Mean + c.WaitGIL.Mean; sum > 1+1e-9 {
				t.Fatalf("%s has %v of its time", c.Name(), sum)
			}
		}
	}
}
