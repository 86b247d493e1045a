//go:build linux && !(386 || arm || mips || mipsle)

package stall

import (
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Call says what a sleeping thread waits for, from its /proc/PID/task/TID/syscall. file returns what a
// descriptor of its process is, as the link in /proc/PID/fd says, or "".
func Call(text string, file func(fd int) string) Wait {
	fields := strings.Fields(text)
	if len(fields) == 0 || fields[0] == "running" {
		return Works
	}
	number, err := strconv.Atoi(fields[0])
	if err != nil || len(fields) < 7 {
		return Unknown // in no call: a fault in memory, such as
	}
	var args [6]uint64
	for i := range args {
		if args[i], err = strconv.ParseUint(fields[i+1], 0, 64); err != nil {
			return Unknown
		}
	}
	return sleepIn(number, args, file)
}

// limited is the wait of a call with a time limit in an argument that is a pointer, or the endless one
// where there is none.
func limited(pointer uint64, endless Wait) Wait {
	if pointer != 0 {
		return Ends
	}
	return endless
}

// within is likewise, of a time limit in milliseconds that is negative where there is none.
func within(ms uint64, endless Wait) Wait {
	if int32(uint32(ms)) >= 0 {
		return Ends
	}
	return endless
}

// sleepIn knows the calls in which threads sleep. One that it does not know is no proof of anything.
func sleepIn(number int, a [6]uint64, file func(fd int) string) Wait {
	switch number {
	case unix.SYS_NANOSLEEP, unix.SYS_CLOCK_NANOSLEEP, unix.SYS_RESTART_SYSCALL, unix.SYS_CONNECT: // the system gives up connecting
		return Ends
	case unix.SYS_FUTEX:
		return futex(a)
	case unix.SYS_WAIT4, unix.SYS_WAITID:
		return Child
	case unix.SYS_PPOLL:
		return limited(a[2], Many)
	case unix.SYS_PSELECT6:
		return limited(a[4], Many)
	case unix.SYS_EPOLL_PWAIT:
		return within(a[3], Many)
	case unix.SYS_EPOLL_PWAIT2:
		return limited(a[3], Many)
	case unix.SYS_READ, unix.SYS_READV, unix.SYS_WRITE, unix.SYS_WRITEV, unix.SYS_SPLICE:
		return transfer(file(int(int32(uint32(a[0])))))
	case unix.SYS_RECVFROM, unix.SYS_RECVMSG, unix.SYS_SENDTO, unix.SYS_SENDMSG, unix.SYS_ACCEPT, unix.SYS_ACCEPT4:
		return Network
	case unix.SYS_RECVMMSG:
		return limited(a[4], Network)
	case unix.SYS_FLOCK, unix.SYS_FCNTL, unix.SYS_SEMOP:
		return Shared
	case unix.SYS_SEMTIMEDOP:
		return limited(a[3], Shared)
	case unix.SYS_RT_SIGTIMEDWAIT:
		return limited(a[2], Signal)
	case unix.SYS_RT_SIGSUSPEND:
		return Signal
	case unix.SYS_OPENAT: // of a named pipe whose other end nobody has opened
		return Input
	}
	return oldCall(number, a)
}

// transfer is what reading or writing waits for.
func transfer(file string) Wait {
	switch {
	case strings.HasPrefix(file, "socket:"):
		return Network
	case strings.HasPrefix(file, "pipe:"), strings.HasPrefix(file, "/dev/pts/"), strings.HasPrefix(file, "/dev/tty"), file == "/dev/console":
		return Input
	case file == "anon_inode:[eventfd]", file == "anon_inode:inotify":
		return Many
	case file == "anon_inode:[timerfd]":
		return Ends
	}
	return Unknown // a named pipe looks like any file
}

// futex is what a lock of the C library waits for: it says whether only its own process can release it.
func futex(a [6]uint64) Wait {
	const private, clock = 128, 256
	switch a[1] &^ (private | clock) {
	case 0, 6, 9, 11, 13: // WAIT, LOCK_PI, WAIT_BITSET, WAIT_REQUEUE_PI, LOCK_PI2
	default:
		return Unknown
	}
	switch {
	case a[3] != 0:
		return Ends
	case a[1]&private == 0:
		return Shared
	}
	return Lock
}
