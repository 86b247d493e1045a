package remote

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// shared is the name of the folder among temporary files, which each user has for himself here.
const shared = "parallax"

var shortTemp = os.TempDir()

// ownedAndShut has nothing to object: the folder of temporary files is in the user's profile, whose
// access list keeps others out.
func ownedAndShut(string, fs.FileInfo) error { return nil }

// nobody reports whether an error means that a socket has no listener.
func nobody(err error) bool { return errors.Is(err, windows.WSAECONNREFUSED) }
