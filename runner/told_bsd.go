//go:build unix && !linux

package runner

import "os"

// unnamed makes a file that is gone when its last descriptor is closed. Whatever is written to it
// goes to its end, so that it can be emptied beneath who writes.
func unnamed() (*os.File, error) { return unlinked() }
