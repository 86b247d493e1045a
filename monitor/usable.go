package monitor

import (
	"fmt"
	"io/fs"
	"path"
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

// cgroup is where a process's share of the cores is limited and counted.
type cgroup struct {
	dir   string // in the file system handed to findCgroup
	mount string // the top of the hierarchy; limits hold from dir up to here
	v2    bool
}

// findCgroup finds the cgroup of this process that limits its time on cores, in root, the file
// system from "/" on. Where both versions are mounted, the one that has the cpu controller counts.
func findCgroup(root fs.FS) (cgroup, bool) {
	groups, err1 := fs.ReadFile(root, "proc/self/cgroup")
	mounts, err2 := fs.ReadFile(root, "proc/self/mountinfo")
	if err1 != nil || err2 != nil {
		return cgroup{}, false
	}
	var unified cgroup
	found := false
	for line := range strings.Lines(string(groups)) { // hierarchy:controllers:path
		part := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(part) != 3 {
			continue
		}
		switch {
		case part[1] == "":
			unified, found = locate(string(mounts), "cgroup2", "", part[2])
		case contains(part[1], "cpu"):
			if g, ok := locate(string(mounts), "cgroup", "cpu", part[2]); ok {
				return g, true
			}
		}
	}
	unified.v2 = true
	return unified, found
}

func contains(list, item string) bool { return strings.Contains(","+list+",", ","+item+",") }

// locate finds where the hierarchy of a type and controller is mounted, and in it the group.
func locate(mounts, fstype, controller, group string) (cgroup, bool) {
	for line := range strings.Lines(mounts) {
		// id parent dev root mount options... - type source super-options
		left, right, ok := strings.Cut(line, " - ")
		l, r := strings.Fields(left), strings.Fields(right)
		if !ok || len(l) < 5 || len(r) < 3 || r[0] != fstype || controller != "" && !contains(r[2], controller) {
			continue
		}
		mount := strings.Trim(l[4], "/")
		// In a container the mount shows only part of the hierarchy, from l[3] on.
		inside := group
		if rest, ok := strings.CutPrefix(group, l[3]); ok {
			inside = rest
		}
		inside = path.Clean("/" + inside)
		return cgroup{dir: strings.TrimSuffix(mount+inside, "/"), mount: mount}, true
	}
	return cgroup{}, false
}

// quota returns how many cores' worth of time the group and those above it allow, 0 for no limit,
// and which file said so.
func (g cgroup) quota(root fs.FS) (least float64, from string) {
	for dir := g.dir; ; dir = path.Dir(dir) {
		q, file := g.level(root, dir)
		if q > 0 && (least == 0 || q < least) {
			least, from = q, file
		}
		if dir == g.mount || len(dir) <= len(g.mount) {
			return least, from
		}
	}
}

func (g cgroup) level(root fs.FS, dir string) (cores float64, file string) {
	if g.v2 {
		text, err := fs.ReadFile(root, dir+"/cpu.max")
		part := strings.Fields(string(text)) // "max 100000" or "150000 100000"
		if err != nil || len(part) != 2 {
			return 0, ""
		}
		return ratio(part[0], part[1]), "cpu.max"
	}
	quota, err1 := fs.ReadFile(root, dir+"/cpu.cfs_quota_us")
	period, err2 := fs.ReadFile(root, dir+"/cpu.cfs_period_us")
	if err1 != nil || err2 != nil {
		return 0, ""
	}
	return ratio(strings.TrimSpace(string(quota)), strings.TrimSpace(string(period))), "cpu.cfs_quota_us"
}

// ratio returns quota/period, or 0 where there is no limit ("max", -1) or no sense.
func ratio(quota, period string) float64 {
	q, err1 := strconv.ParseFloat(quota, 64)
	p, err2 := strconv.ParseFloat(period, 64)
	if err1 != nil || err2 != nil || q <= 0 || p <= 0 {
		return 0
	}
	return q / p
}

// throttling reads how often the group ran out of its quota.
func (g cgroup) throttling(root fs.FS) throttling {
	text, err := fs.ReadFile(root, g.dir+"/cpu.stat")
	if err != nil {
		return throttling{}
	}
	out := throttling{known: true} // without a quota the counters may be missing: never held back
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		n, err := strconv.ParseInt(value, 10, 64)
		switch {
		case err != nil:
		case name == "nr_periods":
			out.periods = n
		case name == "nr_throttled":
			out.held = n
		}
	}
	return out
}
