package gil

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"
)

var errFault = errors.New("nothing is mapped there")

// ram is memory that was made up: it begins at an address and is one piece.
type ram struct {
	begin uint64
	data  []byte
	reads int
}

func (m *ram) read(parts []span, into []byte) error {
	m.reads++
	if len(parts) > 1024 {
		return errors.New("more parts than the system reads at once")
	}
	for _, p := range parts {
		if p.addr < m.begin || p.addr-m.begin > uint64(len(m.data)) || uint64(len(m.data))-(p.addr-m.begin) < p.size {
			return errFault
		}
		copy(into[:p.size], m.data[p.addr-m.begin:])
		into = into[p.size:]
	}
	return nil
}

func (m *ram) put(addr, value uint64) {
	binary.LittleEndian.PutUint64(m.data[addr-m.begin:], value)
}

func (m *ram) put32(addr uint64, value uint32) {
	binary.LittleEndian.PutUint32(m.data[addr-m.begin:], value)
}

// small is a layout with everything close together.
var small = layout{
	word: 8, runtimeSize: 64, head: 8,
	id: 0, next: 8, gil: 16, threads: 24,
	holder: 8, locked: 16, switches: 24,
	threadInterp: 0, threadNative: 8,
}

// Where the made up things are.
const (
	atRuntime = 0x10000
	atMain    = 0x10100
	atSub     = 0x10200
	atShares  = 0x10300
	atMainGIL = 0x10400
	atSubGIL  = 0x10500
	atThread  = 0x10600
)

// threeInterpreters has a main one, a subinterpreter with a GIL of its own, which is held, and one
// that shares the main one's.
func threeInterpreters() *ram {
	m := &ram{begin: atRuntime, data: make([]byte, 0x1000)}
	m.put(atRuntime+8, atShares)
	for i, in := range []struct{ at, next, gil uint64 }{
		{atMain, 0, atMainGIL},
		{atSub, atMain, atSubGIL},
		{atShares, atSub, atMainGIL},
	} {
		m.put(in.at, uint64(i))
		m.put(in.at+8, in.next)
		m.put(in.at+16, in.gil)
	}
	m.put(atSubGIL+8, atThread)
	m.put32(atSubGIL+16, 1)
	m.put(atSubGIL+24, 77)
	m.put(atMainGIL+8, atThread) // was the last to hold it
	m.put(atSub+24, atThread)
	m.put(atMain+24, atThread) // of which nobody asks: it has many
	m.put(atThread, atSub)
	m.put(atThread+8, 4711)
	return m
}

func smallWalker() *walker {
	return &walker{layout: small, order: binary.LittleEndian, runtime: atRuntime}
}

func gils(t *testing.T, w *walker, m memory) []GIL {
	t.Helper()
	locks, err := w.locks(m, nil)
	if err != nil {
		t.Fatal(err)
	}
	var out []GIL
	for _, l := range locks {
		out = append(out, l.GIL)
	}
	return out
}

func TestWalkerReadsTheGILOfEachInterpreter(t *testing.T) {
	m, w := threeInterpreters(), smallWalker()
	want := []GIL{
		{Interpreter: 0, Interpreters: 2, Known: true},
		{Interpreter: 1, Interpreters: 1, Known: true, Locked: true, Holder: 4711, Newest: 4711, Switches: 77},
	}
	if got := gils(t, w, m); !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	m.reads = 0
	if got := gils(t, w, m); !slices.Equal(got, want) || m.reads != 2 {
		t.Errorf("again: got %+v by %d reads, want the same by 2", got, m.reads)
	}
	locks, err := w.locks(m, nil)
	if err != nil || !locks[1].at.has(atSubGIL) || !locks[1].at.has(atSubGIL+200) || locks[1].at.has(atSubGIL+300) || locks[1].at.has(atSubGIL-1) {
		t.Errorf("the lock is at %+v, %v", locks[1].at, err)
	}
}

