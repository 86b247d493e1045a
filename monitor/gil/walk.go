package gil

import (
	"cmp"
	"encoding/binary"
	"errors"
	"slices"
)

// span is a part of a process's memory.
type span struct{ addr, size uint64 }

// has is whether an address lies in it.
func (s span) has(addr uint64) bool { return addr-s.addr < s.size && addr >= s.addr }

// memory reads parts of a process's memory, one after the other, into a buffer that is as long as they
// are together. It gives an error if any of them cannot be read whole.
type memory interface {
	read(parts []span, into []byte) error
}

// maxInterpreters is how many interpreters of a process are walked. With more the GILs are not read: a
// list that long is more likely one that was read while it changed. Linux reads at most 1024 parts at
// once: the list's head, and two of each interpreter.
const maxInterpreters = 500

var (
	errTorn    = errors.New("its list of interpreters changed while it was read")
	errTooMany = errors.New("it has too many interpreters")
)

// interp is an interpreter as it was found.
type interp struct {
	addr, next, gil uint64
	newest          uint64 // the state of the thread that was made last, or 0
	id              int64
	locked          bool
	holder          uint64 // a thread's state, or 0
	switches        uint64
	enabled         bool
}

// walker reads the interpreters of a process. What it found the last time it reads again at once, in
// one call to the system, and walks the list from its head only if that has changed.
type walker struct {
	layout  layout
	order   binary.ByteOrder
	runtime uint64 // address of _PyRuntime

	interps []interp
	fresh   []interp // of a walk that is not finished
	parts   []span
	buf     []byte
	named   map[uint64]int // tid of a thread's state, as of this reading
}

// lock is a GIL with the addresses that its waiting threads sleep on.
type lock struct {
	GIL
	at span
}

// fields is the part of an interpreter that holds id, next, its threads and the pointer to its GIL.
func (w *walker) fields(addr uint64) span {
	l := &w.layout
	first, last := min(l.id, l.next, l.threads, l.gil), max(l.id, l.next, l.threads, l.gil)
	return span{addr + first, last - first + 8}
}

func (w *walker) state(gil uint64) span { return span{gil, w.layout.gilBytes()} }

// pointer reads a number of the machine's word.
func (w *walker) pointer(b []byte) uint64 {
	if w.layout.word == 4 {
		return uint64(w.order.Uint32(b))
	}
	return w.order.Uint64(b)
}

// locks appends the GILs of all interpreters to those given, by interpreter.
func (w *walker) locks(mem memory, out []lock) ([]lock, error) {
	if err := w.again(mem); err != nil {
		w.interps = w.interps[:0]
		if err := w.walk(mem); err != nil {
			return out, err
		}
	}
	w.name(mem)
	start := len(out)
	for _, in := range w.interps {
		if w.layout.freeThreaded && !in.enabled || in.gil == 0 {
			continue
		}
		at := slices.IndexFunc(out[start:], func(l lock) bool { return l.at.addr == in.gil })
		if at >= 0 {
			l := &out[start+at]
			l.Interpreters++
			l.Interpreter = min(l.Interpreter, in.id)
			continue
		}
		g := GIL{Interpreter: in.id, Interpreters: 1, Known: true, Locked: in.locked, Switches: in.switches}
		if in.locked {
			g.Holder = w.named[in.holder]
		}
		if in.id != 0 {
			g.Newest = w.named[in.newest]
		}
		out = append(out, lock{g, span{in.gil, w.layout.lockBytes()}})
	}
	slices.SortFunc(out[start:], func(a, b lock) int { return cmp.Compare(a.Interpreter, b.Interpreter) })
	return out, nil
}

// again reads what was found the last time, and says whether it still is as it was.
func (w *walker) again(mem memory) error {
	if len(w.interps) == 0 {
		return errTorn
	}
	w.parts = append(w.parts[:0], span{w.runtime + w.layout.head, w.layout.word})
	for _, in := range w.interps {
		w.parts = append(w.parts, w.fields(in.addr), w.state(in.gil))
	}
	if err := w.fetch(mem); err != nil {
		return err
	}
	rest := w.buf
	want := w.pointer(rest)
	rest = rest[w.layout.word:]
	for i := range w.interps {
		in := &w.interps[i]
		gil := in.gil
		rest = w.decode(in, rest)
		rest = w.decodeState(in, rest)
		if want != in.addr || in.gil != gil {
			return errTorn
		}
		want = in.next
	}
	if want != 0 {
		return errTorn
	}
	return nil
}

