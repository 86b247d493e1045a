package zygote

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"

	"parallax/runner"
)

// supported says why nothing can be preloaded on this system, or nil.
func supported() error { return nil }

// socketPair makes the connection to a zygote.
func socketPair() (ours *net.UnixConn, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("socketpair: %w", err)
	}
	f := os.NewFile(uintptr(fds[0]), "zygote")
	defer f.Close() // FileConn has a copy
	theirs = os.NewFile(uintptr(fds[1]), "zygote's end")
	conn, err := net.FileConn(f)
	if err != nil {
		theirs.Close()
		return nil, nil, err
	}
	return conn.(*net.UnixConn), theirs, nil
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

// exitOf returns how a process ended.
func exitOf(ev event) runner.Exit {
	status := syscall.WaitStatus(ev.Status)
	exit := runner.Exit{Code: status.ExitStatus(), Usage: ev.usage()}
	if status.Signaled() {
		exit.Code, exit.Signal = -1, unix.SignalName(status.Signal())
	}
	return exit
}

// killGroup ends a child that nobody wants any more.
func killGroup(pid int) {
	if err := unix.Kill(-pid, unix.SIGKILL); errors.Is(err, unix.ESRCH) {
		_ = unix.Kill(pid, unix.SIGKILL) // it ended before it led a group; unreaped, its number is its own
	}
}

// apart puts a helper into a session of its own, so that what it orphans is told from what other
// parts of the program started.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
