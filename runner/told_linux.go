package runner

import (
	"os"
	"syscall"
)

// unnamed makes a file in memory that is gone when its last descriptor is closed. Whatever is written
// to it goes to its end, so that it can be emptied beneath who writes.
func unnamed() (*os.File, error) {
	const tmpfile = 0x400000 | syscall.O_DIRECTORY // O_TMPFILE: the folder is where it would have a name
	f, err := os.OpenFile("/dev/shm", os.O_RDWR|os.O_APPEND|tmpfile, 0o600)
	if err != nil {
		return unlinked() // a system without
	}
	return f, nil
}
