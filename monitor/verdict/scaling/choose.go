package scaling

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"parallax/monitor/verdict/stats"
)

// enough says why there can be no choice among some loads, or nothing.
func enough(loads []Load, target Target) error {
	if len(loads) < 2 {
		return errors.New("inconclusive: two loads at least must be measured to choose one")
	}
	for _, l := range loads {
		if len(l.Walls) < fewestRounds {
			return fmt.Errorf("inconclusive: %s had %s, and fewer than %d say nothing of the spread", l.Name(), rounds(len(l.Walls)), fewestRounds)
		}
		if target == Cost && (len(l.CPU) != len(l.Walls) || !positive(l.CPU)) {
			return fmt.Errorf("inconclusive: the CPU time of %s was not measured in each round", l.Name())
		}
		if target == Memory && !positive(l.Peak) {
			return fmt.Errorf("inconclusive: the peak memory of %s was not measured", l.Name())
		}
	}
	return nil
}

// positive reports whether there are values and all are numbers above 0.
func positive(xs []float64) bool {
	return len(xs) > 0 && slices.Min(xs) > 0 && !math.IsInf(slices.Max(xs), 1)
}

// cheaper orders by workers, then by memory, then by time, then by name, so that the order in which
// loads are given does not matter.
func cheaper(a, b Load) int {
	return cmp.Or(cmp.Compare(a.N, b.N), cmp.Compare(mean(a.Peak), mean(b.Peak)),
		cmp.Compare(mean(a.Walls), mean(b.Walls)), cmp.Compare(a.Label, b.Label))
}

// mean is the mean of xs, 0 of none.
func mean(xs []float64) float64 { return stats.Mean(xs).Mean }

// comparison is a curve seen from a target.
type comparison struct {
	target  Target
	loads   []Load // the cheaper first
	fastest Load   // by mean wall time
	best    Load   // by mean figure
	limit   float64
	ratios  []stats.Estimate // figure of each load divided by that of the best
}

func compare(loads []Load, target Target) comparison {
	c := comparison{target: target, loads: loads, limit: worth}
	if target == Memory {
		c.limit = slack
	}
	c.fastest = least(loads, func(l Load) []float64 { return l.Walls })
	c.best = least(loads, c.figure)
	for _, l := range loads {
		c.ratios = append(c.ratios, stats.PairedRatio(c.figure(l), c.figure(c.best)))
	}
	return c
}

func least(loads []Load, figure func(Load) []float64) Load {
	return slices.MinFunc(loads, func(a, b Load) int { return cmp.Compare(mean(figure(a)), mean(figure(b))) })
}

// figure is what is to be small, for each round.
func (c comparison) figure(l Load) []float64 {
	if c.target != Cost {
		return l.Walls
	}
	products := make([]float64, len(l.Walls))
	for i, wall := range l.Walls {
		products[i] = wall * l.CPU[i]
	}
	return products
}

// choose returns the load that wins, or if none does (wins is false) the best guess: the one that
// would win if the means were exact.
func (c comparison) choose() (chosen Load, wins bool) {
	in := c.within(func(e stats.Estimate) bool { return e.Low <= c.limit })
	chosen = c.pick(in)
	if e := c.ratios[c.index(chosen)]; e.High <= c.limit+wide && e.Mean <= c.limit*worth {
		return chosen, true
	}
	return c.pick(c.within(func(e stats.Estimate) bool { return e.Mean <= c.limit })), false
}

// within are the loads, the cheaper first, whose ratio passes. The best load's is exactly 1.
func (c comparison) within(passes func(e stats.Estimate) bool) []Load {
	var in []Load
	for i, l := range c.loads {
		if passes(c.ratios[i]) {
			in = append(in, l)
		}
	}
	return in
}

// pick is the cheapest of what is equally good: the one with the fewest workers, for Memory of those
// whose mean peak is at most 5 % above the smallest.
func (c comparison) pick(in []Load) Load {
	if c.target != Memory {
		return in[0]
	}
	small := least(in, func(l Load) []float64 { return l.Peak })
	i := slices.IndexFunc(in, func(l Load) bool {
		return mean(l.Peak) <= mean(small.Peak)*worth
	})
	return in[i]
}

// index is where a load of the curve stands in it.
func (c comparison) index(of Load) int {
	return slices.IndexFunc(c.loads, func(l Load) bool { return l.N == of.N && l.Label == of.Label })
}

// carries is how much of the variance a curve must explain to be shown: below that it describes noise.
const carries = 0.9

// law is the scalability curve through the loads, nil if they do not carry one: because they are too
// few, because they are of several shapes, which no single curve goes through, or because it
// explains too little.
func law(loads []Load) *USL {
	ps := make([]Point, len(loads))
	for i, l := range loads {
		if l.Label != "" {
			return nil
		}
		ps[i] = Point{N: float64(l.N), X: 1 / stat.Mean(l.Walls, nil)}
	}
	u, err := Fit(ps)
	if err != nil || u.R2 < carries {
		return nil // an error says that the loads are too few: usable has seen to the rest
	}
	return &u
}
