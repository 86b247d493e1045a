package process

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"parallax/runner"
)

// describeTree tells of processes and their descendants what each does, a line each, children indented
// below their parent. within tells more of one, or why it cannot.
func describeTree(roots []int, within func(pid int) (string, error)) string {
	var b strings.Builder
	left := maxDescribed
	var tell func(pid int, indent string)
	tell = func(pid int, indent string) {
		s, err := readStat(pid)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ESRCH) {
			return // it has ended meanwhile
		}
		if left--; left < 0 {
			return
		}
		if err != nil {
			fmt.Fprintf(&b, "%spid %d · not readable: %s\n", indent, pid, runner.FileFault(err))
			return
		}
		fmt.Fprintf(&b, "%spid %d · %s · %s · %s\n", indent, pid, commandOf(s), doing(s), threadsOf(pid))
		writeWithin(&b, indent+"  ", pid, within)
		for _, child := range childrenOf(pid) {
			tell(child, indent+"  ")
		}
	}
	for _, pid := range roots {
		tell(pid, "")
	}
	if left < 0 {
		fmt.Fprintf(&b, "and %d more processes\n", -left)
	}
	return b.String()
}

// doing says in words what a process does, as far as the system tells.
func doing(s stat) string {
	switch s.state {
	case 'R':
		return "running"
	case 'T':
		return "stopped"
	case 't':
		return "stopped by a debugger"
	case 'Z', 'X':
		return "ended, and its parent has not asked how"
	case 'D':
		return "disk wait" + waitsFor(s.pid)
	case 'I':
		return "idle"
	}
	return "sleeping" + waitsFor(s.pid)
}

// waitsFor says what a sleeping process waits for: the system call it is in, and where in the kernel;
// or "" where the system does not tell.
func waitsFor(pid int) string {
	proc := "/proc/" + strconv.Itoa(pid)
	place := ""
	if data, err := os.ReadFile(proc + "/wchan"); err == nil && len(data) > 0 && string(data) != "0" {
		place = " (" + string(data) + ")"
	}
	data, err := os.ReadFile(proc + "/syscall") // "0 0x3 ..." : its number and arguments
	fields := bytes.Fields(data)
	if err != nil || len(fields) < 2 {
		return place
	}
	number, err := strconv.Atoi(string(fields[0]))
	if err != nil {
		return place // "running" or "-1": in no call
	}
	call, known := calls[number]
	if !known {
		call, known = callsHere[number]
	}
	if !known {
		return place
	}
	if strings.HasSuffix(call, "descriptor") {
		if fd, err := strconv.ParseUint(string(fields[1]), 0, 32); err == nil {
			call += fmt.Sprintf(" %d", fd)
			if to, err := os.Readlink(fmt.Sprintf("%s/fd/%d", proc, fd)); err == nil {
				call += " (" + oneLine(to) + ")"
			}
		}
	}
	return ": " + call + place
}

// calls are the system calls in which processes wait, in words; what differs between machines is in
// callsHere.
var calls = map[int]string{
	unix.SYS_READ: "reads descriptor", unix.SYS_READV: "reads descriptor", unix.SYS_PREAD64: "reads descriptor",
	unix.SYS_WRITE: "writes to descriptor", unix.SYS_WRITEV: "writes to descriptor",
	unix.SYS_WAIT4: "waits for a child", unix.SYS_WAITID: "waits for a child",
	unix.SYS_FUTEX: "waits for a lock or another thread", unix.SYS_NANOSLEEP: "sleeps for a time", unix.SYS_CLOCK_NANOSLEEP: "sleeps for a time",
	unix.SYS_PPOLL: "waits for descriptors", unix.SYS_PSELECT6: "waits for descriptors", unix.SYS_EPOLL_PWAIT: "waits for descriptors",
	unix.SYS_ACCEPT: "waits for a connection on descriptor", unix.SYS_ACCEPT4: "waits for a connection on descriptor",
	unix.SYS_CONNECT:  "connects descriptor",
	unix.SYS_RECVFROM: "receives from descriptor", unix.SYS_RECVMSG: "receives from descriptor",
	unix.SYS_SENDTO: "sends to descriptor", unix.SYS_SENDMSG: "sends to descriptor",
	unix.SYS_FLOCK: "waits for the lock of descriptor", unix.SYS_FCNTL: "waits for the lock of descriptor",
	unix.SYS_FSYNC: "forces to the disk descriptor", unix.SYS_FDATASYNC: "forces to the disk descriptor",
	unix.SYS_RT_SIGTIMEDWAIT: "waits for a signal", unix.SYS_RT_SIGSUSPEND: "waits for a signal",
	unix.SYS_OPENAT: "opens a file",
}

// commandOf is what a process was started as, or its name where that is not told.
func commandOf(s stat) string {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(s.pid) + "/cmdline")
	if data = bytes.TrimRight(data, "\x00"); err != nil || len(data) == 0 {
		return "[" + oneLine(s.name) + "]"
	}
	return oneLine(string(bytes.ReplaceAll(data, []byte{0}, []byte{' '})))
}

func threadsOf(pid int) string {
	entries, err := os.ReadDir("/proc/" + strconv.Itoa(pid) + "/task")
	if err != nil {
		return "threads not told"
	}
	return countThreads(len(entries))
}
