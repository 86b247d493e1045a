package choice_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/stats"
	"parallax/monitor/verdict/trial"
	"parallax/runner"
)

var (
	subs     = trial.Way{Model: runner.Interpreters, Workers: 4}
	routines = trial.Way{Model: runner.Goroutines, Workers: 4}
)

const mib = 1 << 20

// ran is how a way went on average. Shares are of the jobs' time.
type ran struct {
	way             trial.Way
	wall, cpu       float64
	on, core, gil   float64
	memory, startup float64 // MiB; seconds, 0 not measured
	noise           float64 // by which its rounds differ, each to its own side
	foreign         float64
	err             string
}

// table is of so many rounds of each, with four jobs on two cores.
func table(n int, all ...ran) *choice.Table {
	return tableOf(choice.Setting{Jobs: 4, Cores: 2}, n, all...)
}

func tableOf(in choice.Setting, n int, all ...ran) *choice.Table {
	var ways []trial.Way
	var trials []trial.Trial
	startups := map[trial.Way]float64{}
	for k, r := range all {
		ways = append(ways, r.way)
		if r.startup > 0 {
			startups[r.way] = r.startup
		}
		if r.err != "" {
			trials = append(trials, trial.Trial{Way: r.way, Round: 1, Error: r.err})
			continue
		}
		for round := 1; round <= n; round++ {
			// Rounds lie on both sides of the mean; the ways are out of step, so that it does not cancel.
			wave := [...]float64{1, -1, 0.5, -0.5, 0}[(round+2*k)%5]
			noise := 0.01
			if r.noise > 0 {
				noise = r.noise
			}
			f := 1 + noise*wave
			live := r.cpu / r.on
			trials = append(trials, trial.Trial{
				Way: r.way, Round: round, Wall: r.wall * f, CPU: r.cpu, Live: live, WaitCore: r.core * live, WaitGIL: r.gil * live,
				PeakPSS: int64(r.memory * mib), Switches: 10, Foreign: r.foreign, Jobs: in.Jobs, Succeeded: in.Jobs,
			})
		}
	}
	in.Startup = func(w trial.Way) (stats.Estimate, bool) {
		return stats.Mean([]float64{startups[w], startups[w]}), startups[w] > 0
	}
	t := choice.Tabulate(ways, trials, in)
	return &t
}

// Four scripts of pure Python that compute for 2 s each.
var (
	pureSerial    = ran{way: serial, wall: 8.1, cpu: 8, on: 0.99, core: 0.005, memory: 10}
	pureThreads   = ran{way: threads, wall: 8.3, cpu: 8.2, on: 0.25, core: 0.11, gil: 0.62, memory: 15, startup: 0.03}
	pureProcesses = ran{way: processes, wall: 4.2, cpu: 8.1, on: 0.49, core: 0.50, memory: 44, startup: 0.06}
	pureSubs      = ran{way: subs, wall: 4.3, cpu: 8.2, on: 0.49, core: 0.50, memory: 58, startup: 0.09}
	pureHybrid    = ran{way: hybrid, wall: 4.25, cpu: 8.2, on: 0.49, core: 0.02, gil: 0.48, memory: 28, startup: 0.05}
)

// numbers looks for a number in every sentence.
var numbers = regexp.MustCompile(`[0-9]`)

// check is true of every verdict.
func check(t *testing.T, v choice.Verdict) {
	t.Helper()
	for _, list := range [][]string{v.Reasons, v.Changes, v.Doubts} {
		for _, s := range list {
			if !numbers.MatchString(s) || !strings.HasSuffix(s, ".") || strings.Contains(s, "NaN") || strings.Contains(s, "Inf") || strings.Contains(s, "%!") || strings.Contains(s, "..") {
				t.Errorf("%q is no sentence with a number", s)
			}
		}
	}
	if v.Headline == "" || len(v.Reasons) == 0 {
		t.Errorf("no headline or no reason: %+v", v)
	}
	if strings.HasPrefix(v.Headline, "Inconclusive") == v.Conclusive() || v.Suggested != strings.HasPrefix(v.Headline, "The figures suggest") {
		t.Errorf("%q, model %q, suggested %v", v.Headline, v.Model, v.Suggested)
	}
}

