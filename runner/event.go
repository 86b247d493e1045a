package runner

import "time"

// Event is one thing that happened in a run. The set is sealed: the types in this file are all.
// Events are values; what their slices and maps hold must not be changed by a receiver.
type Event interface {
	// Type is the event's name in the journal.
	Type() string
	// When is the time since the start of the run, on a clock that never jumps.
	When() time.Duration
	sealed()
}

// At is the moment of an event: the time since the start of the run.
type At time.Duration

// When implements part of [Event].
func (a At) When() time.Duration { return time.Duration(a) }
func (At) sealed()               {}

// stamp returns ev with its moment set to at.
func stamp(ev Event, at At) Event {
	switch e := ev.(type) {
	case RunStarted:
		e.At = at
		return e
	case TaskQueued:
		e.At = at
		return e
	case TaskStarted:
		e.At = at
		return e
	case TaskPaused:
		e.At = at
		return e
	case TaskResumed:
		e.At = at
		return e
	case TaskEnded:
		e.At = at
		return e
	case Sampled:
		e.At = at
		return e
	case Advised:
		e.At = at
		return e
	case RunPaused:
		e.At = at
		return e
	case RunResumed:
		e.At = at
		return e
	case RunEnded:
		e.At = at
		return e
	}
	return ev
}

// RunStarted opens every stream.
type RunStarted struct {
	At
	ID      string
	Name    string
	Time    time.Time // the wall clock at At 0
	Jobs    []Job     // a task's index is its job's place here
	Workers int       // how many tasks may hold a worker at once
	Cores   []int     // ids of the cores that the run may use
	Quota   float64   // how many cores' time it may use; len(Cores) without a quota
}

// TaskQueued says that a task waits to be started, for the first time or again.
type TaskQueued struct {
	At
	Task      int
	Try       int           // the number of the try it waits for, from 1
	NotBefore time.Duration // it will not start earlier: the backoff of a retry
}

// TaskStarted says that a task runs.
type TaskStarted struct {
	At
	Task int
	Try  int
	Identity
}

// TaskPaused says that a task is held. It keeps its worker.
type TaskPaused struct {
	At
	Task  int
	Where string // in its code, such as "/w/a.py:12", or "" where that is not known
}

// TaskResumed ends a pause.
type TaskResumed struct {
	At
	Task int
}

// TaskEnded says that a try of a task is over, or that a queued task will never start.
type TaskEnded struct {
	At
	Task    int
	Try     int
	Status  Status // Succeeded, Failed or Cancelled
	Exit    Exit   // how it ended, if it ran
	Reason  string // why, in words; "" for success
	Cause   int    // the task whose fate ended this one, or -1
	LogSize [2]int64
}

// Exit is how a try ended, as far as the operating system told.
type Exit struct {
	Code   int    `json:"code"`             // exit status; -1 if a signal ended it or it never ran
	Signal string `json:"signal,omitempty"` // such as "SIGKILL", or ""
	Usage  Usage  `json:"usage"`
	// Reason is why it failed where the model knows better than its exit status, or "".
	Reason string `json:"reason,omitempty"`
	// Note is one line on what the job left behind, or "".
	Note string `json:"note,omitempty"`
	// Lost says that it ended only because something ended that it shared with others. What it would
	// have come to by itself is not known.
	Lost bool `json:"lost,omitempty"`
}

// Usage is what a try used, as accounted by the system when it ended: exact, for the process and
// all descendants that it waited for (rusage), or for its thread.
type Usage struct {
	Known       bool          `json:"known"`
	User        time.Duration `json:"user_ns"`
	System      time.Duration `json:"system_ns"`
	MaxRSS      int64         `json:"max_rss"`     // bytes, of the largest process; 0 where a thread's cannot be told
	Voluntary   int64         `json:"voluntary"`   // context switches because it waited
	Involuntary int64         `json:"involuntary"` // context switches because another took the core
}

// CPU is user and system time together.
func (u Usage) CPU() time.Duration { return u.User + u.System }

// Advised is one sentence for the user: live advice, a notice or a warning. A new one replaces the
// last of the same task (or of the run).
type Advised struct {
	At
	Task  int // or -1 for the run
	Level Level
	Code  string // a stable name of the rule or the notice, such as "core-bound" or "refused"
	Text  string
}

// Level says how much a sentence matters.
type Level uint8

// The levels.
const (
	Good    Level = iota // as well as it can be
	Note                 // worth knowing
	Warning              // something is lost, refused or doubtful
)

var levelNames = [...]string{"good", "note", "warning"}

func (l Level) String() string { return levelNames[l] }

// ParseLevel is the inverse of String; an unknown name is a Note.
func ParseLevel(s string) Level {
	for i, n := range levelNames {
		if n == s {
			return Level(i)
		}
	}
	return Note
}

// RunPaused says that all are paused: nothing starts until [RunResumed]. Each task that runs is told of
// by itself.
type RunPaused struct{ At }

// RunResumed says that tasks start again.
type RunResumed struct{ At }

// RunEnded closes every stream that was closed in order.
type RunEnded struct {
	At
	Reason string        // "" when every job had its end, else why the run was ended early
	Took   time.Duration // how long it had something to do: not while it stayed open for the user
}

// Type implements [Event].
func (RunStarted) Type() string { return "run_started" }

// Type implements [Event].
func (TaskQueued) Type() string { return "task_queued" }

// Type implements [Event].
func (TaskStarted) Type() string { return "task_started" }

// Type implements [Event].
func (TaskPaused) Type() string { return "task_paused" }

// Type implements [Event].
func (TaskResumed) Type() string { return "task_resumed" }

// Type implements [Event].
func (TaskEnded) Type() string { return "task_ended" }

// Type implements [Event].
func (Advised) Type() string { return "advised" }

// Type implements [Event].
func (RunPaused) Type() string { return "run_paused" }

// Type implements [Event].
func (RunResumed) Type() string { return "run_resumed" }

// Type implements [Event].
func (RunEnded) Type() string { return "run_ended" }
