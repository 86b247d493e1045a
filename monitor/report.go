package monitor

import (
	"os"
	"path/filepath"

	"parallax/runner"
)

// logSize returns how much a task has written so far. Where a log cannot be looked at, what was
// last known stands.
func logSize(dir string, t runner.Task) [2]int64 {
	size := t.LogSize
	for i, name := range [2]string{t.Log, t.Err} {
		if name == "" {
			continue
		}
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil {
			size[i] = max(size[i], info.Size())
		}
	}
	return size
}