// walk follows the list of interpreters from its head. It believes nothing: a list that runs in a
// circle ends at the limit, an address that is none is an error of the memory.
func (w *walker) walk(mem memory) error {
	w.fresh = w.fresh[:0]
	w.parts = append(w.parts[:0], span{w.runtime + w.layout.head, w.layout.word})
	if err := w.fetch(mem); err != nil {
		return err
	}
	steps := 0
	for addr := w.pointer(w.buf); addr != 0; steps++ {
		if steps == maxInterpreters {
			return errTooMany
		}
		in := interp{addr: addr}
		w.parts = append(w.parts[:0], w.fields(addr))
		if err := w.fetch(mem); err != nil {
			return err
		}
		w.decode(&in, w.buf)
		if in.gil == 0 {
			// It is being made, or ended: it has no GIL yet, or no longer.
			addr = in.next
			continue
		}
		w.parts = append(w.parts[:0], w.state(in.gil))
		if err := w.fetch(mem); err != nil {
			return err
		}
		w.decodeState(&in, w.buf)
		w.fresh = append(w.fresh, in)
		addr = in.next
	}
	w.interps, w.fresh = w.fresh, w.interps
	return nil
}

// fetch reads the parts into the buffer.
func (w *walker) fetch(mem memory) error {
	size := uint64(0)
	for _, p := range w.parts {
		size += p.size
	}
	w.buf = slices.Grow(w.buf[:0], int(size))[:size]
	return mem.read(w.parts, w.buf)
}

func (w *walker) decode(in *interp, b []byte) (rest []byte) {
	l := &w.layout
	first := min(l.id, l.next, l.threads, l.gil)
	in.id = int64(w.order.Uint64(b[l.id-first:]))
	in.next = w.pointer(b[l.next-first:])
	in.newest = w.pointer(b[l.threads-first:])
	in.gil = w.pointer(b[l.gil-first:])
	return b[w.fields(0).size:]
}

func (w *walker) decodeState(in *interp, b []byte) (rest []byte) {
	l := &w.layout
	in.locked = int32(w.order.Uint32(b[l.locked:])) == 1 // -1 is one that is not in use yet
	in.holder = w.pointer(b[l.holder:])
	in.switches = w.pointer(b[l.switches:])
	in.enabled = !l.freeThreaded || w.order.Uint32(b[l.enabled:]) != 0
	return b[l.gilBytes():]
}

// name finds the threads that hold a GIL, and the newest of each subinterpreter. A thread's state may end
// between its address was read and this: then it is not known who that is.
func (w *walker) name(mem memory) {
	if w.named == nil {
		w.named = map[uint64]int{}
	}
	clear(w.named)
	w.parts = w.parts[:0]
	for _, in := range w.interps {
		if in.locked && in.holder != 0 {
			w.parts = append(w.parts, w.thread(in.holder))
		}
		if in.id != 0 && in.newest != 0 && (in.newest != in.holder || !in.locked) {
			w.parts = append(w.parts, w.thread(in.newest))
		}
	}
	if len(w.parts) == 0 {
		return
	}
	if w.fetch(mem) == nil {
		for i, p := range w.parts {
			w.nameOne(p, w.buf[uint64(i)*p.size:])
		}
		return
	}
	all := slices.Clone(w.parts)
	for _, p := range all {
		w.parts = append(w.parts[:0], p)
		if w.fetch(mem) == nil {
			w.nameOne(p, w.buf)
		}
	}
}

// thread is the part of a thread's state that holds its interpreter and its number.
func (w *walker) thread(addr uint64) span {
	l := &w.layout
	first, last := min(l.threadInterp, l.threadNative), max(l.threadInterp, l.threadNative)
	return span{addr + first, last - first + 8}
}

// maxTID is the greatest thread number that Linux gives.
const maxTID = 1 << 22

func (w *walker) nameOne(p span, b []byte) {
	l := &w.layout
	first := min(l.threadInterp, l.threadNative)
	owner, tid := w.pointer(b[l.threadInterp-first:]), w.pointer(b[l.threadNative-first:])
	ours := slices.ContainsFunc(w.interps, func(in interp) bool { return in.addr == owner })
	if ours && tid <= maxTID {
		w.named[p.addr-first] = int(tid)
	}
}
