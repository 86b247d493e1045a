package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

// refuseFile says why a file may not be written, before any work is done for it, or nil.
func refuseFile(path string, force bool) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return &usageError{err: err}
	case info.IsDir():
		return usagef("", "%s is a folder: give the name of a file", path)
	case info.Mode().IsRegular() && !force:
		return usagef("--force replaces it", "%s is there already", path)
	}
	return nil
}

// newFile writes a file whole or not at all: beside its place, from where it moves it there. A signal ends
// the writing with an [*interrupt]. One that is there is replaced with force only, and keeps its mode; a
// device or a pipe is written to.
func newFile(path string, force bool, write func(io.Writer) error) (err error) {
	if err := refuseFile(path, force); err != nil {
		return err
	}
	mode := fs.FileMode(0o666)
	if info, err := os.Stat(path); err == nil {
		if !info.Mode().IsRegular() {
			return toDevice(path, write)
		}
		mode = info.Mode().Perm()
		if path, err = filepath.EvalSymlinks(path); err != nil { // the link stays
			return err
		}
	}
	draft, err := os.OpenFile(filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%08x", filepath.Base(path), rand.Uint32())),
		os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(draft.Name()) // best effort: the error that led here is the one to tell
		}
	}()
	sigs := make(chan os.Signal, 1)
	for _, sig := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(sig) {
			signal.Notify(sigs, sig)
		}
	}
	defer signal.Stop(sigs)
	if err := errors.Join(write(interruptible{draft, sigs}), draft.Close()); err != nil {
		return err
	}
	return move(draft.Name(), path, force)
}

// move gives a file its name. Without force it never replaces one, also if that has come meanwhile; only
// where a file system knows no hard links that is not sure.
func move(from, to string, force bool) error {
	if force {
		return os.Rename(from, to)
	}
	switch err := os.Link(from, to); {
	case err == nil:
		return os.Remove(from)
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s was made by another program meanwhile", to)
	}
	return os.Rename(from, to)
}

func toDevice(path string, write func(io.Writer) error) error {
	out, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(write(out), out.Close())
}

// interruptible refuses to write more once a signal has come.
type interruptible struct {
	out  io.Writer
	sigs <-chan os.Signal
}

// Write implements [io.Writer].
func (i interruptible) Write(p []byte) (int, error) {
	select {
	case s := <-i.sigs:
		if sig, ok := s.(syscall.Signal); ok {
			return 0, &interrupt{sig}
		}
	default:
	}
	return i.out.Write(p)
}
