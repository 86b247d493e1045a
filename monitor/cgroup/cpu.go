package cgroup

import (
	"io/fs"
	"strconv"
	"strings"
)

// Quota returns how many cores' worth of time the group and those above it allow, 0 for no limit,
// and which file said so.
func (g Group) Quota(root fs.FS) (least float64, from string) {
	least, from, _ = g.tightest(root)
	return least, from
}

// tightest returns the least quota, the file that holds it, and in which folder: the group's own where there is
// none.
func (g Group) tightest(root fs.FS) (least float64, from, where string) {
	where = g.dir
	for dir := range g.levels {
		q, file := g.quota(root, dir)
		if q > 0 && (least == 0 || q < least) {
			least, from, where = q, file, dir
		}
	}
	return least, from, where
}

func (g Group) quota(root fs.FS, dir string) (cores float64, file string) {
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

// Throttling counts the periods of a quota since the group was made.
type Throttling struct {
	Periods, Held int64 // all, and those in which the group ran out
	Known         bool
}

// Share returns in which share of the periods since an earlier count the quota was used up, 0..1; -1 if
// that is not known.
func (t Throttling) Share(since Throttling) float64 {
	switch {
	case !t.Known || !since.Known:
		return -1
	case t.Periods <= since.Periods:
		return 0
	}
	return min(max(float64(t.Held-since.Held)/float64(t.Periods-since.Periods), 0), 1)
}

// Tightest returns the group of those above it, or itself, that has the tightest quota: itself where none has.
func (g Group) Tightest(root fs.FS) Group {
	_, _, g.dir = g.tightest(root)
	return g
}

// Throttling reads how often the group ran out of its own quota. That of a group above it is counted there: see
// [Group.Tightest].
func (g Group) Throttling(root fs.FS) Throttling {
	text, err := fs.ReadFile(root, g.dir+"/cpu.stat")
	if err != nil {
		return Throttling{}
	}
	// Without a quota the counters may be missing: never held back.
	return Throttling{Periods: counter(text, "nr_periods"), Held: counter(text, "nr_throttled"), Known: true}
}

// counter returns a figure of a list with a name and a figure in each line, 0 if it is not there.
func counter(text []byte, name string) int64 {
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if n, err := strconv.ParseInt(value, 10, 64); err == nil && key == name {
			return n
		}
	}
	return 0
}
