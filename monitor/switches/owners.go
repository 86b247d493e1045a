package switches

import (
	"math"
	"slices"
	"time"
)

// owners knows which task a thread works for: the one that it was said to be the root of, or else
// that of the thread which made it, at the moment when it did. So also a process that lived for a
// millisecond, or whose parent is gone, belongs to the task that it came from.
type owners struct {
	roots map[int][]root // by thread, one after another
	tasks map[int][]int  // the threads that have worked for a task that is not over
	made  map[int]birth
	gone  map[int]time.Duration // when threads ended
}

// root is a thread's time for a task.
type root struct {
	task        int
	from, until time.Duration
}

// birth is by whom and when a thread was made.
type birth struct {
	parent int
	at     time.Duration
}

const (
	// linger is how long a thread is remembered that has ended, and a task: so long may it take until
	// somebody asks for it, or until it is said whose it was.
	linger = 2 * time.Second
	// deepest is how many generations are followed. More is not a family but a fault.
	deepest = 1000

	forever = time.Duration(math.MaxInt64)
)

// What owner returns where no task had a thread.
const (
	unknown = -1 // it may still be said whose it is
	over    = -2 // its task has ended before
)

func newOwners() *owners {
	return &owners{roots: map[int][]root{}, tasks: map[int][]int{}, made: map[int]birth{}, gone: map[int]time.Duration{}}
}

// root says that a thread, and all that it makes, works for a task: since it last ended to work for
// another, or since ever, for this is said a little later than it is so.
func (o *owners) root(tid, task int) {
	list := o.roots[tid]
	var from time.Duration
	if n := len(list); n > 0 {
		last := &list[n-1]
		if last.task == task && last.until == forever {
			return
		}
		from = last.until
		if from == forever { // the end of that is not told yet, or it was only taken to be its
			last.until, from = last.from, last.from
		}
	}
	o.roots[tid] = append(list, root{task, from, forever})
	o.tasks[task] = append(o.tasks[task], tid)
}

// end says that a task is over: what its threads do later is not its.
func (o *owners) end(task int, at time.Duration) {
	for _, tid := range o.tasks[task] {
		for i := range o.roots[tid] {
			if r := &o.roots[tid][i]; r.task == task {
				r.until = min(r.until, at)
			}
		}
	}
	delete(o.tasks, task)
}

// owner returns the task that a thread works for at a time, or [unknown], or [over].
func (o *owners) owner(tid int, at time.Duration) int {
	who, when := tid, at
	for range deepest {
		for _, r := range o.roots[who] {
			switch {
			case when < r.from || when > r.until:
				continue
			case who != tid:
				o.inherit(tid, r)
			}
			if at > r.until {
				return over
			}
			return r.task
		}
		b, ok := o.made[who]
		if !ok {
			return unknown
		}
		who, when = b.parent, b.at
	}
	return unknown
}

// inherit remembers whom a thread works for, so that who made it can be forgotten.
func (o *owners) inherit(tid int, r root) {
	o.roots[tid] = append(o.roots[tid], root{r.task, o.made[tid].at, r.until})
	if _, going := o.tasks[r.task]; going {
		o.tasks[r.task] = append(o.tasks[r.task], tid)
	}
}

// take notes what a record tells of threads.
func (o *owners) take(r Record) {
	switch r.Kind {
	case Fork: // the number may have been another's
		delete(o.gone, r.TID)
		o.roots[r.TID] = slices.DeleteFunc(o.roots[r.TID], func(old root) bool { return old.until <= r.At })
		o.made[r.TID] = birth{r.Parent, r.At}
	case Exit:
		o.gone[r.TID] = r.At
	case In, Out, Lost:
	}
}

// prune forgets what ended long ago.
func (o *owners) prune(now time.Duration) {
	for tid, at := range o.gone {
		if now-at > linger {
			delete(o.gone, tid)
			delete(o.made, tid)
			delete(o.roots, tid)
		}
	}
	for tid, list := range o.roots {
		list = slices.DeleteFunc(list, func(r root) bool { return now-r.until > linger })
		if o.roots[tid] = list; len(list) == 0 {
			delete(o.roots, tid)
		}
	}
}
