package export

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"parallax/runner"
)

// counter sets a figure from a moment on. Viewers show it as its name and its unit.
func (t *trace) counter(name, unit string, at time.Duration, v float64) {
	t.add(traceEvent{Name: name, Cat: "counter", Phase: "C", TS: micros(at), PID: t.run, TID: t.runTID, Args: args{unit: v}})
}

// counters writes the figures of a sample. Means are told at the beginning of the span that they cover,
// for they hold until the next; levels at its end, where they were read.
func (t *trace) counters(ev runner.Sampled) {
	from := ev.When() - ev.Span
	if cores, known := parallelism(ev); known {
		t.counter("parallelism", "cores", from, cores)
	}
	busy, known := 0.0, len(ev.Host.Busy) > 0
	for _, share := range ev.Host.Busy {
		busy, known = busy+share, known && share >= 0
	}
	if known {
		t.counter("host busy", "cores", from, busy)
	}
	if bytes := t.memory(); bytes >= 0 {
		t.counter("memory of the run", "bytes", ev.When(), float64(bytes))
	}
	t.locks(ev, from)
}

// parallelism is how many cores the run kept busy: as the lanes have it, for they also know of jobs that
// ended within the sample; where they know only how busy a core was, as its tasks were measured.
func parallelism(ev runner.Sampled) (cores float64, known bool) {
	ours, cells := 0, 0
	for _, row := range ev.Lanes.Rows {
		cells = len(row)
		for _, c := range row {
			ours += int(c.Ours)
		}
	}
	if ours > 0 {
		return float64(ours) / 100 / float64(cells), true
	}
	var on time.Duration
	for i := range ev.Tasks {
		on += max(ev.Tasks[i].OnCore, 0)
	}
	return on.Seconds() / ev.Span.Seconds(), len(ev.Tasks) > 0
}

// memory is what the running tasks take, in bytes: PSS or, where that is not known, RSS, which counts shared
// pages once for each process. An interpreter that tasks share counts once. -1 is unknown.
func (t *trace) memory() int64 {
	sum := int64(-1)
	hosts := map[int]bool{}
	for _, i := range t.st.Active {
		task := &t.st.Tasks[i]
		if task.Stats == nil || hosts[task.PID] {
			continue
		}
		if task.Host.ID != 0 {
			hosts[task.PID] = true
		}
		size := task.Stats.Last.PSS
		if size < 0 {
			size = task.Stats.Last.RSS
		}
		if size >= 0 {
			sum = max(sum, 0) + size
		}
	}
	if len(t.st.Active) == 0 {
		return 0
	}
	return sum
}

// gilKey tells interpreters apart.
type gilKey struct{ pid, interpreter int }

func (k gilKey) compare(o gilKey) int {
	return cmp.Or(cmp.Compare(k.pid, o.pid), cmp.Compare(k.interpreter, o.interpreter))
}

// locks writes how much each GIL was held, and how many threads waited for it.
func (t *trace) locks(ev runner.Sampled, from time.Duration) {
	seen := map[gilKey]bool{}
	for _, g := range ev.GILs {
		key := gilKey{g.PID, g.Interpreter}
		seen[key] = true
		if g.Free || g.Held < 0 && g.Waiting < 0 {
			continue
		}
		t.gils[key] = g
		t.gil(g, from, g.Held, g.Waiting)
	}
	for _, key := range slices.SortedFunc(maps.Keys(t.gils), gilKey.compare) {
		if g := t.gils[key]; !seen[key] && t.ended(g) {
			t.gil(g, from, 0, 0)
			delete(t.gils, key)
		}
	}
}

// gil sets the counters of one that are known.
func (t *trace) gil(g runner.GIL, at time.Duration, held, waiting float64) {
	title := fmt.Sprintf("pid %d", g.PID)
	if g.Interpreter != 0 {
		title += fmt.Sprintf(" interpreter %d", g.Interpreter)
	}
	if g.Held >= 0 {
		t.counter("GIL held, "+title, "percent", at, 100*held)
	}
	if g.Waiting >= 0 {
		t.counter("GIL waited for, "+title, "threads", at, waiting)
	}
}

// ended reports whether nothing runs any more of the task, or of all the tasks, that an interpreter is for.
// While something does, a GIL that a sample does not tell of is one that it could not see.
func (t *trace) ended(g runner.GIL) bool {
	for _, i := range t.st.Active {
		if i == g.Task || g.Host != 0 && t.st.Tasks[i].Host.ID == g.Host {
			return false
		}
	}
	return true
}
