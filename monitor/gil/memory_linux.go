package gil

import (
	"io"
	"unsafe"

	"golang.org/x/sys/unix"
)

// processMemory reads the memory of a process by process_vm_readv(2), which stops nothing: what is
// read may be half of the old and half of the new.
type processMemory struct {
	pid    int
	local  [1]unix.Iovec
	remote []unix.RemoteIovec
}

// maxAddress is the greatest address of this machine's programs.
const maxAddress = uint64(^uintptr(0))

func (m *processMemory) read(parts []span, into []byte) error {
	if len(into) == 0 {
		return nil
	}
	m.remote = m.remote[:0]
	for _, p := range parts {
		if p.addr > maxAddress-p.size {
			return unix.EFAULT
		}
		m.remote = append(m.remote, unix.RemoteIovec{Base: uintptr(p.addr), Len: int(p.size)})
	}
	m.local[0].Base = unsafe.SliceData(into)
	m.local[0].SetLen(len(into))
	n, err := unix.ProcessVMReadv(m.pid, m.local[:], m.remote, 0)
	m.local[0].Base = nil
	switch {
	case err != nil:
		return err
	case n != len(into):
		return io.ErrUnexpectedEOF
	}
	return nil
}
