//go:build unix

package process

import (
	"errors"
	"fmt"
	"syscall"

	"parallax/runner"
)

// Adopt returns the handle of a try whose process a helper has forked. It is held, ended, waited for
// and guarded like one that the launcher has started itself, and so is what it leaves behind. The
// helper must be a child of parallax, and must have put the process into a session of its own.
func (l *Launcher) Adopt(spec runner.Spec, leader runner.Forked) (runner.Handle, error) {
	sys, err := l.begin()
	if err != nil {
		return nil, fmt.Errorf("start: %w", err)
	}
	pid := leader.PID()
	sys.guard.add(pid)
	sys.orphans.expect(pid)
	h := newHandle(sys, child{pid: pid, pidfd: -1}, spec)
	h.forked, h.title = leader, l.name(spec.Job)
	h.parent = parentOf(pid)
	return h, nil
}

// await blocks until the leader has ended.
func (h *handle) await() {
	if h.forked != nil {
		h.forked.Await()
		return
	}
	h.child.await()
}

// take reaps the leader, whoever is its parent.
func (h *handle) take() runner.Exit {
	if h.forked == nil {
		return h.child.wait()
	}
	exit := h.forked.Reap()
	if !exit.Lost {
		return exit
	}
	// Without its parent a leader ends: the kernel sees to that. Where this program takes in orphans it
	// is now a child of ours, and its number is taken until it is waited for here.
	if h.parent = parentOf(h.child.pid); h.parent == syscall.Getpid() {
		// The kernel may have been told less than it can do.
		if err := syscall.Kill(h.child.pid, syscall.SIGKILL); err == nil || errors.Is(err, syscall.ESRCH) {
			own := h.child.wait()
			exit.Code, exit.Signal, exit.Usage = own.Code, own.Signal, own.Usage
		}
	}
	return exit
}
