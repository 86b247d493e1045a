package monitor

import "time"

// maxRecords is the rate of records of context switches, a second and core, up to which all are taken.
// Each costs about 0.3 µs: at this rate less than 1 % of the core. Beyond it cores are looked at now and
// then instead; after a while it is tried again, each time a little later.
const (
	maxRecords   = 20000
	flowWindow   = 500 * time.Millisecond // over which the rate is taken
	firstRetreat = 2 * time.Second
	lastRetreat  = 32 * time.Second
)

// flow decides whether context switches are recorded. It is all arithmetic: the caller has the clock.
type flow struct {
	off     bool
	began   time.Duration // of the window or of the retreat
	seen    int           // records in the window
	retreat time.Duration // how long this or the last one lasts; 0 after a calm window
}

// count takes up how many records of the core with the most were read until now, and returns whether to record
// from now on.
func (f *flow) count(now time.Duration, records int) (record bool) {
	span := now - f.began
	if f.off {
		if span < f.retreat {
			return false
		}
		*f = flow{began: now, retreat: f.retreat}
		return true
	}
	f.seen += records
	limit := maxRecords * max(span, flowWindow).Seconds()
	switch seen := float64(f.seen); {
	case seen > limit:
		*f = flow{off: true, began: now, retreat: min(max(2*f.retreat, firstRetreat), lastRetreat)}
		return false
	case span >= flowWindow && seen < limit/2:
		*f = flow{began: now}
	case span >= flowWindow:
		*f = flow{began: now, retreat: f.retreat}
	}
	return true
}
