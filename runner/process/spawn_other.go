//go:build unix && !linux

package process

import (
	"errors"
	"syscall"
)

var errNoAffinity = errors.New("cpus: this system cannot hold a process to chosen cores: leave cpus out")

// attributes puts a job into a session and group of its own, so that it has no controlling
// terminal: a job that opened /dev/tty could else read the keys meant for parallax. Only Linux has
// a signal for the death of the parent; here the guard alone covers it.
func attributes(*int) *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// onOwnThread runs f. Nothing that f starts depends on its thread here.
func onOwnThread(f func()) { f() }

type cores struct{}

func newCores() *cores { return &cores{} }

func (*cores) pin(cpus []int) error { return checkCPUs(cpus) }
func (*cores) unpin([]int)          {}

func checkCPUs(cpus []int) error {
	if len(cpus) > 0 {
		return errNoAffinity
	}
	return nil
}

// waitsUnreaped says that await can tell that a process has ended without reaping it.
const waitsUnreaped = false

// await has nothing to wait by without reaping: reap blocks instead. A signal sent in the instant
// between the reaping and its being noted could reach another process only if the system gave out
// all other process numbers in that instant.
func (*child) await() {}
