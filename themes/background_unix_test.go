//go:build linux || darwin

package themes

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

const backgroundChild = "PARALLAX_BACKGROUND_CHILD"

func TestMain(m *testing.M) {
	if patience, err := time.ParseDuration(os.Getenv(backgroundChild)); err == nil {
		began := time.Now()
		dark := DarkBackground(os.Getenv, patience)
		fmt.Printf("dark=%v slow=%v\n", dark, time.Since(began) > 4*time.Second)
		line := make([]byte, 16) // the terminal is as before: it gives whole lines
		n, err := os.Stdin.Read(line)
		fmt.Printf("read=%q %v\n", line[:n], err)
		return
	}
	os.Exit(m.Run())
}

// A real terminal is asked, answers or does not, and is left as it was.
func TestDarkBackgroundOfATerminal(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// The terminals that answer get long: this machine may be busy, and they are not waited for.
	for name, c := range map[string]struct{ answer, want, patience string }{
		"light": {"\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62;c", "dark=false", "20s"},
		"dark":  {"\x1b]11;rgb:0000/0000/0000\x1b\\\x1b[?62;c", "dark=true", "20s"},
		"plain": {"\x1b[?62;c", "dark=true", "20s"},
		"mute":  {"", "dark=true", Patience.String()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(exe)
			cmd.Env = append(os.Environ(), backgroundChild+"="+c.patience, "TERM=xterm-256color", "COLORFGBG=")
			terminal, err := pty.Start(cmd)
			if err != nil {
				t.Skipf("no pseudo-terminal here: %v", err)
			}
			defer func() { _ = terminal.Close() }()
			late := time.AfterFunc(60*time.Second, func() { _ = cmd.Process.Kill() })
			defer late.Stop()
			said := read(terminal, backgroundQuery)
			_, _ = io.WriteString(terminal, c.answer)
			said += read(terminal, "slow=false\r\n")
			_, _ = io.WriteString(terminal, "hi\n")
			said += read(terminal, "<nil>\r\n")
			if err := cmd.Wait(); err != nil {
				t.Fatalf("%v after %q", err, said)
			}
			if !strings.Contains(said, c.want+" slow=false") || !strings.Contains(said, `read="hi\n"`) {
				t.Errorf("it said %q, want %q", said, c.want)
			}
		})
	}
}

// read returns what comes until it ends with end, or until there is no more.
func read(r io.Reader, end string) string {
	var said bytes.Buffer
	for b := make([]byte, 1); !strings.HasSuffix(said.String(), end); {
		if n, err := r.Read(b); n == 0 || err != nil {
			break
		}
		said.Write(b)
	}
	return said.String()
}
