//go:build linux || darwin

package runner

import (
	"os"
	"syscall"
)

// full reports whether the disk that holds a file has no room left, as far as the system tells.
func full(f *os.File) bool {
	var st syscall.Statfs_t
	return syscall.Fstatfs(int(f.Fd()), &st) == nil && st.Blocks > 0 && st.Bavail == 0
}
