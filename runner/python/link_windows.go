package python

import (
	"errors"
	"net"
	"os"
)

var errWindows = errors.New("scripts as threads need descriptors handed over a socket, which Windows has not: run them as processes")

// supported says why threads cannot be had on this system, or nil.
func supported() error { return errWindows }

func socketPair() (*net.UnixConn, *os.File, error) { return nil, nil, errWindows }

func writeWith(*net.UnixConn, []byte, []*os.File) error { return errWindows }

func duplicate(*os.File) (*os.File, error) { return nil, errWindows }

func dump(int) error { return errWindows }
