package switches

import (
	"encoding/binary"
	"time"
)

// Kind says what a [Record] tells of.
type Kind uint8

// The kinds. Others that the kernel writes are left out.
const (
	In   Kind = iota + 1 // a thread came on a core
	Out                  // it left the core
	Fork                 // a thread or process was made
	Exit                 // a thread ended
	Lost                 // the kernel dropped records, for they were not read in time
)

// Record is one thing that the kernel noted of a core.
type Record struct {
	Kind Kind
	Core int           // the id of the core
	At   time.Duration // on CLOCK_MONOTONIC
	PID  int
	TID  int
	// Parent is the thread that made a thread or process (Fork).
	Parent int
	// Preempted is whether a thread that left its core (Out) could have gone on: something else was
	// given the core. Else it waits for something that is no core.
	Preempted bool
	Count     uint64 // how many records were lost (Lost)
}

// The layout of records is that of perf_event_open(2), with sample_id_all and a sample_type of TID,
// TIME and CPU: each record ends with pid, tid, time, cpu and a reserved word.
const (
	headerSize = 8
	tailSize   = 24
	forkSize   = 24
	lostSize   = 16

	typeLost   = 2
	typeExit   = 4
	typeFork   = 7
	typeSwitch = 14

	miscSwitchOut        = 1 << 13
	miscSwitchOutPreempt = 1 << 14
)

// header reads the first words of a record: its type, its flags and its size in bytes.
func header(b []byte) (kind uint32, misc, size uint16) {
	return binary.NativeEndian.Uint32(b), binary.NativeEndian.Uint16(b[4:]), binary.NativeEndian.Uint16(b[6:])
}

// parse reads one whole record. It returns false for one of a kind that tells nothing here, or that
// is shorter than its kind must be.
func parse(b []byte) (Record, bool) {
	if len(b) < headerSize+tailSize {
		return Record{}, false
	}
	kind, misc, _ := header(b)
	body, tail := b[headerSize:], b[len(b)-tailSize:]
	r := Record{
		PID: int(int32(binary.NativeEndian.Uint32(tail))), TID: int(int32(binary.NativeEndian.Uint32(tail[4:]))),
		At: time.Duration(binary.NativeEndian.Uint64(tail[8:])), Core: int(binary.NativeEndian.Uint32(tail[16:])),
	}
	switch kind {
	case typeSwitch:
		r.Kind, r.Preempted = In, misc&miscSwitchOutPreempt != 0
		if misc&miscSwitchOut != 0 {
			r.Kind = Out
		}
	case typeFork, typeExit:
		if len(body) < forkSize+tailSize {
			return Record{}, false
		}
		r.Kind = Fork
		if kind == typeExit {
			r.Kind = Exit
		}
		r.PID, r.TID = int(int32(binary.NativeEndian.Uint32(body))), int(int32(binary.NativeEndian.Uint32(body[8:])))
		r.Parent = int(int32(binary.NativeEndian.Uint32(body[12:])))
	case typeLost:
		if len(body) < lostSize+tailSize {
			return Record{}, false
		}
		r.Kind, r.Count = Lost, binary.NativeEndian.Uint64(body[8:])
	default:
		return Record{}, false
	}
	return r, true
}

// ring reads records out of the memory that the kernel writes them into, which wraps round at its
// end. The positions only grow.
type ring struct {
	data []byte // its length is a power of two
	tail uint64 // up to where it was read
	held []byte // a record that wraps, put together
}

// read hands on all records before head. It reports false if what is there can't be records: then
// everything up to head is skipped.
func (r *ring) read(head uint64, each func(Record)) bool {
	size := uint64(len(r.data))
	if head-r.tail > size {
		r.tail = head
		return false
	}
	for head-r.tail >= headerSize {
		at := r.tail % size // records begin at multiples of 8: a header never wraps
		_, _, length := header(r.data[at:])
		n := uint64(length)
		if n < headerSize || n%8 != 0 || n > head-r.tail {
			r.tail = head
			return false
		}
		b := r.data[at:min(at+n, size)]
		if uint64(len(b)) < n {
			r.held = append(append(r.held[:0], b...), r.data[:n-uint64(len(b))]...)
			b = r.held
		}
		if rec, ok := parse(b); ok {
			each(rec)
		}
		r.tail += n
	}
	return true
}
