package python

import "time"

// silence is how long an interpreter may leave a ping unanswered before its scripts are told.
const silence = 5 * time.Second

// watch is to come; see below.
func (h *Host) watch(over <-chan struct{}, _ time.Duration) { <-over }
