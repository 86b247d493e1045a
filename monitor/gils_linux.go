package monitor

import (
	"errors"
	"time"

	"parallax/monitor/gil"
	"parallax/runner"
)

// gilWatch looks at the GILs of the processes that a procReader watches.
type gilWatch struct {
	reader *gil.Reader
	procs  map[int]*python // by process
	book   lockBook
	looked time.Duration // when last
	every  time.Duration // between looks: as often as they may cost
	opened int           // processes that were met in this look
	kept   time.Duration // when processes that have gone were last let go of
}

// python is a process that may be one.
type python struct {
	members []member // its watched threads, as of this look
	tids    []int
	owner   *watched // of the first member
	several bool     // members are of several tasks, or could be
	many    bool     // it had several threads at some time

	is       gil.Python
	free     bool  // it runs without a GIL, as of the last look
	measured bool  // the last look succeeded
	why      error // else why not
	refusals int
	next     time.Duration // when it is next looked at
	round    time.Duration // of the last look at all
}

type member struct {
	w *watched
	t *thread
}

// What is asked again of a process that is no Python, or that is refused: at first soon, since
// a shell may become one, and then ever more seldom.
const (
	askSoon   = 50 * time.Millisecond
	askSeldom = 5 * time.Second
	sure      = 3  // refusals in a row that are believed
	atOnce    = 16 // processes that are met in one look: it takes long
)

func newGILWatch() *gilWatch {
	return &gilWatch{reader: gil.New(), procs: map[int]*python{}, every: quickest}
}

// gils implements [gilWatcher].
func (r *procReader) gils() []runner.GIL {
	out := r.locks.book.take(r.now)
	told := map[string]bool{}
	for pid, p := range r.locks.procs {
		if p.round != r.locks.looked || p.measured || p.refusals < sure || errors.Is(p.why, gil.ErrNoPython) || told[p.why.Error()] {
			continue
		}
		told[p.why.Error()] = true // one stands for all of its kind
		out = append(out, runner.GIL{
			PID: pid, Host: p.owner.host, Task: p.task(), Why: p.why.Error(), Span: time.Millisecond, Held: -1, Handoffs: -1, Waiting: -1,
		})
	}
	return out
}

// look looks at the GILs of all that is watched, if it is time to.
func (g *gilWatch) look(r *procReader) {
	const early = 2 * time.Millisecond // readings come a little sooner or later than they should
	if r.now-g.looked < g.every-early {
		return
	}
	began := threadTime()
	g.looked, g.opened = r.now, 0
	for _, w := range r.tasks {
		for _, p := range w.procs {
			g.gather(w, p)
		}
	}
	for pid, p := range g.procs {
		if p.round != r.now {
			continue // not watched any more
		}
		g.process(r, pid, p)
	}
	for _, w := range r.tasks {
		w.judgeGIL(g.procs, r.now)
	}
	if r.now-g.kept >= time.Second {
		g.kept = r.now
		g.retain(r.now)
	}
	if g.opened == 0 { // which costs far more, but once
		g.every = min(max(lookShare*(threadTime()-began), quickest), rarest)
	}
}

// retain lets go of processes that are not watched any more.
func (g *gilWatch) retain(now time.Duration) {
	for pid, p := range g.procs {
		if p.round != now {
			delete(g.procs, pid)
		}
	}
	g.reader.Retain(func(pid int) bool { return g.procs[pid] != nil })
}

// gather notes the threads of a process. That of an interpreter which tasks share is watched for each.
func (g *gilWatch) gather(w *watched, p *proc) {
	if w.tid != 0 && !w.shared { // a thread of our own process
		return
	}
	at := g.procs[p.pid]
	if at == nil {
		at = &python{next: g.looked + askSoon} // most that start are no Python yet
		if w.shared {
			at.next = g.looked
		}
		g.procs[p.pid] = at
	}
	if at.round != g.looked {
		at.round, at.members, at.tids, at.owner, at.several = g.looked, at.members[:0], at.tids[:0], w, w.shared
	}
	at.several = at.several || at.owner != w
	for _, t := range p.threads {
		at.members = append(at.members, member{w, t})
		at.tids = append(at.tids, t.tid)
	}
	at.many = at.many || w.shared || len(at.tids) > 1
}

// contended is whether its threads can wait for a GIL.
func (p *python) contended() bool {
	return p.measured && len(p.tids) > 1 && p.is.Waits && !p.free
}

// task is whose the process alone is, or -1.
func (p *python) task() int {
	if p.several {
		return -1
	}
	return p.owner.task
}

