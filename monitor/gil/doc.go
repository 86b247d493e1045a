// Package gil sees from outside who waits for the global interpreter lock (GIL) of a CPython process,
// and who holds it, without stopping the process and without anything inside it that helps. It works
// for any process that a job starts, and costs the process nothing.
//
// Two means, both Linux only:
//
//   - A thread that waits for the GIL sleeps in futex(2) on an address inside the lock. Which call a
//     thread sleeps in, with which address, is told by /proc/PID/task/TID/syscall. Up to Python 3.12
//     the lock is taken to be anywhere in the interpreter's global state, the object _PyRuntime (in
//     3.6 the lock's own variables). That is enough: of what a thread may sleep on, only the GIL is
//     embedded there; all other locks of CPython are allocated one by one, or have their waiters sleep
//     on their own stacks.
//   - From 3.13 on _PyRuntime begins with a table that tells debuggers where things are. With it the
//     lock of each interpreter, also those of subinterpreters, is found and read: whether it is held,
//     by whom, and how often it has changed hands.
//
// What cannot be known is said in words, never guessed: for Python 2, for a libc other than glibc
// (musl's waiters sleep on their stacks), for versions whose table is not known yet.
package gil

import "errors"

// ErrNoPython says that no CPython runs in a process. It may come to one, by exec or by loading
// libpython: [Reader.Read] looks again now and then.
var ErrNoPython = errors.New("no CPython runs in it")

// ErrGone says that a process has ended.
var ErrGone = errors.New("the process has ended")

// Python is what runs in a process.
type Python struct {
	Version string // "3.14.6" from 3.11 on, else "3.9"; "3" if not even that is known
	// FreeThreaded is whether it was built to run without a GIL. It may have one all the same, turned
	// on by its user or by an extension module: then [Sample.GILs] has it.
	FreeThreaded bool
	// Waits is whether it is seen which threads wait for a GIL.
	Waits bool
	// State is whether the GIL itself is read: held, by whom, switches.
	State bool
	// How says in words by which means, and why not by others.
	How string
}

// Thread is what a thread was doing when it was looked at.
type Thread struct {
	TID int
	// Seen is false for a thread that has ended, or could not be looked at: then the rest says nothing.
	Seen bool
	// Blocked is whether it was neither on a core nor waiting for one.
	Blocked bool
	// WaitsGIL is whether it was blocked because it waits for a GIL, or hands one over.
	WaitsGIL bool
	// Interpreter is whose GIL it waits for: 0 is the main one.
	Interpreter int64
}

// GIL is a lock that was looked at. A subinterpreter has its own, or shares the main one's.
type GIL struct {
	// Interpreter is the least number of those that use it: 0 is the main one.
	Interpreter int64
	// Interpreters is how many use it.
	Interpreters int
	// Waiting is how many of the threads that were asked for were waiting for it.
	Waiting int
	// Known is whether the following was read, see [Python.State].
	Known  bool
	Locked bool
	// Holder is the thread that holds it, or 0 if none does or it is not known.
	Holder int
	// Newest is the thread that was last made of those of a subinterpreter, whether or not it was asked for;
	// 0 for the main one, and where it is not known.
	Newest int
	// Switches is how often it has passed from one thread to another since the interpreter started.
	// It wraps round with the machine's word.
	Switches uint64
}

// Sample is one look at a process.
type Sample struct {
	Python Python
	// Stopped is whether all of it stands still, by SIGSTOP or a debugger: who waits then waits for nothing
	// but to go on.
	Stopped bool
	Threads []Thread // one for each thread that was asked for, in that order
	// GILs has one for each lock, by interpreter. It is empty for a free-threaded build that runs
	// without one, and for an interpreter that has not started yet.
	GILs []GIL
}
