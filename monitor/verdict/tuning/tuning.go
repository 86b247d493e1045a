// Package tuning says how many workers to use, of the trials of a sweep. It is all pure functions.
package tuning

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/scaling"
	"parallax/monitor/verdict/trial"
)

// Label is what a load with several shapes is called, interpreters x threads: "2x4". Where the jobs
// cannot be spread evenly it is "5 over 2". For models with one shape it is "".
func Label(w trial.Way) string {
	switch p := w.Interpreters; {
	case p < 1:
		return ""
	case w.Workers%p == 0:
		return fmt.Sprintf("%dx%d", p, w.Workers/p)
	default:
		return fmt.Sprintf("%d over %d", w.Workers, p)
	}
}

// Name is what to call a load in a sentence: "1 worker", "4 workers", "2x4".
func Name(w trial.Way) string { return scaling.Load{N: w.Workers, Label: Label(w)}.Name() }

// Short is what to call it in a table of loads: "4", "2x4".
func Short(w trial.Way) string { return cmp.Or(Label(w), fmt.Sprint(w.Workers)) }

// Base is the way that speed-ups are over: the one with the fewest workers. There must be one.
func Base(ways []trial.Way) trial.Way {
	return slices.MinFunc(ways, func(a, b trial.Way) int {
		return cmp.Or(cmp.Compare(a.Workers, b.Workers), cmp.Compare(a.Interpreters, b.Interpreters))
	})
}

// Recommend says how many workers to use for a target. t is the table of the trials. A load of which a
// job failed is left out, with its error. That it is inconclusive is said by [Headline], so the reasons do
// not say it again.
func Recommend(t *choice.Table, trials []trial.Trial, target scaling.Target) scaling.Recommendation {
	loads, failed := Loads(t, trials)
	rec := scaling.Recommend(loads, target)
	rec.Reasons = append(rec.Reasons, failed...)
	for i, words := range rec.Reasons {
		if strings.HasSuffix(words, ": more may pay.") && rec.N >= t.Jobs {
			rec.Open = false
			rec.Reasons[i] = fmt.Sprintf("More than %s would have nothing to do: there are no more jobs.", Name(trial.Way{Workers: rec.N}))
		}
		if rest, ok := strings.CutPrefix(words, "Inconclusive: "); ok && rest != "" {
			rec.Reasons[i] = strings.ToUpper(rest[:1]) + rest[1:]
		}
	}
	return rec
}

// Loads are the loads of a table, without those of which a job failed, and a sentence for each failure of these.
// All have the same rounds: those in which each of them has a trial that counts.
func Loads(t *choice.Table, trials []trial.Trial) (loads []scaling.Load, failed []string) {
	rounds := common(t)
	var errs []string
	hit := map[string][]scaling.Load{}
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Failed {
			if !slices.Contains(errs, c.Error) {
				errs = append(errs, c.Error)
			}
			hit[c.Error] = append(hit[c.Error], scaling.Load{N: c.Workers, Label: Label(c.Way)})
			continue
		}
		loads = append(loads, load(t, c, trials, rounds))
	}
	for _, err := range errs {
		failed = append(failed, scaling.LeftOut(hit[err], err))
	}
	return loads, failed
}

// common are the rounds in which each way that has any trial that counts has one, in order.
func common(t *choice.Table) []int {
	ways := 0
	seen := map[int]int{}
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Failed || len(c.Laps) == 0 {
			continue
		}
		ways++
		for _, lap := range c.Laps {
			seen[lap.Round]++
		}
	}
	var out []int
	for round, n := range seen {
		if n == ways {
			out = append(out, round)
		}
	}
	slices.Sort(out)
	return out
}

func load(t *choice.Table, c *choice.Column, trials []trial.Trial, rounds []int) scaling.Load {
	l := scaling.Load{N: c.Workers, Label: Label(c.Way), Doubt: t.Doubt(c)}
	noCPU, noPeak := false, false
	for _, round := range rounds {
		at := slices.IndexFunc(trials, func(x trial.Trial) bool { return x.Way == c.Way && x.Round == round && x.Counts() })
		if at < 0 {
			continue
		}
		x := &trials[at]
		l.Walls = append(l.Walls, x.Wall)
		l.CPU = append(l.CPU, x.Cost())
		l.Peak = append(l.Peak, float64(x.PeakPSS))
		noCPU, noPeak = noCPU || x.Cost() < 0, noPeak || x.PeakPSS < 0
	}
	if noCPU { // of some of them: that is not known
		l.CPU = nil
	}
	if noPeak {
		l.Peak = nil
	}
	return l
}
