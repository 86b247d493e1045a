//go:build unix

package process

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"parallax/runner"
)

// handle is one try. The leader's process number is also that of its group and session.
type handle struct {
	sys   *system
	child child
	birth uint64
	grace time.Duration
	mark  string
	title string        // of the interpreter of its script, or ""
	wake  chan struct{} // holds one token when Wait should look again at once
	lens  *lens         // closed by Wait; nil if there is nothing to look into

	forked runner.Forked // by whom the leader is waited for, if a helper has forked it; else nil
	parent int           // of the leader

	// mu is held while signals are sent and while processes are reaped, so that no signal is sent
	// to a number that was given up in between.
	mu     sync.Mutex
	reaped bool  // the leader was
	over   bool  // nothing may be signalled any more
	paused bool  // by Pause
	killed bool  // by Stop(Kill)
	strays []int // orphans that belong to the job, once its leader was reaped
}

func newHandle(s *system, c child, spec runner.Spec) *handle {
	return &handle{
		sys: s, child: c, birth: birthOf(c.pid), grace: spec.Job.GraceOrDefault(),
		mark: strings.Join(marks(spec), "\x00"), wake: make(chan struct{}, 1), parent: syscall.Getpid(),
	}
}

// Identity implements [runner.Handle].
func (h *handle) Identity() runner.Identity {
	return runner.Identity{
		PID: h.child.pid, Birth: h.birth, Tree: true, Label: fmt.Sprintf("pid %d", h.child.pid),
		Host: runner.Host{Name: h.title}, // its own: it shares its fate with none
	}
}

// Began implements [runner.Dated].
func (h *handle) Began() time.Time { return h.child.began }

// Pause implements [runner.Handle].
func (h *handle) Pause() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	err := h.signal(syscall.SIGSTOP)
	h.paused = err == nil
	return err
}

// Resume implements [runner.Handle].
func (h *handle) Resume() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.paused = false
	return h.signal(syscall.SIGCONT)
}

// Stop implements [runner.Handle].
func (h *handle) Stop(how runner.Stop) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	defer h.look()
	h.paused = false
	if how == runner.Kill {
		h.killed = true
		return h.signal(syscall.SIGKILL)
	}
	// A process that is stopped acts on SIGTERM only when it is continued.
	return h.signal(syscall.SIGTERM, syscall.SIGCONT)
}

// look makes a waiting Wait look at once.
func (h *handle) look() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// signal sends signals to the group and to what of the job is outside it. The caller holds mu.
//
// The group's number cannot be anyone else's: until the leader is reaped it is the leader's, and
// then it stays taken while the group has members. Only if the last of them went since Wait last
// looked, at most 50 ms ago, and the system has given out all other numbers since, could it be.
func (h *handle) signal(sigs ...syscall.Signal) error {
	if h.over {
		return nil
	}
	roots, parent := h.strays, syscall.Getpid()
	if !h.reaped {
		roots, parent = []int{h.child.pid}, h.parent
	}
	// Found before the first signal: once their parent is dead they could not be any more.
	outside := outsiders(roots, parent, h.child.pid)
	defer outside.release()
	if ends := sigs[0] == syscall.SIGTERM || sigs[0] == syscall.SIGKILL; ends {
		h.sys.orphans.claim(h.child.pid, outside)
	}
	for _, sig := range sigs {
		outside.signal(sig)
		switch err := syscall.Kill(-h.child.pid, sig); {
		case err == nil, errors.Is(err, syscall.ESRCH):
		case errors.Is(err, syscall.EPERM):
			return fmt.Errorf("%s to process group %d: not permitted: it runs as another user", unix.SignalName(sig), h.child.pid)
		default:
			return fmt.Errorf("%s to process group %d: %w", unix.SignalName(sig), h.child.pid, err)
		}
	}
	return nil
}

// Wait implements [runner.Handle].
func (h *handle) Wait() runner.Exit {
	defer h.lens.close()
	h.await()
	exit, alone := h.reap()
	notes := []string{h.sys.guard.said()}
	if !alone {
		notes = append(notes, h.linger())
		h.mu.Lock()
		h.over = true
		h.mu.Unlock()
		h.sys.guard.remove(h.child.pid)
	}
	notes = append(notes, leftRunning(h.sys.orphans.daemons(h.child.pid, h.mark)))
	exit.Usage = plus(exit.Usage, h.sys.orphans.settle(h.child.pid))
	exit.Note = strings.Join(slices.DeleteFunc(notes, func(n string) bool { return n == "" }), "; ")
	return exit
}

// reap takes the leader's end from the system. alone means that nothing else is left of the job.
//
// The group stays with the guard meanwhile: what the leader left would survive if parallax were killed between
// here and there. Its number is free then if nothing is left, but it takes all numbers there are to come round
// again.
func (h *handle) reap() (exit runner.Exit, alone bool) {
	if waitsUnreaped || h.forked != nil {
		h.mu.Lock()
		exit = h.take()
	} else {
		exit = h.take()
		h.mu.Lock()
	}
	defer h.mu.Unlock()
	h.reaped = true
	if h.gone() {
		h.sys.guard.remove(h.child.pid)
		h.over = true
		return exit, true
	}
	return exit, false
}

// wait reaps the leader.
func (c *child) wait() runner.Exit {
	var status syscall.WaitStatus
	var ru syscall.Rusage
	for {
		_, err := syscall.Wait4(c.pid, &status, 0, &ru)
		if err == nil {
			break
		}
		if !errors.Is(err, syscall.EINTR) {
			return runner.Exit{Code: -1, Reason: fmt.Sprintf("wait for pid %d: %v", c.pid, err)}
		}
	}
	exit := runner.Exit{Code: status.ExitStatus(), Usage: usageOf(&ru, c.floor)}
	if status.Signaled() {
		exit.Code, exit.Signal = -1, unix.SignalName(status.Signal())
	}
	return exit
}

// gone reaps what it can of the job and reports whether nothing is left. It must not be called
// before the leader is reaped, and the caller holds mu.
func (h *handle) gone() bool {
	empty := h.groupEmpty()
	h.strays = h.sys.orphans.strays(h.child.pid)
	return len(h.strays) == 0 && (empty || h.groupEmpty())
}

func (h *handle) groupEmpty() bool {
	return errors.Is(syscall.Kill(-h.child.pid, 0), syscall.ESRCH)
}
