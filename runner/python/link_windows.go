package python

import "errors"

var errWindows = errors.New("scripts as threads need descriptors handed over a socket, which Windows has not: run them as processes")

// supported says why threads cannot be had on this system, or nil.
func supported() error { return errWindows }

func askToDump(int) error { return errWindows }
