package runner

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// attempt is one try that holds a worker, from before it is launched until it is over.
// It belongs to the run's goroutine.
type attempt struct {
	try    int
	slot   int
	handle Handle                  // nil while it is being launched
	abort  context.CancelCauseFunc // ends the launching; without effect once that is done
	stop   stopReason
	how    Stop   // how firmly it was told
	told   bool   // the handle was told of stop and how
	why    string // the reason in words
	cause  int    // the task whose fate ended this one, or -1
	hold   bool   // to be paused as soon as it runs
	timer  *time.Timer
	grace  *time.Timer
	last   *time.Timer   // after which nobody waits for it any more
	resist *time.Timer   // after which the user is told that it resists
	left   time.Duration // of the timeout, while paused
	since  time.Time     // when the timeout was last set going
	again  bool          // to be queued again when it is over
	lost   bool          // it could not be ended: another try beside it would not be what was asked

	pausing context.CancelFunc // it was asked to hold and is not held yet: ends the waiting; else nil
	pauses  int                // how often it was asked to
	resists bool               // the user was told that it outlives being killed
}

// stopReason is why an attempt is being ended.
type stopReason uint8

const (
	goOn stopReason = iota
	stopCancelled
	stopTimedOut
)

// What the goroutine of an attempt and the timers tell the run.
type (
	launched struct {
		task, try int
		handle    Handle
		id        Identity
		began     time.Time
		err       error
	}
	said struct {
		try int
		Advised
	}
	ended struct {
		task, try int
		exit      Exit
		size      [2]int64
	}
	expired struct {
		task, try int
		what      timerKind
	}
)

type timerKind uint8

const (
	timeoutTimer timerKind = iota
	graceTimer
	backoffTimer
	lastTimer
	resistTimer
)

// giveUp is how long a task may take to be gone once it was killed, or its launch was called off.
// What is stuck in the kernel, or is a Go function that never looks, may never be; the run must end
// all the same. It is longer than what a launcher itself allows for what a job leaves behind.
const giveUp = 20 * time.Second

// lateness is how exactly it is told by how much later than a start it was heard of.
const lateness = 100 * time.Microsecond

// launch hands a task to a goroutine of its own, which tells the run how it goes.
func (r *Run) launch(ctx context.Context, task int) {
	// The launching of each try can be ended by itself: else one launcher that hangs would hold up
	// the end of the whole run.
	ctx, abort := context.WithCancelCause(ctx)
	a := &attempt{try: r.state.Tasks[task].Try, slot: r.freeSlot(), abort: abort, cause: -1}
	r.live[task] = a
	job := r.opts.Jobs[task]
	spec := Spec{
		Run: r.opts.ID, Task: task, Try: a.try, Slot: a.slot, Job: job, Shared: r.shared,
		Say: func(level Level, code, text string) {
			r.in.put(said{try: a.try, Advised: Advised{Task: task, Level: level, Code: code, Text: text}})
		},
	}
	logs := [2]string{r.opts.Recorder.LogPath(task, a.try, false), ""}
	if r.opts.Separate {
		logs[1] = r.opts.Recorder.LogPath(task, a.try, true)
	}
	r.tasks.Go(func() { r.attend(ctx, spec, logs) })
}

// freeSlot takes the lowest worker that nobody holds.
func (r *Run) freeSlot() int {
	at := slices.Index(r.slots, false)
	if at < 0 {
		at, r.slots = len(r.slots), append(r.slots, false)
	}
	r.slots[at] = true
	return at + 1
}

