package switches

import (
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// encode writes a record as the kernel does.
func encode(r Record) []byte {
	var kind uint32
	var misc uint16
	var body []byte
	word := func(v int) { body = binary.NativeEndian.AppendUint32(body, uint32(v)) }
	long := func(v uint64) { body = binary.NativeEndian.AppendUint64(body, v) }
	pid, tid := r.PID, r.TID
	switch r.Kind {
	case In, Out:
		kind = typeSwitch
		if r.Kind == Out {
			misc = miscSwitchOut
		}
		if r.Preempted {
			misc |= miscSwitchOutPreempt
		}
	case Fork, Exit:
		kind = typeFork
		if r.Kind == Exit {
			kind = typeExit
		}
		word(r.PID)
		word(1)
		word(r.TID)
		word(r.Parent)
		long(uint64(r.At))
		pid, tid = 1, r.Parent // whoever makes it is the one that runs
	case Lost:
		kind = typeLost
		long(7)
		long(r.Count)
	}
	word(pid)
	word(tid)
	long(uint64(r.At))
	word(r.Core)
	word(0)
	head := binary.NativeEndian.AppendUint32(nil, kind)
	head = binary.NativeEndian.AppendUint16(head, misc)
	head = binary.NativeEndian.AppendUint16(head, uint16(headerSize+len(body)))
	return append(head, body...)
}

func anyRecord() *rapid.Generator[Record] {
	return rapid.Custom(func(t *rapid.T) Record {
		r := Record{
			Kind: rapid.SampledFrom([]Kind{In, Out, Fork, Exit, Lost}).Draw(t, "kind"), Core: rapid.IntRange(0, 300).Draw(t, "core"),
			At: time.Duration(rapid.Int64Range(0, 1<<60).Draw(t, "at")), PID: rapid.IntRange(0, 1<<22).Draw(t, "pid"),
			TID: rapid.IntRange(0, 1<<22).Draw(t, "tid"),
		}
		switch r.Kind {
		case Out:
			r.Preempted = rapid.Bool().Draw(t, "preempted")
		case Fork, Exit:
			r.Parent = rapid.IntRange(0, 1<<22).Draw(t, "parent")
		case Lost:
			r.Count = rapid.Uint64().Draw(t, "count")
		case In:
		}
		return r
	})
}

// TestWhatIsWrittenIsRead writes records into a small ring, so that they wrap, and reads now and then.
func TestWhatIsWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := ring{data: make([]byte, 256)}
		var head uint64
		var want, got []Record
		write := func(b []byte) {
			for _, c := range b {
				r.data[head%256] = c
				head++
			}
		}
		for range rapid.IntRange(1, 60).Draw(t, "records") {
			rec := anyRecord().Draw(t, "record")
			b := encode(rec)
			if head-r.tail+uint64(len(b))+16 > 256 {
				if !r.read(head, func(r Record) { got = append(got, r) }) {
					t.Fatal("what was written is taken for garbage")
				}
			}
			if rapid.Bool().Draw(t, "another kind") { // comm, say, is no concern of ours
				write([]byte{3, 0, 0, 0, 0, 0, 16, 0, 1, 2, 3, 4, 5, 6, 7, 8})
			}
			write(b)
			want = append(want, rec)
		}
		r.read(head, func(r Record) { got = append(got, r) })
		if !slices.Equal(got, want) {
			t.Fatalf("read %+v\nwant %+v", got, want)
		}
	})
}

func TestGarbageIsSkipped(t *testing.T) {
	for name, head := range map[string][]byte{
		"no size":        {14, 0, 0, 0, 0, 0, 0, 0},
		"an odd size":    {14, 0, 0, 0, 0, 0, 33, 0},
		"beyond the end": {14, 0, 0, 0, 0, 0, 64, 0},
	} {
		r := ring{data: make([]byte, 256)}
		copy(r.data, head)
		if r.read(40, func(Record) { t.Errorf("%s: a record", name) }) {
			t.Errorf("%s: not noticed", name)
		}
		if r.tail != 40 {
			t.Errorf("%s: read goes on at %d", name, r.tail)
		}
	}
	r := ring{data: make([]byte, 256), tail: 10}
	if r.read(300, func(Record) { t.Error("a record of what was overwritten") }) || r.tail != 300 {
		t.Error("an overrun is not noticed")
	}
}

func FuzzRing(f *testing.F) {
	f.Add(encode(Record{Kind: In, TID: 3}), uint8(0))
	f.Add(append(encode(Record{Kind: Fork, TID: 3}), 1, 2, 3), uint8(200))
	f.Fuzz(func(t *testing.T, text []byte, tail uint8) {
		r := ring{data: make([]byte, 256), tail: uint64(tail) &^ 7}
		head := r.tail
		for _, c := range text {
			r.data[head%256] = c
			head++
		}
		r.read(head, func(r Record) {
			if r.Kind < In || r.Kind > Lost {
				t.Errorf("a record of no kind: %+v", r)
			}
		})
		if r.tail > head {
			t.Errorf("read to %d of %d", r.tail, head)
		}
	})
}