func all(v choice.Verdict) string {
	out := v.Headline + "\n" + string(v.Bound)
	for _, list := range [][]string{v.Reasons, v.Changes, v.Doubts} {
		out += "\n" + strings.Join(list, "\n")
	}
	return out
}

// decided judges a table and asks that the verdict has each of the texts, or with - in front has not.
func decided(t *testing.T, table *choice.Table, has ...string) choice.Verdict {
	t.Helper()
	v := choice.Decide(table)
	check(t, v)
	text := all(v)
	for _, want := range has {
		if not, found := strings.CutPrefix(want, "-"); strings.Contains(text, not) == found {
			t.Errorf("want %q in:\n%s", want, text)
		}
	}
	return v
}

func but(r ran, change func(*ran)) ran {
	change(&r)
	return r
}

func noisy(r ran, noise float64) ran { return but(r, func(r *ran) { r.noise = noise }) }

func TestWhatIsChosen(t *testing.T) {
	for _, c := range []struct {
		name  string
		table *choice.Table
		has   []string
	}{
		{
			"pure Python", table(5, pureSerial, pureThreads, pureSubs, pureProcesses, pureHybrid),
			[]string{
				"Use processes.", "\ngil\n", "they waited for the GIL 62 % of their time.",
				"Four processes finished 1.98× sooner than four threads (4.20 s against 8.30 s, 95 % interval ", ", 5 rounds) and used 29 MiB more.",
				"Threads gained nothing over running the jobs one after the other (0.98×): the GIL let one of them run at a time",
				"Two interpreters of up to two threads finished no sooner (4.25 s against 4.20 s",
				"With jobs that compute for less than 15 ms threads would win: starting four processes costs 60 ms here, four threads 30 ms.",
				"More than two workers should not help: 1.93 of 2 cores were busy",
				"In a Python without a GIL threads could keep up to 2 cores busy, instead of 0.99.",
				"4 cores, one for each job at once, should do it about",
			},
		},
		{
			"interpreters clearly faster", table(5, pureSerial, pureThreads, but(pureSubs, func(r *ran) { r.wall = 3.5 }), pureProcesses),
			[]string{"Use interpreters.", "Four subinterpreters finished 1.20× sooner than four processes"},
		},
		{
			"sha256", table(5,
				ran{way: serial, wall: 4, cpu: 3.95, on: 0.98, core: 0.01, memory: 30},
				ran{way: threads, wall: 2.02, cpu: 3.95, on: 0.5, core: 0.47, gil: 0.02, memory: 80},
				ran{way: processes, wall: 2.01, cpu: 3.96, on: 0.5, core: 0.49, memory: 110}),
			[]string{
				"Use threads.", "\ncpu\n", "Four processes were only 1.00× quicker (2.01 s against 2.02 s",
				"and used 30 MiB more.", "Four threads kept 1.96 cores busy: their work lets go of the GIL.",
			},
		},
		{
			"sleepers", table(5,
				ran{way: serial, wall: 8, cpu: 0.1, on: 0.0125, memory: 10},
				ran{way: threads, wall: 2.1, cpu: 0.1, on: 0.0125, gil: 0.001, memory: 14},
				ran{way: processes, wall: 2.12, cpu: 0.2, on: 0.025, memory: 44}),
			[]string{
				"Use threads.", "\nio\n", "blocked 99 % and computed 1.2 %", "3.81× sooner",
				"-something slowed the baseline down", "for some 100 at once",
			},
		},
		{
			"mixed", table(5, mixed(1.1)...),
			[]string{
				"Use hybrid.", "\nmixed\n", "The jobs compute and wait: 50 % of one and 50 % of the other", "-More than two workers",
			},
		},
		{"mixed, hybrid a little slower and larger", table(5, larger(mixed(1.11), 50)...), []string{"Use processes.", "\nmixed\n"}},
		{"mixed, hybrid a little slower", table(5, mixed(1.11)...), []string{"Use hybrid.", "\nmixed\n"}},
		{"mixed, hybrid clearly slower", table(5, mixed(1.5)...), []string{"Use processes.", "\nmixed\n"}},
		{
			"5 ms jobs", tableOf(choice.Setting{Jobs: 40, Cores: 2}, 5,
				ran{way: serial, wall: 1.2, cpu: 1, on: 0.95, core: 0.01, memory: 10},
				ran{way: threads, wall: 0.3, cpu: 0.28, on: 0.5, core: 0.05, gil: 0.4, memory: 15, startup: 0.03},
				ran{way: processes, wall: 0.65, cpu: 1.1, on: 0.6, core: 0.35, memory: 44, startup: 0.06}),
			[]string{
				"Use threads.", "The jobs are short: starting and ending four processes with nothing to do takes 60 ms, and 40 jobs come in ten waves of that: 0.60 s, 92 % of the 0.65 s that they took.",
				"With jobs that compute for more than 15 ms processes would win",
			},
		},
		{
			"goroutines", table(5, pureSerial, but(pureProcesses, func(r *ran) { r.way = routines; r.memory = 5 }), pureProcesses),
			[]string{"Use goroutines.", "\ncpu\n"},
		},
		{
			"no GIL", tableOf(choice.Setting{Jobs: 4, Cores: 2, NoGIL: true}, 5, pureSerial,
				but(pureProcesses, func(r *ran) { r.way = threads }), pureProcesses),
			[]string{"Use threads.", "\ncpu\n", "this Python has no GIL", "-lets go of"},
		},
		{
			"only processes can", table(5, pureSerial, pureProcesses),
			[]string{"Run them side by side, as processes.", "\ncpu\n", "1.93× sooner (95 % interval", "with 1.93 of 2 cores busy"},
		},
		{
			"only processes can, and it does not pay", table(5, pureSerial, but(pureProcesses, func(r *ran) { r.wall = 8.2 })),
			[]string{"Run them one after the other.", "at best four processes took 8.20 s, one after the other took 8.10 s (0.99×"},
		},
		{
			"a GIL, and only threads", table(5, pureSerial, pureThreads),
			[]string{"Run them one after the other.", "\ngil\n"},
		},
	} {
		t.Run(c.name, func(t *testing.T) { decided(t, c.table, c.has...) })
	}
}

