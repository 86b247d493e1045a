package monitor

import (
	"fmt"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"parallax/runner"
)

// procReader reads tasks from /proc.
type procReader struct {
	*files
	tasks  []*watched
	index  map[int]*watched // by task
	known  map[int]*watched // by process; only trees
	coarse bool             // schedstat tells nothing here: ticks of 10 ms, no waiting for cores
	finest Tier             // no finer was asked for: coarse may be for that
	turn   int              // counts readings
	manner                  // of this reading
	now    time.Duration
	memory memoryLane
	orphan orphanScan
	locks  *gilWatch
	told   map[string]bool
}

// How often things are looked for.
const (
	young      = time.Second // a process this young is looked at in each reading, an older one at the rate of discovery
	quietAfter = time.Second // a thread that has not run for so long is read in every
	quietTurns = 5           // fifth reading only
)

func newReader(finest Tier) reader {
	r := &procReader{
		files: newFiles(), index: map[int]*watched{}, known: map[int]*watched{}, told: map[string]bool{},
		locks: newGILWatch(), finest: finest, memory: memoryLane{habit: usual},
	}
	text, err := r.once("/proc/self/schedstat")
	r.coarse = finest >= Ticks || err != nil || tellsNothing(text)
	return r
}

// short has memory read as often as short runs need.
func (r *procReader) short() { r.memory.habit = eager }

// tellsNothing is whether what a kernel says of this very process, which has run for sure, is of no use.
func tellsNothing(schedstat []byte) bool { return parseSchedstat(schedstat).on == 0 }

// means tells what can be measured here: waiting for a core, or why not; PSS.
func means(finest Tier) (noWait string, pss bool) {
	r := newReader(finest).(*procReader)
	defer r.close()
	text, err := r.once("/proc/self/smaps_rollup")
	_, pss = parsePSS(text)
	return r.noWait(), pss && err == nil
}

// noWait says why waiting for a core is not told from being blocked, or "".
func (r *procReader) noWait() string {
	switch {
	case !r.coarse:
		return ""
	case r.finest >= Ticks:
		return r.finest.asked()
	}
	return "this kernel keeps no scheduler statistics"
}

func (r *procReader) tier(hz int) string {
	if r.coarse {
		return fmt.Sprintf("sampled %d Hz, 10 ms ticks", hz)
	}
	return fmt.Sprintf("sampled %d Hz", hz)
}

func (r *procReader) fast() bool { return true }

func (r *procReader) watch(task int, id runner.Identity, started time.Duration) {
	r.forget(task)
	w := &watched{task: task, root: id.PID, birth: id.Birth, started: started, core: -1, last: started}
	if !id.Tree {
		w.tid, w.shared, w.host = id.TID, id.Host.ID != 0, id.Host.ID
	}
	if r.coarse {
		w.wait = -1
	}
	r.tasks = append(r.tasks, w)
	r.index[task] = w
}

func (r *procReader) forget(task int) {
	w := r.index[task]
	if w == nil {
		return
	}
	for len(w.procs) > 0 {
		r.leave(w, w.procs[0])
	}
	delete(r.index, task)
	r.tasks = slices.DeleteFunc(r.tasks, func(o *watched) bool { return o == w })
}

func (r *procReader) close() {
	for len(r.tasks) > 0 {
		r.forget(r.tasks[0].task)
	}
	r.locks.reader.Close()
}

func (r *procReader) figures(task int) figures {
	if w := r.index[task]; w != nil {
		return w.figures()
	}
	return figures{core: -1, rss: -1, pss: -1}
}

func (r *procReader) notices() []runner.Advised {
	var out []runner.Advised
	say := func(when bool, code, text string) {
		if when && !r.told[code] {
			r.told[code] = true
			out = append(out, runner.Advised{Task: -1, Level: runner.Note, Code: code, Text: text})
		}
	}
	say(r.coarse && len(r.tasks) > 0, "coarse-times",
		r.noWait()+": times come in ticks of 10 ms, and waiting for a core is not told from being blocked")
	say(r.full, "few-descriptors",
		"so many threads and processes run that not all of their files can be kept open (ulimit -n): they are measured more slowly")
	return out
}

