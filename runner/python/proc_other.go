//go:build !linux

package python

import "time"

// threadTime is not told here.
func threadTime(int, int) (time.Duration, bool) { return 0, false }

// awaitExit does not wait: what is below an interpreter is not found here.
func awaitExit(int, time.Duration) {}
