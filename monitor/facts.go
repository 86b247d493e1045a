package monitor

import (
	"runtime"

	"github.com/shirou/gopsutil/v3/cpu"

	"parallax/monitor/switches"
	"parallax/runner"
)

// Facts is what the machine offers and how well it can be measured here.
type Facts struct {
	OS, Arch  string
	Processor string // its name, or ""
	Cores     []int  // ids of those that may be used
	Quota     float64
	Limits    string // where Cores and Quota come from, in words
	MemTotal  int64  // bytes that the run may have: all of the machine, or what its control group allows; -1 unknown
	MemFree   int64  // bytes of them that programs could have now; -1 unknown
	MemLimit  string // the file that allows no more than MemTotal, or ""
	Lanes     string // how the lanes are measured, and why not better
	WaitCore  bool   // the time that tasks wait for a core is known
	NoWait    string // why it is not, or ""
	PSS       bool   // shared memory can be divided fairly among tasks
}

// Host returns the facts. It takes some milliseconds.
func Host() Facts { return HostAt(Exact) }

// HostAt returns the facts where no finer measuring than a tier is asked for.
func HostAt(finest Tier) Facts {
	f := Facts{OS: runtime.GOOS, Arch: runtime.GOARCH, MemTotal: -1, MemFree: -1}
	f.Cores, f.Quota, f.Limits = Usable()
	if info, err := cpu.Info(); err == nil && len(info) > 0 {
		f.Processor = info[0].ModelName
	}
	f.memory()
	f.Lanes = lanesAt(finest, f.Cores)
	f.NoWait, f.PSS = means(finest)
	f.WaitCore = f.NoWait == ""
	return f
}

// memory reads what memory there is for the run.
func (f *Facts) memory() {
	host := newHostReader()
	defer host.close()
	room := host.room()
	f.MemTotal, f.MemFree = memoryWithin(room)
	if f.MemTotal == room.Limit {
		f.MemLimit = room.From
	}
}

// lanesAt says how the lanes are measured, and why not better.
func lanesAt(finest Tier, cores []int) string {
	if finest == Exact {
		t, err := switches.Open(cores)
		if err == nil {
			t.Close()
			return "exact (each context switch is recorded)"
		}
		return sampledAt(finest) + " (" + err.Error() + ")"
	}
	return sampledAt(finest) + " (" + finest.asked() + ")"
}

// sampledAt says how lanes are measured that are not exact.
func sampledAt(finest Tier) string {
	if finest >= Load {
		return runner.LoadOnly
	}
	r := newReader(finest)
	defer r.close()
	var p pace
	return r.tier(p.rate())
}

// numbered returns 0 to n-1, for systems where cores are not known by id.
func numbered(n int) []int {
	ids := make([]int, n)
	for i := range ids {
		ids[i] = i
	}
	return ids
}
