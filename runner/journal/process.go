package journal

import "os"

// Process is a process that cannot be mistaken for a later one with the same pid.
type Process struct {
	PID   int    `json:"pid"`
	Birth uint64 `json:"birth"`          // when it started, in the system's own ticks; 0 unknown
	Boot  string `json:"boot,omitempty"` // which boot of the machine that was counted from, where the system tells
}

// ThisProcess is the process that this code runs in.
func ThisProcess() Process {
	birth, _ := birthOf(os.Getpid())
	return Process{PID: os.Getpid(), Birth: birth, Boot: bootID()}
}

// Alive reports whether the process still runs on this machine.
func (p Process) Alive() bool {
	if p.PID <= 0 || p.Boot != bootID() {
		return false
	}
	birth, ok := birthOf(p.PID)
	return ok && birth == p.Birth
}
