//go:build linux || darwin || freebsd

package remote

import (
	"fmt"
	"net"
	"os"
)

// peer compares the user at the other end, as the system tells it, with our own.
func peer(c *net.UnixConn, ask func(fd int) (uint32, error)) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var uid uint32
	var failed error
	if err := raw.Control(func(fd uintptr) { uid, failed = ask(int(fd)) }); err != nil {
		return err
	}
	switch {
	case failed != nil:
		return fmt.Errorf("ask who is there: %w", failed)
	case uid != uint32(os.Getuid()):
		return fmt.Errorf("user %d is at the other end: only the user of the run may control it", uid)
	}
	return nil
}
