package goroutine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"parallax/runner"
)

// task is one try as its body sees it. Its body runs on one goroutine, but a Func may share the
// gate and the log with others that it starts.
type task struct {
	*gate
	log    io.Writer // standard output
	errors io.Writer // standard error, often the same file
	dir    string    // where relative paths start; "" is the current folder
	script string    // the script as the user named it, or ""
	args   []string
	env    map[string]string
}

// A body does the work of a job. Its error becomes the reason for which the job failed.
type body func(ctx context.Context, t *task) error

// exitStatus is the error of a script that ended itself with sys.exit.
type exitStatus int

func (e exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// handle controls a body that runs. All methods may be called from any goroutine.
type handle struct {
	task *task
	id   runner.Identity
	stop context.CancelCauseFunc
	done chan struct{}
	exit runner.Exit // set before done is closed
}

// start runs b on a thread of its own and returns when it is there and bound to its cores.
func start(t *task, cpus []int, b body) (*handle, error) {
	ctx, stop := context.WithCancelCause(context.Background())
	h := &handle{task: t, stop: stop, done: make(chan struct{})}
	begun := make(chan error, 1)
	release := claimProcessor()
	onThread(func() {
		defer close(h.done)
		defer release() // before done: who waits for the end finds the processor gone
		defer stop(nil)
		if err := pin(cpus); err != nil {
			begun <- err
			return
		}
		h.id = identity()
		begun <- nil
		h.run(ctx, b)
	})
	if err := <-begun; err != nil {
		<-h.done
		return nil, err
	}
	return h, nil
}

func identity() runner.Identity {
	id := runner.Identity{PID: os.Getpid(), TID: threadID(), Label: "goroutine"}
	if id.TID != 0 {
		id.Label = fmt.Sprintf("goroutine · tid %d", id.TID)
	}
	return id
}

// run does the work and keeps how it ended, also when b panics or ends its goroutine.
func (h *handle) run(ctx context.Context, b body) {
	before := threadUsage()
	h.task.begin()
	err := errors.New("ended its own goroutine (runtime.Goexit)")
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
			_, _ = fmt.Fprintf(h.task.errors, "%v\n\n%s", err, debug.Stack()) // the reason tells of it, too
		}
		h.task.finish()
		h.exit = exitOf(err, h.task.stopped())
		h.exit.Usage = difference(threadUsage(), before)
	}()
	err = b(ctx, h.task)
}

// exitOf puts into words how a body ended that was or was not told to stop.
func exitOf(err, stopped error) runner.Exit {
	var status exitStatus
	switch {
	case err == nil:
		return runner.Exit{}
	case stopped != nil && (errors.Is(err, stopped) || errors.Is(err, context.Canceled)):
		return runner.Exit{Code: 1, Reason: stopped.Error()}
	case errors.As(err, &status):
		return runner.Exit{Code: int(status)}
	default:
		return runner.Exit{Code: 1, Reason: err.Error()}
	}
}

func difference(now, before runner.Usage) runner.Usage {
	if !now.Known || !before.Known {
		return runner.Usage{}
	}
	now.User -= before.User
	now.System -= before.System
	now.Voluntary -= before.Voluntary
	now.Involuntary -= before.Involuntary
	return now
}

// Identity implements [runner.Handle].
func (h *handle) Identity() runner.Identity { return h.id }

// Wait implements [runner.Handle]. It lasts as long as the body does, whatever was asked of it.
func (h *handle) Wait() runner.Exit {
	<-h.done
	return h.exit
}

// Pause implements [runner.Handle]: the job stops at its next checkpoint.
func (h *handle) Pause() error {
	h.task.pause()
	return nil
}

// Resume implements [runner.Handle].
func (h *handle) Resume() error {
	h.task.resume()
	return nil
}

// Stop implements [runner.Handle]. A goroutine cannot be killed, so both ways mean the same: the
// next checkpoint ends the job.
func (h *handle) Stop(runner.Stop) error {
	h.task.cancel()
	h.stop(errCancelled)
	return nil
}

// stackWait is how long Stack waits for a job to come to a checkpoint.
const stackWait = time.Second

// Stack returns where the job is, innermost call last: a script's call stack with file:line:column,
// or the Go stack of another job. The job itself makes the copy at its next checkpoint, also while
// it is paused or sleeps; Stack waits for that up to one second. It may be called from any
// goroutine.
func (h *handle) Stack() (string, error) {
	answer := make(chan string, 1)
	h.task.look(answer)
	timer := time.NewTimer(stackWait)
	defer timer.Stop()
	select {
	case s := <-answer:
		return s, nil
	case <-h.done:
		return "", errors.New("the job is over")
	case <-timer.C:
		h.task.forget(answer)
		return "", fmt.Errorf("the job has come to no checkpoint for %v", stackWait)
	}
}

// goStack is what a job in Go answers when it is asked where it is.
func goStack() string { return string(debug.Stack()) }
