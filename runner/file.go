package runner

import (
	"errors"
	"io/fs"
)

// FileFault makes a few words of an error about a file, for a sentence that names the file itself: the
// error repeats its path, and names the call that failed.
func FileFault(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "no such file"
	case errors.Is(err, fs.ErrPermission):
		return "permission denied"
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
