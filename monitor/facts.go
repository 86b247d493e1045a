package monitor

import (
	"runtime"

	"github.com/shirou/gopsutil/v3/cpu"
	"github.com/shirou/gopsutil/v3/mem"

	"parallax/monitor/switches"
)

// Facts is what the machine offers and how well it can be measured here.
type Facts struct {
	OS, Arch  string
	Processor string // its name, or ""
	Cores     []int  // ids of those that may be used
	Quota     float64
	Limits    string // where Cores and Quota come from, in words
	MemTotal  int64  // bytes; -1 unknown
	Lanes     string // how the lanes are measured, and why not better
	WaitCore  bool   // the time that tasks wait for a core is known
	PSS       bool   // shared memory can be divided fairly among tasks
}

// Host returns the facts. It takes some milliseconds.
func Host() Facts {
	f := Facts{OS: runtime.GOOS, Arch: runtime.GOARCH, MemTotal: -1}
	f.Cores, f.Quota, f.Limits = Usable()
	if info, err := cpu.Info(); err == nil && len(info) > 0 {
		f.Processor = info[0].ModelName
	}
	if m, err := mem.VirtualMemory(); err == nil {
		f.MemTotal = int64(m.Total)
	}
	r := newReader()
	defer r.close()
	var p pace
	f.Lanes = r.tier(p.rate())
	if t, err := switches.Open(f.Cores); err == nil {
		t.Close()
		f.Lanes = "exact (each context switch is recorded)"
	} else {
		f.Lanes += " (" + err.Error() + ")"
	}
	f.WaitCore, f.PSS = means()
	return f
}

// numbered returns 0 to n-1, for systems where cores are not known by id.
func numbered(n int) []int {
	ids := make([]int, n)
	for i := range ids {
		ids[i] = i
	}
	return ids
}