func TestWhatIsNotSure(t *testing.T) {
	equal := but(pureThreads, func(r *ran) { r.wall, r.gil = 4.25, 0.05 })
	for _, c := range []struct {
		name  string
		table *choice.Table
		has   []string
	}{
		{
			"two rounds suggest", table(2, pureSerial, pureThreads, pureProcesses),
			[]string{"The figures suggest processes.", "2 rounds, of 3 that a recommendation needs"},
		},
		{
			"so does one", table(1, pureSerial, pureThreads, pureProcesses),
			[]string{"The figures suggest processes.", "(4.24 s against 8.26 s, 1 round)", "1 round, of 3"},
		},
		{
			"one round, and not far apart", table(1, pureSerial, but(pureThreads, func(r *ran) { r.wall = 5 }), pureProcesses),
			[]string{"Inconclusive between threads and processes.", "1 round can be off by 1.50×."},
		},
		{
			"spread too much", table(5, pureSerial, noisy(but(pureThreads, func(r *ran) { r.wall = 5 }), 0.15), noisy(pureProcesses, 0.15)),
			[]string{"Inconclusive between threads and processes.", "that does not say whether it is more than 1.05×.", "\n5 more rounds should tell them apart: --rounds 10, or + on the screen."},
		},
		{
			"spread so much that rounds do not help", table(5, pureSerial, noisy(but(pureThreads, func(r *ran) { r.wall = 4.5 }), 0.6), noisy(pureProcesses, 0.6)),
			[]string{"Inconclusive between threads and processes.", "Even 20 more rounds would hardly"},
		},
		{
			"a tie within noise, both far ahead of the baseline", table(5, pureSerial, noisy(but(pureThreads, func(r *ran) { r.wall, r.gil = 4.5, 0.05 }), 0.12), noisy(pureProcesses, 0.12)),
			[]string{"The figures suggest threads.", "is not sure: the 95 % interval of the ratio 1.07 reaches from"},
		},
		{
			"as quick, and sure of it", table(5, pureSerial, noisy(equal, 0.1), noisy(pureProcesses, 0.1)),
			[]string{"Use threads.", "-is not sure"},
		},
		{
			"as quick, but it may be slower by a third", table(5, pureSerial, noisy(equal, 0.25), noisy(pureProcesses, 0.25)),
			[]string{"The figures suggest threads.", "That they are as quick as four processes is not sure"},
		},
		{
			"as quick, but it may be everything", table(5, but(pureSerial, func(r *ran) { r.wall = 40 }), noisy(equal, 0.7), noisy(pureProcesses, 0.7)),
			[]string{"Inconclusive between threads and processes."},
		},
		{
			"a baseline as quick as the rest, within noise", table(5, noisy(but(pureSerial, func(r *ran) { r.wall = 4.8 }), 0.2), noisy(pureProcesses, 0.2)),
			[]string{"Inconclusive whether running side by side gains anything.", "The jobs one after the other took 4.80 s, 1.14× as long as four processes with 4.20 s"},
		},
	} {
		t.Run(c.name, func(t *testing.T) { decided(t, c.table, c.has...) })
	}
}