// process looks at one process, if it is time to.
func (g *gilWatch) process(r *procReader, pid int, p *python) {
	if !p.contended() && r.now < p.next || !p.measured && g.opened >= atOnce {
		return
	}
	if !p.measured {
		g.opened++
	}
	sample, err := g.reader.Read(pid, p.tids)
	if err != nil {
		p.measured, p.why = false, err
		p.refusals++
		p.next = r.now + min(askSoon<<min(p.refusals-1, 10), askSeldom)
		return
	}
	p.measured, p.why, p.refusals, p.is = true, nil, 0, sample.Python
	p.free = sample.Python.FreeThreaded && len(sample.GILs) == 0
	p.next = r.now
	if !p.contended() {
		p.next += soloLook
	}
	if sample.Stopped { // nobody is in anybody's way
		for _, m := range p.members {
			m.t.gil.Skip()
		}
		return
	}
	if sample.Python.Waits {
		for i, th := range sample.Threads {
			if r.coarse { // waiting for a core is not told from being blocked: it is a share of all time
				th.Blocked = true
			}
			p.members[i].t.gil.See(th)
		}
	}
	g.note(r.now, pid, p, sample)
}

// note counts a look at the GILs of a process. One that has ever had a single thread is of no interest,
// nor is the main one of a process in which each task has its own.
func (g *gilWatch) note(now time.Duration, pid int, p *python, s gil.Sample) {
	if !p.many {
		return
	}
	about := runner.GIL{PID: pid, Host: p.owner.host, Task: p.task(), Python: s.Python.Version}
	if p.free {
		about.Free = true
		g.book.see(now, about, gil.GIL{}, false)
		return
	}
	for _, l := range s.GILs {
		one := about
		if p.several && len(s.GILs) > 1 {
			one.Task = p.user(l, s)
			if l.Interpreter == 0 && one.Task < 0 {
				continue
			}
		}
		g.book.see(now, one, l, s.Python.Waits)
	}
}

// user is the task that has a GIL or waits for it, or whose thread is the newest under it, or -1.
func (p *python) user(l gil.GIL, s gil.Sample) int {
	for i, th := range s.Threads {
		if l.Locked && th.TID == l.Holder || th.WaitsGIL && th.Interpreter == l.Interpreter || th.TID == l.Newest {
			return p.members[i].w.task
		}
	}
	return -1
}

// spendGIL divides a thread's time between two readings.
func (r *procReader) spendGIL(w *watched, t *thread, elapsed time.Duration, d counters) {
	if t.fresh { // since it began; of one of which that is not known, what it used at least
		elapsed = d.on + max(d.wait, 0)
		if t.tid == w.root || t.tid == w.tid {
			elapsed = max(r.now-w.started, elapsed)
		}
	}
	if r.coarse {
		d = counters{}
	}
	// A wait for a core is counted when it is over: until then it looked like being blocked, of which it is
	// taken off again.
	t.rest += elapsed - d.on - max(d.wait, 0)
	t.gil.Spend(max(t.rest, 0), 0, 0)
	t.rest = min(t.rest, 0)
}

// What is known of a task's waiting for the GIL.
const (
	gilUndecided = iota // it may become a Python yet: as much as none
	gilUnknown
	gilMeasured // from now on: it has been, and nothing is refused now
)

// judgeGIL decides what is known of a task's waiting for the GIL.
func (w *watched) judgeGIL(procs map[int]*python, now time.Duration) {
	measured, refused := w.gilState == gilMeasured, false
	for _, at := range w.procs {
		p := procs[at.pid]
		switch {
		case p == nil:
		case p.measured:
			measured = measured || p.is.Waits || p.free
			refused = refused || !p.is.Waits && !p.free
		case p.refusals >= sure && !errors.Is(p.why, gil.ErrNoPython):
			refused = true
		}
	}
	// How long a Python may take to start on a machine that is busy.
	age := now - w.started
	young := age < time.Second || age < 5*time.Second && w.on < 2*userTick
	switch {
	case refused:
		w.gilState = gilUnknown
	case measured:
		w.gilState = gilMeasured
	case !young || w.tid != 0 && !w.shared:
		w.gilState = gilUnknown
	}
}

// waitedGIL is how long the task has waited for the GIL; false if that is not known.
func (w *watched) waitedGIL() (time.Duration, bool) {
	sum := w.gilPast
	for _, p := range w.procs {
		for _, t := range p.threads {
			sum += t.gil.Total().Waited
		}
	}
	return sum, w.gilState != gilUnknown
}
