package remote

import (
	"net"

	"golang.org/x/sys/unix"
)

// sameUser says why who is at the other end may not ask, or nil. The folder keeps others out already;
// this holds also if somebody opens it.
func sameUser(c *net.UnixConn) error {
	return peer(c, func(fd int) (uint32, error) {
		cred, err := unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
		if err != nil {
			return 0, err
		}
		return cred.Uid, nil
	})
}
