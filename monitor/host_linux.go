package monitor

import (
	"io/fs"
	"os"
	"slices"
	"time"

	"parallax/monitor/cgroup"
)

// procHost reads the machine's counters from /proc/stat and from our control groups.
type procHost struct {
	*files
	stat   file
	out    []coreTimes
	root   fs.FS
	cpu    cgroup.Group // the zero Group, whose files are not there, where there is none
	memory cgroup.Group
}

func newHostReader() hostReader {
	h := &procHost{files: newFiles(), root: os.DirFS("/"), stat: file{"/proc/stat", -1}}
	if f, err := h.keep(h.stat.path); err == nil {
		h.stat = f
	}
	cpu, _ := cgroup.Find(h.root, cgroup.CPU)
	h.cpu = cpu.Tightest(h.root) // once: it is read each second, and quotas seldom change
	h.memory, _ = cgroup.Find(h.root, cgroup.Memory)
	return h
}

func (h *procHost) close() { h.drop(&h.stat) }

func (h *procHost) throttling() cgroup.Throttling { return h.cpu.Throttling(h.root) }

func (h *procHost) room() cgroup.Room { return h.memory.Room(h.root) }

func (h *procHost) cores() []coreTimes {
	text, err := h.get(&h.stat)
	for err == nil && len(text) == len(h.buf) && len(h.buf) < 1<<20 && !pastCores(text) {
		h.buf = make([]byte, 2*len(h.buf))
		text, err = h.get(&h.stat)
	}
	if err != nil {
		return nil
	}
	h.out = parseCores(text, h.out[:0])
	return h.out
}

// pastCores is whether a beginning of /proc/stat holds all lines of cores: another line follows.
func pastCores(text []byte) bool {
	for i := 0; i+5 < len(text); i++ {
		if text[i] == '\n' && string(text[i+1:i+5]) == "intr" {
			return true
		}
	}
	return false
}

// parseCores reads the lines "cpu0 user nice system idle iowait irq softirq steal ..." and appends
// them to out. Guests are counted in user and nice already.
func parseCores(text []byte, out []coreTimes) []coreTimes {
	for len(text) > 4 && string(text[:3]) == "cpu" {
		end := slices.Index(text, '\n')
		if end < 0 {
			break
		}
		line := text[3:end]
		text = text[end+1:]
		if line[0] == ' ' { // all cores together
			continue
		}
		id, rest := field(line)
		var n [8]uint64
		for i := range n {
			n[i], rest = field(rest)
		}
		busy := n[0] + n[1] + n[2] + n[5] + n[6]
		out = append(out, coreTimes{
			id: int(id), busy: time.Duration(busy) * userTick, steal: time.Duration(n[7]) * userTick,
			total: time.Duration(busy+n[3]+n[4]+n[7]) * userTick,
		})
	}
	return out
}
