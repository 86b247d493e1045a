package gil

import (
	"errors"
	"strconv"

	"golang.org/x/sys/unix"
)

// Reader looks at the GILs of processes. It keeps open what it reads often, and remembers what files
// say, so one Reader should look at all processes of a run. One goroutine at a time may use it.
type Reader struct {
	files files
	cache map[fileKey]program
	procs map[int]*process
}

// New returns a Reader. It looks at nothing before [Reader.Read].
func New() *Reader {
	r := &Reader{cache: map[fileKey]program{}, procs: map[int]*process{}}
	r.files.init()
	return r
}

// Read looks at a process once: at the GILs, then at the threads given. What is not given is forgotten,
// so all threads of interest should be. The slices of the result hold until the next Read of the same
// process.
//
// A process that becomes another program is noticed. One that is refused is looked at again when it
// has become another program, and otherwise ever more seldom: the answer is then the one given before.
//
// The error is [ErrGone], [ErrNoPython], or says in words why the GIL of this Python is not measured
// and, where something can be done about it, what.
func (r *Reader) Read(pid int, tids []int) (Sample, error) {
	p := r.procs[pid]
	switch {
	case p == nil:
		p = &process{pid: pid, dir: -1, stat: -1}
		r.procs[pid] = p
		r.reopen(p)
	case p.err != nil:
		if r.changed(p) {
			p.calls = 0
			r.reopen(p)
		} else if p.due() {
			r.reopen(p)
		}
	}
	defer r.rest(p)
	// Twice: once more if it became another program since the last time.
	for range 2 {
		if p.err != nil {
			break
		}
		if r.attach(p) == nil {
			s := r.sample(p, tids)
			if !r.changed(p) { // looked at last, so that what was read was this process's
				s.Stopped = p.stopped
				return s, nil
			}
		}
		p.calls = 0
		r.reopen(p)
	}
	if errors.Is(p.err, ErrGone) {
		r.drop(p)
		return Sample{}, ErrGone
	}
	if p.err == nil {
		return Sample{}, errBusy
	}
	return Sample{}, p.err
}

var errBusy = errors.New("the process becomes one program after the other")

// Retain forgets all processes but those for which keep says true.
func (r *Reader) Retain(keep func(pid int) bool) {
	for pid, p := range r.procs {
		if !keep(pid) {
			r.drop(p)
		}
	}
}

// Close forgets all processes. The Reader can be used again.
func (r *Reader) Close() { r.Retain(func(int) bool { return false }) }

func (r *Reader) drop(p *process) {
	r.shut(p)
	delete(r.procs, p.pid)
}

func (r *Reader) reopen(p *process) {
	r.shut(p)
	p.err = r.open(p)
}

// attach opens what tells one process from the next, unless it is open.
func (r *Reader) attach(p *process) (err error) {
	if p.dir < 0 {
		if p.dir, err = r.files.open(unix.AT_FDCWD, "/proc/"+strconv.Itoa(p.pid), unix.O_DIRECTORY|unix.O_PATH); err != nil {
			return err
		}
	}
	if p.stat < 0 {
		// The file of the first thread: that of the process adds up all its threads.
		p.stat, err = r.files.open(p.dir, "task/"+strconv.Itoa(p.pid)+"/stat", 0)
	}
	return err
}

// rest closes what need not, or cannot, stay open until a process is looked at again.
func (r *Reader) rest(p *process) {
	if p.err != nil || r.files.kept > r.files.limit {
		r.files.drop(&p.dir)
	}
	if r.files.kept > r.files.limit {
		r.files.drop(&p.stat)
	}
}

// changed is whether a process has become another program, or has ended.
func (r *Reader) changed(p *process) bool {
	if r.attach(p) != nil {
		return true
	}
	now, err := r.program(p)
	return err != nil || now != p.is
}

