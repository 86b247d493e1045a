package stall

import (
	"fmt"
	"testing"

	"golang.org/x/sys/unix"
)

func TestWhatASystemCallWaitsFor(t *testing.T) {
	if Call("202 0x1 0x189 0x0 0x0 0x0 0xffffffff 0x7 0x7", nil) == Unknown && unix.SYS_FUTEX == 202 {
		t.Skip("system calls of this kind of machine are not known")
	}
	files := map[int]string{
		0: "pipe:[7]", 1: "/dev/pts/3", 2: "socket:[9]", 3: "/w/data", 4: "anon_inode:[timerfd]", 5: "anon_inode:[eventfd]",
	}
	in := func(number int, args ...uint64) string {
		text := fmt.Sprint(number)
		for i := range 8 {
			var a uint64
			if i < len(args) {
				a = args[i]
			}
			text += fmt.Sprintf(" 0x%x", a)
		}
		return text + "\n"
	}
	const forever = 0xffffffff // -1 of 32 bits
	for _, c := range []struct {
		what, text string
		want       Wait
	}{
		{"a core", "running\n", Works},
		{"a fault in memory", "-1 0x7ffe 0x55\n", Unknown},
		{"nothing that is told", "", Works},
		{"garbage", "202 0xzz 1 2 3 4 5 6\n", Unknown},
		{"too few arguments", "202 0x1\n", Unknown},
		{"a call that nobody knows", in(99999), Unknown},
		{"time", in(unix.SYS_CLOCK_NANOSLEEP), Ends},
		{"what was broken off", in(unix.SYS_RESTART_SYSCALL), Ends},
		{"a lock", in(unix.SYS_FUTEX, 9, 0x189, 0, 0), Lock},
		{"a lock, in the older way", in(unix.SYS_FUTEX, 9, 0x80, 2, 0), Lock},
		{"a lock, for a time", in(unix.SYS_FUTEX, 9, 0x189, 0, 0x7ff), Ends},
		{"a lock in shared memory", in(unix.SYS_FUTEX, 9, 0, 0, 0), Shared},
		{"no lock", in(unix.SYS_FUTEX, 9, 1, 0, 0), Unknown},
		{"a child", in(unix.SYS_WAIT4, forever), Child},
		{"a pipe", in(unix.SYS_READ, 0), Input},
		{"a terminal", in(unix.SYS_READ, 1), Input},
		{"a peer", in(unix.SYS_READ, 2), Network},
		{"a file", in(unix.SYS_READ, 3), Unknown},
		{"a timer", in(unix.SYS_READ, 4), Ends},
		{"an event", in(unix.SYS_READ, 5), Many},
		{"a message", in(unix.SYS_RECVFROM, 2), Network},
		{"descriptors", in(unix.SYS_PPOLL, 1, 1, 0), Many},
		{"descriptors, for a time", in(unix.SYS_PPOLL, 1, 1, 0x7ff), Ends},
		{"descriptors, by epoll", in(unix.SYS_EPOLL_PWAIT, 1, 1, 1, forever), Many},
		{"descriptors, by epoll for a time", in(unix.SYS_EPOLL_PWAIT, 1, 1, 1, 500), Ends},
		{"descriptors, by select", in(unix.SYS_PSELECT6, 1, 1, 1, 1, 0), Many},
		{"a signal", in(unix.SYS_RT_SIGSUSPEND), Signal},
		{"a signal, for a time", in(unix.SYS_RT_SIGTIMEDWAIT, 1, 1, 1), Ends},
		{"a file's lock", in(unix.SYS_FLOCK, 3), Shared},
	} {
		if got := Call(c.text, func(fd int) string { return files[fd] }); got != c.want {
			t.Errorf("waits for %s: %d, want %d", c.what, got, c.want)
		}
	}
}
