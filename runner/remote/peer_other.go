//go:build !linux && !darwin && !freebsd

package remote

import "net"

// sameUser has nothing to ask the system here: the folder of the socket keeps others out.
func sameUser(*net.UnixConn) error { return nil }
