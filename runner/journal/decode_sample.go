package journal

import (
	"bytes"
	"slices"
	"time"

	"parallax/runner"
)

// maxLineCells bounds what one line can make: run-length codes are short.
const maxLineCells = 1 << 20

// column is one figure of all tasks: one number for all, or one for each.
type column struct {
	set, many bool
	all       int64
	each      []int64
}

func (c *column) read(s *scanner) {
	c.set, c.many, c.each = true, s.peek() == '[', c.each[:0]
	if c.many {
		s.array(func() { c.each = append(c.each, s.int()) })
		return
	}
	c.all = s.int()
}

func (c *column) at(i int) int64 {
	if c.many {
		return c.each[i]
	}
	return c.all
}

func (d *decoder) sampled(s *scanner) runner.Event {
	var ev runner.Sampled
	ev.At = d.fields(s, ev.Type(), func(key []byte) bool {
		switch string(key) {
		case "span":
			ev.Span = seconds(s)
		case "merged":
			ev.Merged = int(s.int())
		case "workers":
			ev.Workers = int(s.int())
		case "stopping":
			ev.Stopping = d.ascending(s, s.ints())
		case "pausing":
			ev.Pausing = d.ascending(s, s.ints())
		case "stalled":
			ev.Stalled = d.ascending(s, s.ints())
		case "logs":
			s.array(func() { ev.Logs = append(ev.Logs, d.hostLog(s)) })
		case "host":
			ev.Host = d.host(s)
		case "tasks":
			ev.Tasks = d.taskSamples(s)
		case "lanes":
			ev.Lanes = d.lanes(s)
		case "gils":
			s.array(func() { ev.GILs = append(ev.GILs, d.gil(s)) })
		case "together_us":
			s.array(func() { ev.Together = append(ev.Together, max(fromMicros(s.int()), 0)) })
		default:
			return false
		}
		return true
	})
	return ev
}

func (d *decoder) hostLog(s *scanner) runner.HostLog {
	var l runner.HostLog
	s.object(func(key []byte) {
		switch string(key) {
		case "log":
			l.Log = local(s)
		case "size":
			l.Size = s.int()
		default:
			d.skip(s, "sampled.logs", key)
		}
	})
	return l
}

func (d *decoder) host(s *scanner) runner.HostSample {
	h := runner.HostSample{Steal: -1, MemUsed: -1, MemTotal: -1, Load: [3]float64{-1, -1, -1}, Throttle: -1}
	s.object(func(key []byte) {
		switch string(key) {
		case "busy":
			s.array(func() { h.Busy = append(h.Busy, s.float()) })
		case "steal":
			h.Steal = s.float()
		case "mem_used":
			h.MemUsed = s.int()
		case "mem_total":
			h.MemTotal = s.int()
		case "load":
			n := 0
			s.array(func() {
				if v := s.float(); n < len(h.Load) {
					h.Load[n] = v
				}
				n++
			})
		case "throttle":
			h.Throttle = s.float()
		default:
			d.skip(s, "sampled.host", key)
		}
	})
	return h
}

func (d *decoder) taskSamples(s *scanner) []runner.TaskSample {
	for i := range d.columns {
		d.columns[i].set = false
	}
	s.object(func(key []byte) {
		for i, name := range columnNames {
			if string(key) == name {
				d.columns[i].read(s)
				return
			}
		}
		d.skip(s, "sampled.tasks", key)
	})
	tasks := d.columns[colTask]
	if s.err == nil && (!tasks.set || !tasks.many) {
		s.fail("it has no list of tasks")
	}
	for i := range d.columns {
		switch c := &d.columns[i]; {
		case !c.set: // unknown
			c.many, c.all = false, -1
			if i == colStdout || i == colStderr {
				c.all = 0
			}
		case c.many && len(c.each) != len(tasks.each):
			s.fail("%d figures of %s for %d tasks", len(c.each), columnNames[i], len(tasks.each))
		}
	}
	if s.err != nil {
		return nil
	}
	out := make([]runner.TaskSample, len(tasks.each))
	for i := range out {
		out[i] = d.taskSample(i)
		d.task(s, out[i].Task)
		if i > 0 && out[i].Task <= out[i-1].Task {
			s.fail("tasks out of order")
		}
	}
	return out
}