// process is one that was asked for: what runs in it, or why that is not measured.
type process struct {
	pid  int
	dir  int // /proc/PID: stays with this process when its number is given to another
	stat int
	is   identity
	err  error

	stopped bool // as of the last reading of stat
	calls   uint // times it was asked for since it was refused

	python  Python
	locks   []span // if nothing narrower is known
	walker  *walker
	memory  processMemory
	foreign bool // in another pid namespace: its thread numbers are not ours

	threads map[int]*thread
	round   uint
	found   []lock
	sample  Sample
}

// thread is one whose call was read.
type thread struct {
	fd    int // < 0 while not kept open
	round uint
}

// due is whether one that was refused should be looked at again: at the 1st, 2nd, 4th ... 64th time
// that it is asked for, and then at every 64th. A Python has no libpython in the instant after exec.
func (p *process) due() bool {
	p.calls++
	return p.calls%64 == 0 || p.calls < 64 && p.calls&(p.calls-1) == 0
}

// sample looks at the GILs and at the threads.
func (r *Reader) sample(p *process, tids []int) Sample {
	p.found = p.found[:0]
	known := false
	if p.walker != nil {
		var err error
		p.found, err = p.walker.locks(&p.memory, p.found)
		known = err == nil // what cannot be read just now, as while an interpreter ends, is not known
		for i := range p.found {
			if p.foreign {
				p.found[i].Holder, p.found[i].Newest = 0, 0
			}
		}
	}
	if !known {
		for _, s := range p.locks {
			p.found = append(p.found, lock{GIL{Interpreters: 1}, s})
		}
	}
	s := &p.sample
	s.Python, s.Threads, s.GILs = p.python, s.Threads[:0], s.GILs[:0]
	p.round++
	for _, tid := range tids {
		s.Threads = append(s.Threads, r.look(p, tid))
	}
	r.sweep(p, len(tids))
	for _, l := range p.found {
		// The parts of 3.6's lock are one.
		if !known && len(s.GILs) > 0 {
			s.GILs[0].Waiting += l.Waiting
			continue
		}
		s.GILs = append(s.GILs, l.GIL)
	}
	return *s
}

// look reads what a thread does, and counts it with the GIL that it waits for.
func (r *Reader) look(p *process, tid int) Thread {
	t := Thread{TID: tid}
	if !p.python.Waits {
		return t
	}
	th := p.threads[tid]
	if th == nil {
		th = &thread{fd: -1}
		p.threads[tid] = th
	}
	th.round = p.round
	text, err := r.files.thread(p.dir, tid, th)
	if err != nil {
		r.files.drop(&th.fd)
		return t
	}
	t.Seen = true
	c := parseCall(text)
	t.Blocked = c.blocked
	if !c.blocked || !isFutex(c.number) {
		return t
	}
	for i := range p.found {
		if l := &p.found[i]; l.at.has(c.first) {
			l.Waiting++
			t.WaitsGIL, t.Interpreter = true, l.Interpreter
			break
		}
	}
	return t
}

// sweep forgets the threads that were not asked for in this round, of n that were.
func (r *Reader) sweep(p *process, n int) {
	if len(p.threads) <= n {
		return
	}
	for tid, th := range p.threads {
		if th.round != p.round {
			r.files.drop(&th.fd)
			delete(p.threads, tid)
		}
	}
}

// shut closes what is open of a process.
func (r *Reader) shut(p *process) {
	for _, th := range p.threads {
		r.files.drop(&th.fd)
	}
	r.files.drop(&p.stat)
	r.files.drop(&p.dir)
	*p = process{pid: p.pid, dir: -1, stat: -1, calls: p.calls}
}

// identity tells one program of a process from the next: exec changes these.
type identity struct{ code, end, stack uint64 }

// program reads which program a process is.
func (r *Reader) program(p *process) (identity, error) {
	text, err := r.files.pread(p.stat)
	if err != nil {
		return identity{}, gone(err)
	}
	p.stopped = isStopped(text)
	is, ok := parseIdentity(text)
	if !ok {
		return is, ErrGone
	}
	return is, nil
}

// gone says that a process has ended, if that is what an error means.
func gone(err error) error {
	if errors.Is(err, unix.ESRCH) || errors.Is(err, unix.ENOENT) {
		return ErrGone
	}
	return err
}
