//go:build !linux

package goroutine

import (
	"errors"

	"parallax/runner"
)

func threadID() int { return 0 }

// onMainThread cannot be told here; what depends on it, affinity and thread ids, is not there either.
func onMainThread() bool { return false }

func threadUsage() runner.Usage { return runner.Usage{} }

func pin(cpus []int) error { return checkCPUs(cpus) }

func checkCPUs(cpus []int) error {
	if len(cpus) == 0 {
		return nil
	}
	return errors.New("a goroutine can be bound to cores on Linux only: leave out cpus")
}
