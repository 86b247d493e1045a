//go:build !linux

package switches

import (
	"errors"
	"time"
)

// Tracer reads the records of this process and of what it starts. There is none on this system.
type Tracer struct{}

// Open says that it can't be done.
func Open([]int) (*Tracer, error) {
	return nil, errors.New("context switches are recorded on Linux only")
}

// Now is a time on no clock.
func (*Tracer) Now() time.Duration { return 0 }

// Read has nothing to hand on.
func (*Tracer) Read(func(Record)) (n int, until time.Duration) { return 0, 0 }

// Fill is nothing.
func (*Tracer) Fill() float64 { return 0 }

// Record does nothing.
func (*Tracer) Record(bool) error { return nil }

// Close does nothing.
func (*Tracer) Close() {}
