package python

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// awaitExit returns when a child of ours has exited, which it does not reap, or after so long.
func awaitExit(pid int, longest time.Duration) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(longest); time.Now().Before(deadline); <-tick.C {
		var info unix.Siginfo
		err := unix.Waitid(unix.P_PID, pid, &info, unix.WEXITED|unix.WNOWAIT|unix.WNOHANG, nil)
		if err != nil && !errors.Is(err, unix.EINTR) || info.Signo != 0 {
			return
		}
	}
}

// threadTime returns how long a thread has been on a core.
func threadTime(pid, tid int) (time.Duration, bool) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/schedstat", pid, tid))
	if err != nil {
		return 0, false
	}
	var ns int64
	if _, err := fmt.Sscan(string(data), &ns); err != nil {
		return 0, false
	}
	return time.Duration(ns), true
}
