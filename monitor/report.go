package monitor

import (
	"os"
	"path/filepath"
	"slices"

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

// hostLogs are the own logs of the interpreters that tasks share, with their sizes as last reported.
type hostLogs []runner.HostLog

// meet takes up a log, if it is one and is new.
func (h *hostLogs) meet(log string) {
	if log != "" && !slices.ContainsFunc(*h, func(l runner.HostLog) bool { return l.Log == log }) {
		*h = append(*h, runner.HostLog{Log: log})
	}
}

// grown returns those that have grown since they were last asked for, within the run's folder.
func (h *hostLogs) grown(dir string) []runner.HostLog {
	var out []runner.HostLog
	for i := range *h {
		log := &(*h)[i]
		info, err := os.Stat(filepath.Join(dir, log.Log))
		if err == nil && info.Size() > log.Size {
			log.Size = info.Size()
			out = append(out, *log)
		}
	}
	return out
}
