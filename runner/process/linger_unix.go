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
	// giveUp is how long a killed process may take to go. One on a busy machine needs its turn on a
	// core to die; one that is stuck in the kernel never goes.
	giveUp = 10 * time.Second
)

// linger waits for what the leader left behind. It gets the job's grace to end by itself, then
// SIGTERM, then after another grace SIGKILL; paused time does not count. After giveUp it is left,
// for what is stuck in the kernel cannot be ended by anyone. It returns one line on what was left
// and how it ended, or "".
func (h *handle) linger() string {
	var left []string
	var lived, inStage time.Duration
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
		lived += now.Sub(last)
		if !h.paused {
			inStage += now.Sub(last)
		}
		last = now
		due := h.due(stage, inStage)
		if left == nil && !gone && (due > stage || lived >= worthNoting) {
			left = membersOf(h.child.pid)
		}
		if !gone && (due > stage || h.killed) {
			h.escalate(due)
		}
		if due > stage {
			stage, step, inStage = due, firstLook, 0
		}
		h.mu.Unlock()
		if gone || stage == len(outcomes)-1 {
			return leftBehind(left, outcomes[stage])
		}
		timer.Reset(step)
		step = min(2*step, lastLook)
	}
}

// due is the stage that follows after so long in this one, or this one: 0 waited for, 1 asked,
// 2 killed, 3 given up.
func (h *handle) due(stage int, lived time.Duration) int {
	switch {
	case stage < 2 && h.killed:
		return 2
	case stage < 2 && lived >= h.grace, stage == 2 && lived >= giveUp:
		return stage + 1
	}
	return stage
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
	switch len(names) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("left 1 process behind: %s, %s", names[0], outcome)
	}
	outcome = strings.Replace(outcome, "by itself", "by themselves", 1)
	return fmt.Sprintf("left %d processes behind: %s, %s", len(names), few(names), outcome)
}

func leftRunning(names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return "left a daemon running: " + names[0]
	}
	return fmt.Sprintf("left %d daemons running: %s", len(names), few(names))
}

func few(names []string) string {
	if n := len(names) - maxNamed; n > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:maxNamed], ", "), n)
	}
	return strings.Join(names, ", ")
}
