package verdict

import "parallax/runner"

// gilFacts is how the running tasks share interpreters. All amounts are in cores: time for each
// second that passed, lately.
type gilFacts struct {
	bound, unseen locked // sums over the interpreters with a GIL that holds their threads back, and over those of which that is not known
	others        demand // what all that is not in bound has and would have
}

// locked sums up interpreters with a GIL.
type locked struct {
	interpreters int
	tasks        int
	shared       bool // each interpreter has several tasks of the run; else a task's own threads share it
	demand
}

// demand is what some tasks have.
type demand struct {
	on, wait, gil float64
	whole         float64 // of how many threads at work this is: wall time, or more if they had and waited more
	threads       int
}

func (d *demand) add(o demand) {
	d.on, d.wait, d.gil, d.whole, d.threads = d.on+o.on, d.wait+o.wait, d.gil+o.gil, d.whole+o.whole, d.threads+o.threads
}

// demandOf is what a task had lately.
func demandOf(split runner.Split) demand {
	live := split.Live.Seconds()
	if live <= 0 {
		return demand{}
	}
	d := demand{
		on: split.OnCore.Seconds() / live, wait: max(split.WaitCore, 0).Seconds() / live, gil: max(split.WaitGIL, 0).Seconds() / live,
	}
	d.whole = max(1, d.on+d.wait+d.gil)
	return d
}

// interpreter is one GIL and the running tasks under it.
type interpreter struct {
	tasks  int
	shared bool
	seen   bool // the wait for it is measured
	demand
}

func gilOf(s *runner.State) (out gilFacts) {
	byLock := map[int]*interpreter{}
	var all []*interpreter
	for _, i := range s.Active {
		t := &s.Tasks[i]
		if t.Status != runner.Running || t.Stats == nil {
			continue
		}
		recent := t.Stats.Recent
		d := demandOf(recent)
		d.threads = max(t.Stats.Last.Threads, 1)
		if t.Host.ID != 0 && t.Host.Lock == 0 { // an interpreter without a GIL
			out.others.add(d)
			continue
		}
		at := byLock[t.Host.Lock] // nil for a task that shares no interpreter
		if at == nil {
			at = &interpreter{seen: true}
			all = append(all, at)
			if t.Host.ID != 0 {
				byLock[t.Host.Lock] = at
			}
		}
		at.tasks++
		at.shared = t.Host.ID != 0
		at.seen = at.seen && recent.WaitGIL >= 0
		at.add(d)
	}
	for _, it := range all {
		switch {
		case it.seen && it.bound():
			out.bound.join(it)
		case !it.seen && it.shared && it.tasks > 1:
			out.unseen.join(it)
			out.others.add(it.demand)
		default:
			out.others.add(it.demand)
		}
	}
	return out
}

// bound is a coarse sieve, well below what the rule asks for: a GIL for which hardly anyone waits
// must not thin out the others.
func (it *interpreter) bound() bool {
	const sieve = 0.5
	return it.threads > 1 && it.gil >= sieve*limits.gilWait.leave*it.whole
}

func (l *locked) join(it *interpreter) {
	l.shared = it.shared && (l.shared || l.interpreters == 0)
	l.interpreters++
	l.tasks += it.tasks
	l.add(it.demand)
}

// Gain is how many cores could be kept busy if no thread waited for a GIL.
type Gain struct {
	Low, About, High float64
}

// gain foretells it from a run under GILs.
//
// At most each thread that waits for the GIL would be on a core instead: sum(on a core + waiting for
// the GIL) / wall. At least each would do the same work without that wait, and wait for cores and
// block as before for as much work: on / (whole - wait for the GIL). For what never blocks they are the
// same. Both are bounded by the cores, of which others, and other machines, may go on to have what they
// have now, and by how far the measurements may be off.
func gain(f facts) Gain {
	d := f.gil.bound.demand
	wrong := gilError * d.whole
	high := d.on + min(d.gil+wrong, d.whole-d.on-d.wait)
	waits := max(d.gil-wrong, 0)
	low := d.on * d.whole / max(d.whole-waits, d.on)
	rest := f.gil.others.on
	most := min(f.capacity, float64(d.threads+f.gil.others.threads))
	left := max(min((f.capacity-max(f.host.foreign, 0))*(1-max(f.host.steal, 0)), most), f.busy)
	g := Gain{High: min(high+rest, most)}
	g.Low = min((low+rest)*(1-falls), left*(1-falls), g.High)
	g.About = (g.Low + g.High) / 2
	return g
}
