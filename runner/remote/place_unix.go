//go:build unix

package remote

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"syscall"
)

// shared is the name of the folder among the temporary files of all users.
var shared = "parallax-" + strconv.Itoa(os.Getuid())

// shortTemp is where there is room for a short path, whatever TMPDIR says.
const shortTemp = "/tmp"

// ownedAndShut says why a folder is not the user's alone, or nil.
func ownedAndShut(dir string, info fs.FileInfo) error {
	st, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !ok:
		return fmt.Errorf("%s: its owner cannot be told", dir)
	case int(st.Uid) != os.Getuid():
		return fmt.Errorf("%s: belongs to user %d: remove it", dir, st.Uid)
	case info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("%s: others may enter it: remove it, or chmod 700 it", dir)
	}
	return nil
}

// nobody reports whether an error means that a socket has no listener.
func nobody(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }
