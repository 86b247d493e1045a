//go:build unix

package process

import (
	"context"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"

	"parallax/runner"
)

// system is what a launcher holds between launches: the thread that forks, the guard, and the
// account of orphans.
type system struct {
	null     *os.File
	requests chan request
	quit     chan struct{}  // closed to end the spawner
	done     sync.WaitGroup // the spawner
	guard    guard
	orphans  *orphans
}

// request is one process to be started by the spawner.
type request struct {
	cmd   *command
	files []*os.File
	reply chan reply
}

type reply struct {
	child child
	err   error
}

// child is a process that the spawner started.
type child struct {
	pid   int
	pidfd int   // -1 where there is none
	floor int64 // bytes; its largest size includes ours up to this (see usageOf)
	began time.Time
}

func newSystem() (*system, error) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	s := &system{null: null, requests: make(chan request), quit: make(chan struct{}), orphans: newOrphans()}
	s.done.Go(func() { onOwnThread(s.spawn) })
	return s, nil
}

// spawn starts processes until quit is closed. It is the only goroutine that does, and keeps
// its thread: on Linux a process is told to die with the thread that forked it, not with the
// program, and a Go thread may end at any time; and a child inherits the affinity of that thread.
func (s *system) spawn() {
	cores := newCores()
	s.guard.start(s.null)
	for {
		select {
		case r := <-s.requests:
			c, err := s.fork(r, cores)
			r.reply <- reply{c, err}
		case <-s.quit:
			return
		}
	}
}

func (s *system) fork(r request, cores *cores) (child, error) {
	if err := cores.pin(r.cmd.cpus); err != nil {
		return child{}, err
	}
	c := child{pidfd: -1}
	fds := make([]uintptr, len(r.files))
	for i, f := range r.files {
		fds[i] = f.Fd()
	}
	// Before the fork: the child may have ended before this thread runs again.
	c.began = time.Now()
	pid, err := syscall.ForkExec(r.cmd.path, r.cmd.argv, &syscall.ProcAttr{
		Dir: r.cmd.dir, Env: r.cmd.env,
		Files: fds,
		Sys:   attributes(&c.pidfd),
	})
	cores.unpin(r.cmd.cpus)
	if err != nil {
		return child{}, fmt.Errorf("exec: %q: %s", r.cmd.path, execFault(err))
	}
	c.pid, c.floor = pid, ownPeak()
	s.guard.add(pid)
	s.orphans.expect(pid)
	return c, nil
}

// execFault says why a program could not be executed. Check has no objection, so what was found
// then is gone, or it is no program.
func execFault(err error) string {
	if err == syscall.ENOEXEC { //nolint:errorlint // ForkExec returns a bare Errno
		return "is no program and has no #! line: quote a command line that runs it"
	}
	return err.Error()
}

// launch starts a process and returns its handle.
func (s *system) launch(ctx context.Context, cmd command, files []*os.File, spec runner.Spec) (*handle, error) {
	r := request{cmd: &cmd, files: files, reply: make(chan reply, 1)}
	select {
	case s.requests <- r:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-s.quit:
		return nil, errClosed
	}
	got := <-r.reply
	if got.err != nil {
		return nil, got.err
	}
	return newHandle(s, got.child, spec), nil
}

func (s *system) close() error {
	close(s.quit)
	s.done.Wait()
	s.guard.stop()
	s.orphans.close()
	return s.null.Close()
}
