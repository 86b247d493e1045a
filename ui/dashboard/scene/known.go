package scene

import (
	"slices"

	"parallax/runner"
)

// Known is what a screen keeps of a run's events beside the state, which holds only the last of each
// kind. The zero Known is ready. What an event costs does not grow with the number of jobs.
type Known struct {
	// Progress says that some task has told how far it is.
	Progress bool
	// Resists has, of tasks that outlive being killed, what the user was told.
	Resists map[int]string
	// Refused has the tasks of which something was asked that they cannot do, and that are since then
	// in the same state.
	Refused map[int]bool

	names  []string               // of the interpreters that tasks have run in, each once, as they were seen
	prints map[string]runner.Host // by log: the first that was seen to print there
	in     map[int]place          // where the active tasks are that run with others
	places map[place]int          // how many of them are there
	hosts  map[int]int            // how many of them each process has, by [runner.Host.ID]
}

// place is where one task at a time runs Python code or, with a lock of 0, any number.
type place struct{ id, lock int }

// See takes up an event that the state has taken.
func (k *Known) See(ev runner.Event) {
	switch ev := ev.(type) {
	case runner.TaskStarted:
		delete(k.Resists, ev.Task)
		delete(k.Refused, ev.Task)
		k.leave(ev.Task)
		k.meet(ev.Host)
		k.enter(ev.Task, ev.Host)
	case runner.TaskPaused:
		delete(k.Refused, ev.Task)
	case runner.TaskResumed:
		delete(k.Refused, ev.Task)
	case runner.TaskQueued:
		delete(k.Refused, ev.Task)
	case runner.TaskEnded:
		delete(k.Resists, ev.Task)
		delete(k.Refused, ev.Task)
		k.leave(ev.Task)
	case runner.Sampled:
		k.Progress = k.Progress || slices.ContainsFunc(ev.Tasks, func(t runner.TaskSample) bool { return t.Progress != 0 })
	case runner.Advised:
		k.hear(ev)
	}
}

// hear keeps what of a task is said that holds longer, or shorter, than until the next is said.
func (k *Known) hear(ev runner.Advised) {
	switch {
	case ev.Task < 0:
	case ev.Code == runner.CodeResists:
		if k.Resists == nil {
			k.Resists = map[int]string{}
		}
		k.Resists[ev.Task] = ev.Text
	case ev.Code == runner.CodeRefused:
		if k.Refused == nil {
			k.Refused = map[int]bool{}
		}
		k.Refused[ev.Task] = true
	}
}

// meet keeps what is told of an interpreter later. Each script in a subinterpreter has a GIL of its
// own, so what is kept must not depend on that: there would be as many as jobs.
func (k *Known) meet(h runner.Host) {
	if h.Name == "" {
		return
	}
	name := h.Name
	if h.ID != 0 && h.Lock == 0 {
		name += ", no GIL"
	}
	if !slices.Contains(k.names, name) { // as many as there are Pythons: few
		k.names = append(k.names, name)
	}
	if k.prints == nil {
		k.prints = map[string]runner.Host{}
	}
	if _, seen := k.prints[h.Log]; !seen {
		k.prints[h.Log] = h
	}
}

func (k *Known) enter(task int, h runner.Host) {
	if h.ID == 0 {
		return
	}
	if k.in == nil {
		k.in, k.places, k.hosts = map[int]place{}, map[place]int{}, map[int]int{}
	}
	at := place{h.ID, h.Lock}
	k.in[task] = at
	k.places[at]++
	k.hosts[at.id]++
}

func (k *Known) leave(task int) {
	at, there := k.in[task]
	if !there {
		return
	}
	delete(k.in, task)
	if k.places[at]--; k.places[at] == 0 {
		delete(k.places, at)
	}
	if k.hosts[at.id]--; k.hosts[at.id] == 0 {
		delete(k.hosts, at.id)
	}
}

// HostName is what to call the interpreter that prints to a log.
func (k *Known) HostName(log string) string {
	h, seen := k.prints[log]
	if !seen {
		return "interpreter"
	}
	return h.Title()
}
