//go:build unix

package python

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// supported says why threads cannot be had on this system, or nil.
func supported() error { return nil }

// socketPair makes the connection to a host.
func socketPair() (ours *net.UnixConn, theirs *os.File, err error) {
	fds, err := cloexecPair()
	if err != nil {
		return nil, nil, fmt.Errorf("socketpair: %w", err)
	}
	f := os.NewFile(uintptr(fds[0]), "host")
	defer f.Close() // FileConn has a copy
	theirs = os.NewFile(uintptr(fds[1]), "host's end")
	conn, err := net.FileConn(f)
	if err != nil {
		theirs.Close()
		return nil, nil, err
	}
	return conn.(*net.UnixConn), theirs, nil
}

func cloexecPair() (fds [2]int, err error) {
	syscall.ForkLock.RLock() // no process may be forked before both are marked
	defer syscall.ForkLock.RUnlock()
	fds, err = unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(fds[0])
		unix.CloseOnExec(fds[1])
	}
	return fds, err
}

// writeWith writes a line whose first byte carries descriptors.
func writeWith(conn *net.UnixConn, line []byte, files []*os.File) error {
	if len(files) > 0 {
		fds := make([]int, len(files))
		for i, f := range files {
			fds[i] = int(f.Fd())
		}
		n, _, err := conn.WriteMsgUnix(line, unix.UnixRights(fds...), nil)
		if err != nil {
			return err
		}
		line = line[n:]
	}
	_, err := conn.Write(line)
	return err
}

// duplicate returns a file's descriptor under another number, which lives for itself.
func duplicate(f *os.File) (*os.File, error) {
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("copy the descriptor of %s: %w", f.Name(), err)
	}
	return os.NewFile(uintptr(fd), f.Name()), nil
}

// dump makes an interpreter print where its threads are, even if it answers no more.
func dump(pid int) error {
	if err := unix.Kill(pid, unix.SIGUSR2); err != nil && !errors.Is(err, unix.ESRCH) {
		return fmt.Errorf("SIGUSR2 to pid %d: %w", pid, err)
	}
	return nil
}
