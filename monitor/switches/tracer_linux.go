package switches

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The size of a core's ring in pages, a power of two. All rings of a user together may have what
// /proc/sys/kernel/perf_event_mlock_kb says for each core (516 KiB), and then what he may lock: so
// a run beside others has to do with less. The largest holds 8000 records, 400 ms at a rate of 20 000/s.
const (
	mostPages  = 64
	leastPages = 8
)

// Tracer reads the records of this process and of what it starts. It is for one goroutine.
type Tracer struct {
	cores []int
	rings []*mapped
	fill  float64
	fds   []int
	seen  map[int]bool // threads that have events
}

// mapped is the ring of a core in our memory.
type mapped struct {
	ring
	fd   int
	page *unix.PerfEventMmapPage
	all  []byte
}

// attributes are of an event that counts nothing: only the records beside it are wanted. User code only
// is asked for, since more needs privileges; switches are recorded all the same.
var attributes = unix.PerfEventAttr{
	Type: unix.PERF_TYPE_SOFTWARE, Config: unix.PERF_COUNT_SW_DUMMY, Size: uint32(unsafe.Sizeof(unix.PerfEventAttr{})),
	Sample_type: unix.PERF_SAMPLE_TID | unix.PERF_SAMPLE_TIME | unix.PERF_SAMPLE_CPU,
	Bits: unix.PerfBitInherit | unix.PerfBitContextSwitch | unix.PerfBitTask | unix.PerfBitSampleIDAll |
		unix.PerfBitExcludeKernel | unix.PerfBitExcludeHv | unix.PerfBitUseClockID | unix.PerfBitWatermark,
	Wakeup: 1 << 30, Clockid: unix.CLOCK_MONOTONIC, // nobody waits for it: it is read now and then
}

// Open begins to record the switches on some cores, of all threads of this process and of all threads
// and processes that they make from then on. What was made before is not seen. An error says in words why
// it can't be done.
func Open(cores []int) (*Tracer, error) {
	t := &Tracer{cores: cores, seen: map[int]bool{}}
	if err := t.attach(); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

// attach gives events to all threads there are. While it does so, those that have none yet may make
// more: so it looks until there are no new ones. A thread that was made by one with events has
// inherited them; it then tells everything twice, which does no harm.
func (t *Tracer) attach() error {
	for {
		threads, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return fmt.Errorf("context switches: list threads: %w", err)
		}
		found := false
		for _, entry := range threads {
			tid, err := strconv.Atoi(entry.Name())
			if err != nil || t.seen[tid] {
				continue
			}
			t.seen[tid], found = true, true
			if err := t.watch(tid); err != nil && !errors.Is(err, unix.ESRCH) {
				return err
			}
		}
		if !found {
			return nil
		}
	}
}

// watch gives a thread events, one for each core: one for all cores can't be inherited and have a ring.
func (t *Tracer) watch(tid int) error {
	for i, core := range t.cores {
		fd, err := unix.PerfEventOpen(&attributes, tid, core, -1, unix.PERF_FLAG_FD_CLOEXEC)
		if err != nil {
			return explain(err)
		}
		t.fds = append(t.fds, fd)
		if i == len(t.rings) {
			m, err := mapRing(fd)
			if err != nil {
				return err
			}
			t.rings = append(t.rings, m)
		} else if err := unix.IoctlSetInt(fd, unix.PERF_EVENT_IOC_SET_OUTPUT, t.rings[i].fd); err != nil {
			return explain(err)
		}
	}
	return nil
}

// mapRing makes as large a ring as is allowed.
func mapRing(fd int) (*mapped, error) {
	page := os.Getpagesize()
	for pages := mostPages; ; pages /= 2 {
		all, err := unix.Mmap(fd, 0, (1+pages)*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
		if err == nil {
			return &mapped{
				ring: ring{data: all[page:]}, fd: fd, all: all,
				page: (*unix.PerfEventMmapPage)(unsafe.Pointer(unsafe.SliceData(all))),
			}, nil
		}
		if !errors.Is(err, unix.EPERM) {
			return nil, explain(err)
		}
		if pages == leastPages {
			return nil, explain(unix.ENOMEM)
		}
	}
}

// explain says what a user could do about an error.
func explain(err error) error {
	switch {
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		text, _ := os.ReadFile("/proc/sys/kernel/perf_event_paranoid")
		if level, bad := strconv.Atoi(string(trim(text))); bad == nil && level > 2 {
			return fmt.Errorf("kernel.perf_event_paranoid is %d: with 2 (sysctl kernel.perf_event_paranoid=2) the kernel would tell context switches", level)
		}
		return fmt.Errorf("perf_event_open is not allowed here (a container's rules?): %w", err)
	case errors.Is(err, unix.ENOSYS):
		return fmt.Errorf("this kernel cannot record context switches, or a sandbox (seccomp) hides that it can: perf_event_open: %w", err)
	case errors.Is(err, unix.ENOENT), errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.EINVAL):
		return fmt.Errorf("this kernel cannot record context switches: perf_event_open: %w", err)
	case errors.Is(err, unix.EMFILE), errors.Is(err, unix.ENFILE):
		return fmt.Errorf("too few descriptors to record context switches (ulimit -n): %w", err)
	case errors.Is(err, unix.ENOMEM):
		return fmt.Errorf("no locked memory left to record context switches (ulimit -l): %w", err)
	}
	return fmt.Errorf("record context switches: %w", err)
}

func trim(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] <= ' ' {
		b = b[:len(b)-1]
	}
	return b
}

// Now is the time on the clock of the records.
func (*Tracer) Now() time.Duration {
	var ts unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts) // it exists since Linux 2.6
	return time.Duration(ts.Nano())
}

// Read hands on what was recorded since the last Read, core after core, and returns how many records the core
// with the most of them had, and the time up to which all are among them.
func (t *Tracer) Read(each func(Record)) (n int, until time.Duration) {
	until, t.fill = t.Now(), 0
	for i, m := range t.rings {
		head := atomic.LoadUint64(&m.page.Data_head)
		t.fill = max(t.fill, float64(head-m.tail)/float64(len(m.data)))
		own := 0
		whole := m.read(head, func(r Record) {
			own++
			each(r)
		})
		n = max(n, own)
		atomic.StoreUint64(&m.page.Data_tail, m.tail)
		if !whole {
			each(Record{Kind: Lost, Core: t.cores[i], At: until})
		}
	}
	return n, until
}

// Fill is which part of the fullest core's ring the last Read found taken, 0..1.
func (t *Tracer) Fill() float64 { return t.fill }

// Record switches the recording off or on again. What was on a core meanwhile is never told, nor which
// threads were made.
func (t *Tracer) Record(on bool) error {
	what := uint(unix.PERF_EVENT_IOC_ENABLE)
	if !on {
		what = unix.PERF_EVENT_IOC_DISABLE
	}
	var all error
	for _, fd := range t.fds {
		if err := unix.IoctlSetInt(fd, what, 0); err != nil && all == nil {
			all = fmt.Errorf("switch recording of context switches: %w", err)
		}
	}
	return all
}

// Close ends the recording.
func (t *Tracer) Close() {
	for _, m := range t.rings {
		_ = unix.Munmap(m.all)
	}
	for _, fd := range t.fds {
		_ = unix.Close(fd)
	}
	t.rings, t.fds = nil, nil
}
