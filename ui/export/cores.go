package export

import (
	"fmt"
	"time"

	"parallax/runner"
)

// coreTrack is what is known of a core up to now.
type coreTrack struct {
	tid  int
	last time.Duration // where its last cell ended
	open slice         // not written yet, for the next cell may go on with it
}

// slice is a time in which one had a core.
type slice struct {
	who      int32 // a task, or runner.Foreign
	from, to time.Duration
}

// core is the track of a core.
func (t *trace) core(id int) *coreTrack {
	c := t.cores[id]
	if c == nil {
		t.tid++
		c = &coreTrack{tid: t.tid}
		t.cores[id] = c
		t.thread(t.hosts, c.tid, id, fmt.Sprintf("core %d", id))
	}
	return c
}

// lanes writes who had which core. As in [runner.History], cells follow each other unless two of them are
// missing: less is jitter of the clock; and what is known already is left out.
func (t *trace) lanes(ev runner.Sampled) {
	l := ev.Lanes
	if l.Cell <= 0 || len(l.Rows) != len(l.Cores) {
		return
	}
	end := ev.When()
	if l.End > 0 {
		end = l.End
	}
	for i, row := range l.Rows {
		c := t.core(l.Cores[i])
		from := end - time.Duration(len(row))*l.Cell
		if twice := int((c.last - from) / l.Cell); twice >= 2 {
			row = row[min(twice, len(row)):]
		}
		if from < c.last+2*l.Cell {
			from = c.last
		}
		for k, cell := range row {
			if t.st.Over() && from >= t.over { // what others do with the cores then is not part of the run
				break
			}
			next := runner.Cell{Task: runner.Idle}
			if k+1 < len(row) {
				next = row[k+1]
			}
			t.cell(c, from, l.Cell, cell, next)
			from += l.Cell
		}
		c.last = from
	}
}

// cell writes who had a core in one cell. How their shares of it lay is not known: the holder's is put where
// it joins what it had before or, else, will have after the cell; the others' is on the other side.
func (t *trace) cell(c *coreTrack, from, length time.Duration, cell, next runner.Cell) {
	who, held, others := shares(cell)
	after, then, _ := shares(next)
	part := func(percent uint8) time.Duration { return length * time.Duration(percent) / 100 }
	to := from + length
	if joins := c.open.who == who && c.open.to == from; !joins && after == who && then > 0 {
		t.hold(c, slice{runner.Foreign, from, from + part(others)})
		t.hold(c, slice{who, to - part(held), to})
		return
	}
	t.hold(c, slice{who, from, from + part(held)})
	t.hold(c, slice{runner.Foreign, to - part(others), to})
}

// shares is who held a core in a cell, and how much of it, in percent, that one and others had. The tasks of
// the run are one: the cell does not tell how they shared it.
func shares(c runner.Cell) (who int32, held, others uint8) {
	load := min(c.Load, 100)
	if c.Task < 0 {
		return runner.Foreign, load, 0
	}
	held = min(c.Ours, load)
	return c.Task, held, load - held
}

// hold adds a slice, to the open one where it goes on with it.
func (t *trace) hold(c *coreTrack, s slice) {
	if s.from >= s.to {
		return
	}
	if c.open.who == s.who && c.open.to == s.from {
		c.open.to = s.to
		return
	}
	t.flush(c)
	c.open = s
}

// flush writes the open slice.
func (t *trace) flush(c *coreTrack) {
	s := c.open
	c.open = slice{}
	from := micros(s.from)
	e := traceEvent{Cat: "core", Phase: "X", TS: from, Dur: micros(s.to) - from, PID: t.hosts, TID: c.tid}
	switch {
	case e.Dur <= 0:
		return
	case s.who >= 0 && int(s.who) < len(t.st.Jobs):
		e.Name, e.Args = t.st.Jobs[s.who].Name, args{"task": s.who}
	case s.who == runner.Foreign:
		e.Name, e.Colour = "other programs", grey
	default: // no task of this run
		return
	}
	t.add(e)
}
