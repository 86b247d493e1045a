//go:build linux || darwin

package themes

import (
	"errors"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// ask sends a query to the terminal and returns what it answers until complete says that this is
// all, or nothing more comes within the time. It returns "" without asking when there is no terminal
// or the program is in the background, where touching it would stop the program.
//
// The terminal's own timer ends the read (VTIME, tenths of a second). A reader on a goroutine that is
// left behind, or a second descriptor, would go on to eat what the user types.
func ask(query string, wait time.Duration, complete func(string) bool) string {
	fd, err := unix.Open("/dev/tty", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return ""
	}
	defer func() { _ = unix.Close(fd) }() // nothing was written that could be lost
	if group, err := unix.IoctlGetInt(fd, unix.TIOCGPGRP); err != nil || group != unix.Getpgrp() {
		return ""
	}
	was, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return ""
	}
	raw := *was
	raw.Lflag &^= unix.ECHO | unix.ICANON
	raw.Cc[unix.VMIN] = 0
	raw.Cc[unix.VTIME] = uint8(min(max((wait+50*time.Millisecond)/(100*time.Millisecond), 1), 100))
	if err := unix.IoctlSetTermios(fd, setTermios, &raw); err != nil {
		return ""
	}
	defer unix.IoctlSetTermios(fd, setTermios, was) //nolint:errcheck // nothing can be done about it
	if _, err := unix.Write(fd, []byte(query)); err != nil {
		return ""
	}
	var reply strings.Builder
	buf := make([]byte, 256)
	for deadline := time.Now().Add(wait); !complete(reply.String()); {
		n, err := unix.Read(fd, buf)
		if errors.Is(err, unix.EINTR) && time.Now().Before(deadline) {
			continue
		}
		if n <= 0 || err != nil {
			break
		}
		reply.Write(buf[:n])
		if time.Now().After(deadline) || reply.Len() > 4096 {
			break
		}
	}
	return reply.String()
}
