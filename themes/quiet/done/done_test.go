//go:build linux || darwin

package done

import (
	"bytes"
	"os"
	"os/exec"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/creack/pty"
)

const child = "PARALLAX_QUIET_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(child) != "" {
		_ = tea.Quit // the package is in use
		_, _ = os.Stdout.WriteString("TERM is " + os.Getenv("TERM") + "\n")
		return
	}
	os.Exit(m.Run())
}

// The program starts at once and without a word on a terminal that never answers.
func TestNothingIsAskedBeforeMain(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), child+"=1", "TERM=xterm-256color", "CI=")
	terminal, err := pty.Start(cmd)
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	defer func() { _ = terminal.Close() }()
	late := time.AfterFunc(4*time.Second, func() { _ = cmd.Process.Kill() }) // bubbletea waits for 5
	defer late.Stop()
	var said bytes.Buffer
	_, readErr := said.ReadFrom(terminal) // ends with EIO on Linux when the program has ended
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v after %q (%v): it waited for the terminal", err, said.String(), readErr)
	}
	if got, want := said.String(), "TERM is xterm-256color\r\n"; got != want {
		t.Errorf("it said %q, want %q", got, want)
	}
}
