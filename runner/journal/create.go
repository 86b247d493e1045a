package journal

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"parallax/runner"
)

// maxCollisions is how many ids that exist already are passed over: with a million ids a second,
// more means that something else is wrong.
const maxCollisions = 20

// Create makes the folder of a new run below root, which it makes too where it is missing, and
// returns its writer. Nobody but the user can look into it.
//
// It fills in what info leaves empty and what it knows better: Format, ID, Start (now), Cwd, the
// host's name and system, the writer and the number of tasks. Its jobs must not be changed afterwards.
func Create(root string, info Info) (*Writer, error) {
	info.Format, info.Writer, info.Tasks = Format, ThisProcess(), len(info.Jobs)
	if info.Start.IsZero() {
		info.Start = time.Now()
	}
	info.Start = info.Start.Round(0) // the clock's own reading means nothing to others
	if info.Cwd == "" {
		info.Cwd, _ = os.Getwd() // "" where the folder is gone: jobs will say so themselves
	}
	info.Host.Name, info.Host.OS = hostName(), runtime.GOOS+"/"+runtime.GOARCH
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for runs: %w", err)
	}
	asked := info.ID
	for range maxCollisions {
		if info.ID = asked; asked == "" {
			info.ID = NewID(info.Start)
		} else if !IsID(asked) {
			return nil, fmt.Errorf("%q is no id of a run: one looks like %s", asked, NewID(info.Start))
		}
		w, err := createAs(root, info)
		if err == nil || asked != "" || !errors.Is(err, fs.ErrExist) {
			return w, err
		}
	}
	return nil, fmt.Errorf("make a folder for the run in %s: %d ids in a row are taken", root, maxCollisions)
}

// createAs makes the folder under a name that nobody looks at, and renames it when it is whole.
func createAs(root string, info Info) (w *Writer, err error) {
	dir, draft := filepath.Join(root, info.ID), filepath.Join(root, "."+info.ID)
	if _, err := os.Lstat(dir); err == nil {
		return nil, fmt.Errorf("make %s: %w", dir, fs.ErrExist)
	}
	if err := os.Mkdir(draft, 0o700); err != nil {
		return nil, fmt.Errorf("make the run's folder: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(draft))
		}
	}()
	if err := fill(draft, info); err != nil {
		return nil, fmt.Errorf("fill the run's folder: %w", err)
	}
	if err := os.Rename(draft, dir); err != nil {
		return nil, fmt.Errorf("make the run's folder: %w", err)
	}
	draft = dir
	f, err := os.OpenFile(filepath.Join(dir, eventsFile), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return nil, fmt.Errorf("open the journal: %w", err)
	}
	whole := false
	return newWriter(dir, info, f, func() error {
		if !whole { // once; only the syncer's goroutine and, after its end, Close come here
			whole = true
			if err := syncAll(filepath.Join(dir, infoFile), dir, root); err != nil {
				return err
			}
		}
		return syncData(f)
	}), nil
}

func fill(dir string, info Info) error {
	if err := os.Mkdir(filepath.Join(dir, logsDir), 0o700); err != nil {
		return err
	}
	if err := writeInfo(filepath.Join(dir, infoFile), info); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, eventsFile), nil, 0o600)
}

func writeInfo(path string, info Info) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	b := bufio.NewWriterSize(f, 1<<16)
	return errors.Join(info.encode(b), b.Flush(), f.Close())
}

// newWriter keeps the jobs of info, which nobody may change any more: a copy of 100 000 is 30 MB.
func newWriter(dir string, info Info, out io.WriteCloser, force func() error) *Writer {
	return &Writer{
		dir: dir, info: info, out: out, sync: startSyncer(force),
		last: make([]runner.Status, len(info.Jobs)), span: sampleSpan,
	}
}

func hostName() string {
	name, err := os.Hostname()
	if err != nil {
		return "unknown"
	}
	return name
}

// syncAll forces files and folders to the disk.
func syncAll(paths ...string) error {
	for _, p := range paths {
		f, err := os.Open(p)
		if err != nil {
			return err
		}
		err = f.Sync()
		f.Close()                                    // opened for reading: nothing can be lost
		if err != nil && runtime.GOOS != "windows" { // which cannot sync what is open for reading, or folders
			return err
		}
	}
	return nil
}
