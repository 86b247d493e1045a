package monitor

import (
	"slices"
	"time"
)

// discover finds new threads and children of a process. Whoever starts one has run, so one that
// has not run since the last time has nothing new.
func (r *procReader) discover(w *watched, p *proc, lanes func(slice)) {
	every := discovery
	if r.recorded && r.now-p.grew > settling && p.stat.threads == len(p.threads) {
		every = slowDiscovery
	}
	if r.now-p.found > young && r.now-p.listed < every {
		return
	}
	p.listed = r.now
	if p.stat.threads != len(p.threads) {
		r.listThreads(w, p, lanes)
	}
	for _, t := range p.threads {
		if !t.dirty && !r.coarse { // a tick is too coarse to tell whether it has run
			continue
		}
		t.dirty = false
		text, err := r.get(&t.children)
		if err != nil {
			continue
		}
		for _, pid := range r.memory.numbers(text) {
			if r.meet(pid, lanes) {
				p.grew = r.now
			}
		}
	}
}

func (r *procReader) listThreads(w *watched, p *proc, lanes func(slice)) {
	ids := r.memory.ids[:0]
	err := r.list(procPath(p.pid, "task"), func(tid int) { ids = append(ids, tid) })
	r.memory.ids = ids
	if err != nil {
		return
	}
	for _, tid := range ids {
		if p.threadOf(tid) != nil {
			continue
		}
		if r.open(w, p, tid) == nil {
			p.grew = r.now
			r.readThread(w, p, p.threadOf(tid), lanes)
		}
	}
}

// meet looks at a process that is not known yet and takes it in if it belongs to a task: it is the
// child of one of its processes, or in its group or session. It returns whether it did.
func (r *procReader) meet(pid int, lanes func(slice)) bool {
	if r.known[pid] != nil {
		return false
	}
	text, err := r.once(procPath(pid, "stat"))
	st, ok := parseStat(text)
	if err != nil || !ok {
		return false
	}
	w := r.known[st.parent]
	for _, leader := range []int{st.group, st.session} {
		if w == nil {
			w = r.rootOf(leader)
		}
	}
	if w == nil {
		return false
	}
	p := r.adopt(w, pid, st)
	if err := r.open(w, p, pid); err != nil {
		r.leave(w, p)
		if exhausted(err) {
			r.orphan.strangers = nil // to be met again
		}
		return false
	}
	p.stat.threads = 0 // unknown: list them
	r.readProc(w, p, lanes)
	return true
}

// rootOf returns the task whose first process is pid.
func (r *procReader) rootOf(pid int) *watched {
	at := slices.IndexFunc(r.tasks, func(w *watched) bool { return w.root == pid && w.tid == 0 })
	if at < 0 {
		return nil
	}
	return r.tasks[at]
}

// orphanPeriod is how often all processes of the machine are looked through for those that belong
// to a task but are not below its processes any more: their parent ended before we saw them.
const orphanPeriod = 2 * time.Second

// orphanScan remembers whom it has seen, so that only new processes cost anything.
type orphanScan struct {
	at        time.Duration
	strangers map[int]bool
}

func (o *orphanScan) scan(r *procReader, lanes func(slice)) {
	if r.now-o.at < orphanPeriod || len(r.known) == 0 || !r.ranSince(o.at) {
		return
	}
	o.at = r.now
	ids := r.memory.ids[:0]
	err := r.list("/proc", func(pid int) { ids = append(ids, pid) })
	r.memory.ids = ids
	if err != nil {
		return
	}
	seen := make(map[int]bool, len(ids))
	for _, pid := range ids {
		if !o.strangers[pid] {
			r.meet(pid, lanes)
		}
		if r.known[pid] == nil {
			seen[pid] = true
		}
	}
	o.strangers = seen
}

// ranSince is whether any process tree has run since then: if none has, none has started anything.
func (r *procReader) ranSince(at time.Duration) bool {
	return slices.ContainsFunc(r.tasks, func(w *watched) bool { return w.tid == 0 && w.last >= at })
}
