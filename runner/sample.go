package runner

import (
	"slices"
	"time"
)

// Sampled is how things stand: a snapshot of what was measured since the last one, of the worker
// limit, and of the tasks that have been asked to end but have not ended yet.
type Sampled struct {
	At                     // the end of the span
	Span     time.Duration // what the figures cover
	Merged   int           // how many samples were merged into this one; 0 and 1 both mean it stands for itself
	Workers  int           // the worker limit now; 0 means unchanged
	Stopping []int         // tasks that were asked to end and have not; ascending
	Pausing  []int         // running tasks that were asked to hold and are not held yet; ascending
	Stalled  []int         // those of Tasks that have long made no sign of life; ascending. Only a sample that is Measured tells it
	Host     HostSample
	Tasks    []TaskSample // running and paused tasks, ascending by Task
	Lanes    Lanes
	Together []time.Duration // for how long 0, 1, 2 … of the run's threads were on cores at once; nil where that is not known
	Logs     []HostLog       // of interpreters that tasks share, those that have grown
	GILs     []GIL           // of the Pythons of the run in which threads can wait for each other
}

// HostLog is how much an interpreter that tasks share has printed itself: C code in it, processes
// that bypass the script's streams, its own messages.
type HostLog struct {
	Log  string // as in [Host]
	Size int64  // bytes so far
}

// Type implements [Event].
func (Sampled) Type() string { return "sampled" }

// Measured reports whether the sample carries figures, or only tells the worker limit and the
// tasks being stopped.
func (s Sampled) Measured() bool { return s.Span > 0 }

// HostSample is what the whole machine did. Shares are 0..1; unknown figures are -1.
type HostSample struct {
	Busy     []float64  // per core, in the order of Lanes.Cores: busy share, steal not counted
	Steal    float64    // share of all cores' time that the hypervisor took
	MemUsed  int64      // bytes of MemTotal that cannot be had
	MemTotal int64      // bytes: of the machine, or as many as the control group of the run allows
	Load     [3]float64 // 1, 5, 15 minutes
	Throttle float64    // share of the periods of the cgroup quota in which it was used up
}

// TaskSample is what one task did in the span. Times are summed over all its threads, so they can
// exceed the span.
type TaskSample struct {
	Task      int
	Try       int           // of which try it is; 0 where that is not told, as in a recording
	Live      time.Duration // wall time within the span in which it ran and was not paused
	OnCore    time.Duration // on a core
	WaitCore  time.Duration // runnable, waiting for a core; -1 where the system does not tell
	WaitGIL   time.Duration // waiting for the GIL; -1 where not measured
	Core      int           // the core it ran on last; -1 unknown
	Processes int
	Threads   int
	RSS       int64    // bytes, summed over its processes (counts shared pages once each); -1 unknown. Of a task with a [Host], that of the host's process, which is all tasks' in it
	PSS       int64    // bytes, shared pages divided among those who share them; -1 not measured. Of a task with a [Host], likewise
	LogSize   [2]int64 // bytes of output so far
	Progress  Progress
}

// Progress is how far a task says that it is, in ten-thousandths, plus one. Zero is unknown.
type Progress uint16

// ProgressOf makes a Progress of a share, which is taken into 0..1.
func ProgressOf(share float64) Progress {
	if share != share { // NaN
		return 0
	}
	return Progress(min(max(share, 0), 1)*10000 + 1.5)
}

// Share returns it as 0..1; false where it is not known.
func (p Progress) Share() (share float64, known bool) {
	if p == 0 {
		return 0, false
	}
	return min(float64(p-1)/10000, 1), true
}

// Lanes says which task was on which core: per core a row of cells of equal length.
type Lanes struct {
	Cores []int         // ids of the cores, ascending
	Cell  time.Duration // what one cell covers; 0 when lanes are not measured. It may change from one sample to the next
	Rows  [][]Cell      // one per core, all of the same length
	End   time.Duration // when the last cell ends, since the start; 0 means with the span
	Tier  string        // how it was measured: "exact", "sampled 50 Hz", LoadOnly
	Why   string        // why it was not measured better, or ""
}

// LoadOnly is the Tier of lanes that do not tell whose time it was: all that is busy is [Foreign] in them.
const LoadOnly = "per-core load only"

// Cell is one core in one short slice of time.
type Cell struct {
	Task int32 // the task that had most of the slice; Foreign if none of ours had any; Idle if nobody had
	Ours uint8 // how much of the slice our tasks had, in percent
	Load uint8 // how much of it was busy at all, in percent; at least Ours
}

// What Cell.Task holds when no task of the run was on the core.
const (
	Idle    int32 = -1
	Foreign int32 = -2
)

// Merge returns one sample that stands for s and then next: times add up, levels are the later
// ones, lanes are strung together, in the longer cells of the two. Of lanes of different cores only the
// later are kept.
func (s Sampled) Merge(next Sampled) Sampled {
	out := next
	out.Merged = max(s.Merged, 1) + max(next.Merged, 1)
	if out.Workers == 0 {
		out.Workers = s.Workers
	}
	out.Logs = mergeLogs(s.Logs, next.Logs) // they grow whether or not anything is measured
	if !next.Measured() {
		// At too: it says when the lanes end.
		out.At, out.Span, out.Host, out.Tasks, out.Lanes, out.Together = s.At, s.Span, s.Host, s.Tasks, s.Lanes, s.Together
		out.Stalled = s.Stalled
		out.GILs = s.GILs
		return out
	}
	if !s.Measured() {
		return out
	}
	out.Span = s.Span + next.Span
	out.Host = s.Host.merge(s.Span, next.Host, next.Span)
	out.Tasks = mergeTasks(s.Tasks, next.Tasks)
	out.Lanes = s.Lanes.join(next.Lanes)
	out.Together = addEach(s.Together, next.Together)
	out.GILs = mergeGILs(s.GILs, next.GILs)
	return out
}