// read implements [reader].
func (r *procReader) read(now time.Duration, how manner, lanes func(slice)) time.Duration {
	r.now, r.manner = now, how
	r.turn++
	var last time.Duration
	for _, w := range r.tasks {
		if !w.begun {
			r.begin(w)
		}
		for _, p := range slices.Backward(w.procs) { // backward: one that is gone leaves the list
			r.readProc(w, p, lanes)
		}
		if w.tid == 0 {
			for i := 0; i < len(w.procs); i++ { //nolint:intrange // grows while it goes
				r.discover(w, w.procs[i], lanes)
			}
			w.atLeast(w.floor())
		}
		last = max(last, w.last)
	}
	r.locks.look(r)
	r.memory.read(r)
	r.orphan.scan(r, lanes)
	return last
}

// begin opens what a task is.
func (r *procReader) begin(w *watched) {
	if w.root <= 0 || w.tid < 0 {
		w.begun = true
		return
	}
	text, err := r.once(procPath(w.root, "stat"))
	if err != nil {
		w.begun = !exhausted(err) // gone already; else tried again
		return
	}
	w.begun = true
	st, ok := parseStat(text)
	if !ok || w.birth != 0 && st.birth != w.birth { // the number belongs to another process by now
		return
	}
	p := r.adopt(w, w.root, st)
	tid := w.root
	if w.tid != 0 {
		tid = w.tid
	}
	if err := r.open(w, p, tid); err != nil {
		r.leave(w, p)
		w.begun = !exhausted(err)
		return
	}
	p.stat.threads = 0 // unknown: list them
}

// belong implements [reader].
func (r *procReader) belong(task int, tids []int) {
	w := r.index[task]
	if w == nil || w.tid == 0 || len(tids) == 0 || len(w.procs) == 0 {
		return
	}
	p := w.procs[0]
	for _, tid := range tids {
		if p.threadOf(tid) == nil {
			_ = r.open(w, p, tid) // gone already, or else asked for again
		}
	}
	for _, t := range p.threads {
		t.dismissed = !slices.Contains(tids, t.tid)
	}
}

// threadsOf implements [threadLister].
func (r *procReader) threadsOf(task int, to []int) []int {
	if w := r.index[task]; w != nil && w.tid == 0 {
		for _, p := range w.procs {
			for _, t := range p.threads {
				to = append(to, t.tid)
			}
		}
	}
	return to
}

// adopt begins to watch a process.
func (r *procReader) adopt(w *watched, pid int, st threadStat) *proc {
	p := &proc{
		pid: pid, main: st.birth, stat: st, found: r.now, listed: -1, grew: r.now,
		memory: memory{rss: -1, pss: -1, rssAt: -1, pssAt: -1, ran: true, grown: true},
	}
	w.procs = append(w.procs, p)
	if w.tid == 0 {
		r.known[pid] = w
	}
	return p
}

// leave ends watching a process. What it used stays in the task's tally.
func (r *procReader) leave(w *watched, p *proc) {
	for _, t := range p.threads {
		w.gilPast += t.gil.Total().Waited
		r.shut(t)
	}
	p.threads = nil
	w.procs = slices.DeleteFunc(w.procs, func(o *proc) bool { return o == p })
	if r.known[p.pid] == w {
		delete(r.known, p.pid)
	}
}

// dismiss ends watching one thread of a process.
func (r *procReader) dismiss(w *watched, p *proc, i int) {
	w.gilPast += p.threads[i].gil.Total().Waited
	r.shut(p.threads[i])
	p.threads = slices.Delete(p.threads, i, i+1)
}

func (r *procReader) shut(t *thread) {
	for _, f := range []*file{&t.sched, &t.stat, &t.children} {
		r.drop(f)
	}
}

// open begins to watch a thread. After an error it is not watched.
func (r *procReader) open(w *watched, p *proc, tid int) error {
	t := &thread{tid: tid, core: -1, fresh: true, dirty: true, changed: r.now}
	t.stat.fd, t.sched.fd, t.children = -1, -1, file{taskPath(p.pid, tid, "children"), -1}
	st, err := r.openFiles(t, p.pid, w.tid == 0 && tid == p.pid)
	if err != nil {
		r.shut(t)
		return err
	}
	t.birth = st.birth
	if w.tid != 0 {
		r.base(w, t, st)
	}
	p.threads = append(p.threads, t)
	return nil
}

