package process

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// attributes puts a job into a session and group of its own. The session, not only the group, so
// that it has no controlling terminal: a job that opened /dev/tty could else read the keys meant
// for parallax and write over its screen. The kernel kills it when the spawner's thread ends.
func attributes(pidfd *int) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL, PidFD: pidfd}
}

// onOwnThread runs f on a thread that is f's alone and not the program's first: orphans of jobs
// become children of the first thread, and so are told from what f itself started.
func onOwnThread(f func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if unix.Gettid() != os.Getpid() {
		f()
		return
	}
	// This goroutine keeps the first thread, so the next one gets another.
	var next sync.WaitGroup
	next.Go(func() { onOwnThread(f) })
	next.Wait()
}

// cores sets which cores the next process may use, by the affinity of the spawner's thread.
type cores struct{ all unix.CPUSet }

func newCores() *cores {
	c := &cores{}
	if err := unix.SchedGetaffinity(0, &c.all); err != nil {
		c.all.Zero()
	}
	return c
}

func (c *cores) pin(cpus []int) error {
	if len(cpus) == 0 {
		return nil
	}
	if err := within(cpus, &c.all); err != nil {
		return err
	}
	var set unix.CPUSet
	for _, n := range cpus {
		set.Set(n)
	}
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		return fmt.Errorf("cpus %v: %w", cpus, err)
	}
	return nil
}

func (c *cores) unpin(cpus []int) {
	if len(cpus) > 0 {
		// The set is the one that the thread had, so this cannot be refused; if a core has gone
		// offline meanwhile the kernel takes the rest.
		_ = unix.SchedSetaffinity(0, &c.all)
	}
}

var usable = sync.OnceValue(func() *unix.CPUSet {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(os.Getpid(), &set); err != nil {
		set.Zero()
	}
	return &set
})

// checkCPUs says why a job cannot be held to these cores, or nil.
func checkCPUs(cpus []int) error {
	if len(cpus) == 0 {
		return nil
	}
	return within(cpus, usable())
}

func within(cpus []int, set *unix.CPUSet) error {
	for _, n := range cpus {
		if n < 0 || n >= len(set)*strconv.IntSize || !set.IsSet(n) {
			return fmt.Errorf("cpus: core %d is not available: parallax may use %s", n, describeCores(set))
		}
	}
	return nil
}

// describeCores writes a set as "0-3,6".
func describeCores(set *unix.CPUSet) string {
	var parts []string
	limit := len(set) * strconv.IntSize
	for n := 0; n < limit; n++ {
		if !set.IsSet(n) {
			continue
		}
		first := n
		for n+1 < limit && set.IsSet(n+1) {
			n++
		}
		if first == n {
			parts = append(parts, strconv.Itoa(n))
		} else {
			parts = append(parts, fmt.Sprintf("%d-%d", first, n))
		}
	}
	return strings.Join(parts, ",")
}

// waitsUnreaped says that await can tell that a process has ended without reaping it.
const waitsUnreaped = true

// await blocks until the leader has ended and leaves it unreaped: as long as it is a zombie its
// number, which is the group's too, cannot be given to anyone else.
func (c *child) await() {
	if c.pidfd >= 0 && c.poll() == nil {
		return
	}
	for unix.Waitid(unix.P_PID, c.pid, nil, unix.WEXITED|unix.WNOWAIT, nil) == unix.EINTR {
	}
}

// poll waits by the runtime's poller, so that a waiting goroutine does not hold a thread.
func (c *child) poll() error {
	if err := unix.SetNonblock(c.pidfd, true); err != nil {
		return err
	}
	f := os.NewFile(uintptr(c.pidfd), "pidfd")
	defer f.Close()
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	return raw.Read(func(uintptr) bool {
		var info unix.Siginfo
		err := unix.Waitid(unix.P_PID, c.pid, &info, unix.WEXITED|unix.WNOWAIT|unix.WNOHANG, nil)
		return err == nil && info.Signo != 0 || err == unix.ECHILD
	})
}
