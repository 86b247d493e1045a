package monitor

import (
	"slices"
	"time"
)

// How often readings are taken and reports are made.
const (
	quickest = 20 * time.Millisecond  // between readings while a task of ours uses a core
	resting  = 100 * time.Millisecond // while none has for calmAfter
	asleep   = 250 * time.Millisecond // while none has for sleepAfter: waking up is what costs most then
	slowest  = time.Second            // while there is no task

	youth = time.Second // a task this young is read more often though its cores are recorded: how it waits for them is not
	fresh = youth / 3   // and one this young as often as can be

	calmAfter  = time.Second
	sleepAfter = 5 * time.Second

	reportBusy = 100 * time.Millisecond
	reportDark = 250 * time.Millisecond // while nobody looks and cores are recorded
	reportCalm = 500 * time.Millisecond
	reportNone = time.Second
)

// budget is the share of one core that taking readings may cost, beside what waking up for them
// does (at 50 Hz more than that, on a virtual machine). With more tasks than it allows they are
// taken more rarely. A reading costs less the sooner it follows on another, for fewer threads have
// run since; so the next quicker pace is tried once a reading costs no more than reserve times what
// that allows, but only after patience readings.
const (
	budget   = 0.010
	reserve  = 1.3
	patience = 50
)

// steps are the times between readings to choose from.
var steps = [...]time.Duration{quickest, 2 * quickest, 5 * quickest, 10 * quickest, 25 * quickest}

// pace decides how often to look. It is all arithmetic: the caller has the clock.
type pace struct {
	costs [8]time.Duration // of the last readings; the median counts: some readings do rarer things too
	n     int
	step  int // index of steps: as often as the budget allows
	mode  mode
	slow  bool          // the reader has nothing to gain from quick readings
	ease  time.Duration // cores are recorded, so readings need be no closer than this; 0 if they are not
}

type mode uint8

const (
	none mode = iota // no task
	active
	calm  // tasks, but none uses a core
	still // nor has for long
)

// spent notes what a reading cost.
func (p *pace) spent(cost time.Duration) {
	p.costs[p.n%len(p.costs)] = cost
	p.n++
	if p.n < len(p.costs) || p.mode != active {
		return
	}
	sorted := p.costs
	slices.Sort(sorted[:])
	usual := float64(sorted[len(sorted)/2])
	if p.step < len(steps)-1 && usual > budget*float64(p.busy(p.step)) {
		p.step++
		p.n = 0
	} else if p.step > 0 && p.n >= patience && usual < reserve*budget*float64(p.busy(p.step-1)) {
		p.step--
		p.n = 0
	}
}

// choose takes up how things are: the time now, when a task last used a core, how many there are, whether
// readings tell more the more often they are taken, and how far apart they may be at least.
func (p *pace) choose(now, used time.Duration, tasks int, fast bool, ease time.Duration) {
	p.slow, p.ease = !fast, ease
	switch {
	case tasks == 0:
		p.mode = none
	case now-used < calmAfter:
		p.mode = active
	case now-used < sleepAfter:
		p.mode = calm
	default:
		p.mode = still
	}
}

// interval is the time between readings.
func (p *pace) interval() time.Duration {
	switch {
	case p.mode == none:
		return slowest
	case p.slow:
		return reportCalm
	case p.mode == calm:
		return max(resting, steps[p.step])
	case p.mode == still:
		return max(asleep, steps[p.step])
	}
	return p.busy(p.step)
}

// busy is the time between readings while a task uses a core, with a step.
func (p *pace) busy(step int) time.Duration { return max(p.ease, steps[step]) }

// wait is how long to wait for the next reading at the time now. Readings are aligned to
// multiples of the interval, so that a late one does not shift those that follow.
func (p *pace) wait(now time.Duration) time.Duration {
	every := p.interval()
	return every - now%every
}

// report is the least time between reports, less half a reading's jitter.
func (p *pace) report() time.Duration {
	period := reportBusy
	switch p.mode {
	case none:
		period = reportNone
	case calm, still:
		period = reportCalm
	}
	return max(period, p.interval()) - quickest/2
}

// quick is whether readings follow each other so closely that events can wait for the next.
func (p *pace) quick() bool { return p.interval() == quickest }

// rate is how many readings are taken each second while a task is busy.
func (p *pace) rate() int { return int(time.Second / steps[p.step]) }
