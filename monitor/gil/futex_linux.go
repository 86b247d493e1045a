//go:build linux && !(386 || arm || mips || mipsle)

package gil

import "golang.org/x/sys/unix"

// isFutex is whether a thread in a system call sleeps on the address that is its first argument. The
// C library uses no other call for it: futex_waitv, of many addresses, is for emulators.
func isFutex(number int) bool { return number == unix.SYS_FUTEX || number == unix.SYS_FUTEX_WAIT }
