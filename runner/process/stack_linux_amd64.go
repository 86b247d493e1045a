package process

import "golang.org/x/sys/unix"

// callsHere are calls that newer kinds of machines have not.
var callsHere = map[int]string{
	unix.SYS_POLL: "waits for descriptors", unix.SYS_SELECT: "waits for descriptors", unix.SYS_EPOLL_WAIT: "waits for descriptors",
	unix.SYS_PAUSE: "waits for a signal", unix.SYS_OPEN: "opens a file",
}
