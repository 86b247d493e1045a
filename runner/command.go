package runner

// Command is something the user wants of a running [Run]. The set is sealed.
// A nil list of tasks means all of them.
type Command interface{ command() }

// Pause holds running tasks. To pause all holds the run: nothing starts until all are resumed.
type Pause struct{ Tasks []int }

// Resume lets paused tasks go on.
type Resume struct{ Tasks []int }

// Cancel ends tasks: queued ones never start, running ones are asked and after their grace killed.
type Cancel struct{ Tasks []int }

// KillNow ends tasks without grace. What a task shares with others that were not killed ends only with
// Force, and only once the task was killed and is said to resist; to kill all needs no Force.
type KillNow struct {
	Tasks []int
	Force bool
}

// Restart queues tasks again; one that still runs is cancelled first. What was cancelled because of
// such a task is queued again with it.
type Restart struct{ Tasks []int }

// SetWorkers changes how many tasks may hold a worker at once. Fewer than now run means that as
// many end before another starts; none is stopped for it. It is clamped to 1..MaxWorkers.
type SetWorkers struct{ N int }

// Finish ends the run: when all tasks are over it closes; with Cancel they are cancelled first.
type Finish struct{ Cancel bool }

// MaxWorkers is the largest worker limit: beyond it a machine runs out of threads or processes.
const MaxWorkers = 4096

func (Pause) command()      {}
func (Resume) command()     {}
func (Cancel) command()     {}
func (KillNow) command()    {}
func (Restart) command()    {}
func (SetWorkers) command() {}
func (Finish) command()     {}
