package monitor

import (
	"os"
	"runtime"

	"golang.org/x/sys/unix"

	"parallax/monitor/cgroup"
)

func usable() ([]int, float64, string) {
	root := os.DirFS("/")
	cores := affinity()
	online := len(cores)
	if times := readCores(); len(times) > 0 {
		online = len(times)
	}
	g, ok := cgroup.Find(root, cgroup.CPU)
	if !ok {
		return limits(cores, online, 0, "")
	}
	quota, from := g.Quota(root)
	return limits(cores, online, quota, from)
}

// affinity returns the ids of the cores that this process may run on, ascending.
func affinity() []int {
	var set unix.CPUSet
	var cores []int
	if unix.SchedGetaffinity(os.Getpid(), &set) == nil {
		for id := range len(set) * 64 {
			if set.IsSet(id) {
				cores = append(cores, id)
			}
		}
	}
	if len(cores) == 0 { // more cores than the set holds, or not allowed to ask
		cores = numbered(runtime.NumCPU())
	}
	return cores
}

// readCores takes one reading of the cores' counters.
func readCores() []coreTimes {
	h := newHostReader()
	defer h.close()
	return h.cores()
}
