package monitor

import (
	"runtime"
	"slices"
	"time"

	"github.com/shirou/gopsutil/v3/load"
	"github.com/shirou/gopsutil/v3/mem"

	"parallax/monitor/cgroup"
	"parallax/runner"
)

// coreTimes is what one core has done since the machine started.
type coreTimes struct {
	id    int
	busy  time.Duration // steal not counted
	steal time.Duration // the hypervisor gave it to another machine
	total time.Duration // busy, steal and idle
}

// hostReader reads the counters of the machine; there is one per operating system.
type hostReader interface {
	// cores returns the counters of every online core, ascending by id; nil if they can't be
	// read. The slice is the reader's own and holds until the next call.
	cores() []coreTimes
	throttling() cgroup.Throttling
	// room is how much memory the system lets this process have beside what the machine has.
	room() cgroup.Room
	close()
}

const (
	// loadWindow is what the load of a core is averaged over: the system counts in ticks of
	// 10 ms, so a tick more or less is 2 % of it.
	loadWindow = 500 * time.Millisecond
	// slowHost is how often memory, load average and throttling are read.
	slowHost = time.Second
)

// reading is the counters of all cores at one moment.
type reading struct {
	at    time.Duration
	cores []coreTimes
	ours  []time.Duration // what our tasks have had of each lane's core
}

// host follows the machine as a whole.
type host struct {
	src    hostReader
	lanes  []int           // ids of the cores that have a lane, ascending
	window []reading       // oldest first; together a little over loadWindow
	ours   []time.Duration // per lane, since the start
	ending bool            // the next reading is the last
	slow   time.Duration   // when the slow figures were last read; < 0 for never
	quota  cgroup.Throttling
	last   runner.HostSample
}

func newHost(src hostReader, lanes []int) *host {
	h := &host{src: src, lanes: lanes, ours: make([]time.Duration, len(lanes)), slow: -1, quota: src.throttling()}
	h.last = runner.HostSample{Busy: unknown(len(lanes)), Steal: -1, MemUsed: -1, MemTotal: -1, Load: [3]float64{-1, -1, -1}, Throttle: -1}
	return h
}

func unknown(n int) []float64 { return slices.Repeat([]float64{-1}, n) }

// had notes that one of our tasks was on a core.
func (h *host) had(s slice) {
	if i, ok := slices.BinarySearch(h.lanes, s.core); ok {
		h.ours[i] += s.on
	}
}

// read takes a reading and returns how the machine does, and per lane how much of its core other
// programs use.
func (h *host) read(now time.Duration) (runner.HostSample, []float64) {
	if cores := h.src.cores(); cores != nil {
		h.push(reading{at: now, cores: slices.Clone(cores), ours: slices.Clone(h.ours)})
	}
	busy, steal := unknown(len(h.lanes)), -1.0
	others := make([]float64, len(h.lanes))
	if n := len(h.window); n > 1 {
		busy, steal = between(h.lanes, h.window[0], h.window[n-1])
		others = foreign(busy, h.window[0], h.window[n-1])
	}
	h.last.Busy, h.last.Steal = busy, steal
	if h.slow < 0 || h.ending || now-h.slow >= slowHost {
		if h.slow >= 0 { // at first no period of a quota is over
			h.throttled()
		}
		h.slow = now
		h.readSlow()
	}
	return h.last, others
}

// end has the next reading tell of what is read seldom, too: there is none after it.
func (h *host) end() { h.ending = true }

// throttled tells how often the quota was used up since it was last asked.
func (h *host) throttled() {
	q := h.src.throttling()
	h.last.Throttle = q.Share(h.quota)
	h.quota = q
}

func (h *host) push(r reading) {
	h.window = append(h.window, r)
	for len(h.window) > 2 && h.window[1].at <= r.at-loadWindow {
		h.window = slices.Delete(h.window, 0, 1)
	}
}

// readSlow reads what changes slowly or costs more.
func (h *host) readSlow() {
	if total, free := memoryWithin(h.src.room()); total >= 0 {
		h.last.MemTotal, h.last.MemUsed = total, total-free
	}
	if runtime.GOOS != "windows" { // there the library keeps a goroutine of its own to average
		if l, err := load.Avg(); err == nil {
			h.last.Load = [3]float64{l.Load1, l.Load5, l.Load15}
		}
	}
}

// memoryWithin returns how many bytes the run may have, and how many of them are free: of what the machine has,
// and of what it is allowed. Both are -1 if they are not known.
func memoryWithin(room cgroup.Room) (total, free int64) {
	m, err := mem.VirtualMemory()
	if err != nil {
		return -1, -1
	}
	total, free = int64(m.Total), int64(m.Available)
	if room.Limit > 0 && room.Limit < total {
		return room.Limit, min(free, room.Free)
	}
	return total, free
}

// between returns the busy share of each core of lanes and the stolen share of all of them
// between two readings. A core that was not online at both has -1.
func between(lanes []int, a, b reading) (busy []float64, steal float64) {
	busy = unknown(len(lanes))
	var stolen, total time.Duration
	for i, id := range lanes {
		x, y := find(a.cores, id), find(b.cores, id)
		if x == nil || y == nil || y.total <= x.total {
			continue
		}
		span := y.total - x.total
		busy[i] = min(max(float64(y.busy-x.busy)/float64(span), 0), 1)
		stolen, total = stolen+max(y.steal-x.steal, 0), total+span
	}
	if total <= 0 {
		return busy, -1
	}
	return busy, min(float64(stolen)/float64(total), 1)
}

func find(cores []coreTimes, id int) *coreTimes {
	at, ok := slices.BinarySearchFunc(cores, id, func(c coreTimes, id int) int { return c.id - id })
	if !ok {
		return nil
	}
	return &cores[at]
}

// foreign returns how much of each core was busy with programs that are not ours. It is averaged
// over the same time as busy is, so that a job's start or end does not look like another's work.
func foreign(busy []float64, a, b reading) []float64 {
	out := make([]float64, len(busy))
	for i := range busy {
		if busy[i] < 0 || b.at <= a.at {
			continue
		}
		out[i] = max(busy[i]-float64(b.ours[i]-a.ours[i])/float64(b.at-a.at), 0)
		if out[i] < noise {
			out[i] = 0
		}
	}
	return out
}

// noise is the load below which other programs are not shown: a tick or two of the system's count.
const noise = 0.03

// unexplained returns the core whose recent load is least explained by our tasks: the best guess
// for a task that was over before it was ever seen. It returns -1 if there is none.
func (h *host) unexplained() int {
	best, most := -1, 0.0
	if n := len(h.window); n > 1 {
		for i, f := range foreign(h.last.Busy, h.window[0], h.window[n-1]) {
			if f > most {
				best, most = h.lanes[i], f
			}
		}
	}
	return best
}
