package goroutine

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"parallax/runner"
)

func threadID() int { return unix.Gettid() }

func onMainThread() bool { return unix.Gettid() == os.Getpid() }

// threadUsage is what the calling thread has used since it was made, which is before the job if Go
// took it from its pool: take the difference of two.
func threadUsage() runner.Usage {
	var ru unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_THREAD, &ru); err != nil {
		return runner.Usage{}
	}
	return runner.Usage{
		Known:     true,
		User:      time.Duration(ru.Utime.Nano()),
		System:    time.Duration(ru.Stime.Nano()),
		Voluntary: ru.Nvcsw, Involuntary: ru.Nivcsw,
	}
}

// pin binds the calling thread to the cores with these ids.
func pin(cpus []int) error {
	if len(cpus) == 0 {
		return nil
	}
	var set unix.CPUSet
	for _, c := range cpus {
		set.Set(c)
	}
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		return fmt.Errorf("pin to cores %v: %w", cpus, err)
	}
	return nil
}

// checkCPUs says which of the cores the program may not use.
func checkCPUs(cpus []int) error {
	if len(cpus) == 0 {
		return nil
	}
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(os.Getpid(), &set); err != nil {
		return fmt.Errorf("ask which cores may be used: %w", err)
	}
	var usable []string
	for c := range len(set) * 64 {
		if set.IsSet(c) {
			usable = append(usable, fmt.Sprint(c))
		}
	}
	for _, c := range cpus {
		if !slices.Contains(usable, fmt.Sprint(c)) {
			return fmt.Errorf("core %d cannot be used here: only %s", c, strings.Join(usable, ", "))
		}
	}
	return nil
}
