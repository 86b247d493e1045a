// Package choice says which model to use: it makes a table of the trials of a comparison, and of the
// table a verdict. It is all pure functions; docs/compare.md explains the figures and the rules.
package choice

import (
	"math"
	"slices"

	"parallax/monitor/verdict/scaling"
	"parallax/monitor/verdict/stats"
	"parallax/monitor/verdict/trial"
	"parallax/runner"
)

// Setting is what a comparison is judged by beside its trials.
type Setting struct {
	Jobs int
	// Workers is how many jobs ran at once at most in ways that are no baseline; 0: as many as there are.
	Workers int
	Cores   float64 // whose time the runs could use: a quota can make it a fraction
	Memory  int64   // bytes that were free on the machine before; 0 and -1: unknown
	NoGIL   bool    // the Python that runs the jobs as threads was built without one
	// Base is the way that speed-up and CPU inflation are over; nil for the serial one.
	Base *trial.Way
	// Startup says what it costs to start and end as many empty jobs in a way, in seconds; false where
	// that was not measured. nil: nowhere.
	Startup func(trial.Way) (stats.Estimate, bool)
}

// Usable is how many cores the jobs could keep busy: p of the formulas.
func (s Setting) Usable() float64 {
	atOnce := s.Jobs
	if s.Workers > 0 {
		atOnce = min(atOnce, s.Workers)
	}
	return max(min(float64(atOnce), s.Cores), 1)
}

// Table is what was measured of each way.
type Table struct {
	Setting
	Columns []Column // in the order of the ways
	Rounds  int      // of which every way that is not out has a trial that counts
}

// Lap is the wall time of a way in a round, in seconds.
type Lap struct {
	Round int
	Wall  float64
}

// Column is what was measured of one way. An estimate with N = 0 was not measured. Times are in
// seconds, shares 0..1. It has a field for each row of the table that is shown, so it has many.
type Column struct {
	trial.Way
	Trials int    // that count
	Base   int    // how many jobs ran at once in the way that speed-up is over
	Error  string // why it is out of the ranking, or ""
	Failed bool   // it is out because a job of it failed, as told in Error
	Broken string // why a trial of it does not count though no job failed, or ""
	Laps   []Lap  // of the trials that count, by rounds: whatever two columns are held against each other by

	Wall        stats.Estimate
	Speedup     stats.Estimate // over the serial baseline; paired by rounds
	Parallelism stats.Estimate // cores kept busy on average
	CPU         stats.Estimate
	Inflation   stats.Estimate // CPU time over that of the serial baseline; paired by rounds
	SerialPart  stats.Estimate // Karp-Flatt: of the speed-up; above 1 it is contention
	OnCore      stats.Estimate // share of the jobs' time
	WaitCore    stats.Estimate // likewise
	WaitGIL     stats.Estimate // likewise
	Memory      stats.Estimate // peak PSS, bytes
	Startup     stats.Estimate // of as many empty jobs
	Switches    stats.Estimate // of context, for each second of wall time

	Other     string  // the newest run in which the jobs printed what they never print one after the other, or ""
	Foreign   float64 // cores that other programs had, on average; -1 unknown
	Stolen    float64 // share of the cores' time; -1 unknown
	Throttled float64 // share of the time; -1 unknown
}

// Counts reports whether the way is in the ranking.
func (c *Column) Counts() bool { return c.Error == "" && c.Trials > 0 }

// Ratio is the wall time of a way over that of another, of the rounds in which both have a trial that
// counts; without one, N is 0.
func Ratio(of, over *Column) stats.Estimate {
	var xs, ys []float64
	for _, x := range of.Laps {
		at := slices.IndexFunc(over.Laps, func(y Lap) bool { return y.Round == x.Round })
		if at >= 0 && x.Wall > 0 && over.Laps[at].Wall > 0 {
			xs, ys = append(xs, x.Wall), append(ys, over.Laps[at].Wall)
		}
	}
	if len(xs) == 0 {
		return stats.Estimate{}
	}
	return stats.PairedRatio(xs, ys)
}

// base reports whether a way is what the others are held against.
func (s Setting) base(w trial.Way) bool {
	if s.Base != nil {
		return w == *s.Base
	}
	return w.Serial
}

// Serial returns the baseline, or nil where there is none or it is out.
func (t *Table) Serial() *Column {
	return t.find(func(c *Column) bool { return c.Serial })
}

// Of returns the way of a model that is in the ranking, or nil.
func (t *Table) Of(m runner.Model) *Column {
	return t.find(func(c *Column) bool { return !c.Serial && c.Model == m })
}

func (t *Table) find(is func(*Column) bool) *Column {
	for i := range t.Columns {
		if c := &t.Columns[i]; c.Counts() && is(c) {
			return c
		}
	}
	return nil
}

// Tabulate makes the table of the trials of some ways. Trials of other ways are passed over. A way of
// which a job failed in any round, the warm-up too, is out. A trial that the user spoilt does not count.
func Tabulate(ways []trial.Way, trials []trial.Trial, in Setting) Table {
	t := Table{Setting: in}
	var base []trial.Trial
	for _, w := range ways {
		if in.base(w) {
			base = counting(w, trials)
		}
	}
	for _, w := range ways {
		c := column(w, trials, base, in)
		c.Other = printsOther(w, trials)
		t.Columns = append(t.Columns, c)
	}
	t.Rounds = -1
	for i := range t.Columns {
		if c := &t.Columns[i]; !c.Failed {
			if t.Rounds < 0 || c.Trials < t.Rounds {
				t.Rounds = c.Trials
			}
		}
	}
	t.Rounds = max(t.Rounds, 0)
	return t
}