func TestWhatMakesFiguresDoubtful(t *testing.T) {
	busy := func(r ran) ran {
		r.foreign, r.core = 1.1, min(r.core+0.3, 0.5)
		r.on = min(r.on, 0.49)
		return r
	}
	for _, c := range []struct {
		name  string
		table *choice.Table
		has   []string
	}{
		{
			"others hold the cores", table(5, busy(pureSerial), busy(pureThreads), busy(pureProcesses)),
			[]string{"The figures suggest processes.", "Other programs kept 1.1 of 2 cores busy meanwhile, and even one after the other, jobs that wanted a core were without one 38 % of that time"},
		},
		{
			"and differences are small", table(5, busy(pureSerial), busy(but(pureThreads, func(r *ran) { r.wall = 5.5 })), busy(pureProcesses)),
			[]string{"Inconclusive between threads and processes.", "while others hold the cores, less than 1.50× tells nothing."},
		},
		{
			"and it is not the GIL", table(5, busy(pureSerial), busy(but(pureThreads, func(r *ran) { r.gil = 0.05 })), busy(pureProcesses)),
			[]string{
				"Inconclusive between threads and processes.", "of the cores that they could have used and waited for the GIL only 5.0 % of their time",
				"Once other programs keep less than 0.4 of 2 cores busy, the same comparison can say more.",
			},
		},
		{
			"and hybrid may only have got fewer cores", table(5, busyAll(busy, mixed(1.9))...),
			[]string{"Inconclusive between hybrid and processes.", "\nmixed\n"},
		},
		{
			"others work on cores that jobs do not need", table(5, but(pureSerial, func(r *ran) { r.foreign = 1.1 }), pureThreads, pureProcesses),
			[]string{"Use processes.", "-Other programs"},
		},
		{
			"faster than cores explain", table(5, pureSerial, pureThreads, but(pureProcesses, func(r *ran) { r.wall = 3 })),
			[]string{"Four processes were 2.70× as fast as one after the other, which 2 cores cannot explain", "Four processes are said to have kept 2.70 cores busy, of 2"},
		},
		{
			"a baseline that idles", table(5, but(pureSerial, func(r *ran) { r.wall = 10 }), pureThreads, pureProcesses),
			[]string{"jobs that hardly wait kept 0.80 of a core busy"},
		},
	} {
		t.Run(c.name, func(t *testing.T) { decided(t, c.table, c.has...) })
	}
	t.Run("spoilt", func(t *testing.T) {
		tab := table(5, pureSerial, pureThreads, pureProcesses)
		tab.Columns[1].Stolen, tab.Columns[2].Throttled = 0.07, 0.3
		decided(t, tab, "The hypervisor took up to 7.0 % of the cores' time", "The quota of 2 cores held the jobs back up to 30 % of the time.")
	})
	t.Run("identity", func(t *testing.T) {
		tab := table(5, pureSerial, pureThreads, pureProcesses)
		tab.Columns[2].Parallelism.Mean = 1.5
		decided(t, tab, "The speed-up of four processes is 1.93× by its times, 1.50× by its CPU time")
	})
	t.Run("outliers", func(t *testing.T) {
		tab := table(5, pureSerial, pureThreads, pureProcesses)
		tab.Columns[1].Wall.Outliers = 1
		decided(t, tab, "1 of the 5 times of four threads lies far from the others.")
	})
}

