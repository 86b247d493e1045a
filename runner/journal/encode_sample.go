package journal

import (
	"strconv"
	"time"

	"parallax/runner"
)

func (l *line) sampled(s runner.Sampled) {
	if s.Workers > 0 {
		l.int("workers", int64(s.Workers))
	}
	if len(s.Stopping) > 0 {
		l.ints("stopping", s.Stopping)
	}
	if len(s.Pausing) > 0 {
		l.ints("pausing", s.Pausing)
	}
	if len(s.Logs) > 0 {
		l.logs(s.Logs)
	}
	if !s.Measured() {
		return
	}
	l.seconds("span", max(s.Span, time.Microsecond)) // 0 would say that nothing was measured
	if len(s.Stalled) > 0 {
		l.ints("stalled", s.Stalled)
	}
	if s.Merged > 0 {
		l.int("merged", int64(s.Merged))
	}
	l.host(s.Host)
	if len(s.Tasks) > 0 {
		l.tasks(s.Tasks)
	}
	if n := s.Lanes; n.Cell > 0 || n.Tier != "" || len(n.Cores) > 0 {
		l.lanes(n)
	}
	if len(s.Together) > 0 {
		l.together(s.Together)
	}
	if len(s.GILs) > 0 {
		l.gils(s.GILs)
	}
}

// together writes for how long 0, 1, 2 … threads were on cores at once.
func (l *line) together(times []time.Duration) {
	list(l, "together_us", times, func(d time.Duration) { l.b = strconv.AppendInt(l.b, micros(d), 10) })
}

func (l *line) logs(logs []runner.HostLog) {
	list(l, "logs", logs, func(log runner.HostLog) {
		l.b = append(l.b, '{')
		l.str("log", log.Log)
		l.int("size", log.Size)
		l.b = append(l.b, '}')
	})
}

func (l *line) host(h runner.HostSample) {
	l.key("host")
	l.b = append(l.b, '{')
	l.numbers("busy", h.Busy, 3)
	l.key("steal")
	l.number(h.Steal, 4)
	l.int("mem_used", h.MemUsed)
	l.int("mem_total", h.MemTotal)
	l.numbers("load", h.Load[:], 2)
	l.key("throttle")
	l.number(h.Throttle, 4)
	l.b = append(l.b, '}')
}

// The columns of "tasks", in the order in which they are written.
const (
	colTask = iota
	colLive
	colOnCore
	colWaitCore
	colWaitGIL
	colCore
	colProcesses
	colThreads
	colRSS
	colPSS
	colStdout
	colStderr
	colProgress
	columns
)

var columnNames = [columns]string{
	"task", "live_us", "on_core_us", "wait_core_us", "wait_gil_us", "core", "processes", "threads",
	"rss_kib", "pss_kib", "stdout", "stderr", "progress",
}

// figure is what one column says of one task.
func figure(t *runner.TaskSample, col int) int64 {
	switch col {
	case colTask:
		return int64(t.Task)
	case colLive:
		return micros(t.Live)
	case colOnCore:
		return micros(t.OnCore)
	case colWaitCore:
		return micros(t.WaitCore)
	case colWaitGIL:
		return micros(t.WaitGIL)
	case colCore:
		return int64(t.Core)
	case colProcesses:
		return int64(t.Processes)
	case colThreads:
		return int64(t.Threads)
	case colRSS:
		return kib(t.RSS)
	case colPSS:
		return kib(t.PSS)
	case colStdout:
		return t.LogSize[0]
	case colStderr:
		return t.LogSize[1]
	default:
		return int64(min(t.Progress, runner.ProgressOf(1))) - 1
	}
}

// kib rounds bytes to KiB; what is unknown stays so.
func kib(bytes int64) int64 {
	if bytes < 0 {
		return -1
	}
	return (bytes + 512) / 1024
}

// tasks writes the figures of all tasks by columns: the names are said once, and a figure that all
// tasks share is said once too. Few jobs tell their progress, so it is left out where none does.
func (l *line) tasks(ts []runner.TaskSample) {
	l.key("tasks")
	l.b = append(l.b, '{')
	for col, name := range columnNames {
		first, same := figure(&ts[0], col), col != colTask
		for i := 1; same && i < len(ts); i++ {
			same = figure(&ts[i], col) == first
		}
		if same && first < 0 && col == colProgress {
			continue
		}
		l.key(name)
		if same {
			l.b = strconv.AppendInt(l.b, first, 10)
			continue
		}
		l.b = append(l.b, '[')
		for i := range ts {
			if i > 0 {
				l.b = append(l.b, ',')
			}
			l.b = strconv.AppendInt(l.b, figure(&ts[i], col), 10)
		}
		l.b = append(l.b, ']')
	}
	l.b = append(l.b, '}')
}

func (l *line) lanes(n runner.Lanes) {
	l.key("lanes")
	l.b = append(l.b, '{')
	l.ints("cores", n.Cores)
	l.seconds("cell", n.Cell)
	if n.End > 0 {
		l.seconds("end", n.End)
	}
	l.text("tier", n.Tier)
	if n.Why != "" {
		l.str("why", n.Why)
	}
	l.key("rows")
	l.b = append(l.b, '[')
	for i, row := range n.Rows {
		if i > 0 {
			l.b = append(l.b, ',')
		}
		l.b = append(l.b, '"')
		l.b = appendRow(l.b, row)
		l.b = append(l.b, '"')
	}
	l.b = append(l.b, ']', '}')
}

// appendRow appends the cells of one core, run-length coded and separated by spaces. A cell is
//
//	who[:ours][+others][*count]
//
// where who is the task's number, "." for idle or "~" for others' work; ours is 100 for a task and
// 0 else when not given, others is 0; count is how many such cells follow each other.
func appendRow(b []byte, row []runner.Cell) []byte {
	for i := 0; i < len(row); {
		if i > 0 {
			b = append(b, ' ')
		}
		c, n := row[i], 1
		for i+n < len(row) && row[i+n] == c {
			n++
		}
		usual := uint8(0)
		switch c.Task {
		case runner.Idle:
			b = append(b, '.')
		case runner.Foreign:
			b = append(b, '~')
		default:
			b, usual = strconv.AppendInt(b, int64(c.Task), 10), 100
		}
		if c.Ours != usual {
			b = strconv.AppendUint(append(b, ':'), uint64(c.Ours), 10)
		}
		if c.Load > c.Ours {
			b = strconv.AppendUint(append(b, '+'), uint64(c.Load-c.Ours), 10)
		}
		if n > 1 {
			b = strconv.AppendInt(append(b, '*'), int64(n), 10)
		}
		i += n
	}
	return b
}
