//go:build unix

package which

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// apart puts a probed interpreter into a session of its own: what it orphans is told by that from
// what the program runs, and when it is cancelled, what a shim has started ends with it.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Cancel = func() error {
		err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		if errors.Is(err, syscall.ESRCH) {
			return os.ErrProcessDone
		}
		return err
	}
}
