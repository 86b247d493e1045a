package runner

import (
	"context"
	"os"
)

// Launcher starts jobs in one model of parallelism. Models differ only here.
//
// Check and Launch may be called from several goroutines at once.
type Launcher interface {
	// Check says why the job cannot run in this model, or nil. It starts nothing and leaves
	// nothing behind; it may read files.
	Check(job Job) error
	// Launch starts one try and returns when it runs. ctx bounds the starting only.
	Launch(ctx context.Context, spec Spec) (Handle, error)
}

// Closer is a Launcher that holds something between launches. Run closes it when all tasks are over.
type Closer interface {
	Launcher
	Close() error
}

// Spec is one try to be launched.
type Spec struct {
	Run  string // the run's id
	Task int
	Try  int
	Slot int // which worker it holds: 1..the worker limit, the lowest that was free
	Job  Job
	// Stdout and Stderr are open for appending and are the same file unless the streams are kept
	// apart. The caller closes them once Wait has returned.
	Stdout, Stderr *os.File
	// Extra are further descriptors for a process, from 3 on. They are for launchers that run an
	// interpreter of theirs as a process; other models ignore them.
	Extra []*os.File
}

// Handle controls one running try.
//
// Pause, Resume and Stop may be called from any goroutine, return without waiting for the task,
// and do nothing once it is over.
type Handle interface {
	Identity() Identity
	// Wait blocks until the try and all that belongs to it is over. It is called once.
	Wait() Exit
	// Pause holds the task. An error says, in words for the user, why it can't be held.
	Pause() error
	Resume() error
	// Stop asks the task to end, or with Kill ends it. One that is held goes on for it. Asking again
	// is allowed; killing after asking is what the end of the grace does.
	Stop(how Stop) error
}

// Stop is how firmly a task is told to end.
type Stop uint8

// The ways to stop a task.
const (
	Ask  Stop = iota // it may clean up: SIGTERM
	Kill             // at once: SIGKILL
)

// Recorder keeps a run's events and owns the names of its files.
// Run calls Record from one goroutine only.
type Recorder interface {
	// Record keeps events before anyone is shown them. An error means that they were not kept;
	// the run goes on and says so.
	Record(evs []Event) error
	// LogPath is where the output of a try goes, relative to Dir.
	LogPath(task, try int, stderr bool) string
	// Dir is the run's folder.
	Dir() string
}
