package runner

import (
	"errors"
	"fmt"
)

func (r *Run) command(c Command) {
	switch c := c.(type) {
	case Pause:
		if c.Tasks == nil && !r.state.Held {
			r.emit(RunPaused{})
		}
		if c.Tasks == nil { // also of what was to start all the same
			clear(r.freed)
		}
		for _, i := range r.these(c.Tasks) {
			r.pause(i)
		}
	case Resume:
		if c.Tasks == nil && r.state.Held {
			r.emit(RunResumed{})
			clear(r.freed)
		}
		for _, i := range r.these(c.Tasks) {
			r.resume(i)
		}
	case Cancel:
		r.cancel(r.these(c.Tasks), "cancelled")
	case KillNow:
		r.killNow(r.these(c.Tasks), c.Force || c.Tasks == nil)
	case Restart:
		r.restart(r.these(c.Tasks))
		r.free(c.Tasks)
	case SetWorkers:
		if n := min(max(c.N, 1), MaxWorkers); n != r.limit {
			r.limit = n
			r.tell()
		}
	case Finish:
		r.finishing = true
		if c.Cancel {
			if r.reason == "" { // else what ended it first still is the reason
				r.reason = "cancelled"
			}
			r.cancel(r.every(), "cancelled")
		}
	}
}

// these returns the tasks that a command names: all of them for nil, and none that do not exist.
func (r *Run) these(tasks []int) []int {
	if tasks == nil {
		return r.every()
	}
	known := make([]int, 0, len(tasks))
	for _, i := range tasks {
		if i >= 0 && i < len(r.opts.Jobs) {
			known = append(known, i)
		}
	}
	return known
}

func (r *Run) every() []int {
	all := make([]int, len(r.opts.Jobs))
	for i := range all {
		all[i] = i
	}
	return all
}

// refuse tells the user why something asked of a task was not done.
func (r *Run) refuse(task int, format string, args ...any) {
	r.emit(Advised{Task: task, Level: Warning, Code: CodeRefused, Text: fmt.Sprintf(format, args...)})
}

// cancel ends tasks, whatever they are doing, and what waits for them.
func (r *Run) cancel(tasks []int, why string) {
	for _, i := range tasks {
		delete(r.freed, i)
		switch a := r.live[i]; {
		case a != nil:
			r.stopAttempt(i, a, stopCancelled, why, -1)
			// What is ending already is cancelled all the same: it neither starts again, as a restart
			// would have it, nor gets another try, as after a timeout.
			a.again, a.stop, a.why, a.cause = false, stopCancelled, why, -1
		case r.state.Tasks[i].Status == Queued:
			r.drop(i, why, -1)
			r.abandon(i, Cancelled)
		}
	}
}

// killNow ends tasks without grace. force says whether one that resists is killed anew, which ends what
// it shares with others, and them. Before it was said whom that costs, nothing does so.
func (r *Run) killNow(tasks []int, force bool) {
	for _, i := range tasks {
		// Before it is told to end: it is not to be asked.
		if a := r.live[i]; a != nil && (a.how != Kill || a.resists && force) {
			a.how, a.told, a.resists = Kill, false, false
		}
	}
	r.cancel(tasks, "killed")
	for _, i := range tasks {
		if a := r.live[i]; a != nil { // one that was asked before is told again
			r.tellStop(i, a)
		}
	}
}

// stopAttempt asks an attempt to end. The first reason stands; asking again changes nothing.
func (r *Run) stopAttempt(task int, a *attempt, stop stopReason, why string, cause int) {
	if a.stop != goOn {
		return
	}
	a.stop, a.why, a.cause = stop, why, cause
	a.letGo()
	if a.handle == nil {
		a.abort(errors.New(why))
		a.last = r.after(giveUp, expired{task, a.try, lastTimer})
		return
	}
	r.tellStop(task, a)
}

// tellStop passes on to the handle what was decided, and starts the grace.
func (r *Run) tellStop(task int, a *attempt) {
	if a.handle == nil || a.told {
		return
	}
	a.told = true
	if err := a.handle.Stop(a.how); err != nil {
		r.refuse(task, "cannot end: %v", err)
	} else if a.how == Ask && r.state.Tasks[task].Status == Paused {
		r.emit(TaskResumed{Task: task}) // it goes on, so that it can clean up: that is time it runs
	}
	if a.how == Kill && a.last == nil {
		a.last = r.after(giveUp, expired{task, a.try, lastTimer})
		if _, ok := a.handle.(Bound); ok {
			a.resist = r.after(resistance, expired{task, a.try, resistTimer})
		}
	}
	if a.how == Ask {
		a.grace = r.after(r.opts.Jobs[task].GraceOrDefault(), expired{task, a.try, graceTimer})
	}
}

// restart queues tasks again, together with what was cancelled because of them. A task that waits
// for one which has not succeeded and is not about to run again stays as it is, and that is said.
func (r *Run) restart(tasks []int) {
	if r.finishing {
		return
	}
	if r.reason == r.halted {
		r.reason = ""
	}
	r.halted = ""
	again := map[int]bool{}
	for _, i := range tasks {
		again[i] = true
	}
	for _, d := range r.queue.Dependents(tasks...) {
		if t := r.state.Tasks[d]; t.Status == Cancelled && t.Cause >= 0 {
			again[d] = true
		}
	}
	for _, i := range r.inOrder(again) {
		r.restartOne(i)
	}
}

// free lets tasks start that were restarted by name although all are held: who names one wants to see
// it run. They need a free worker all the same.
func (r *Run) free(named []int) {
	if !r.state.Held || r.finishing {
		return
	}
	for _, i := range r.these(append([]int{}, named...)) {
		if a := r.live[i]; a != nil && a.again || r.state.Tasks[i].Status == Queued && a == nil {
			r.freed[i] = true
		}
	}
}

// inOrder lists tasks so that each comes after those it waits for.
func (r *Run) inOrder(tasks map[int]bool) []int {
	var out []int
	nodes := map[int]bool{}
	var add func(int)
	add = func(i int) {
		if !tasks[i] {
			return
		}
		delete(tasks, i)
		for _, node := range r.queue.deps.needs[i] {
			if nodes[node] {
				continue
			}
			nodes[node] = true
			for _, n := range r.queue.deps.members[node] {
				add(n)
			}
		}
		out = append(out, i)
	}
	for i := range r.opts.Jobs {
		add(i)
	}
	return out
}

func (r *Run) restartOne(task int) {
	delete(r.retries, task)
	delete(r.losses, task)
	if a := r.live[task]; a != nil {
		a.again = true
		r.stopAttempt(task, a, stopCancelled, "restarted", -1)
		return
	}
	if t := r.timers[task]; t != nil { // it waits for its next try: that is now
		t.Stop()
		delete(r.timers, task)
		r.emit(TaskQueued{Task: task, Try: r.state.Tasks[task].Try})
		r.queue.Add(task)
		return
	}
	if !r.state.Tasks[task].Status.Over() {
		return
	}
	if n, verb := r.lacks(task); n >= 0 {
		r.refuse(task, "cannot restart: it waits for %q, which %s: restart that one", r.opts.Jobs[n].Name, verb)
		return
	}
	r.requeue(task, 0)
}
