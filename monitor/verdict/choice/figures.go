package choice

import "parallax/monitor/verdict/stats"

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
