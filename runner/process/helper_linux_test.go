package process

import "os"

// state is a process's state as the system shows it ('T' stopped), or 0 for none.
func state(pid int) byte {
	s, err := readStat(pid)
	if err != nil {
		return 0
	}
	return s.state
}

// childrenLeft lists the processes that still have this one as their parent.
func childrenLeft() []int { return childrenOf(os.Getpid()) }
