package scaling

import (
	"fmt"
	"slices"

	"parallax/monitor/verdict/stats"
)

// Target is what the number of workers is chosen for.
type Target string

// The targets of tune. Workers, cores and memory cost something, so that of equally good loads the
// one with the fewest workers is taken.
const (
	// Time wants the run to end soonest.
	Time Target = "time"
	// Cost wants the least CPU time x wall time: CPU time alone is nearly always least with one
	// worker, whatever that wastes, and wall time alone pays any amount of CPU for the last per cent.
	// It is the energy-delay product (Gonzalez and Horowitz 1996) with CPU time for energy, and its
	// minimum is where speed-up divided by CPU inflation is highest.
	Cost Target = "cost"
	// Memory wants the smallest peak memory of the loads that are not clearly more than a tenth slower
	// than the fastest.
	Memory Target = "memory"
)

// Targets are all of them, the usual one first.
func Targets() []Target { return []Target{Time, Cost, Memory} }

// ParseTarget reads a target as a user wrote it.
func ParseTarget(text string) (Target, error) {
	if t := Target(text); slices.Contains(Targets(), t) {
		return t, nil
	}
	return "", fmt.Errorf("no target %q: it is time, cost or memory", text)
}

// Load is what was measured with one number of workers. The slices have one value for each round; if
// all loads have the same number of rounds, value i of each is of the same round.
type Load struct {
	N     int       // workers, at least 1
	Label string    // the shape, where one number of workers can have several: "2x4"
	Walls []float64 // seconds, above 0
	CPU   []float64 // CPU seconds; for Cost
	Peak  []float64 // bytes, the largest PSS; for Memory
	// Doubt says why the figures are not to be trusted: "other programs kept 0.8 of 2 cores busy".
	// Empty: nothing is known against them.
	Doubt string
}

// Name is what to call the load: its label, else the number of workers.
func (l Load) Name() string {
	switch {
	case l.Label != "":
		return l.Label
	case l.N == 1:
		return "1 worker"
	}
	return fmt.Sprintf("%d workers", l.N)
}

// Recommendation is the number of workers to use and why.
type Recommendation struct {
	Target Target
	// Found reports whether one number can be recommended. Otherwise it is inconclusive, Reasons says
	// why and what to do, and N and Label are the best guess, 0 and empty if there is none.
	Found bool
	N     int
	Label string
	// Fastest is the load with the shortest mean wall time.
	Fastest int
	// Speedup is the wall time of the smallest load divided by that of the recommended one.
	Speedup stats.Estimate
	// Stops is the smallest load that is not clearly slower than the fastest: more workers than that
	// do not pay. It is 0 if the intervals are too wide to tell.
	Stops int
	// Slower is the smallest load above the fastest from which on all are clearly slower than it, 0 if none is.
	Slower int
	// Open reports that the recommended load is the largest one that was measured: more may pay.
	Open    bool
	Law     *USL     // nil if the loads do not carry a fit
	Reasons []string // plain sentences with numbers, the most important first
}

// What is clear and what is not. A gain or loss of less than worth is not worth more workers.
const (
	worth        = 1.05 // a ratio of walls whose interval reaches below it is not clearly above 1
	slack        = 1.10 // how much slower than the fastest a load may be for Memory
	wide         = 0.20 // how far beyond its limit the interval of an accepted load may reach
	fewestRounds = 3
)

// Recommend chooses the number of workers from what was measured. The order of the loads does not
// matter, nor does that of the rounds so long as it is the same for all loads.
//
// The figure of each load (for Cost CPU x wall, otherwise the wall time) is compared with that of the
// best load, as a ratio with its interval. A load whose interval lies wholly above 1.05 (for Memory:
// above 1.10) is out. Of the others the one with the fewest workers wins; for Memory the one with the
// smallest peak. If the winner's interval reaches more than 0.20 above the limit, or its mean is more than 1.05
// times the limit, then it is not known whether it is as good as the best, and the choice is inconclusive. So it
// is with fewer than two loads, with fewer than three rounds of a load, and if half of the loads or more are in
// doubt: then what they say all the same is a guess, if their rounds agree. Fewer of those are left out.
func Recommend(curve []Load, target Target) Recommendation {
	rec := Recommendation{Target: target, Speedup: stats.Mean(nil)}
	in := sift(curve)
	if in.doubted() {
		rec.guess(in)
		return rec
	}
	loads := in.loads
	if err := enough(loads, target); err != nil {
		rec.Reasons = append([]string{sentence(err.Error()) + "."}, in.left()...)
		return rec
	}
	c := compare(loads, target)
	rec.describe(c)
	chosen, wins := c.choose()
	rec.N, rec.Label, rec.Found = chosen.N, chosen.Label, wins
	rec.Open = chosen.N == loads[len(loads)-1].N
	rec.Speedup = stats.PairedRatio(loads[0].Walls, chosen.Walls)
	rec.Reasons = append(rec.reasons(c, chosen), in.left()...)
	return rec
}

// guess says why loads in doubt recommend nothing, and what they would if they were none: what
// disturbs a round disturbs all loads of it, so rounds that agree are worth a guess.
func (rec *Recommendation) guess(in sifted) {
	rec.Reasons = append([]string{"Inconclusive: " + in.unsure() + ", so measure again when the machine is quiet."}, in.unmeasured()...)
	loads := slices.SortedStableFunc(slices.Values(slices.Concat(in.loads, in.doubtful)), cheaper)
	if enough(loads, rec.Target) != nil {
		return
	}
	c := compare(loads, rec.Target)
	chosen, wins := c.choose()
	if !wins {
		return
	}
	rec.describe(c)
	rec.N, rec.Label = chosen.N, chosen.Label
	rec.Open = chosen.N == loads[len(loads)-1].N
	rec.Speedup = stats.PairedRatio(loads[0].Walls, chosen.Walls)
	rec.Reasons = slices.Insert(rec.Reasons, 1, "Their rounds agree all the same, which is worth a guess: "+rec.gain(c, chosen))
}

// describe fills in what is true of the curve whatever the target.
func (rec *Recommendation) describe(c comparison) {
	rec.Fastest = c.fastest.N
	rec.Law = law(c.loads)
	quick := 0 // the largest load so far that is not clearly slower
	for _, l := range c.loads {
		ratio := stats.PairedRatio(l.Walls, c.fastest.Walls)
		if rec.Stops == 0 && ratio.Low <= worth {
			rec.Stops = l.N
			if ratio.High > worth+wide {
				rec.Stops = -1
			}
		}
		switch {
		case ratio.Low <= worth: // so what was slower before it was no sign of what comes
			rec.Slower, quick = 0, l.N
		case rec.Slower == 0 && l.N > max(c.fastest.N, quick):
			rec.Slower = l.N
		}
	}
	rec.Stops = max(rec.Stops, 0)
}
