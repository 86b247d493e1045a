package process

import (
	"errors"

	"parallax/runner"
)

// Adopt refuses: nothing forks on Windows.
func (*Launcher) Adopt(runner.Spec, runner.Forked) (runner.Handle, error) {
	return nil, errors.New("start: Windows has no forked processes")
}