// counting are the trials of a way that count, in the order of their rounds.
func counting(w trial.Way, trials []trial.Trial) []trial.Trial {
	var out []trial.Trial
	for _, t := range trials {
		if t.Way == w && t.Counts() {
			out = append(out, t)
		}
	}
	slices.SortStableFunc(out, func(a, b trial.Trial) int { return a.Round - b.Round })
	return out
}

func column(w trial.Way, trials, base []trial.Trial, in Setting) Column {
	own := counting(w, trials)
	c := Column{Way: w, Trials: len(own), Base: 1, Foreign: -1, Stolen: -1, Throttled: -1}
	if in.Base != nil {
		c.Base = max(in.Base.Workers, 1)
	}
	for _, t := range trials {
		switch {
		case t.Way != w || t.Error == "":
		case !t.Broken:
			c.Error, c.Failed = t.Error, true
		case t.Round > 0:
			c.Broken = t.Error
		}
	}
	for _, t := range own {
		c.Laps = append(c.Laps, Lap{t.Round, t.Wall})
	}
	c.Wall = mean(own, func(t *trial.Trial) float64 { return t.Wall })
	c.Parallelism = mean(own, (*trial.Trial).Parallelism)
	c.CPU = mean(own, (*trial.Trial).Cost)
	c.OnCore = mean(own, func(t *trial.Trial) float64 { return share(t, t.CPU) })
	c.WaitCore = mean(own, func(t *trial.Trial) float64 { return share(t, t.WaitCore) })
	c.WaitGIL = mean(own, func(t *trial.Trial) float64 { return share(t, t.WaitGIL) })
	c.Memory = mean(own, func(t *trial.Trial) float64 { return float64(t.PeakPSS) })
	c.Switches = mean(own, switchRate)
	if in.Startup != nil {
		if took, ok := in.Startup(w); ok {
			c.Startup = took
		}
	}
	c.Speedup = paired(base, own, func(t *trial.Trial) float64 { return t.Wall })
	c.Inflation = paired(own, base, (*trial.Trial).Cost)
	if !w.Serial {
		c.SerialPart = serialPart(c.Speedup, in.Usable())
	}
	c.doubts(own)
	return c
}

// doubts averages what makes the figures doubtful.
func (c *Column) doubts(own []trial.Trial) {
	c.Foreign = known(own, func(t *trial.Trial) float64 { return t.Foreign })
	c.Stolen = known(own, func(t *trial.Trial) float64 { return t.Stolen })
	c.Throttled = known(own, func(t *trial.Trial) float64 { return t.Throttled })
}

// known is the mean of a share in the trials in which it is known; -1 if it is so in none.
func known(trials []trial.Trial, of func(*trial.Trial) float64) float64 {
	n, sum := 0.0, 0.0
	for i := range trials {
		if x := of(&trials[i]); x >= 0 {
			n, sum = n+1, sum+x
		}
	}
	if n == 0 {
		return -1
	}
	return sum / n
}

// mean is the mean of a figure in the trials in which it is known; it is so where it is known in all.
func mean(trials []trial.Trial, of func(*trial.Trial) float64) stats.Estimate {
	xs := make([]float64, 0, len(trials))
	for i := range trials {
		x := of(&trials[i])
		if x < 0 {
			return stats.Estimate{}
		}
		xs = append(xs, x)
	}
	if len(xs) == 0 {
		return stats.Estimate{}
	}
	return stats.Mean(xs)
}

// paired is the ratio of means of a figure in the rounds in which both have a trial.
func paired(a, b []trial.Trial, of func(*trial.Trial) float64) stats.Estimate {
	var xs, ys []float64
	for i := range a {
		at := slices.IndexFunc(b, func(t trial.Trial) bool { return t.Round == a[i].Round })
		if at < 0 {
			continue
		}
		x, y := of(&a[i]), of(&b[at])
		if x <= 0 || y <= 0 {
			return stats.Estimate{}
		}
		xs, ys = append(xs, x), append(ys, y)
	}
	if len(xs) == 0 {
		return stats.Estimate{}
	}
	return stats.PairedRatio(xs, ys)
}

// share is a part of the jobs' time; -1 unknown. Several threads of a job can have more than its time.
func share(t *trial.Trial, part float64) float64 {
	waits := max(t.CPU, 0) + max(t.WaitCore, 0) + max(t.WaitGIL, 0)
	whole := max(t.Live, waits)
	if part < 0 || whole <= 0 {
		return -1
	}
	return part / whole
}

func switchRate(t *trial.Trial) float64 {
	if t.Switches < 0 || t.Wall <= 0 {
		return -1
	}
	return float64(t.Switches) / t.Wall
}

// slowed is a speed-up below which jobs did not share out work, but were in each other's way.
const slowed = 0.9

// serialPart is what a speed-up and the bounds of its interval say of the serial part: the greater the
// one, the less the other. Jobs that wait can be sped up more than there are cores: then the law,
// which is of work that is shared out among cores, says nothing. Nor does it of jobs that were
// clearly slowed down.
func serialPart(speedup stats.Estimate, p float64) stats.Estimate {
	of := func(s float64) (float64, bool) { return scaling.KarpFlatt(s, p) }
	e, ok := of(speedup.Mean)
	if speedup.N == 0 || !ok || speedup.Mean > p || speedup.Mean < slowed {
		return stats.Estimate{}
	}
	out := stats.Estimate{Mean: e, Low: math.Inf(-1), High: math.Inf(1), N: speedup.N, Outliers: speedup.Outliers}
	if low, ok := of(speedup.High); ok {
		out.Low = low
	}
	if high, ok := of(speedup.Low); ok {
		out.High = high
	}
	return out
}
