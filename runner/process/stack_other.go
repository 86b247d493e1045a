//go:build !linux

package process

import (
	"fmt"
	"strings"

	"github.com/shirou/gopsutil/v3/process"
)

// describeTree tells of processes and their descendants what each does, a line each, children indented
// below their parent. within tells more of one, or why it cannot.
func describeTree(roots []int, within func(pid int) (string, error)) string {
	var b strings.Builder
	left := maxDescribed
	var tell func(p *process.Process, indent string)
	tell = func(p *process.Process, indent string) {
		if left--; left < 0 {
			return
		}
		fmt.Fprintf(&b, "%spid %d · %s · %s · %s\n", indent, p.Pid, commandOf(p), doing(p), threadsOf(p))
		writeWithin(&b, indent+"  ", int(p.Pid), within)
		children, err := p.Children()
		if err != nil {
			return // it has none, or the system does not tell
		}
		for _, c := range children {
			tell(c, indent+"  ")
		}
	}
	for _, pid := range roots {
		if p, err := process.NewProcess(int32(pid)); err == nil {
			tell(p, "")
		}
	}
	if left < 0 {
		fmt.Fprintf(&b, "and %d more processes\n", -left)
	}
	return b.String()
}

func commandOf(p *process.Process) string {
	if line, err := p.Cmdline(); err == nil && line != "" {
		return oneLine(line)
	}
	name, err := p.Name()
	if err != nil {
		return "name not told"
	}
	return "[" + oneLine(name) + "]"
}

// doing says in words what a process does, as far as the system tells.
func doing(p *process.Process) string {
	states, err := p.Status()
	if err != nil || len(states) == 0 {
		return "state not told"
	}
	switch states[0] {
	case process.Running:
		return "running"
	case process.Sleep, process.Idle, process.Wait:
		return "sleeping"
	case process.Blocked:
		return "disk wait"
	case process.Stop:
		return "stopped"
	case process.Zombie:
		return "ended, and its parent has not asked how"
	}
	return states[0]
}

func threadsOf(p *process.Process) string {
	n, err := p.NumThreads()
	if err != nil {
		return "threads not told"
	}
	return countThreads(int(n))
}
