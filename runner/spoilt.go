package runner

import "time"

// Spoilt is what a run was denied by what is not its own doing: time that makes its figures doubtful.
type Spoilt struct {
	Span      time.Duration // for so long it was watched
	Stolen    time.Duration // what the hypervisor took of it: its share of all cores' time, times Span
	Throttled time.Duration // for so long the cgroup quota held us back
}

// add counts a sample. What is not known of it counts as nothing taken.
func (s *Spoilt) add(span time.Duration, h HostSample) {
	s.Span += span
	s.Stolen += time.Duration(max(h.Steal, 0) * float64(span))
	s.Throttled += time.Duration(max(h.Throttle, 0) * float64(span))
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
