package runner

import (
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