func TestWalkerSeesInterpretersComeAndGo(t *testing.T) {
	m, w := threeInterpreters(), smallWalker()
	gils(t, w, m)
	m.put(atShares+8, atMain) // the second has ended
	if got := gils(t, w, m); len(got) != 1 || got[0].Interpreters != 2 {
		t.Errorf("after one has ended: %+v", got)
	}
	m.put(atRuntime+8, atMain)
	if got := gils(t, w, m); len(got) != 1 || got[0].Interpreters != 1 {
		t.Errorf("after two have ended: %+v", got)
	}
	m.put(atRuntime+8, atSub)
	if got := gils(t, w, m); len(got) != 2 {
		t.Errorf("after one has started: %+v", got)
	}
	m.put(atSub, 9) // another one at the same place
	if got := gils(t, w, m); len(got) != 2 || got[1].Interpreter != 9 {
		t.Errorf("after another has taken its place: %+v", got)
	}
	m.put(atSub+16, 0) // it is being taken down
	if got := gils(t, w, m); len(got) != 1 || got[0].Interpreter != 0 {
		t.Errorf("after one has lost its GIL: %+v", got)
	}
	m.put(atRuntime+8, 0)
	if got := gils(t, w, m); len(got) != 0 {
		t.Errorf("after all have ended: %+v", got)
	}
}

