package remote

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// recordName is the file in a run's folder that says where its socket is.
const recordName = "socket"

func recordOf(dir string) string { return filepath.Join(dir, recordName) }

// longest is how long the path of a socket may be: the smallest limit among systems (macOS).
const longest = 103

const ending = ".sock"

// open listens on a new socket for the run called id.
func open(id string) (*net.UnixListener, string, error) {
	var why []error
	for _, dir := range folders() {
		path := filepath.Join(dir, id+ending)
		if len(path) > longest {
			why = append(why, fmt.Errorf("%s: the path is too long for a socket", path))
			continue
		}
		if err := ownFolder(dir); err != nil {
			why = append(why, err)
			continue
		}
		sweep(dir)
		l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
		if err != nil {
			why = append(why, err)
			continue
		}
		if err := os.Chmod(path, 0o600); err != nil {
			why = append(why, err, l.Close())
			continue
		}
		return l, path, nil
	}
	return nil, "", fmt.Errorf("no place for a socket: %w", errors.Join(why...))
}

// folders lists where sockets may be, the best first: the user's own folder for such things, else a
// short one among temporary files.
func folders() []string {
	var dirs []string
	if dir := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) { // a relative one is to be ignored
		dirs = append(dirs, filepath.Join(dir, "parallax"))
	}
	dirs = append(dirs, filepath.Join(os.TempDir(), shared))
	if short := filepath.Join(shortTemp, shared); short != dirs[len(dirs)-1] {
		dirs = append(dirs, short)
	}
	return dirs
}

// ownFolder makes a folder that nobody else can enter, or finds that it is one. Whoever was first at
// its name among everyone's temporary files may be someone else.
func ownFolder(dir string) error {
	if err := os.Mkdir(dir, 0o700); err == nil {
		return nil
	} else if !errors.Is(err, os.ErrExist) {
		return err
	}
	info, err := os.Lstat(dir)
	switch {
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s: is no folder", dir)
	}
	return ownedAndShut(dir, info)
}

const (
	// young is how old a socket must be before it is looked whether somebody listens: between its making
	// and the listening there is an instant.
	young = time.Minute
	// mostStale bounds how many sockets are looked at.
	mostStale = 64
	// knock is how long one that listens may take to let us in. A local socket does at once.
	knock = 100 * time.Millisecond
)

// sweep removes sockets that nobody listens on any more, because their parallax was killed.
func sweep(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return // it is no more than tidying up
	}
	looked := 0
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !strings.HasSuffix(e.Name(), ending) || time.Since(info.ModTime()) < young {
			continue
		}
		if looked++; looked > mostStale {
			return
		}
		path := filepath.Join(dir, e.Name())
		c, err := net.DialTimeout("unix", path, knock)
		if err == nil {
			_ = c.Close()
		} else if nobody(err) {
			_ = os.Remove(path)
		}
	}
}
