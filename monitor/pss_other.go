//go:build !linux

package monitor

import "errors"

// PSS returns the memory of a process in bytes, shared pages divided among those who share them. Only
// Linux tells it.
func PSS(int) (int64, error) {
	return 0, errors.New("shared memory (PSS) is measured on Linux only")
}
