package python

import (
	"fmt"
	"os"
	"time"
)

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