// attend launches one try and waits for its end. It runs on a goroutine of its own and touches
// nothing of the run but its mailbox and what never changes.
func (r *Run) attend(ctx context.Context, spec Spec, logs [2]string) {
	files, err := r.openLogs(logs)
	defer func() {
		for _, f := range files {
			f.Close() // nothing is buffered here, so nothing can be lost
		}
	}()
	var h Handle
	if err == nil {
		spec.Stdout, spec.Stderr = files[0], files[len(files)-1]
		if told := newSaying(); told != nil {
			defer told.file.Close()
			spec.Progress = told.file
			r.sayings.Store(spec.Task, told)
			defer r.sayings.CompareAndDelete(spec.Task, told)
		}
		h, err = launchSafely(ctx, r.opts.Launchers[spec.Job.Model], spec)
	}
	if err != nil {
		r.in.put(launched{task: spec.Task, try: spec.Try, err: err})
		return
	}
	began := time.Now() // on a busy machine the run hears of it much later
	if d, ok := h.(Dated); ok && !d.Began().IsZero() {
		began = d.Began()
	}
	id, err := identitySafely(h)
	if err != nil {
		r.in.put(launched{task: spec.Task, try: spec.Try, err: err})
		waitSafely(h) // it was killed: its logs are open until then
		return
	}
	id.Log, id.Err = logs[0], logs[1]
	r.in.put(launched{task: spec.Task, try: spec.Try, handle: h, id: id, began: began})
	exit := waitSafely(h)
	var size [2]int64
	for i, f := range files {
		if info, err := f.Stat(); err == nil {
			size[i] = info.Size()
		}
	}
	if exit.Note == "" && full(files[0]) { // a job that could not write may not even have been able to say so
		exit.Note = "the disk with its log is full: output may be missing"
	}
	r.in.put(ended{task: spec.Task, try: spec.Try, exit: exit, size: size})
}

// launchSafely turns a panic of a launcher into a failed start, so that one job cannot end the run.
func launchSafely(ctx context.Context, l Launcher, spec Spec) (h Handle, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("launcher panicked: %v", p)
		}
	}()
	return l.Launch(ctx, spec)
}

// identitySafely likewise. What was started is killed.
func identitySafely(h Handle) (id Identity, err error) {
	defer func() {
		if p := recover(); p != nil {
			_ = h.Stop(Kill) // as far as that still works
			err = fmt.Errorf("launcher panicked: %v", p)
		}
	}()
	return h.Identity(), nil
}

// waitSafely turns a panic of a handle into a failed job: what runs then is for the launcher's Close
// to end, and the others go on.
func waitSafely(h Handle) (exit Exit) {
	defer func() {
		if p := recover(); p != nil {
			_ = h.Stop(Kill) // as far as that still works
			exit = Exit{Code: -1, Reason: fmt.Sprintf("fault in parallax while waiting for it: %v", p)}
		}
	}()
	return h.Wait()
}

func (r *Run) openLogs(logs [2]string) ([]*os.File, error) {
	var files []*os.File
	for _, name := range logs {
		if name == "" {
			continue
		}
		path := filepath.Join(r.opts.Recorder.Dir(), name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return files, fmt.Errorf("open log: %w", err)
		}
		f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		if err != nil {
			return files, fmt.Errorf("open log: %w", err)
		}
		files = append(files, f)
	}
	return files, nil
}

func (r *Run) launched(m launched) {
	a := r.live[m.task]
	if a == nil || a.try != m.try { // given up on
		if m.err != nil {
			r.stray--
		} else if err := m.handle.Stop(Kill); err != nil {
			r.refuse(m.task, "cannot end: %v", err)
		}
		return
	}
	if m.err != nil {
		r.over(m.task, a, TaskEnded{Status: Failed, Reason: m.err.Error(), Exit: Exit{Code: -1}})
		return
	}
	a.handle = m.handle
	r.handles.Store(m.task, m.handle)
	m.id.Late = min(time.Since(m.began), time.Since(r.began)).Round(lateness)
	r.emit(TaskStarted{Task: m.task, Try: m.try, Identity: m.id})
	if limit := r.opts.Jobs[m.task].Timeout; limit > 0 {
		a.left = limit
		r.runTimeout(m.task, a)
	}
	switch {
	case a.stop != goOn: // cancelled while it was starting
		r.tellStop(m.task, a)
	case a.hold:
		r.pause(m.task)
	}
}

