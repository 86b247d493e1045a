//go:build !linux

package monitor

import "time"

var processStart = time.Now()

// threadTime is the wall clock here: readings are rare enough for that to do.
func threadTime() time.Duration { return time.Since(processStart) }
