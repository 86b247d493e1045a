package comparison

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"parallax/monitor/verdict/trial"
	"parallax/runner/journal"
)

const (
	recordFile = "comparison.ndjson"
	runsDir    = "runs"
)

// Root is the folder that holds all comparisons of this user, beside that of the runs. It need not exist.
func Root() (string, error) {
	runs, err := journal.Root()
	return filepath.Join(filepath.Dir(runs), "comparisons"), err
}

// Writer keeps a comparison on disk while it is made. It belongs to one goroutine.
type Writer struct {
	rec   Record
	file  file
	whole int64 // bytes of the lines that were written
}

// file is what a Writer needs of an [os.File].
type file interface {
	io.WriterAt
	io.Closer
}

// Create makes the folder of a new comparison below root, which it makes too where it is missing. It
// fills in the format and the writer, and the id, the time and the folder where info leaves them empty.
func Create(root string, info Info) (*Writer, error) {
	info.Format, info.Writer = Format, journal.ThisProcess()
	if info.Start.IsZero() {
		info.Start = time.Now()
	}
	info.Start = info.Start.Round(0)
	if info.Cwd == "" {
		info.Cwd, _ = os.Getwd() // "" where the folder is gone: jobs will say so themselves
	}
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for comparisons: %w", err)
	}
	given := info.ID != ""
	for {
		if !given {
			info.ID = journal.NewID(info.Start)
		}
		err := os.Mkdir(filepath.Join(root, info.ID), 0o700)
		if err == nil {
			return begin(filepath.Join(root, info.ID), &info)
		}
		if given || !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("make the comparison's folder: %w", err)
		}
	}
}

// begin makes the record in a folder, which it removes where that fails.
func begin(dir string, info *Info) (w *Writer, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	f, err := os.OpenFile(filepath.Join(dir, recordFile), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make the comparison's record: %w", err)
	}
	w = &Writer{rec: Record{Dir: dir}, file: f}
	if err := w.put(line{Type: "comparison", Info: info}); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return w, nil
}

// Dir is the comparison's folder.
func (w *Writer) Dir() string { return w.rec.Dir }

// Record is the comparison as far as it came.
func (w *Writer) Record() Record { return w.rec.Clone() }

// Runs is the folder that holds the comparison's runs.
func (w *Writer) Runs() string { return w.rec.Runs() }

// Runs is the folder that holds the comparison's runs.
func (r *Record) Runs() string { return filepath.Join(r.Dir, runsDir) }

// Trial adds a trial.
func (w *Writer) Trial(t trial.Trial) error { return w.put(line{Type: "trial", Trial: &t}) }

// Startup adds what a way costs to start.
func (w *Writer) Startup(s Startup) error { return w.put(line{Type: "startup", Startup: &s}) }

// Rounds says how many rounds are to be made, and why so many.
func (w *Writer) Rounds(n int, why string) error {
	return w.put(line{Type: "rounds", Rounds: &rounds{n, why}})
}

// End says that nothing more comes for now, and why it came early. More rounds may follow.
func (w *Writer) End(reason string) error { return w.put(line{Type: "end", End: &end{reason}}) }

// Close closes the file.
func (w *Writer) Close() error { return w.file.Close() }

// put writes a line whole or not at all, and takes it up. After an error the comparison goes on in memory.
func (w *Writer) put(l line) error {
	w.rec.take(l)
	text, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("write %s: %w", recordFile, err)
	}
	text = append(text, '\n')
	// A line that found no room is overwritten by the next: what followed its beginning could not be read.
	if _, err := w.file.WriteAt(text, w.whole); err != nil {
		return fmt.Errorf("write the comparison's record: %w", err)
	}
	w.whole += int64(len(text))
	return nil
}