func busyAll(busy func(ran) ran, all []ran) []ran {
	for i := range all {
		all[i] = busy(all[i])
	}
	return all
}

func TestWhatIsOut(t *testing.T) {
	failed := func(r ran) ran { return ran{way: r.way, err: "b failed: exit status 3"} }
	decided(t, table(5, pureSerial, failed(pureThreads), pureProcesses, pureSubs), "Use processes.", "b failed: exit status 3 (threads), so out of the ranking.")
	decided(t, table(5, failed(pureSerial), pureThreads, pureProcesses), "Use processes.", "\ngil\n", "b failed: exit status 3 (serial), so there is no speed-up.")
	v := decided(t, table(5, failed(pureSerial), failed(pureThreads), failed(pureProcesses)),
		"Inconclusive: no model ran all jobs to their end.", "\ninconclusive\n", "\nb failed: exit status 3 (serial, threads and processes).")
	if v.Conclusive() || strings.Count(all(v), "failed") != 1 {
		t.Errorf("%+v", v)
	}
	decided(t, table(5, failed(pureSerial), failed(pureThreads), but(failed(pureSubs), func(r *ran) { r.err = "c failed: exit status 1" }), pureProcesses),
		"b failed: exit status 3 (serial and threads), so out of the ranking and there is no speed-up.", "c failed: exit status 1 (interpreters), so out of the ranking.")
	decided(t, table(0, pureSerial, pureThreads), "Inconclusive: no round is whole yet.", "0 rounds count; a recommendation needs 3.")
}

func TestMemoryIsPartOfThePrice(t *testing.T) {
	in := choice.Setting{Jobs: 4, Cores: 2, Memory: 46 * mib}
	decided(t, tableOf(in, 5, pureSerial, pureThreads, pureProcesses, pureHybrid),
		"Use hybrid.", "Four processes held 44 MiB, of 46 MiB that were free: too much to be recommended.", "Memory holds about 6 of them at once: 7.0 MiB each")
	decided(t, tableOf(in, 5, pureSerial, pureProcesses), "Run them side by side, as processes.")
}

func TestOneJob(t *testing.T) {
	one := func(r ran) ran {
		r.wall, r.cpu, r.on, r.core, r.gil = r.cpu/4+0.01, r.cpu/4, 0.99, 0, 0
		return r
	}
	v := decided(t, tableOf(choice.Setting{Jobs: 1, Cores: 2}, 5, one(pureSerial), one(pureThreads), one(pureProcesses)),
		"Inconclusive: 1 job shows", "\ncpu\n", "As one thread it took 2.06 s and 1.02× the CPU time of a process by itself; starting and ending it costs 30 ms.")
	if v.Conclusive() {
		t.Errorf("%+v", v)
	}
}

func TestAGILThatIsNotMeasuredIsSeenByWhatThreadsGain(t *testing.T) {
	tab := table(5, pureSerial, pureThreads, pureProcesses)
	tab.Columns[1].WaitGIL = stats.Estimate{}
	decided(t, tab, "Use processes.", "\ngil\n", "the GIL let one of them run at a time.")
	tab = table(5, pureSerial, but(pureProcesses, func(r *ran) { r.way = threads }), pureProcesses)
	tab.Columns[1].WaitGIL = stats.Estimate{}
	decided(t, tab, "Use threads.", "\ncpu\n")
}

