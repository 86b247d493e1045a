package runner

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"
)

func TestFaultsOfFilesAreAFewWords(t *testing.T) {
	for want, err := range map[string]error{
		"no such file":      fmt.Errorf("open it: %w", &fs.PathError{Op: "open", Path: "/a", Err: fs.ErrNotExist}),
		"permission denied": &fs.PathError{Op: "open", Path: "/a", Err: fs.ErrPermission},
		"out of paper":      fmt.Errorf("print: %w", &fs.PathError{Op: "write", Path: "/dev/lp0", Err: errors.New("out of paper")}),
		"no file at all":    errors.New("no file at all"),
	} {
		if got := FileFault(err); got != want {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
}