func TestWalkerBelievesNothing(t *testing.T) {
	t.Run("a circle", func(t *testing.T) {
		m := threeInterpreters()
		m.put(atMain+8, atShares)
		if _, err := smallWalker().locks(m, nil); !errors.Is(err, errTooMany) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a circle of what has no GIL", func(t *testing.T) {
		m := threeInterpreters()
		m.put(atRuntime+8, atMain)
		m.put(atMain+8, atMain)
		m.put(atMain+16, 0)
		if _, err := smallWalker().locks(m, nil); !errors.Is(err, errTooMany) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("nowhere", func(t *testing.T) {
		m := threeInterpreters()
		m.put(atSub+8, ^uint64(7))
		if _, err := smallWalker().locks(m, nil); !errors.Is(err, errFault) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("holders", func(t *testing.T) {
		for name, change := range map[string]func(*ram){
			"has ended":              func(m *ram) { m.put(atSubGIL+8, 0xdead0000) },
			"is of no interpreter":   func(m *ram) { m.put(atThread, 0x1234) },
			"has an absurd number":   func(m *ram) { m.put(atThread+8, 1<<40) },
			"does not hold it":       func(m *ram) { m.put32(atSubGIL+16, 0) },
			"has not been in use":    func(m *ram) { m.put32(atSubGIL+16, ^uint32(0)) },
			"is nobody, and another": func(m *ram) { m.put(atSubGIL+8, 0); m.put32(atMainGIL+16, 1); m.put(atMainGIL+8, 0xdead0000) },
		} {
			m := threeInterpreters()
			change(m)
			for _, g := range gils(t, smallWalker(), m) {
				if g.Holder != 0 {
					t.Errorf("the thread %s: %+v", name, g)
				}
			}
		}
	})
	t.Run("one holder of two", func(t *testing.T) {
		m := threeInterpreters()
		m.put32(atMainGIL+16, 1)
		m.put(atMainGIL+8, 0xdead0000)
		if got := gils(t, smallWalker(), m); got[1].Holder != 4711 || got[0].Holder != 0 || !got[0].Locked {
			t.Errorf("got %+v", got)
		}
	})
}

func TestWalkerOmitsGILsThatAreOff(t *testing.T) {
	m, w := threeInterpreters(), smallWalker()
	w.layout.freeThreaded = true
	w.layout.enabled = 40
	m.put32(atSubGIL+40, 1)
	if got := gils(t, w, m); len(got) != 1 || got[0].Interpreter != 1 {
		t.Errorf("got %+v, want only the one that was turned on", got)
	}
}

// FuzzWalk walks through any memory, which changes between two readings.
func FuzzWalk(f *testing.F) {
	f.Add(threeInterpreters().data, threeInterpreters().data)
	f.Add(threeInterpreters().data, []byte{1})
	f.Fuzz(func(t *testing.T, first, second []byte) {
		w := smallWalker()
		for _, data := range [][]byte{first, second, first} {
			locks, err := w.locks(&ram{begin: atRuntime, data: data}, nil)
			if err != nil && len(locks) > 0 || len(locks) > maxInterpreters {
				t.Fatalf("%d locks, %v", len(locks), err)
			}
		}
	})
}

// table is one of 3.14.6 as it was found in memory, from the version on.
var table = []uint64{
	0x030e06f0, 0, 316616, 784, 808, 225864, 7280, 7272, 7344, 7360, 7408, 7688, 7672, 7680, 16, 7784, 0,
	7800, 7792, 7992, 0, 832, 0, 8, 16, 72, 152, 160,
}

func tableWith(at int, value uint64) []byte {
	words := slices.Clone(table)
	if at >= 0 {
		words[at-1] = value
	}
	b := []byte(cookie)
	for _, w := range words {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	return append(b, make([]byte, 8)...)
}

func TestReadLayout(t *testing.T) {
	l, v, err := readLayout(tableWith(-1, 0), binary.LittleEndian, 8)
	want := layout{
		word: 8, runtimeSize: 316616, head: 808, id: 7280, next: 7272, threads: 7344, gil: 16, enabled: 0,
		locked: 16, holder: 8, switches: 24, threadInterp: 16, threadNative: 160,
	}
	if err != nil || v.String() != "3.14.6" || l != want {
		t.Errorf("got %+v, %s, %v; want %+v", l, v, err, want)
	}
}

func TestReadLayoutRefusesWhatItDoesNotKnow(t *testing.T) {
	for name, c := range map[string]struct {
		at    int
		value uint64
		words string
	}{
		"a later version":         {1, 0x031000f0, "Python 3.16 is not known yet"},
		"a preview":               {1, 0x030e00b2, "Python 3.14.0b2 is a preview"},
		"no version":              {1, 0xffffffffffff, "no known version"},
		"a huge interpreter":      {6, 1 << 40, "cannot be"},
		"a head outside":          {5, 1 << 30, "cannot be"},
		"a number at the end":     {7, 225860, "cannot be"},
		"a GIL that is too long":  {18, 1 << 30, "cannot be"},
		"a GIL that runs back":    {18, 7000, "cannot be"},
		"a holder elsewhere":      {19, 7784, "cannot be"},
		"a huge thread":           {22, 1 << 30, "cannot be"},
		"an overflow":             {8, ^uint64(0), "cannot be"},
		"far apart":               {8, 100000, "cannot be"},
		"a thread's place beyond": {28, 832, "cannot be"},
	} {
		l, _, err := readLayout(tableWith(c.at, c.value), binary.LittleEndian, 8)
		if err == nil || !strings.Contains(err.Error(), c.words) || l != (layout{}) {
			t.Errorf("%s: got %+v, %v", name, l, err)
		}
	}
	if _, v, err := readLayout(make([]byte, 4096), binary.LittleEndian, 8); v != 0 || err != nil {
		t.Errorf("no table: %s, %v", v, err)
	}
	if _, v, err := readLayout(nil, binary.LittleEndian, 8); v != 0 || err != nil {
		t.Errorf("nothing: %s, %v", v, err)
	}
}

func FuzzReadLayout(f *testing.F) {
	f.Add(tableWith(-1, 0), false)
	f.Add(tableWith(1, 0x030d00f0), true)
	f.Fuzz(func(t *testing.T, image []byte, narrow bool) {
		word := uint64(8)
		if narrow {
			word = 4
		}
		l, v, err := readLayout(image, binary.LittleEndian, word)
		if err != nil || v == 0 {
			return
		}
		// What is taken for true can be walked without asking for much memory.
		w := &walker{layout: l, order: binary.LittleEndian, runtime: atRuntime}
		if s := w.fields(0).size + w.state(0).size + w.thread(0).size; s > 1<<16 {
			t.Fatalf("%+v: would read %d bytes at once", l, s)
		}
		_, _ = w.locks(&ram{begin: atRuntime, data: image}, nil) // must not panic
	})
}