// addEach adds up two lists of times, of which the shorter one lacks zeros. A sum is a new list.
func addEach(a, b []time.Duration) []time.Duration {
	if len(a) < len(b) {
		a, b = b, a
	}
	if len(b) == 0 {
		return a
	}
	out := slices.Clone(a)
	for i, d := range b {
		out[i] += d
	}
	return out
}

// together adds for how long how many threads were on cores at once, of the time in which any task was
// active: else the time that a screen stays open would count as one in which nobody was.
func (s *State) together(ev Sampled) {
	if len(ev.Together) == 0 {
		return
	}
	now, worked := max(s.Now, ev.When()), s.Times.Total.Span
	idle := now - s.busy
	if len(s.Active) > 0 {
		idle, worked = 0, worked+now-s.Now
	}
	add := slices.Clone(ev.Together)
	add[0] -= min(idle, add[0])
	s.Together = addEach(s.Together, add)
	var sum time.Duration
	for _, d := range s.Together {
		sum += d
	}
	s.Together[0] -= min(max(sum-worked, 0), s.Together[0]) // before a task was started again
}

// mergeLogs keeps of each log its later size.
func mergeLogs(a, b []HostLog) []HostLog {
	if len(a) == 0 {
		return b
	}
	out := slices.Clone(a)
	for _, l := range b {
		if at := slices.IndexFunc(out, func(o HostLog) bool { return o.Log == l.Log }); at >= 0 {
			out[at] = l
		} else {
			out = append(out, l)
		}
	}
	return out
}

func (h HostSample) merge(span time.Duration, next HostSample, nextSpan time.Duration) HostSample {
	out := next
	w := float64(span) / float64(span+nextSpan)
	mix := func(a, b float64) float64 {
		if a < 0 || b < 0 {
			return max(a, b)
		}
		return w*a + (1-w)*b
	}
	if len(h.Busy) == len(next.Busy) {
		out.Busy = make([]float64, len(h.Busy))
		for i := range out.Busy {
			out.Busy[i] = mix(h.Busy[i], next.Busy[i])
		}
	}
	out.Steal, out.Throttle = mix(h.Steal, next.Steal), mix(h.Throttle, next.Throttle)
	return out
}

func mergeTasks(a, b []TaskSample) []TaskSample {
	out := make([]TaskSample, 0, max(len(a), len(b)))
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].Task < b[0].Task:
			out, a = append(out, a[0]), a[1:]
		case len(a) == 0 || b[0].Task < a[0].Task:
			out, b = append(out, b[0]), b[1:]
		default:
			out = append(out, a[0].then(b[0]))
			a, b = a[1:], b[1:]
		}
	}
	return out
}

// then adds a later sample of the same task.
func (t TaskSample) then(next TaskSample) TaskSample {
	out := next
	sum := func(x, y time.Duration) time.Duration {
		if x < 0 || y < 0 {
			return -1
		}
		return x + y
	}
	out.Live = t.Live + next.Live
	out.OnCore = t.OnCore + next.OnCore
	out.WaitCore = sum(t.WaitCore, next.WaitCore)
	out.WaitGIL = sum(t.WaitGIL, next.WaitGIL)
	if out.Core < 0 {
		out.Core = t.Core
	}
	if out.PSS < 0 {
		out.PSS = t.PSS
	}
	if out.Progress == 0 {
		out.Progress = t.Progress
	}
	return out
}

// maxMergedCells bounds the lanes of a merged sample, all cores together: who reads nothing for hours, as a
// screen whose terminal stands still, must not cost ever more. On 16 cores it is 27 minutes in cells of
// 100 ms; of what is older nothing is told.
const maxMergedCells = 1 << 18

// join strings lanes together. Where cells differ in length, all become as long as the longer; where they
// are too many, as long as CoarseCell, and then only the newest are kept.
func (l Lanes) join(next Lanes) Lanes {
	if !slices.Equal(l.Cores, next.Cores) || len(l.Rows) != len(next.Rows) {
		return next
	}
	if l.Cell != next.Cell {
		l, next = l.Coarsen(next.Cell), next.Coarsen(l.Cell)
	}
	if l.Cell != next.Cell {
		return next
	}
	if n := len(l.Rows); n > 0 && n*(len(l.Rows[0])+len(next.Rows[0])) > maxMergedCells {
		l, next = l.Coarsen(CoarseCell), next.Coarsen(CoarseCell)
		if l.Cell != next.Cell {
			return next
		}
		l = l.newest(maxMergedCells/n - len(next.Rows[0]))
	}
	out := next
	out.Rows = make([][]Cell, len(l.Rows))
	for i := range out.Rows {
		out.Rows[i] = slices.Concat(l.Rows[i], next.Rows[i])
	}
	return out
}

// newest returns the last n cells of each core, or all if there are fewer.
func (l Lanes) newest(n int) Lanes {
	out := l
	out.Rows = make([][]Cell, len(l.Rows))
	for i, row := range l.Rows {
		out.Rows[i] = row[max(len(row)-max(n, 0), 0):]
	}
	return out
}