// openFiles opens what is read of a thread; that of children only for one that may have some.
func (r *procReader) openFiles(t *thread, pid int, children bool) (st threadStat, err error) {
	if t.stat, err = r.keep(taskPath(pid, t.tid, "stat")); err != nil {
		return st, err
	}
	text, err := r.get(&t.stat)
	if err != nil {
		return st, err
	}
	st, ok := parseStat(text)
	if !ok {
		return st, unix.ESRCH
	}
	if !r.coarse {
		if t.sched, err = r.keep(taskPath(pid, t.tid, "schedstat")); err != nil {
			return st, err
		}
	}
	if children {
		// Where the kernel has no such lists, children are found by orphanScan.
		if f, err := r.keep(t.children.path); err == nil {
			t.children = f
		}
	}
	return st, nil
}

// base leaves out what a task's thread did before the task: threads are used again. A thread that
// is no older than the task has no past.
func (r *procReader) base(w *watched, t *thread, st threadStat) {
	const startup = 100 * time.Millisecond // a thread may be made that long before its task is announced
	var ts unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts) != nil {
		return
	}
	age := time.Duration(ts.Nano()) - time.Duration(st.birth)*userTick
	if age <= r.now-w.started+startup {
		return
	}
	if c, _, err := r.counters(t); err == nil {
		t.last, t.lastAt, t.fresh, t.core = c, r.now, false, st.core
	}
}

// counters reads what a thread has had so far. st is filled where the figures came from stat.
func (r *procReader) counters(t *thread) (c counters, st *threadStat, err error) {
	f := &t.sched
	if r.coarse {
		f = &t.stat
	}
	text, err := r.get(f)
	if err != nil {
		return c, nil, err
	}
	if !r.coarse {
		return parseSchedstat(text), nil, nil
	}
	s, ok := parseStat(text)
	if !ok || s.birth != t.birth {
		return c, nil, unix.ESRCH
	}
	return counters{s.own, -1}, &s, nil
}

func (r *procReader) readProc(w *watched, p *proc, lanes func(slice)) {
	for i := 0; i < len(p.threads); i++ {
		t := p.threads[i]
		if r.sparing && !t.dismissed && r.now-t.changed >= quietAfter && (r.turn+t.tid)%quietTurns != 0 {
			continue
		}
		if r.readThread(w, p, t, lanes) && !t.dismissed {
			continue
		}
		if t.tid == p.pid && w.tid == 0 { // the leader goes last: all of the process is gone
			r.leave(w, p)
			return
		}
		r.dismiss(w, p, i)
		i--
	}
}

// readThread takes a reading of one thread. It returns false once the thread is gone.
func (r *procReader) readThread(w *watched, p *proc, t *thread, lanes func(slice)) bool {
	c, st, err := r.counters(t)
	if err != nil {
		return !vanished(err)
	}
	elapsed := r.now - t.lastAt
	if t.fresh { // all that it has had since it began
		elapsed = ever
	}
	d := c.since(t.last, elapsed)
	r.spendGIL(w, t, elapsed, d)
	idle := d.on == 0 && !t.fresh
	// One of its threads tells all of a process, but for the cores. One whose file is not kept open must show that
	// it is still the same.
	if !idle && (!r.recorded || p.stated != r.now) || t.sched.fd < 0 {
		if st == nil {
			if st, err = r.status(t); err != nil {
				return !vanished(err)
			}
		}
		p.stat, p.stated = *st, r.now
	}
	from := t.lastAt
	if t.fresh { // its time lies anywhere since its process was last listed
		from = min(max(r.now-quickest, 0), max(r.now-d.on, 0))
	}
	t.last, t.lastAt, t.fresh = c, r.now, false
	w.add(d)
	if idle {
		return true
	}
	t.changed, t.dirty, p.ran = r.now, true, true
	if d.on > 0 {
		w.last = r.now
	}
	if st == nil {
		t.core = -1
		return true
	}
	if d.on > 0 {
		split(slice{task: w.task, core: st.core, from: from, to: r.now, on: d.on}, t.core, lanes)
	}
	t.core, w.core = st.core, st.core
	return true
}

// split hands on a slice. Of a thread that has moved since the last reading we know only where it
// was and where it is: each gets half, which is right on average.
func split(s slice, before int, lanes func(slice)) {
	if before >= 0 && before != s.core {
		s.on /= 2
		other := s
		other.core = before
		lanes(other)
	}
	lanes(s)
}

func (r *procReader) status(t *thread) (*threadStat, error) {
	text, err := r.get(&t.stat)
	if err != nil {
		return nil, err
	}
	st, ok := parseStat(text)
	if !ok || st.birth != t.birth {
		return nil, unix.ESRCH
	}
	return &st, nil
}
