package cgroup_test

import (
	"testing"
	"testing/fstest"

	"parallax/monitor/cgroup"
)

func TestThrottlingShare(t *testing.T) {
	prev := cgroup.Throttling{100, 10, true}
	for _, c := range []struct {
		now  cgroup.Throttling
		prev cgroup.Throttling
		want float64
	}{
		{cgroup.Throttling{110, 15, true}, prev, 0.5},
		{cgroup.Throttling{100, 10, true}, prev, 0},
		{cgroup.Throttling{110, 15, true}, cgroup.Throttling{}, -1},
		{cgroup.Throttling{}, prev, -1},
		{cgroup.Throttling{5, 1, true}, prev, 0},
	} {
		if got := c.now.Share(c.prev); got != c.want {
			t.Errorf("%v after %v: %v, want %v", c.now, c.prev, got, c.want)
		}
	}
}

//nolint:dupword // the lines of mountinfo are so
const (
	mountsV2 = "24 1 0:22 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n"
	mountsV1 = "31 23 0:28 / /sys/fs/cgroup ro - tmpfs tmpfs ro\n" +
		"32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n" +
		"33 31 0:30 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n" +
		"41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
	mountsContainer = "32 31 0:29 /docker/abc /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
)

func TestQuota(t *testing.T) {
	for _, c := range []struct {
		name            string
		groups, mounts  string
		files           map[string]string
		want            float64
		from            string
		periods, throts int64
	}{
		{
			"v2, own group", "0::/user/me\n", mountsV2,
			map[string]string{"sys/fs/cgroup/user/me/cpu.max": "150000 100000\n", "sys/fs/cgroup/user/me/cpu.stat": "usage_usec 5\nnr_periods 7\nnr_throttled 3\nthrottled_usec 9\n"},
			1.5, "cpu.max", 7, 3,
		},
		{
			"v2, the group above is tighter", "0::/user/me\n", mountsV2,
			map[string]string{"sys/fs/cgroup/user/me/cpu.max": "400000 100000\n", "sys/fs/cgroup/user/cpu.max": "50000 100000\n", "sys/fs/cgroup/cpu.max": "max 100000", "sys/fs/cgroup/user/cpu.stat": "nr_periods 9\nnr_throttled 5\n"},
			0.5, "cpu.max", 9, 5,
		},
		{
			"v2, none", "0::/user/me\n", mountsV2,
			map[string]string{"sys/fs/cgroup/user/me/cpu.max": "max 100000\n"},
			0, "", 0, 0,
		},
		{
			"v2, in a container", "0::/\n", mountsV2,
			map[string]string{"sys/fs/cgroup/cpu.max": "200000 100000\n"},
			2, "cpu.max", 0, 0,
		},
		{
			"v1", "5:cpuset:/\n3:cpu,cpuacct:/a/b\n0::/\n", mountsV1,
			map[string]string{
				"sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_quota_us": "-1\n", "sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_period_us": "100000\n",
				"sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us": "75000\n", "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us": "50000\n",
				"sys/fs/cgroup/cpu,cpuacct/a/cpu.stat": "nr_periods 4\nnr_throttled 2\n",
			},
			1.5, "cpu.cfs_quota_us", 4, 2,
		},
		{
			"v1, mounted from within", "1:cpu:/docker/abc\n", mountsContainer,
			map[string]string{"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "25000", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000"},
			0.25, "cpu.cfs_quota_us", 0, 0,
		},
		{"nonsense", "::\n0::/x\n", mountsV2, map[string]string{"sys/fs/cgroup/x/cpu.max": "a b\n"}, 0, "", 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := fstest.MapFS{
				"proc/self/cgroup":    {Data: []byte(c.groups)},
				"proc/self/mountinfo": {Data: []byte(c.mounts)},
			}
			for name, text := range c.files {
				root[name] = &fstest.MapFile{Data: []byte(text)}
			}
			g, ok := cgroup.Find(root, cgroup.CPU)
			if !ok {
				t.Fatal("no cgroup")
			}
			if got, from := g.Quota(root); got != c.want || from != c.from {
				t.Errorf("quota %v from %q", got, from)
			}
			if th := g.Tightest(root).Throttling(root); th.Periods != c.periods || th.Held != c.throts {
				t.Errorf("throttling %+v", th)
			}
		})
	}
	if _, ok := cgroup.Find(fstest.MapFS{}, cgroup.CPU); ok {
		t.Error("found a cgroup where there is none")
	}
}

func TestRoom(t *testing.T) {
	const mountsMemory = "32 31 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
	for _, c := range []struct {
		name           string
		groups, mounts string
		files          map[string]string
		want           cgroup.Room
	}{
		{
			"v2, own group", "0::/me\n", mountsV2,
			map[string]string{"me/memory.max": "1000\n", "me/memory.current": "700\n", "me/memory.stat": "anon 400\ninactive_file 200\nactive_file 50\nslab_reclaimable 30\nslab 90\n"},
			cgroup.Room{Limit: 1000, Free: 580, From: "memory.max"},
		},
		{
			"v2, the group above leaves less than its own limit", "0::/up/me\n", mountsV2,
			map[string]string{"up/me/memory.max": "500\n", "up/me/memory.current": "0\n", "up/memory.max": "1000", "up/memory.current": "900"},
			cgroup.Room{Limit: 500, Free: 100, From: "memory.max"},
		},
		{
			"v2, more is used than allowed", "0::/me\n", mountsV2,
			map[string]string{"me/memory.max": "500\n", "me/memory.current": "600\n"},
			cgroup.Room{Limit: 500, From: "memory.max"},
		},
		{"v2, none", "0::/me\n", mountsV2, map[string]string{"me/memory.max": "max\n", "me/memory.current": "600\n"}, cgroup.Room{}},
		{"nonsense", "0::/me\n", mountsV2, map[string]string{"me/memory.max": "-5\n", "me/memory.current": "x\n"}, cgroup.Room{}},
		{
			"v1", "4:memory:/a\n0::/\n", mountsMemory,
			map[string]string{
				"memory/a/memory.limit_in_bytes": "2000\n", "memory/a/memory.usage_in_bytes": "1500\n", "memory/a/memory.stat": "inactive_file 1\ntotal_inactive_file 200\ntotal_active_file 100\n",
				"memory/memory.limit_in_bytes": "9223372036854771712\n", "memory/memory.usage_in_bytes": "5000\n",
			},
			cgroup.Room{Limit: 2000, Free: 800, From: "memory.limit_in_bytes"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := fstest.MapFS{
				"proc/self/cgroup":    {Data: []byte(c.groups)},
				"proc/self/mountinfo": {Data: []byte(c.mounts)},
			}
			for name, text := range c.files {
				root["sys/fs/cgroup/"+name] = &fstest.MapFile{Data: []byte(text)}
			}
			g, ok := cgroup.Find(root, cgroup.Memory)
			if !ok {
				t.Fatal("no cgroup")
			}
			if got := g.Room(root); got != c.want {
				t.Errorf("room %+v, want %+v", got, c.want)
			}
		})
	}
}
