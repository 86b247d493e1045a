package monitor

import (
	"time"

	"golang.org/x/sys/unix"
)

// threadTime is what the calling thread has had of a core. On a busy machine the wall clock would
// mostly tell how long we waited. The caller stays on its thread between two calls.
func threadTime() time.Duration {
	var ts unix.Timespec
	if unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &ts) != nil {
		return 0
	}
	return time.Duration(ts.Nano())
}
