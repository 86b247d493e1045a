// Package facts is what a kept run tells of itself and of each of its jobs, under the names that every
// JSON document uses: those that are printed, exported, and read by other programs.
package facts

import (
	"time"

	"parallax/runner/journal"
)

// Run is what is known of a run as a whole. Times are in seconds.
type Run struct {
	ID      string         `json:"id"`
	Name    string         `json:"name,omitempty"`
	Start   time.Time      `json:"started"`
	Status  journal.Status `json:"status"`
	Reason  string         `json:"reason,omitempty"`
	Wall    float64        `json:"wall_seconds"`
	Workers int            `json:"workers"`
	Cores   []int          `json:"cores"`
	Quota   float64        `json:"quota"`
	Argv    []string       `json:"argv,omitempty"`
	Cwd     string         `json:"cwd"`
	Folder  string         `json:"folder"`
	LeftOut int            `json:"left_out,omitempty"` // parts of the journal that could not be read
}

// OfRun returns the facts of a run that was read from a folder.
func OfRun(rec *journal.Recording, dir string) Run {
	st, info := &rec.State, &rec.Info
	return Run{
		ID: info.ID, Name: info.Name, Start: info.Start, Status: rec.Status, Reason: st.Reason, Wall: st.Elapsed(st.Now).Seconds(),
		Workers: st.Workers, Cores: st.Cores, Quota: st.Quota, Argv: info.Argv, Cwd: info.Cwd, Folder: dir, LeftOut: rec.LeftOut,
	}
}
