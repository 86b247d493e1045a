// Package scene holds what every part of the dashboard may read when it draws one frame.
package scene

import (
	"time"

	"parallax/runner"
	"parallax/themes"
	"parallax/ui/logs"
	"parallax/ui/text"
)

// Scene is one frame's view of a run. Parts read it and change nothing in it. It belongs to one goroutine.
type Scene struct {
	State  *runner.State
	Now    time.Duration // since the start of the run
	Styles *themes.Styles
	Tails  map[int][]logs.Line // the newest lines of the tasks that are on the screen
	Focus  int                 // the task that keys act on, or -1
	Before *Before             // the run before this one, or nil
	Live   bool                // it can be controlled; false for a replay
	Known  *Known

	starting []int // tasks, ascending, once looked is set: each row asks
	looked   bool
}

// Before is an earlier run of the same jobs whose lanes stay on the screen.
type Before struct {
	Label string
	State *runner.State
}

// Own returns a line of a job's output as it may be drawn: with the job's own colours, unless the
// user wants none.
func (s *Scene) Own(line string) string {
	if s.Styles.Mono {
		return text.Strip(line)
	}
	return line
}
