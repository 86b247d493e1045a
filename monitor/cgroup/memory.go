package cgroup

import (
	"io/fs"
	"math"
	"strconv"
	"strings"
)

// Room is how much memory a group may have, in bytes.
type Room struct {
	Limit int64  // the tightest of the group and those above it; 0 for none
	Free  int64  // what can still be had below all limits; caches of files count as free, since they give way when memory is wanted
	From  string // the file that holds the tightest limit
}

// memoryFiles are what a version of the hierarchy calls its files.
type memoryFiles struct {
	limit, used string
	cache       []string // figures of memory.stat, of what gives way when memory is wanted
}

// Room reads how much memory the group and those above it leave.
func (g Group) Room(root fs.FS) Room {
	files := memoryFiles{"memory.limit_in_bytes", "memory.usage_in_bytes", []string{"total_inactive_file", "total_active_file"}}
	if g.v2 {
		files = memoryFiles{"memory.max", "memory.current", []string{"inactive_file", "active_file", "slab_reclaimable"}}
	}
	out := Room{Free: math.MaxInt64}
	for dir := range g.levels {
		limit, ok := number(root, dir+"/"+files.limit) // "max" is none
		used, known := number(root, dir+"/"+files.used)
		if !ok || !known || limit >= unlimited {
			continue
		}
		if stat, err := fs.ReadFile(root, dir+"/memory.stat"); err == nil {
			for _, name := range files.cache {
				used = max(used-counter(stat, name), 0)
			}
		}
		if out.Limit == 0 || limit < out.Limit {
			out.Limit, out.From = limit, files.limit
		}
		out.Free = min(out.Free, max(limit-used, 0))
	}
	if out.Limit == 0 {
		return Room{}
	}
	return out
}

// unlimited is more than any machine has: version 1 says the largest number of whole pages for no limit.
const unlimited = 1 << 60

func number(root fs.FS, name string) (int64, bool) {
	text, err := fs.ReadFile(root, name)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return n, err == nil && n >= 0
}
