package journal

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// birthOf returns when a process started, in clock ticks since the boot. A zombie counts as gone:
// it does nothing any more.
func birthOf(pid int) (birth uint64, ok bool) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, false
	}
	// The name in parentheses may hold anything, so count from its end: field 3 is the state.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 20 || fields[0][0] == 'Z' || fields[0][0] == 'X' {
		return 0, false
	}
	birth, err = strconv.ParseUint(string(fields[19]), 10, 64)
	return birth, err == nil
}

func bootID() string {
	id, _ := os.ReadFile("/proc/sys/kernel/random/boot_id") // without it pid and birth must do
	return strings.TrimSpace(string(id))
}

// syncData forces a file's content to the disk, without the times in its inode.
func syncData(f *os.File) error {
	for {
		if err := unix.Fdatasync(int(f.Fd())); err != unix.EINTR {
			return err
		}
	}
}