func (r *Run) ended(m ended) {
	a := r.live[m.task]
	if a == nil || a.try != m.try {
		r.stray--
		return
	}
	ev := TaskEnded{Exit: m.exit, LogSize: m.size}
	switch {
	case a.stop == stopCancelled:
		ev.Status, ev.Reason = Cancelled, a.why
	case a.stop == stopTimedOut:
		ev.Status, ev.Reason = Failed, a.why
	case m.exit.Reason != "":
		ev.Status, ev.Reason = Failed, m.exit.Reason
	case m.exit.Signal != "":
		ev.Status, ev.Reason = Failed, "ended by "+m.exit.Signal
	case m.exit.Code != 0:
		ev.Status, ev.Reason = Failed, fmt.Sprintf("exit status %d", m.exit.Code)
	default:
		ev.Status = Succeeded
	}
	r.over(m.task, a, ev)
}

// over ends an attempt and does what its end means for others: retry, dependents, halt.
func (r *Run) over(task int, a *attempt, ev TaskEnded) {
	for _, t := range []*time.Timer{a.timer, a.grace, a.last, a.resist} {
		if t != nil {
			t.Stop()
		}
	}
	a.abort(nil)
	a.letGo()
	delete(r.live, task)
	r.handles.Delete(task)
	r.slots[a.slot-1] = false
	if ev.Status == Failed && a.stop == stopCancelled { // cancelled before it could be started
		ev.Status, ev.Reason = Cancelled, a.why
	}
	ev.Task, ev.Try, ev.Cause = task, a.try, a.cause
	r.emit(ev)
	switch {
	case a.again:
		r.requeue(task, 0)
	case ev.Status == Succeeded:
		r.queue.Done(task)
	case ev.Status == Failed && a.stop == goOn && ev.Exit.Lost && r.opts.RestartLost && r.losses[task] < maxLosses && r.halted == "":
		r.losses[task]++
		r.requeue(task, 0)
	case ev.Status == Failed && !a.lost && r.retries[task] < r.opts.Jobs[task].Retries && r.halted == "":
		r.retries[task]++
		r.requeue(task, backoff(r.opts.Backoff, r.retries[task]))
	default:
		r.abandon(task, ev.Status)
		if ev.Status == Failed {
			r.halt(task)
		}
	}
}

// backoff is the wait before the n-th retry: it doubles with each.
func backoff(first time.Duration, n int) time.Duration {
	d := first
	for ; n > 1 && d < MaxBackoff; n-- {
		d *= 2
	}
	return min(d, MaxBackoff)
}

// requeue queues a task for its next try, after a wait.
func (r *Run) requeue(task int, wait time.Duration) {
	ev := TaskQueued{Task: task, Try: r.state.Tasks[task].Try + 1}
	if n, verb := r.lacks(task); n >= 0 { // it would wait forever
		r.emit(ev)
		r.drop(task, fmt.Sprintf("waits for %q, which %s", r.opts.Jobs[n].Name, verb), n)
		r.abandon(task, Cancelled)
		return
	}
	for _, node := range r.queue.deps.needs[task] {
		delete(r.shut, node)
	}
	if wait <= 0 {
		r.emit(ev)
		r.queue.Add(task)
		return
	}
	ev.NotBefore = time.Since(r.began) + wait
	r.emit(ev)
	r.timers[task] = r.after(wait, expired{task, ev.Try, backoffTimer})
}

// lacks returns a task that task waits for and that has ended without success, and how; or -1.
func (r *Run) lacks(task int) (need int, verb string) {
	n := r.queue.deps.lacking(task, func(need int) bool {
		st := r.state.status[need]
		return st != Failed && st != Cancelled
	})
	switch {
	case n < 0:
		return -1, ""
	case r.state.status[n] == Failed:
		return n, "failed"
	default:
		return n, "was cancelled"
	}
}

func (r *Run) after(d time.Duration, m expired) *time.Timer {
	return time.AfterFunc(d, func() { r.in.put(m) })
}

