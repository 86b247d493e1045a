package monitor

import (
	"os"
	"path/filepath"
	"slices"

	"parallax/runner"
)

// withClosed puts what is left to tell of ended tasks among the samples of the active ones, in
// ascending order. A task that ended more than once since the last report has one sample; of one
// that runs again only the new try is told, since a sample does not say which try it is of.
func withClosed(active, closed []runner.TaskSample) []runner.TaskSample {
	for _, c := range closed {
		at, found := slices.BinarySearchFunc(active, c.Task, func(t runner.TaskSample, task int) int { return t.Task - task })
		if !found {
			active = slices.Insert(active, at, c)
		}
	}
	return active
}

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
