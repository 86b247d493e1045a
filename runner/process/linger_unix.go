//go:build unix

package process

import (
	"fmt"
	"strings"
	"syscall"
	"time"

	"github.com/shirou/gopsutil/v3/process"
	"golang.org/x/sys/unix"
)

const (
	firstLook = time.Millisecond
	lastLook  = 50 * time.Millisecond
	// worthNoting is how long something must outlive the leader before it is named though it then
	// ended by itself: the last of a pipeline often ends an instant later, and that is no news.
	worthNoting = 100 * time.Millisecond
)

// linger waits for what the leader left behind. It gets the job's grace to end by itself, then
// SIGTERM, then after another grace SIGKILL; paused time does not count. After yet another grace
// it is given up, for what is stuck in the kernel cannot be ended by anyone. It returns one line on
// what was left and how it ended, or "".
func (h *handle) linger() string {
	var left []string
	var lived, pause time.Duration
	step, stage := firstLook, 0
	outcomes := []string{"ended by itself", "ended with SIGTERM", "ended with SIGKILL", "could not be ended"}
	timer := time.NewTimer(step)
	defer timer.Stop()
	for last := time.Now(); ; {
		select {
		case <-timer.C:
		case <-h.wake:
			step = firstLook
		}
		now := time.Now()
		h.mu.Lock()
		gone := h.gone()
		if h.paused {
			pause += now.Sub(last)
		}
		lived += now.Sub(last)
		last = now
		due := h.due(stage, lived-pause)
		if left == nil && !gone && (due > stage || lived >= worthNoting) {
			left = membersOf(h.child.pid)
		}
		if !gone && (due > stage || h.killed) {
			h.escalate(due)
		}
		if due > stage {
			stage, step = due, firstLook
		}
		h.mu.Unlock()
		if gone || stage == len(outcomes)-1 {
			return leftBehind(left, outcomes[stage])
		}
		timer.Reset(step)
		step = min(2*step, lastLook)
	}
}

// due is the stage in which what was left should be after living on for so long: 0 waited for,
// 1 asked, 2 killed, 3 given up.
func (h *handle) due(stage int, lived time.Duration) int {
	due := max(stage, min(int(lived/h.grace), 3))
	if h.killed {
		due = max(due, 2)
	}
	return due
}

// escalate does what a stage asks for. An error is not told here: what cannot be signalled will
// still be there at the last stage, which says so.
func (h *handle) escalate(stage int) {
	switch stage {
	case 1:
		_ = h.signal(syscall.SIGTERM, syscall.SIGCONT)
	case 2:
		_ = h.signal(syscall.SIGKILL)
	}
}

// membersOf names the processes of a group or session, as "sleep (pid 12)". It reads all processes
// there are, so it is only for what is worth a note.
func membersOf(group int) []string {
	pids, err := process.Pids()
	if err != nil {
		return nil
	}
	var names []string
	for _, pid := range pids {
		g, _ := unix.Getpgid(int(pid)) // 0 for one that is gone
		s, _ := unix.Getsid(int(pid))
		if g != group && s != group {
			continue
		}
		name := "unnamed"
		if p, err := process.NewProcess(pid); err == nil {
			if n, err := p.Name(); err == nil {
				name = n
			}
		}
		names = append(names, fmt.Sprintf("%s (pid %d)", name, pid))
	}
	return names
}

// maxNamed bounds how many processes a note names.
const maxNamed = 5

func leftBehind(names []string, outcome string) string {
	switch n := len(names); {
	case n == 0:
		return ""
	case n == 1:
		return fmt.Sprintf("left 1 process behind: %s, %s", names[0], outcome)
	case n > maxNamed:
		return fmt.Sprintf("left %d processes behind: %s and %d more, %s", n, strings.Join(names[:maxNamed], ", "), n-maxNamed, outcome)
	default:
		return fmt.Sprintf("left %d processes behind: %s, %s", n, strings.Join(names, ", "), outcome)
	}
}
