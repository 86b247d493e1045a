package monitor

import (
	"fmt"
	"strconv"
	"strings"
)

// Usable returns the cores that this run may use: the ids of the cores that the scheduler lets
// this process run on, ascending, and how many cores' worth of time the quota of its cgroup allows
// (len(cores) where there is none, never more). detail says in words where the figures come from.
func Usable() (cores []int, quota float64, detail string) { return usable() }

// limits puts affinity and quota together. quota 0 means none.
func limits(cores []int, online int, quota float64, from string) ([]int, float64, string) {
	detail := plural(len(cores), "core")
	if online > len(cores) {
		detail += fmt.Sprintf(" of %d (affinity)", online)
	}
	if quota <= 0 {
		return cores, float64(len(cores)), detail + ", no quota"
	}
	detail += fmt.Sprintf(", quota %s (%s)", strings.TrimSuffix(strconv.FormatFloat(quota, 'f', 2, 64), ".00"), from)
	return cores, min(quota, float64(len(cores))), detail
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
