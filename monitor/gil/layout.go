package gil

import (
	"encoding/binary"
	"fmt"
)

// cookie is what _PyRuntime begins with from 3.13 on.
const cookie = "xdebugpy"

// tableWords is how many words of 8 bytes of the table are read: all up to the last one needed.
const tableWords = 29

// places of words in the table of a minor version, counted from its beginning. Three are the same in
// all: the cookie (0), the version (1) and whether it is free-threaded (2). See the C struct
// _Py_DebugOffsets: 3.13 Include/internal/pycore_runtime.h, 3.14 pycore_debug_offsets.h. Within a
// minor version it does not change after its first release candidate.
type places struct {
	runtimeSize, head                      int
	interpSize, id, next, threads          int
	gil, own, ownEnabled                   int
	ownLocked, ownHolder                   int
	threadSize, threadInterp, threadNative int
}

var known = map[uint64]places{
	0x030d: {
		runtimeSize: 3, head: 5,
		interpSize: 6, id: 7, next: 8, threads: 9, gil: 14, own: 15, ownEnabled: 16, ownLocked: 17, ownHolder: 18,
		threadSize: 19, threadInterp: 22, threadNative: 25,
	},
	0x030e: {
		runtimeSize: 3, head: 5,
		interpSize: 6, id: 7, next: 8, threads: 9, gil: 15, own: 16, ownEnabled: 17, ownLocked: 18, ownHolder: 19,
		threadSize: 22, threadInterp: 25, threadNative: 28,
	},
}

// layout is where things are in the memory of an interpreter, in bytes.
type layout struct {
	word         uint64 // of the machine: 4 or 8
	freeThreaded bool
	runtimeSize  uint64
	head         uint64 // in _PyRuntime: the first interpreter

	id, next, threads, gil uint64 // in an interpreter: its number, the next one, its newest thread, a pointer to its GIL

	enabled, locked, holder, switches uint64 // in a GIL; enabled only if free-threaded

	threadInterp, threadNative uint64 // in a thread's state: its interpreter, its number in the system
}

// limits beyond which a table is not believed. The structs are 200 to 450 KiB, 1 KiB and 200 bytes.
const (
	maxStruct = 16 << 20
	maxThread = 64 << 10
	maxGIL    = 1 << 10
	maxRead   = 8 << 10 // between the first and the last that is read of one struct
)

// version is PY_VERSION_HEX: major, minor, micro, level (a to c, f for final) and serial.
type version uint64

func (v version) minor() uint64 { return uint64(v) >> 16 & 0xffff }

func (v version) String() string {
	s := fmt.Sprintf("%d.%d.%d", v>>24&0xff, v>>16&0xff, v>>8&0xff)
	switch level := v >> 4 & 0xf; level {
	case 0xa, 0xb:
		return fmt.Sprintf("%s%x%d", s, uint64(level), v&0xf)
	case 0xc:
		return fmt.Sprintf("%src%d", s, v&0xf)
	}
	return s
}

// plausible is whether it can be a version of Python 3.
func (v version) plausible() bool { return v>>24 == 3 && v>>4&0xf >= 0xa }

// readLayout reads the table at the beginning of _PyRuntime, of which it is given the first
// 8*tableWords bytes. ver is 0 if there is no table, as before 3.13. err says in words why a table
// cannot be used.
func readLayout(image []byte, order binary.ByteOrder, word uint64) (l layout, ver version, err error) {
	if len(image) < 8*tableWords || string(image[:8]) != cookie {
		return l, 0, nil
	}
	at := func(i int) uint64 { return order.Uint64(image[8*i:]) }
	ver = version(at(1))
	if !ver.plausible() {
		return l, 0, fmt.Errorf("its table for debuggers has no known version (%#x)", uint64(ver))
	}
	p, ok := known[ver.minor()]
	switch {
	case !ok:
		return layout{freeThreaded: at(2) == 1}, ver, fmt.Errorf("Python %d.%d is not known yet", ver>>24&0xff, ver>>16&0xff)
	case ver>>4&0xf < 0xc:
		return layout{freeThreaded: at(2) == 1}, ver, fmt.Errorf("Python %s is a preview, of which nothing is certain", ver)
	}
	l = layout{
		word: word, freeThreaded: at(2) == 1,
		runtimeSize: at(p.runtimeSize), head: at(p.head),
		id: at(p.id), next: at(p.next), threads: at(p.threads), gil: at(p.gil),
		enabled: at(p.ownEnabled), locked: at(p.ownLocked) - at(p.own), holder: at(p.ownHolder) - at(p.own),
		threadInterp: at(p.threadInterp), threadNative: at(p.threadNative),
	}
	l.switches = l.holder + 2*word // holder, locked (an int, aligned), switches: the same in 3.13 and 3.14
	inside := func(offset, size, limit uint64) bool {
		return size <= limit && offset <= size && size-offset >= 8
	}
	if !inside(l.head, l.runtimeSize, maxStruct) ||
		!inside(l.id, at(p.interpSize), maxStruct) || !inside(l.next, at(p.interpSize), maxStruct) ||
		!inside(l.threads, at(p.interpSize), maxStruct) || !inside(l.gil, at(p.interpSize), maxStruct) ||
		!inside(l.threadInterp, at(p.threadSize), maxThread) || !inside(l.threadNative, at(p.threadSize), maxThread) ||
		max(l.id, l.next, l.threads, l.gil)-min(l.id, l.next, l.threads, l.gil) > maxRead ||
		max(l.threadInterp, l.threadNative)-min(l.threadInterp, l.threadNative) > maxRead ||
		l.locked > maxGIL || l.holder > maxGIL || l.enabled > maxGIL || l.locked != l.holder+word {
		return layout{freeThreaded: l.freeThreaded}, ver, fmt.Errorf("the table for debuggers of Python %s tells places that cannot be", ver)
	}
	return l, ver, nil
}

// gilBytes is how much of a GIL is read.
func (l *layout) gilBytes() uint64 { return max(l.switches+l.word, l.enabled+4) }

// lockBytes is how long a GIL is at most, from its beginning: what is read, two pthread_cond_t of 48
// bytes and two pthread_mutex_t of at most 48. What follows it is nothing that a thread sleeps on.
func (l *layout) lockBytes() uint64 { return l.gilBytes() + 4*48 }
