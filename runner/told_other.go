//go:build !unix

package runner

import (
	"errors"
	"os"
)

// unnamed refuses: a process can be given no further descriptors here.
func unnamed() (*os.File, error) { return nil, errors.ErrUnsupported }
