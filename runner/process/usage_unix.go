//go:build unix

package process

import (
	"runtime"
	"syscall"
	"time"

	"parallax/runner"
)

// rssSlack covers that the kernel counts resident pages per core and sums them up roughly.
const rssSlack = 1 << 20

// usageOf is what the system accounted to a process and what that waited for.
//
// floor is parallax's own peak when it forked the process. Until a process executes its program it
// shares parallax's memory, and the kernel counts that peak as the process's own. A peak not above
// it says nothing about the job, so it is left out (0).
func usageOf(ru *syscall.Rusage, floor int64) runner.Usage {
	u := runner.Usage{
		Known: true, User: duration(ru.Utime), System: duration(ru.Stime), MaxRSS: peak(ru),
		Voluntary: ru.Nvcsw, Involuntary: ru.Nivcsw,
	}
	if floor > 0 && u.MaxRSS <= floor+rssSlack {
		u.MaxRSS = 0
	}
	return u
}

// plus adds what another process of the same job used.
func plus(a, b runner.Usage) runner.Usage {
	return runner.Usage{
		Known: a.Known || b.Known, User: a.User + b.User, System: a.System + b.System,
		MaxRSS:    max(a.MaxRSS, b.MaxRSS),
		Voluntary: a.Voluntary + b.Voluntary, Involuntary: a.Involuntary + b.Involuntary,
	}
}

func duration(t syscall.Timeval) time.Duration { return time.Duration(t.Nano()) }

// peak is the largest resident size in bytes. macOS counts bytes, the others KiB.
func peak(ru *syscall.Rusage) int64 {
	if runtime.GOOS == "darwin" {
		return ru.Maxrss
	}
	return ru.Maxrss << 10
}

// ownPeak is parallax's own largest resident size so far, or 0.
func ownPeak() int64 {
	var ru syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &ru); err != nil {
		return 0
	}
	return peak(&ru)
}
