//go:build !linux

package zygote

import (
	"errors"
	"fmt"
	"os/exec"
	"runtime"

	"parallax/runner"
)

// supported says why nothing can be preloaded on this system.
func supported() error {
	switch runtime.GOOS {
	case "windows":
		return errors.New("preload: Windows cannot fork an interpreter: leave preload out")
	case "darwin":
		return errors.New("preload: macOS cannot fork an interpreter safely, for its own libraries start threads: leave preload out")
	}
	return fmt.Errorf("preload: on %s a forked process does not end with its parent: leave preload out", runtime.GOOS)
}

func exitOf(event) runner.Exit { return runner.Exit{Code: -1} }

func killGroup(int) {}

func apart(*exec.Cmd) {}
