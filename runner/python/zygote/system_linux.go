package zygote

import (
	"errors"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"

	"parallax/runner"
)

// supported says why nothing can be preloaded on this system, or nil.
func supported() error { return nil }

// exitOf returns how a process ended.
func exitOf(ev event) runner.Exit {
	status := syscall.WaitStatus(ev.Status)
	exit := runner.Exit{Code: status.ExitStatus(), Usage: ev.Usage()}
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
