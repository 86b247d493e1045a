package runner

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// lastWords tells how large the logs are that belong to no single task, of those that have grown
// since this was last told: what an interpreter prints when it is closed comes after the last sample.
func (r *Run) lastWords() {
	entries, err := os.ReadDir(filepath.Join(r.opts.Recorder.Dir(), sharedDir))
	if err != nil {
		return // no task shared anything
	}
	var s Sampled
	for _, e := range entries {
		rel := filepath.Join(sharedDir, e.Name())
		if info, err := e.Info(); err == nil && info.Size() > r.state.shared[rel] {
			s.Logs = append(s.Logs, HostLog{Log: rel, Size: info.Size()})
		}
	}
	if len(s.Logs) > 0 {
		r.emit(s)
	}
}

// shared opens a log for what belongs to no single task.
func (r *Run) shared(name string) (*os.File, string, error) {
	dir := filepath.Join(r.opts.Recorder.Dir(), sharedDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, "", fmt.Errorf("open log: %w", err)
	}
	for n := 1; ; n++ {
		rel := filepath.Join(sharedDir, fmt.Sprintf("%s-%d.log", name, n))
		f, err := os.OpenFile(filepath.Join(r.opts.Recorder.Dir(), rel), os.O_CREATE|os.O_EXCL|os.O_RDWR|os.O_APPEND, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, "", fmt.Errorf("open log: %w", err)
		}
		return f, rel, nil
	}
}

// sharedDir is the folder, within that of the run, for what belongs to no single task.
const sharedDir = "hosts"
