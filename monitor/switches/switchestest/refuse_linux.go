// Package switchestest has tests be where the kernel records no context switches.
package switchestest

import (
	"runtime"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Refuse has the kernel answer the calling goroutine's perf_event_open with an error from now on: EACCES as
// where kernel.perf_event_paranoid is 4, ENOSYS as in a sandbox. The goroutine, which must be that of a test
// of its own, keeps its thread until it ends, and the thread ends with it; processes that it starts itself
// are refused, too. It skips the test where the kernel takes no such filter.
func Refuse(t *testing.T, with unix.Errno) {
	t.Helper()
	runtime.LockOSThread() // and never unlocked: the filter cannot be taken off again
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		t.Skip("no new privileges: ", err)
	}
	const number = 0 // where in what a filter sees the number of the call is
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: number},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_PERF_EVENT_OPEN, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(with)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: unsafe.SliceData(filter)}
	if err := unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&prog)), 0, 0); err != nil {
		t.Skip("a filter of system calls: ", err)
	}
	runtime.KeepAlive(filter)
}
