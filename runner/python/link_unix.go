//go:build unix

package python

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// supported says why threads cannot be had on this system, or nil.
func supported() error { return nil }

// askToDump makes an interpreter print where its threads are, even if it answers no more. The number
// must be its own still.
func askToDump(pid int) error {
	if err := unix.Kill(pid, unix.SIGUSR2); err != nil && !errors.Is(err, unix.ESRCH) {
		return fmt.Errorf("SIGUSR2 to pid %d: %w", pid, err)
	}
	return nil
}
