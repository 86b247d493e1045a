//go:build unix

package process

import (
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

const (
	defaultPython = "python3"
	// shell is where POSIX systems keep it, whatever PATH a job sets; system(3) does the same.
	shell = "/bin/sh"
)

type quirk struct{}

func shellLine(cmd *command, line string) error {
	cmd.path, cmd.argv = shell, []string{"sh", "-c", line}
	return nil
}

func canExecute(_ string, info fs.FileInfo) bool { return info.Mode()&0o111 != 0 }

func canRead(path string) error {
	if err := unix.Access(path, unix.R_OK); err != nil {
		return &os.PathError{Op: "read", Path: path, Err: err}
	}
	return nil
}
