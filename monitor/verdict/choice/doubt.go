package choice

import "fmt"

// Doubt says why the figures of one way are not to be trusted, as a clause: "other programs kept 0.8 of 2
// cores busy". It is "" where nothing is known against them. The limits are those of a verdict.
func (t *Table) Doubt(c *Column) string {
	lost, seen := unmet(t)
	if !seen && c.OnCore.N > 0 { // jobs that hardly want a core can hardly be kept from it
		lost, seen = c.OnCore.Mean, true
	}
	switch {
	case c.Foreign > limits.foreign*t.Cores && (!seen || lost > limits.felt):
		return fmt.Sprintf("other programs kept %.1f of %s busy", c.Foreign, cores(t.Cores))
	case c.Stolen > limits.stolen:
		return fmt.Sprintf("the hypervisor took %s of the cores' time for other machines", percent(c.Stolen))
	case c.Throttled > limits.throttled:
		return fmt.Sprintf("the quota of %s held the jobs back %s of the time", cores(t.Cores), percent(c.Throttled))
	}
	return ""
}
