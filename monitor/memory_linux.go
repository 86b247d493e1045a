package monitor

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// How often memory is read. RSS costs about 7 µs a process, PSS 180 µs and more: the system walks
// all of its pages. So PSS takes turns, one process a reading, and never more than pssBudget of a
// core; of a process that has not changed it is read only to see what others share with it.
const (
	rssPeriod = 500 * time.Millisecond
	pssPeriod = 2 * time.Second
	pssStale  = 10 * time.Second
	pssLeap   = 300 * time.Millisecond // when RSS has doubled since: a process that had only begun
	pssBirth  = 200 * time.Millisecond // short lives are not worth it
	pssBudget = 0.0015
)

// memoryLane reads the memory of processes, a few at a time.
type memoryLane struct {
	next time.Duration // when PSS may be read again
	ids  []int         // scratch
	one  map[int]*proc // scratch: of tasks that share a process, the first's, which is read for all
}

func (m *memoryLane) read(r *procReader) {
	var due *proc
	clear(m.one)
	for _, w := range r.tasks {
		if w.tid != 0 && !w.shared {
			continue
		}
		for _, p := range w.procs {
			if w.shared && m.follows(p) {
				continue
			}
			if p.rssAt < 0 || p.ran && r.now-p.rssAt >= rssPeriod {
				m.rss(r, p)
			}
			if p.wantsPSS(r.now) && (due == nil || p.pssAt < due.pssAt) {
				due = p
			}
		}
	}
	if due != nil && (r.now >= m.next || due.pssAt < 0 || due.rss > 2*due.rssThen) {
		began := time.Now()
		m.pss(r, due)
		cost := min(time.Since(began), 5*time.Millisecond) // longer: we were interrupted
		m.next = r.now + time.Duration(float64(cost)/pssBudget)
	}
}

// follows gives a task's process what is known of the same process by another task, if there is one.
func (m *memoryLane) follows(p *proc) bool {
	first := m.one[p.pid]
	if first == nil {
		if m.one == nil {
			m.one = map[int]*proc{}
		}
		m.one[p.pid] = p
		return false
	}
	first.ran = first.ran || p.ran // which thread of it ran makes no difference
	p.memory = first.memory
	p.ran = false
	return true
}

func (p *proc) wantsPSS(now time.Duration) bool {
	age := now - p.pssAt
	switch {
	case p.denied || p.stat.state == 'Z' || now-p.found < pssBirth:
		return false
	case p.pssAt < 0:
		return true
	}
	return age >= pssStale || p.grown && age >= pssPeriod || p.rss > 2*p.rssThen && age >= pssLeap
}

var pageSize = int64(os.Getpagesize())

func (m *memoryLane) rss(r *procReader, p *proc) {
	p.rssAt = r.now
	p.ran = false
	text, err := r.once(procPath(p.pid, "statm"))
	if err != nil {
		return
	}
	_, rest := field(text) // total size
	pages, _ := field(rest)
	rss := int64(pages) * pageSize
	p.grown = p.grown || rss != p.rss
	p.rss = rss
}

func (m *memoryLane) pss(r *procReader, p *proc) {
	p.pssAt, p.rssThen = r.now, p.rss
	p.grown = false
	text, err := r.once(procPath(p.pid, "smaps_rollup"))
	if pss, ok := parsePSS(text); ok && err == nil {
		p.pss = pss
		return
	}
	if errors.Is(err, unix.EACCES) || errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENOENT) {
		p.denied, p.pss = true, -1
	}
}

// numbers reads a list of numbers. The result holds until the next call.
func (m *memoryLane) numbers(text []byte) []int {
	m.ids = m.ids[:0]
	for len(text) > 0 {
		var n uint64
		if n, text = field(text); n > 0 {
			m.ids = append(m.ids, int(n))
		}
	}
	return m.ids
}
