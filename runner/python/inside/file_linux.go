package inside

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// newFile makes a file in memory that processes can append to, and returns the signal that makes them.
func newFile() (*os.File, syscall.Signal, error) {
	fd, err := unix.MemfdCreate("parallax", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, 0, os.NewSyscallError("memfd_create", err)
	}
	f := os.NewFile(uintptr(fd), "parallax")
	// So that it can be emptied between two answers, whoever writes.
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_SETFL, unix.O_APPEND); err != nil {
		f.Close()
		return nil, 0, os.NewSyscallError("fcntl", err)
	}
	return f, unix.SIGURG, nil
}

// number tells a file from all others.
func number(f *os.File) (dev, ino uint64, err error) {
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return 0, 0, os.NewSyscallError("fstat", err)
	}
	return uint64(st.Dev), st.Ino, nil //nolint:unconvert // it is narrower on some machines
}
