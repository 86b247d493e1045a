package comparison

import (
	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/scaling"
	"parallax/monitor/verdict/tuning"
)

// Judgement is what the trials of a comparison say.
type Judgement struct {
	Table   choice.Table
	Verdict choice.Verdict          // of models; zero where numbers of workers are compared
	Tuning  *scaling.Recommendation // of numbers of workers; nil where models are compared
}

// Judge makes the table and the verdict of the trials so far. The same record always gives the same.
func (r *Record) Judge() Judgement {
	set := choice.Setting{Jobs: len(r.Jobs), Cores: r.Host.Quota, Memory: r.MemFree, NoGIL: r.NoGIL, Startup: r.Startup}
	if r.Kind != Tune || len(r.Ways) == 0 {
		for _, w := range r.Ways {
			if !w.Serial {
				set.Workers = max(set.Workers, w.Workers)
			}
		}
		t := choice.Tabulate(r.Ways, r.Trials, set)
		return Judgement{Table: t, Verdict: choice.Decide(&t)}
	}
	base := tuning.Base(r.Ways)
	set.Base = &base
	t := choice.Tabulate(r.Ways, r.Trials, set)
	found := tuning.Recommend(&t, r.Trials, scaling.Target(r.Target))
	return Judgement{Table: t, Tuning: &found}
}
