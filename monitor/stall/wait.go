package stall

import "slices"

// Wait is what a thread waits for. They are ordered: of the threads of a task that all wait, the
// highest tells most of why it does not go on.
type Wait uint8

// What a thread may wait for. The first three are no stall: it goes on by itself, or nobody knows.
const (
	Unknown Wait = iota // the system does not tell
	Works               // nothing: it has a core or is about to get one
	Ends                // a moment in time, or what has a time limit

	Child   // a process that it started
	Shared  // a lock that other processes may release
	Lock    // a lock or another thread of its own process
	Signal  // a signal
	Many    // any of several descriptors
	Input   // to read from or write to a pipe or a terminal
	Network // another program, through a socket
	Disk    // a disk or a network's file system
	Stopped // to be continued: it was stopped by a signal
)

var words = [...]string{
	Child: "for a process that it started", Shared: "for a lock", Lock: "for a lock or another thread",
	Signal: "for a signal", Many: "for something to come on its descriptors", Input: "for a pipe or a terminal",
	Network: "for another program, on a socket", Disk: "for a disk or a file server",
	Stopped: "to be continued: a signal has stopped it",
}

// String says what is waited for: "for a lock"; "" if that has an end or is not known.
func (w Wait) String() string {
	if int(w) < len(words) {
		return words[w]
	}
	return ""
}

// Endless reports whether nothing is known that would end the waiting.
func (w Wait) Endless() bool { return w > Ends }

// Thread is one thread of a task.
type Thread struct {
	PID, TID int
	Wait     Wait
}

// Cause is what a task waits for whose threads are all: the most telling wait, if all of them are
// endless, else one that is not. A task without threads is Unknown.
func Cause(all []Thread) Wait {
	if len(all) == 0 {
		return Unknown
	}
	cause := all[0].Wait
	for _, t := range all {
		if !t.Wait.Endless() {
			return t.Wait
		}
		cause = max(cause, t.Wait)
	}
	return cause
}

// Locked returns the threads of a process of which all threads wait for locks that only they could
// release; of several such, of the first. nil if there is none.
func Locked(all []Thread) []Thread {
	free := map[int]bool{}
	for _, t := range all {
		free[t.PID] = free[t.PID] || t.Wait != Lock
	}
	first := slices.IndexFunc(all, func(t Thread) bool { return !free[t.PID] })
	if first < 0 {
		return nil
	}
	var out []Thread
	for _, t := range all {
		if t.PID == all[first].PID {
			out = append(out, t)
		}
	}
	return out
}
