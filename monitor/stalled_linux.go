package monitor

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"parallax/monitor/stall"
)

// waits implements [waiter]. It stops at the first thread that goes on by itself, so most tasks cost one
// or two readings. Goroutines' threads tell nothing: a goroutine that waits leaves none.
func (r *procReader) waits(task int) (threads []stall.Thread, apart time.Duration) {
	w := r.index[task]
	if w == nil || w.tid != 0 && !w.shared {
		return nil, 0
	}
	l := &waitLook{r: r, seen: map[int]bool{}}
	for _, p := range w.procs {
		l.seen[p.pid] = true
	}
	for _, p := range w.procs {
		for _, t := range p.threads {
			if t.dismissed {
				continue
			}
			l.thread(p.pid, t.tid)
			if w.tid != 0 && !l.done {
				l.children(p.pid, t.tid)
			}
			if l.done {
				return l.threads, l.apart
			}
		}
	}
	return l.threads, l.apart
}

// waitLook is one look at the threads of a task.
type waitLook struct {
	r       *procReader
	seen    map[int]bool // processes
	threads []stall.Thread
	apart   time.Duration // what children have used that the task's figures lack
	done    bool          // a thread goes on by itself
}

func (l *waitLook) found(pid, tid int, w stall.Wait) {
	l.threads = append(l.threads, stall.Thread{PID: pid, TID: tid, Wait: w})
	l.done = l.done || !w.Endless()
}

// thread looks at one thread. One that is over is left out.
func (l *waitLook) thread(pid, tid int) (st threadStat) {
	text, err := l.r.once(taskPath(pid, tid, "stat"))
	if err != nil {
		if !vanished(err) {
			l.found(pid, tid, stall.Unknown)
		}
		return st
	}
	st, ok := parseStat(text)
	switch {
	case !ok:
		l.found(pid, tid, stall.Unknown)
	case st.state == 'Z', st.state == 'X':
	case st.state == 'T':
		l.found(pid, tid, stall.Stopped)
	case st.state == 'D':
		l.found(pid, tid, stall.Disk)
	case st.state == 'S':
		text, err := l.r.once(taskPath(pid, tid, "syscall"))
		if err != nil {
			l.found(pid, tid, stall.Unknown)
			break
		}
		w := stall.Call(string(text), func(fd int) string { return fileOf(pid, fd) })
		if w == stall.Many && hasTimer(pid) {
			w = stall.Ends
		}
		l.found(pid, tid, w)
	default:
		l.found(pid, tid, stall.Works)
	}
	return st
}

// children looks at the processes that a thread has started, and at theirs. Those of a script in an
// interpreter are not in its figures.
func (l *waitLook) children(pid, tid int) {
	text, err := l.r.once(taskPath(pid, tid, "children"))
	if err != nil {
		if vanished(err) && !exists(taskPath(pid, tid, "stat")) { // a thread that is over has none
			return
		}
		l.found(pid, tid, stall.Unknown) // this kernel keeps no such lists
		return
	}
	for _, child := range slices.Clone(l.r.memory.numbers(text)) {
		if l.seen[child] {
			continue
		}
		l.seen[child] = true
		var ids []int
		if l.r.list(procPath(child, "task"), func(tid int) { ids = append(ids, tid) }) != nil {
			continue
		}
		for _, tid := range ids {
			st := l.thread(child, tid)
			l.apart += st.own
			if tid == child {
				l.apart += st.waited
			}
			if l.done {
				return
			}
			l.children(child, tid)
			if l.done {
				return
			}
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// fileOf says what a descriptor is: the link of /proc. A pipe with a name is called a pipe.
func fileOf(pid, fd int) string {
	path := procPath(pid, "fd/"+strconv.Itoa(fd))
	to, err := os.Readlink(path)
	if err != nil {
		return ""
	}
	if strings.HasPrefix(to, "/") {
		if info, err := os.Stat(path); err == nil && info.Mode()&os.ModeNamedPipe != 0 {
			return "pipe:" + to
		}
	}
	return to
}

// hasTimer reports whether a process has a descriptor that becomes ready in time, which it may wait for
// among others.
func hasTimer(pid int) bool {
	const most = 1000 // descriptors that are looked at: a server has many, and its timer first
	dir, err := os.Open(procPath(pid, "fd"))
	if err != nil {
		return false
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(most) // what there is will do
	return slices.ContainsFunc(names, func(name string) bool {
		to, err := os.Readlink(procPath(pid, "fd/"+name))
		return err == nil && to == "anon_inode:[timerfd]"
	})
}
