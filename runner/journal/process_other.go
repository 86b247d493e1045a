//go:build !linux

package journal

import (
	"os"

	"github.com/shirou/gopsutil/v3/process"
)

// birthOf returns when a process started, in milliseconds since 1970.
func birthOf(pid int) (birth uint64, ok bool) {
	p, err := process.NewProcess(int32(pid))
	if err != nil {
		return 0, false
	}
	ms, err := p.CreateTime()
	return uint64(ms), err == nil
}

// bootID is not needed where a birth is a time of the calendar.
func bootID() string { return "" }

func syncData(f *os.File) error { return f.Sync() }
