package runner

import "time"

// Spoilt is what a run was denied by what is not its own doing: time that makes its figures doubtful.
type Spoilt struct {
	Stolen    Denied // by the hypervisor: its share of all cores' time, times the span
	Throttled Denied // by the quota of the cgroup: the share of its periods in which it was used up, times the span
}

// Denied is how much of a time was taken away.
type Denied struct {
	Span  time.Duration // for so long it was known
	Taken time.Duration
}

// Share is which share was taken, 0..1; -1 if that was never known.
func (d Denied) Share() float64 {
	if d.Span <= 0 {
		return -1
	}
	return float64(d.Taken) / float64(d.Span)
}

// plus counts a share of a span; a negative one is not known.
func (d Denied) plus(span time.Duration, share float64) Denied {
	if share < 0 {
		return d
	}
	return Denied{d.Span + span, d.Taken + time.Duration(share*float64(span))}
}

// add counts a sample.
func (s *Spoilt) add(span time.Duration, h HostSample) {
	s.Stolen, s.Throttled = s.Stolen.plus(span, h.Steal), s.Throttled.plus(span, h.Throttle)
}

// pss is what the active tasks hold just now, in bytes: an interpreter that several share counts once.
// It is -1 unless it is known of all of them: a sum of some would look like little. It costs as much as
// there are active tasks.
func (s *State) pss() int64 {
	sum, counted := int64(-1), map[int]bool{}
	for _, i := range s.Active {
		t := &s.Tasks[i]
		switch {
		case t.Stats == nil || t.Stats.Last.PSS < 0:
			return -1
		case t.Host.ID != 0 && counted[t.PID]:
		default:
			counted[t.PID] = true
			sum = max(sum, 0) + t.Stats.Last.PSS
		}
	}
	return sum
}
