//go:build unix

package wire

import (
	"fmt"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

func socketPair(name string) (ours *net.UnixConn, theirs *os.File, err error) {
	fds, err := cloexecPair()
	if err != nil {
		return nil, nil, fmt.Errorf("socketpair: %w", err)
	}
	f := os.NewFile(uintptr(fds[0]), name)
	defer f.Close() // FileConn has a copy
	theirs = os.NewFile(uintptr(fds[1]), name+"'s end")
	conn, err := net.FileConn(f)
	if err != nil {
		theirs.Close()
		return nil, nil, err
	}
	return conn.(*net.UnixConn), theirs, nil
}

// cloexecPair takes two steps, since not every system can make a socket close-on-exec at once.
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
