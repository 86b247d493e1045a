//go:build unix && !linux

package process

import (
	"syscall"

	"parallax/runner"
)

// orphans go to the system's own reaper here: there is nothing to account for.
type orphans struct{}

func newOrphans() *orphans { return &orphans{} }

func (*orphans) close()                       {}
func (*orphans) expect(int)                   {}
func (*orphans) claim(int, held)              {}
func (*orphans) settle(int) runner.Usage      { return runner.Usage{} }
func (*orphans) strays(int) []int             { return nil }
func (*orphans) daemons(int, string) []string { return nil }

// held is empty: descendants outside the group cannot be held on to safely here.
type held struct{}

func outsiders([]int, int, int) held { return held{} }
func (held) signal(syscall.Signal)   {}
func (held) release()                {}

// birthOf is not known here: numbers of processes are not given out again soon enough to matter.
func birthOf(int) uint64 { return 0 }

// parentOf cannot be told here.
func parentOf(int) int { return 0 }