// abandon cancels the queued tasks that wait for one that did not succeed, and what waits for those.
//
// Ten thousand jobs may wait for ten thousand others that all fail: what waits for a node is looked
// at once, and again only after one of them was queued again.
func (r *Run) abandon(task int, status Status) {
	verb := "failed"
	if status == Cancelled {
		verb = "was cancelled"
	}
	var lost []int
	for todo := []int{task}; len(todo) > 0; {
		last := len(todo) - 1
		nodes := r.queue.deps.within[todo[last]]
		todo = todo[:last]
		for _, node := range nodes {
			if r.shut[node] {
				continue
			}
			r.shut[node] = true
			for _, d := range r.queue.deps.waiters[node] {
				if r.state.status[d] == Queued && r.live[d] == nil {
					lost, todo = append(lost, d), append(todo, d)
				}
			}
		}
	}
	slices.Sort(lost)
	for _, d := range slices.Compact(lost) { // one may wait for several
		r.drop(d, fmt.Sprintf("waits for %q, which %s", r.opts.Jobs[task].Name, verb), task)
	}
}

// drop ends a queued task that will not start.
func (r *Run) drop(task int, why string, cause int) {
	r.queue.Remove(task)
	if t := r.timers[task]; t != nil {
		t.Stop()
		delete(r.timers, task)
	}
	r.emit(TaskEnded{
		Task: task, Try: r.state.Tasks[task].Try, Status: Cancelled, Reason: why, Cause: cause, Exit: Exit{Code: -1},
	})
}

// halt does what --halt asks for when a task has finally failed.
func (r *Run) halt(task int) {
	if r.halted != "" || r.opts.Halt == HaltNever || r.opts.Halt == "" {
		return
	}
	r.halted = fmt.Sprintf("halted: %q failed", r.opts.Jobs[task].Name)
	for _, i := range r.every() {
		a := r.live[i]
		switch {
		case a == nil && r.state.Tasks[i].Status == Queued:
			r.drop(i, r.halted, task)
		case a == nil:
			continue
		case a.again: // it ends already, and was to be queued again
			a.again, a.why, a.cause = false, r.halted, task
		case r.opts.Halt == HaltFail:
			r.stopAttempt(i, a, stopCancelled, r.halted, task)
		default:
			continue
		}
		r.reason = r.halted // there was something to halt
	}
}

func (r *Run) runTimeout(task int, a *attempt) {
	a.since = time.Now()
	a.timer = r.after(a.left, expired{task, a.try, timeoutTimer})
}

func (r *Run) expired(m expired) {
	if m.what == backoffTimer {
		delete(r.timers, m.task)
		if t := r.state.Tasks[m.task]; t.Status == Queued && t.Try == m.try {
			r.queue.Add(m.task)
		}
		return
	}
	a := r.live[m.task]
	if a == nil || a.try != m.try {
		return
	}
	switch m.what {
	case lastTimer:
		if mates, _ := r.mates(a); len(mates) > 0 { // whether they are to end for it is for the user to say
			a.last = r.after(giveUp, m)
			return
		}
		r.loseSight(m.task, a)
		return
	case resistTimer:
		r.resists(m.task, a)
		return
	}
	if m.what == timeoutTimer {
		if r.state.Tasks[m.task].Status == Paused { // paused in the instant in which it ran out
			return
		}
		why := fmt.Sprintf("timed out after %v", r.opts.Jobs[m.task].Timeout)
		r.stopAttempt(m.task, a, stopTimedOut, why, -1)
		return
	}
	if a.how == Kill { // by hand meanwhile: to kill it again is for the user to say
		return
	}
	a.how, a.told = Kill, false
	r.tellStop(m.task, a)
}

// loseSight ends a task that cannot be ended: its worker is free again, and the run may end.
func (r *Run) loseSight(task int, a *attempt) {
	a.lost, a.again = true, false
	r.stray++
	ev := TaskEnded{Status: Failed, Reason: a.why + "; it could not be ended", Exit: Exit{Code: -1}}
	if a.stop == stopCancelled {
		ev.Status = Cancelled
	}
	ev.LogSize = r.state.Tasks[task].LogSize
	a.why = ev.Reason
	r.over(task, a, ev)
}
