package runner

import (
	"fmt"
	"time"
)

// Status is the state of a task. The only way from one to another is [Status.after].
type Status uint8

// The statuses, in the order in which they are listed and sorted on the screen.
const (
	Unborn    Status = iota // not yet announced by a TaskQueued
	Running                 // started and not over
	Paused                  // started and held; it keeps its worker
	Queued                  // waits for a worker, for other jobs, or for its next try
	Failed                  // ended with an error, a non-zero exit status or a signal, or never started
	Cancelled               // ended because the user, a limit of the run or another job's fate said so
	Succeeded
	statuses
)

var statusNames = [statuses]string{"unborn", "running", "paused", "queued", "failed", "cancelled", "succeeded"}

func (s Status) String() string { return statusNames[s] }

// Over reports whether the task has ended and will not go on unless restarted.
func (s Status) Over() bool { return s >= Failed }

// Active reports whether the task holds a worker.
func (s Status) Active() bool { return s == Running || s == Paused }

// ParseStatus is the inverse of String.
func ParseStatus(name string) (Status, error) {
	for s, n := range statusNames {
		if n == name {
			return Status(s), nil
		}
	}
	return 0, fmt.Errorf("unknown status %q", name)
}

// after is the one transition function: the status that a task in status s has after ev.
// It returns an error for an event that cannot happen in s.
func (s Status) after(ev Event) (Status, error) {
	switch ev := ev.(type) {
	case TaskQueued:
		if s == Unborn || s == Queued || s.Over() { // queued anew: its wait for the next try is cut short
			return Queued, nil
		}
	case TaskStarted:
		if s == Queued {
			return Running, nil
		}
	case TaskPaused:
		if s == Running {
			return Paused, nil
		}
	case TaskResumed:
		if s == Paused {
			return Running, nil
		}
	case TaskEnded:
		if ev.Status.Over() && (s == Queued || s.Active()) {
			return ev.Status, nil
		}
	}
	return s, fmt.Errorf("%s is not possible for a task that is %s", ev.Type(), s)
}

// Task is what is known of one job in this run. It is part of [State].
type Task struct {
	Status Status
	Try    int // 1 for the first; 0 before it was queued

	Queued    time.Duration // when it was last queued, since the start of the run
	NotBefore time.Duration // it waits for its next try until then
	Started   time.Duration // when its current or last try started
	Ended     time.Duration // when its last try ended
	Held      time.Duration // how long its current or last try was paused, up to Since
	Since     time.Duration // when it was last paused
	Where     string        // where in its code it is held while it is paused, or ""

	Identity        // of the current or last try
	Exit     Exit   // of the last try that ended
	Reason   string // why it failed or was cancelled, in words; "" if it succeeded
	Cause    int    // the task whose fate ended this one, or -1

	LogSize  [2]int64  // bytes written so far: standard output (or both streams), standard error
	Progress Progress  // how far its current or last try said it is
	Stats    *Measured // nil until it was first measured
	ran      bool      // its current try got as far as starting
}

// Identity says what a started task is to the operating system.
type Identity struct {
	PID   int    `json:"pid,omitempty"`        // its process (the group's leader), or that of parallax
	TID   int    `json:"tid,omitempty"`        // its thread, where it is one; else 0
	Birth uint64 `json:"birth,omitempty"`      // the process's start time in the system's own ticks; 0 unknown
	Tree  bool   `json:"tree,omitempty"`       // what it uses is that of the whole process tree, not of one thread
	Label string `json:"label,omitempty"`      // what the screen calls it: "pid 4711", "thread 2 · tid 4712"
	Log   string `json:"log,omitempty"`        // where its output goes, relative to the run's folder
	Err   string `json:"stderr_log,omitempty"` // likewise for standard error, when kept apart
	Host  Host   `json:"host,omitzero"`        // the interpreter that it runs in with others, if any
	// Late is for how long it had been running when its start was heard of and its event stamped.
	Late time.Duration `json:"late,omitempty"`
}

// Host is an interpreter that several tasks share, or could.
type Host struct {
	ID   int    `json:"id"`            // from 1; tasks with the same ID share its fate. 0: the task shares none
	Name string `json:"name"`          // "python 3.13.0"
	Lock int    `json:"gil"`           // of tasks with the same Lock one at a time runs Python code; 0: no GIL
	Log  string `json:"log,omitempty"` // what it prints itself, relative to the run's folder, or ""
}

// Title is what to call the interpreter: its name and, but for the first, its number.
func (h Host) Title() string {
	switch {
	case h.Name == "":
		return fmt.Sprintf("interpreter %d", h.ID)
	case h.ID > 1:
		return fmt.Sprintf("%s #%d", h.Name, h.ID)
	}
	return h.Name
}

// Ran reports whether the task's current try started.
func (t *Task) Ran() bool { return t.ran }

// Wall returns how long the task's current or last try has run at the time now (since the start of
// the run), without the time it was paused.
func (t *Task) Wall(now time.Duration) time.Duration {
	if !t.ran {
		return 0
	}
	switch t.Status {
	case Running:
		return now - t.Started - t.Held
	case Paused:
		return t.Since - t.Started - t.Held
	default:
		return t.Ended - t.Started - t.Held
	}
}
