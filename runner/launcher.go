package runner

import (
	"context"
	"fmt"
	"os"
	"time"
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
	// Progress is where the try may write how far it is, in lines such as "42%" or "3/10"; it is for
	// launchers that can hand it to a job as a descriptor, with its number in ProgressEnv. Writing to
	// it never blocks. It is nil where it cannot be had; the caller closes it once Wait has returned.
	Progress *os.File
	// Say tells the user something of this try, in one line. It may be called from any goroutine until
	// Wait has returned, never blocks, and is nil where nobody listens.
	Say func(level Level, code, text string)
	// Shared opens a new log in the run's folder for what belongs to no single task, such as what an
	// interpreter itself prints. It returns its path relative to the folder. It may be called from any
	// goroutine and is nil where there is no folder.
	Shared func(name string) (*os.File, string, error)
}

// Input opens what the try reads: the job's standard input, or nothing.
func (s *Spec) Input() (*os.File, error) {
	name := s.Job.Stdin
	if name == "" {
		name = os.DevNull
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("stdin: %w", err)
	}
	return f, nil
}

// ProgressEnv is the variable that tells a job the number of its progress descriptor. Jobs never
// inherit it from parallax's own environment.
const ProgressEnv = "PARALLAX_PROGRESS_FD"

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

// Forked is a process that a helper of parallax has forked for a try, and waits for in its place. It
// leads a session and process group of its own. Its methods may be called from any goroutine.
type Forked interface {
	PID() int
	// Await blocks until the process has ended, or its parent has, and leaves its number taken.
	Await()
	// Reap gives the number free and returns how the process ended. It is called once, after Await.
	// With Exit.Lost the parent has ended: Reason says how, the rest is not known, and nothing was
	// reaped.
	Reap() Exit
}

// Dated is a [Handle] that knows when its task began: before Launch returned.
type Dated interface {
	// Began is that time, or the zero time where it is not known.
	Began() time.Time
}

// Holder is a [Handle] whose Pause only asks: the task is held some time later, or never. Run shows it
// as pausing until Held returns.
type Holder interface {
	// Held blocks until the task is held by the last Pause, and says where ("" where that is not
	// known). An error says why it is not held and will not be; it is nothing to report once the task
	// is over or was resumed. When ctx is done it returns the cause.
	Held(ctx context.Context) (where string, err error)
}

// Stacker is a [Handle] that can tell where its task is.
type Stacker interface {
	// Stack returns that in lines, innermost call last, without stopping the task for longer than it
	// takes to look. It may be called from any goroutine and takes at most a few seconds.
	Stack() (string, error)
}

// Threader is a [Handle] whose task is some of the threads of a process.
type Threader interface {
	// Threads returns the system's numbers of the threads that are the task's now.
	Threads() []int
}

// Bound is a [Handle] whose task may resist being killed for it runs inside of something that it
// shares with others. Killing it once more ends what they share.
type Bound interface {
	// Mates returns the tasks that would end with it then, ascending, and what they share in a word
	// or two: "interpreter".
	Mates() (tasks []int, shared string)
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