func (d *decoder) taskSample(i int) runner.TaskSample {
	c := &d.columns
	return runner.TaskSample{
		Task:      int(c[colTask].at(i)),
		Live:      max(fromMicros(c[colLive].at(i)), 0),
		OnCore:    max(fromMicros(c[colOnCore].at(i)), 0),
		WaitCore:  fromMicros(c[colWaitCore].at(i)),
		WaitGIL:   fromMicros(c[colWaitGIL].at(i)),
		Core:      int(c[colCore].at(i)),
		Processes: int(max(c[colProcesses].at(i), 0)),
		Threads:   int(max(c[colThreads].at(i), 0)),
		RSS:       fromKiB(c[colRSS].at(i)),
		PSS:       fromKiB(c[colPSS].at(i)),
		LogSize:   [2]int64{c[colStdout].at(i), c[colStderr].at(i)},
		Progress:  fromTenThousandths(c[colProgress].at(i)),
	}
}

func fromMicros(us int64) time.Duration {
	if us < 0 {
		return -1
	}
	return time.Duration(min(us, maxSeconds*1e6)) * time.Microsecond
}

func fromTenThousandths(n int64) runner.Progress {
	if n < 0 {
		return 0
	}
	return runner.ProgressOf(float64(min(n, 10000)) / 10000)
}

func fromKiB(n int64) int64 {
	if n < 0 {
		return -1
	}
	return min(n, 1<<50) << 10
}

func (d *decoder) lanes(s *scanner) runner.Lanes {
	var l runner.Lanes
	var ends []int
	d.cells = d.cells[:0]
	s.object(func(key []byte) {
		switch string(key) {
		case "cores":
			l.Cores = s.ints()
		case "cell":
			l.Cell = seconds(s)
		case "end":
			l.End = seconds(s)
		case "why":
			l.Why = s.str()
		case "tier":
			if tier := s.raw(); string(tier) != d.tier {
				d.tier = string(bytes.ToValidUTF8(tier, []byte("\uFFFD")))
			}
			l.Tier = d.tier
		case "rows":
			s.array(func() {
				d.row(s, s.raw())
				ends = append(ends, len(d.cells))
			})
		default:
			d.skip(s, "sampled.lanes", key)
		}
	})
	if s.err == nil && len(ends) != len(l.Cores) {
		s.fail("%d rows of lanes for %d cores", len(ends), len(l.Cores))
	}
	if s.err != nil || len(ends) == 0 {
		return l
	}
	cells, from := slices.Clone(d.cells), 0
	l.Rows = make([][]runner.Cell, len(ends))
	for i, end := range ends {
		l.Rows[i] = cells[from:end:end]
		if len(l.Rows[i]) != len(l.Rows[0]) {
			s.fail("rows of lanes differ in length")
		}
		from = end
	}
	return l
}

// row reads the cells of one core, as appendRow writes them, and adds them to d.cells.
func (d *decoder) row(s *scanner, text []byte) {
	for len(text) > 0 && s.err == nil {
		code, rest, _ := bytes.Cut(text, []byte{' '})
		text = rest
		cell, n, ok := parseCell(code)
		switch {
		case !ok:
			s.fail("%q is no cell of a lane", code)
		case int(cell.Task) >= d.tasks:
			d.task(s, int(cell.Task))
		case len(d.cells)+n > maxLineCells:
			s.fail("more than %d cells", maxLineCells)
		default:
			for range n {
				d.cells = append(d.cells, cell)
			}
		}
	}
}

// parseCell reads who[:ours][+others][*count].
func parseCell(code []byte) (c runner.Cell, count int, ok bool) {
	if len(code) == 0 {
		return c, 0, false
	}
	ours, others, count := 0, 0, 1
	switch code[0] {
	case '.':
		c.Task, code, ok = runner.Idle, code[1:], true
	case '~':
		c.Task, code, ok = runner.Foreign, code[1:], true
	default:
		ours = 100
		var task int
		task, code, ok = leadingInt(code)
		c.Task = int32(task)
	}
	part := func(mark byte, v *int) {
		if ok && len(code) > 0 && code[0] == mark {
			*v, code, ok = leadingInt(code[1:])
		}
	}
	part(':', &ours)
	part('+', &others)
	part('*', &count)
	ok = ok && len(code) == 0 && ours+others <= 255 && count > 0
	c.Ours, c.Load = uint8(ours), uint8(ours+others)
	return c, count, ok
}

// leadingInt reads a number of at most nine digits from the beginning of b.
func leadingInt(b []byte) (v int, rest []byte, ok bool) {
	n := 0
	for n < len(b) && n < 9 && b[n]-'0' <= 9 {
		v = 10*v + int(b[n]-'0')
		n++
	}
	return v, b[n:], n > 0
}
