package monitor

import (
	"cmp"
	"errors"
	"os"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// habit is how often memory is read. RSS costs about 7 µs a process, PSS 180 µs and more: the system
// walks all of its pages. So PSS takes turns and never more than a share of a core; of a process that
// has not changed it is read only to see what others share with it.
type habit struct {
	rss    time.Duration // between two readings of RSS
	period time.Duration // of PSS, while the process changes
	stale  time.Duration // while it does not
	leap   time.Duration // when RSS has doubled since: a process that had only begun
	birth  time.Duration // shorter lives are not worth it
	budget float64       // of a core
	turns  int           // so many processes a reading at most
}

var (
	// usual is for watching runs of any length.
	usual = habit{
		rss: 500 * time.Millisecond, period: 2 * time.Second, stale: 10 * time.Second, leap: 300 * time.Millisecond,
		birth: 200 * time.Millisecond, budget: 0.0015, turns: 1,
	}
	// eager is for short runs whose peak memory is to be known.
	eager = habit{
		rss: 50 * time.Millisecond, period: 200 * time.Millisecond, stale: 2 * time.Second, leap: 50 * time.Millisecond,
		birth: 30 * time.Millisecond, budget: 0.02, turns: 16,
	}
)

// memoryLane reads the memory of processes, a few at a time.
type memoryLane struct {
	habit
	next time.Duration // when PSS may be read again
	ids  []int         // scratch
	one  map[int]*proc // scratch: of tasks that share a process, the first's, which is read for all
	due  []*proc       // scratch: those whose PSS is to be read
}

func (m *memoryLane) read(r *procReader) {
	m.due = m.due[:0]
	clear(m.one)
	for _, w := range r.tasks {
		if w.tid != 0 && !w.shared {
			continue
		}
		for _, p := range w.procs {
			if w.shared && m.follows(p) {
				continue
			}
			if p.rssAt < 0 || p.ran && r.now-p.rssAt >= m.rss {
				m.readRSS(r, p)
			}
			if p.wantsPSS(r.now, &m.habit) {
				m.due = append(m.due, p)
			}
		}
	}
	slices.SortStableFunc(m.due, func(a, b *proc) int { return cmp.Compare(a.pssAt, b.pssAt) })
	for _, p := range m.due[:min(len(m.due), m.turns)] {
		if r.now < m.next && p.pssAt >= 0 && p.rss <= 2*p.rssThen {
			continue
		}
		began := time.Now()
		m.readPSS(r, p)
		cost := min(time.Since(began), 5*time.Millisecond) // longer: we were interrupted
		m.next = max(m.next, r.now) + time.Duration(float64(cost)/m.budget)
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

func (p *proc) wantsPSS(now time.Duration, h *habit) bool {
	age := now - p.pssAt
	switch {
	case p.denied || p.stat.state == 'Z' || now-p.found < h.birth:
		return false
	case p.pssAt < 0:
		return true
	}
	return age >= h.stale || p.grown && age >= h.period || p.rss > 2*p.rssThen && age >= h.leap
}

var pageSize = int64(os.Getpagesize())

func (m *memoryLane) readRSS(r *procReader, p *proc) {
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

func (m *memoryLane) readPSS(r *procReader, p *proc) {
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
