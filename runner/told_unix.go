//go:build unix

package runner

import "os"

// unlinked makes a file on the disk that has no name any more, with the same properties.
func unlinked() (*os.File, error) {
	named, err := os.CreateTemp("", "parallax-progress-*")
	if err != nil {
		return nil, err
	}
	defer named.Close()
	f, err := os.OpenFile(named.Name(), os.O_RDWR|os.O_APPEND, 0)
	if gone := os.Remove(named.Name()); err == nil && gone != nil {
		f.Close()
		return nil, gone
	}
	return f, err
}
