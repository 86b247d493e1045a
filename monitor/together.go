package monitor

import (
	"cmp"
	"slices"
	"time"
)

// together counts how long so many of the run's threads were on cores at once. It is told of each
// time that a thread had a core, and asked for what lies before a moment up to which all are known.
type together struct {
	edges []edge
	from  time.Duration // up to where it was taken
	on    int           // how many were on cores then
}

// edge is a thread that comes on a core (+1) or leaves it (-1).
type edge struct {
	at   time.Duration
	step int
}

// add notes a time of a thread on a core. What lies before what was taken already is left out.
func (t *together) add(from, to time.Duration) {
	if from = max(from, t.from); to > from {
		t.edges = append(t.edges, edge{from, 1}, edge{to, -1})
	}
}

// take returns for how long 0, 1, 2 … most threads were on cores at once since it was last taken, up
// to a moment. More than most, which two spans that overlap by a clock's error make, are most.
func (t *together) take(until time.Duration, most int) []time.Duration {
	out := make([]time.Duration, most+1)
	if until <= t.from {
		return out
	}
	slices.SortFunc(t.edges, func(a, b edge) int { return cmp.Compare(a.at, b.at) })
	used := 0
	for ; used < len(t.edges) && t.edges[used].at <= until; used++ {
		e := t.edges[used]
		out[min(max(t.on, 0), most)] += e.at - t.from
		t.from = e.at
		t.on += e.step
	}
	out[min(max(t.on, 0), most)] += until - t.from
	t.from = until
	t.edges = slices.Delete(t.edges, 0, used)
	return out
}