func TestWhatBlocksIsNotGuessedUnderLoad(t *testing.T) {
	tab := table(5, pureSerial, pureThreads, pureProcesses)
	for i := range tab.Columns {
		tab.Columns[i].WaitCore, tab.Columns[i].OnCore.Mean, tab.Columns[i].Foreign = stats.Estimate{}, 0.5, 1.2
	}
	decided(t, tab, "\ninconclusive\n")
	for i := range tab.Columns {
		tab.Columns[i].OnCore.N = 0
	}
	decided(t, tab, "\ninconclusive\n")
}

// Whatever the figures, the words hold: headline, reasons with numbers, no model that is out.
func TestAnyTableHasAVerdict(t *testing.T) {
	values := []float64{0.02, 0.5, 1, 1.04, 1.2, 3}
	for n := range 7 {
		for i, a := range values {
			for _, b := range values {
				in := choice.Setting{Jobs: 1 + (n+i)%5, Cores: []float64{1, 1.5, 2, 8}[i%4], Memory: int64(20+10*n) * mib}
				tab := tableOf(in, n,
					noisy(but(pureSerial, func(r *ran) { r.on, r.core = min(a, 1)/2+0.01, 0.3 }), b/10), noisy(but(pureThreads, func(r *ran) { r.wall = 2 * a }), b/5),
					but(pureProcesses, func(r *ran) { r.wall, r.foreign = 2*b, a }), but(pureHybrid, func(r *ran) { r.wall = a + b }),
				)
				v := choice.Decide(tab)
				t.Run(fmt.Sprintf("%d/%v/%v", n, a, b), func(t *testing.T) {
					check(t, v)
					if v.Conclusive() && !v.Serial && tab.Of(v.Model) == nil {
						t.Errorf("%s is out", v.Model)
					}
					if !v.Suggested && v.Conclusive() && n < 3 {
						t.Errorf("%s of %d rounds", v.Headline, n)
					}
				})
			}
		}
	}
}

// What is said of starting must be true of the numbers beside it.
func TestTheArithmeticOfStarting(t *testing.T) {
	took := func(jobs int, wall, startup float64) *choice.Table {
		slow := but(pureSerial, func(r *ran) { r.wall = 20 * wall })
		return tableOf(choice.Setting{Jobs: jobs, Cores: 2}, 5, slow, but(pureProcesses, func(r *ran) { r.wall, r.startup, r.way.Workers = wall, startup, 8 }))
	}
	decided(t, took(4, 0.15, 0.20), "The jobs are short: most of the time of four processes, 0.15 s, goes into starting.", "-0.20 s", "-100 %")
	decided(t, took(60, 3.71, 0.57), "The jobs are short: most of the time of 60 processes, 3.71 s, goes into starting.", "-100 %")
	decided(t, took(60, 5, 0.5), "starting and ending eight processes with nothing to do takes 0.50 s, and 60 jobs come in eight waves of that: 4.00 s, 80 % of the 5.00 s that they took.")
	decided(t, took(8, 0.25, 0.2), "starting and ending eight processes with nothing to do takes 0.20 s, 80 % of the 0.25 s that they took.")
}

