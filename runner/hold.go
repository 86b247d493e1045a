package runner

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// What an attempt is asked to do may come true later, or not at all: a pause that waits for a script
// to come back from C code, a kill that a script resists. This file follows both up.

type (
	// heldUp says how a pause went that took effect later.
	heldUp struct {
		task, try, pause int
		where            string
		err              error
	}
)

// resistance is how long a task may take to be gone once it was killed before the user is told that
// it resists. It is a little longer than what a launcher itself allows.
const resistance = 2500 * time.Millisecond

// maxLosses is how often a task is started again after what it shared with others had ended. More
// often means that it has a part in it.
const maxLosses = 3

func (r *Run) pause(task int) {
	a := r.live[task]
	if a == nil || a.stop != goOn || a.pausing != nil || r.state.Tasks[task].Status == Paused {
		return
	}
	if a.handle == nil {
		a.hold = true
		return
	}
	if err := a.handle.Pause(); err != nil {
		r.refuse(task, "cannot pause: %v", err)
		return
	}
	h, later := a.handle.(Holder)
	if !later {
		r.heldNow(task, a, "")
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	a.pausing = cancel
	a.pauses++
	m := heldUp{task: task, try: a.try, pause: a.pauses}
	r.tasks.Go(func() {
		m.where, m.err = heldSafely(ctx, h)
		r.in.put(m)
	})
}

// heldSafely turns a panic of a handle into a pause that is refused.
func heldSafely(ctx context.Context, h Holder) (where string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("fault in parallax while waiting for it: %v", p)
		}
	}()
	return h.Held(ctx)
}

// heldNow notes that a task is held.
func (r *Run) heldNow(task int, a *attempt, where string) {
	if a.timer != nil {
		a.timer.Stop()
		a.left = max(a.left-time.Since(a.since), 0)
	}
	r.emit(TaskPaused{Task: task, Where: where})
}

// heldUp takes the answer to a pause. One that was given up meanwhile is stale.
func (r *Run) heldUp(m heldUp) {
	a := r.live[m.task]
	if a == nil || a.try != m.try || a.pauses != m.pause || a.pausing == nil {
		return
	}
	a.letGo()
	if m.err != nil {
		r.refuse(m.task, "cannot pause: %v", m.err)
		return
	}
	r.heldNow(m.task, a, m.where)
}

// letGo ends the waiting for a pause.
func (a *attempt) letGo() {
	if a.pausing != nil {
		a.pausing()
		a.pausing = nil
	}
}

func (r *Run) resume(task int) {
	a := r.live[task]
	if a == nil {
		return
	}
	a.hold = false
	held := r.state.Tasks[task].Status == Paused
	if !held && a.pausing == nil || a.stop != goOn {
		return
	}
	if err := a.handle.Resume(); err != nil {
		r.refuse(task, "cannot resume: %v", err)
		return
	}
	a.letGo()
	if !held {
		return
	}
	if a.timer != nil {
		r.runTimeout(task, a)
	}
	r.emit(TaskResumed{Task: task})
}

// pausing lists the tasks that were asked to hold and are not held yet, ascending.
func (r *Run) pausing() []int {
	var out []int
	for i, a := range r.live {
		if a.pausing != nil {
			out = append(out, i)
		}
	}
	slices.Sort(out)
	return out
}

// resists tells the user of a task that outlives being killed what would end it, and whom that costs.
func (r *Run) resists(task int, a *attempt) {
	mates, shared := r.mates(a)
	if len(mates) == 0 {
		return // nothing to decide: whoever shares nothing ends it by itself
	}
	a.resists = true
	names := make([]string, 0, len(mates))
	for _, i := range mates {
		names = append(names, r.opts.Jobs[i].Name)
	}
	const shown = 5
	if more := len(names) - shown; more > 0 {
		names = append(names[:shown], fmt.Sprintf("%d more", more))
	}
	r.emit(Advised{Task: task, Level: Warning, Code: CodeResists, Text: fmt.Sprintf(
		"does not end: it is in C code or catches everything. Killing it again ends its %s, and with it %s",
		shared, strings.Join(names, ", "))})
}

// mates returns the tasks that would end with an attempt if it were ended by force, itself left out,
// and those that were killed, too.
func (r *Run) mates(a *attempt) (tasks []int, shared string) {
	b, ok := a.handle.(Bound)
	if !ok {
		return nil, ""
	}
	tasks, shared = b.Mates()
	return slices.DeleteFunc(tasks, func(i int) bool {
		mate := r.live[i]
		return mate == nil || mate.how == Kill
	}), shared
}
