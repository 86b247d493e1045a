package choice

import (
	"math"

	"parallax/monitor/verdict/stats"
)

// Better says which of two values of a figure is the better one.
type Better int

// What is better.
const (
	Neither Better = iota // it explains; none is better
	Less
	More
)

// Unit says how a figure is written.
type Unit int

// The units.
const (
	Seconds Unit = iota
	Times        // 3.71×
	Cores        // 1.9 of 2
	Share        // 0..1, written in per cent
	Bytes
	PerSecond
)

// Figure is a row of the table.
type Figure struct {
	Key    string // in JSON and CSV
	Name   string // on the screen
	Unit   Unit
	Better Better
	Of     func(*Column) stats.Estimate
}

// Figures are the rows of the table, in the order in which they are shown: the first ones matter most.
func Figures() []Figure {
	return []Figure{
		{"wall_s", "wall time", Seconds, Less, func(c *Column) stats.Estimate { return c.Wall }},
		{"speedup", "speed-up", Times, More, func(c *Column) stats.Estimate { return c.Speedup }},
		{"parallelism", "parallelism", Cores, More, func(c *Column) stats.Estimate { return c.Parallelism }},
		{"cpu_s", "CPU time", Seconds, Less, func(c *Column) stats.Estimate { return c.CPU }},
		{"cpu_inflation", "CPU inflation", Times, Less, func(c *Column) stats.Estimate { return c.Inflation }},
		{"gil_wait", "GIL wait", Share, Less, func(c *Column) stats.Estimate { return c.WaitGIL }},
		{"peak_pss_bytes", "peak memory", Bytes, Less, func(c *Column) stats.Estimate { return c.Memory }},
		{"startup_s", "start-up", Seconds, Less, func(c *Column) stats.Estimate { return c.Startup }},
		{"switches_per_s", "switches", PerSecond, Neither, func(c *Column) stats.Estimate { return c.Switches }},
		{"serial_part", "serial part", Share, Less, func(c *Column) stats.Estimate { return c.SerialPart }},
	}
}

// Best returns the column that is best in a figure, of those in the ranking without the baseline, and
// whether there is one: what looks no better than another by the digits that are shown is none.
func (t *Table) Best(f Figure) (int, bool) {
	best, ties, n := -1, 0, 0
	for i := range t.Columns {
		c := &t.Columns[i]
		e := f.Of(c)
		if f.Better == Neither || c.Serial || !c.Counts() || e.N == 0 {
			continue
		}
		n++
		if best < 0 {
			best = i
			continue
		}
		switch own, other := f.shown(e.Mean), f.shown(f.Of(&t.Columns[best]).Mean); {
		case own == other:
			ties++
		case (own < other) == (f.Better == Less):
			best, ties = i, 0
		}
	}
	if n < 2 || ties > 0 {
		return -1, false
	}
	return best, true
}

// shown is a value to as many digits as people are shown: three that count of times and sizes,
// hundredths of factors and cores, per cents of shares.
func (f Figure) shown(v float64) float64 {
	switch {
	case v == 0 || math.IsInf(v, 0) || math.IsNaN(v):
		return v
	case f.Unit == Times || f.Unit == Cores || f.Unit == Share:
		return math.Round(100*v) / 100
	}
	scale := math.Pow(10, 2-math.Floor(math.Log10(math.Abs(v))))
	return math.Round(v*scale) / scale
}
