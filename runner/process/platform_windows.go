package process

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
)

const (
	defaultPython = "python"
	shell         = "sh" // from Git for Windows, MSYS2 or the like
)

// quirk holds the command line where a program cannot be given it as separate arguments.
type quirk struct{ line string }

// shellLine uses a POSIX shell where there is one, so that the same jobs mean the same everywhere,
// and else the system's own.
func shellLine(cmd *command, line string) error {
	if sh, err := exec.LookPath(shell); err == nil {
		cmd.path, cmd.argv = sh, []string{"sh", "-c", line}
		return nil
	}
	path, err := exec.LookPath("cmd.exe")
	if err != nil {
		return errors.New(`no shell: neither "sh" nor "cmd.exe" was found in PATH`)
	}
	cmd.path, cmd.argv = path, []string{"cmd.exe"}
	cmd.line = `cmd.exe /d /s /c "` + line + `"` // cmd.exe takes its line as it stands, unquoted
	return nil
}

// canExecute goes by the file's ending (PATHEXT): there are no permissions to execute.
func canExecute(path string, _ fs.FileInfo) bool {
	_, err := exec.LookPath(path)
	return err == nil
}

func canRead(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return f.Close()
}

func checkCPUs(cpus []int) error {
	if len(cpus) > 0 {
		return errors.New("cpus: parallax cannot hold a process to chosen cores on Windows: leave cpus out")
	}
	return nil
}
