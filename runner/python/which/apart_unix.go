//go:build unix

package which

import (
	"os/exec"
	"syscall"
)

// apart puts a probed interpreter into a session of its own: what it orphans is told by that from
// what the program runs.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
