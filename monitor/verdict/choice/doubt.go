package choice

import "fmt"

// Doubt says why the figures of one way are not to be trusted, as a clause: "other programs kept 0.8 of 2
// cores busy". It is "" where nothing is known against them. The limits are those of a verdict.
func (t *Table) Doubt(c *Column) string {
	switch {
	case c.Foreign > limits.foreign*t.Cores && t.heldBack(c):
		return fmt.Sprintf("other programs kept %.1f of %s busy", c.Foreign, cores(t.Cores))
	case c.Stolen > limits.stolen:
		return fmt.Sprintf("the hypervisor took %s of the cores' time for other machines", percent(c.Stolen))
	case c.Throttled > limits.throttled:
		return fmt.Sprintf("the quota of %s held the jobs back %s of the time", cores(t.Cores), percent(c.Throttled))
	}
	return ""
}

// heldBack reports whether jobs that shared the cores with other programs can have lost time by it. By the
// baseline, if it is known there how long they waited for a core; else jobs that hardly want one can hardly
// be kept from it.
func (t *Table) heldBack(c *Column) bool {
	lost, seen := unmet(t)
	switch base := t.find(func(b *Column) bool { return t.base(b.Way) }); {
	case seen:
		return lost > limits.felt && base.WaitCore.Mean > limits.held
	case c.OnCore.N > 0:
		return c.OnCore.Mean > limits.felt
	}
	return true
}
