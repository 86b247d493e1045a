package stall

import "golang.org/x/sys/unix"

// oldCall knows the calls that newer kinds of machines have not.
func oldCall(number int, a [6]uint64) Wait {
	switch number {
	case unix.SYS_POLL:
		return within(a[2], Many)
	case unix.SYS_SELECT:
		return limited(a[4], Many)
	case unix.SYS_EPOLL_WAIT:
		return within(a[3], Many)
	case unix.SYS_PAUSE:
		return Signal
	case unix.SYS_OPEN:
		return Input
	}
	return Unknown
}
