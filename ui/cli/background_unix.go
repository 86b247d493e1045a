//go:build unix

package cli

import (
	"bytes"
	"os"
	"strings"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/lucasb-eyer/go-colorful"
	"golang.org/x/sys/unix"
)

// patience is how long the terminal may take to answer. Every terminal answers the second question
// at once, so only something that is hardly a terminal lets it pass.
const patience = 150 * time.Millisecond

// darkBackground asks the terminal for its background (OSC 11), and then who it is (DA1), which
// every terminal answers: so a terminal that does not know the first question costs no time.
// What cannot be told counts as dark. Inside screen and tmux the answer may be that of another
// terminal; there the environment decides.
func darkBackground() bool {
	if dark, known := darkFromEnvironment(os.Getenv("COLORFGBG")); known {
		return dark
	}
	if t := os.Getenv("TERM"); strings.HasPrefix(t, "screen") || strings.HasPrefix(t, "tmux") || t == "dumb" || t == "linux" {
		return true
	}
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return true
	}
	defer tty.Close()
	state, err := term.MakeRaw(tty.Fd())
	if err != nil {
		return true
	}
	defer term.Restore(tty.Fd(), state) //nolint:errcheck // there is nothing else to try
	if _, err := tty.WriteString("\x1b]11;?\x1b\\\x1b[c"); err != nil {
		return true
	}
	return darkAnswer(readAnswer(int(tty.Fd()), time.Now().Add(patience)))
}

// readAnswer reads until the answer to DA1 (it ends in c) or the deadline.
func readAnswer(fd int, deadline time.Time) []byte {
	var got []byte
	buf := make([]byte, 256)
	for {
		left := time.Until(deadline)
		if left <= 0 {
			return got
		}
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(left.Milliseconds())+1)
		if err == unix.EINTR {
			continue
		}
		if err != nil || n == 0 {
			return got
		}
		n, err = unix.Read(fd, buf)
		if err != nil || n <= 0 {
			return got
		}
		got = append(got, buf[:n]...)
		if at := bytes.LastIndex(got, []byte("\x1b[?")); at >= 0 && bytes.IndexByte(got[at:], 'c') > 0 {
			return got
		}
	}
}

// darkAnswer reads "\x1b]11;rgb:RRRR/GGGG/BBBB" as XParseColor writes it.
func darkAnswer(answer []byte) bool {
	_, rest, ok := strings.Cut(string(answer), "]11;rgb:")
	if !ok {
		return true
	}
	parts := strings.FieldsFunc(rest, func(r rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEF", r) })
	if len(parts) < 3 {
		return true
	}
	hex := "#"
	for _, p := range parts[:3] {
		if len(p) < 2 {
			return true
		}
		hex += p[:2]
	}
	c, err := colorful.Hex(hex)
	if err != nil {
		return true
	}
	_, _, l := c.HSLuv()
	return l < 0.5
}
