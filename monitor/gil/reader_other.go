//go:build !linux

package gil

import "errors"

// Reader looks at the GILs of processes. It cannot on this system.
type Reader struct{}

// New returns a Reader that can look at nothing.
func New() *Reader { return &Reader{} }

var errSystem = errors.New("the GIL of other processes is measured on Linux only")

// Read says that it can't be done.
func (*Reader) Read(int, []int) (Sample, error) { return Sample{}, errSystem }

// Retain does nothing.
func (*Reader) Retain(func(pid int) bool) {}

// Close does nothing.
func (*Reader) Close() {}
