package process

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"parallax/runner"
)

// patience is how long an ended child that might be of another part of the program is left to that
// part before it is reaped.
const patience = 30 * time.Second

// orphans keeps account of the processes that lost their parent and became children of parallax.
// The kernel gives them to the program's first thread, whose list of children is kept open: that it
// is empty, as it mostly is, costs one read. Methods may be called from any goroutine.
type orphans struct {
	session int // parallax's own

	mu    sync.Mutex
	list  *os.File // nil where the kernel has no such list; then orphans go unnoticed
	known map[int]orphan
	jobs  map[int]*account // of running jobs, by session
}

// account is what the orphans of one job come to.
type account struct {
	usage   runner.Usage
	claimed map[int]uint64 // births of those that belong to the job though not to its session
}

// orphan is what is remembered of one, for as long as its birth and session stay the same.
type orphan struct {
	birth   uint64
	session int
	read    bool      // mark was looked for
	mark    string    // the variables that say of which try it is, or ""
	named   bool      // in the note of that try, as a daemon
	ended   time.Time // when it was first seen ended, if it was not reaped then
}

func newOrphans() *orphans {
	o := &orphans{known: map[int]orphan{}, jobs: map[int]*account{}}
	o.session, _ = unix.Getsid(0) // cannot fail for oneself
	if unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != nil {
		return o
	}
	if f, err := os.Open(fmt.Sprintf("/proc/self/task/%d/children", os.Getpid())); err == nil {
		o.list = f
	}
	return o
}

func (o *orphans) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tend()
	if o.list != nil {
		o.list.Close()
		o.list = nil
	}
}

// expect opens the account of a job.
func (o *orphans) expect(session int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.jobs[session] = &account{}
}

// claim says that processes belong to a job whatever their session: they were told to end with it.
func (o *orphans) claim(session int, h held) {
	o.mu.Lock()
	defer o.mu.Unlock()
	a := o.jobs[session]
	if a == nil || len(h) == 0 {
		return
	}
	if a.claimed == nil {
		a.claimed = map[int]uint64{}
	}
	for _, p := range h {
		a.claimed[p.pid] = p.birth
	}
}

// settle closes the account of a job and returns what its orphans used.
func (o *orphans) settle(session int) runner.Usage {
	o.mu.Lock()
	defer o.mu.Unlock()
	a := o.jobs[session]
	delete(o.jobs, session)
	if a == nil {
		return runner.Usage{}
	}
	return a.usage
}

// strays reaps what has ended and returns the living orphans that belong to a job.
func (o *orphans) strays(session int) []int {
	o.mu.Lock()
	defer o.mu.Unlock()
	var pids []int
	for _, s := range o.tend() {
		if s.session == session || s.group == session || o.claimant(s) == session {
			pids = append(pids, s.pid)
		}
	}
	return pids
}

// claimant returns the job that claimed a process, or 0.
func (o *orphans) claimant(s stat) int {
	for session, a := range o.jobs {
		if birth, ok := a.claimed[s.pid]; ok && birth == s.birth {
			return session
		}
	}
	return 0
}

// daemons returns those orphans, not named before, that carry a try's mark and went into a session
// of their own, as "name (pid 12)".
func (o *orphans) daemons(session int, mark string) []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var names []string
	for _, s := range o.tend() {
		k := o.remember(s)
		if !k.read {
			k.read, k.mark = true, markOf(environ(s.pid))
		}
		if k.mark == mark && !k.named && s.session != session && o.jobs[s.pid] == nil {
			k.named = true
			if now, err := readStat(s.pid); err == nil {
				s.name = now.name // it may have executed its program only now
			}
			names = append(names, fmt.Sprintf("%s (pid %d)", s.name, s.pid))
		}
		o.known[s.pid] = k
	}
	return names
}

func (o *orphans) remember(s stat) orphan {
	if k, ok := o.known[s.pid]; ok && k.birth == s.birth && k.session == s.session {
		return k
	}
	return orphan{birth: s.birth, session: s.session}
}

// tend reaps the orphans that have ended and returns the living. The caller holds mu.
func (o *orphans) tend() []stat {
	pids := o.children()
	slices.Sort(pids)
	var living []stat
	for _, pid := range pids {
		s, err := readStat(pid)
		switch {
		case err != nil:
		case s.state == 'Z' && o.ours(s):
			o.reap(s)
		case s.state != 'Z' && s.session != o.session: // no job is in parallax's session
			living = append(living, s)
		}
	}
	if len(o.known) > 0 {
		maps.DeleteFunc(o.known, func(pid int, _ orphan) bool {
			_, there := slices.BinarySearch(pids, pid)
			return !there
		})
	}
	return living
}

// ours reports whether an ended child is an orphan, and not one that another part of the program
// started and waits for: that leads its session or is in parallax's. What cannot be told is left
// to be waited for, for a while. The leader of a job is waited for by its handle, also where the
// helper that forked it has died.
func (o *orphans) ours(s stat) bool {
	if o.jobs[s.pid] != nil {
		return false
	}
	k := o.remember(s)
	if s.session != s.pid && s.session != o.session || k.named || o.claimant(s) != 0 {
		return true
	}
	if k.ended.IsZero() {
		k.ended = time.Now()
		o.known[s.pid] = k
	}
	return time.Since(k.ended) > patience
}

func (o *orphans) reap(s stat) {
	var ru syscall.Rusage
	pid, err := syscall.Wait4(s.pid, nil, syscall.WNOHANG, &ru)
	if err != nil || pid != s.pid {
		return
	}
	if a := o.jobs[s.session]; a != nil {
		a.usage = plus(a.usage, usageOf(&ru, 0))
	}
	delete(o.known, s.pid)
}

func (o *orphans) children() []int {
	if o.list == nil {
		return nil
	}
	var data []byte
	buf := make([]byte, 512)
	for {
		n, err := o.list.ReadAt(buf, int64(len(data)))
		data = append(data, buf[:n]...)
		if err != nil { // io.EOF, or a list that cannot be read: what was got stands
			return parsePIDs(data)
		}
	}
}

// environ reads a process's environment. It looks empty for an instant while the process executes
// a program, so it is read a few times before that is believed.
func environ(pid int) []byte {
	for range 5 {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
		if err != nil || len(data) > 0 {
			return data
		}
		time.Sleep(time.Millisecond)
	}
	return nil
}

// markOf picks the variables that say of which try a process is, in the order of marks.
func markOf(env []byte) string {
	var found [3]string
	for v := range strings.SplitSeq(string(env), "\x00") {
		for i, key := range [...]string{"PARALLAX_RUN=", "PARALLAX_TASK=", "PARALLAX_TRY="} {
			if strings.HasPrefix(v, key) {
				found[i] = v
			}
		}
	}
	if slices.Contains(found[:], "") {
		return ""
	}
	return strings.Join(found[:], "\x00")
}