// Four jobs of a few ms: threads wait for the start of their interpreter, processes for that of theirs.
func TestADifferenceOfStartingIsNoneOfRunning(t *testing.T) {
	short := ran{way: serial, wall: 0.5, cpu: 0.12, on: 0.9, core: 0.05, memory: 10}
	asThreads := ran{way: threads, wall: 0.62, cpu: 0.012, on: 0.6, core: 0.1, gil: 0.1, memory: 15, startup: 0.4}
	asProcesses := ran{way: processes, wall: 0.15, cpu: 0.11, on: 0.8, core: 0.15, memory: 44, startup: 0.2}
	decided(t, table(5, short, asThreads, asProcesses),
		"The figures suggest processes.", "Four processes finished 4.13× sooner than four threads",
		"what differs is what it costs to start: empty, four processes take 0.20 s and four threads 0.40 s; with more or longer jobs that no longer matters.",
		"With more jobs (about 20) threads would win: their interpreter is started once.")
	// The jobs are long: the start explains nothing.
	decided(t, table(5, pureSerial, but(pureThreads, func(r *ran) { r.startup = 0.4 }), pureProcesses), "Use processes.", "-what differs", "-With more jobs (about")
	// By 0.2 s as long jobs, where starting differs by 0.25 s; and by 0.3 s.
	long := func(wall float64) *choice.Table {
		return table(5, pureSerial, but(pureThreads, func(r *ran) { r.wall, r.startup = wall, 0.3 }), but(pureProcesses, func(r *ran) { r.wall, r.startup = 2, 0.05 }))
	}
	decided(t, long(2.2), "The figures suggest processes.", "what differs is what it costs to start")
	decided(t, long(2.3), "Use processes.", "-what differs")
}

func TestASpeedUpAboveTheCoresIsOfStartsThatAreSpared(t *testing.T) {
	many := ran{way: serial, wall: 4, cpu: 3.8, on: 0.97, core: 0.01, memory: 10}
	quick := ran{way: threads, wall: 0.492, cpu: 0.24, on: 0.5, core: 0.02, gil: 0.1, memory: 15}
	dear := ran{way: processes, wall: 2.1, cpu: 3.8, on: 0.5, core: 0.48, memory: 44}
	in := choice.Setting{Jobs: 60, Cores: 2}
	decided(t, tableOf(in, 5, many, quick, dear), "Use threads.", "8.13× sooner", "; more than 2 cores can give is of interpreters that need not be started: CPU inflation 0.06×, with 0.49 of 2 cores busy.")
	decided(t, tableOf(in, 5, many, but(quick, func(r *ran) { r.cpu, r.wall = 3.6, 1.95 }), dear), "-need not be started")
}

// Sleeps of 0.1 s: what computes is the start of each Python.
func TestShortSleepersWait(t *testing.T) {
	sleeps := func(startup float64) *choice.Table {
		return table(5,
			ran{way: serial, wall: 0.75, cpu: 0.3, on: 0.43, core: 0.005, memory: 10},
			ran{way: threads, wall: 0.25, cpu: 0.01, on: 0.02, memory: 14, startup: 0.1},
			ran{way: processes, wall: 0.3, cpu: 0.3, on: 0.4, core: 0.1, memory: 44, startup: startup})
	}
	decided(t, sleeps(0.13), "Use threads.", "\nio\n", "blocked 91 % and computed 9.2 % (one after the other, without the start of each Python)")
	decided(t, sleeps(0.01), "\nmixed\n", "The jobs compute and wait")
	decided(t, sleeps(0), "\nmixed\n", "43 % of one", "-without the start")
}

// What is shown of two rounds and what is made of them must be the same: an interval from 0.2 to 5 suggests nothing.
func TestTwoRoundsThatLieApartSuggestNothing(t *testing.T) {
	quick := but(pureThreads, func(r *ran) { r.wall, r.gil = 3.6, 0.05 })
	decided(t, table(2, pureSerial, noisy(quick, 0.12), noisy(pureProcesses, 0.12)),
		"Inconclusive between threads and processes.", "Four threads took ", "2 rounds that lie so far apart tell nothing.")
	decided(t, table(2, pureSerial, quick, pureProcesses), "The figures suggest threads.")
	// So with any number of rounds.
	decided(t, table(5, but(pureSerial, func(r *ran) { r.wall = 40 }), noisy(quick, 0.9), noisy(pureProcesses, 0.9)), "Inconclusive between threads and processes.")
	decided(t, table(5, pureSerial, noisy(quick, 0.45), noisy(pureProcesses, 0.45)), "The figures suggest threads.", "That they are as quick as four processes is not sure")
	decided(t, table(5, pureSerial, noisy(quick, 0.1), noisy(pureProcesses, 0.1)), "Use threads.")
}
