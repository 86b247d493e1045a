package gil

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// program is what the file of an executable or a library says about the interpreter in it. Addresses
// are as in the file: in memory they are moved by the same distance, see [program.loaded].
type program struct {
	python  bool
	refused string // why its GIL cannot be measured, in words, or ""

	version string
	begin   uint64 // address of the first byte that is mapped of the file
	runtime uint64 // address of _PyRuntime, 0 in 3.6
	locks   []span // where those sleep who wait for the GIL, if nothing narrower is known
	broad   string // why others may sleep there, too, or ""

	order     binary.ByteOrder
	word      uint64 // of the machine that it is for: 4 or 8
	layout    layout
	hasLayout bool
	noState   string // why the GIL itself is not read, in words
}

// Names in the dynamic symbol table that tell the interpreters apart.
const (
	symRuntime  = "_PyRuntime"    // 3.7 and later
	symVersion  = "Py_Version"    // 3.11 and later: PY_VERSION_HEX
	symAny      = "Py_GetVersion" // all
	symPython2  = "PyInt_FromLong"
	sectRuntime = ".PyRuntime" // 3.13 and later: where symbols are stripped
)

// inspect reads an ELF file, of which name is used only to find the version of an older Python. A file
// that holds no interpreter is no error.
func inspect(r io.ReaderAt, name string) (p program, err error) {
	f, err := elf.NewFile(r)
	if err != nil {
		return p, err
	}
	symbols, err := f.DynamicSymbols()
	if err != nil && !errors.Is(err, elf.ErrNoSymbols) {
		return p, err
	}
	found := map[string]elf.Symbol{}
	for _, s := range symbols {
		if s.Section == elf.SHN_UNDEF {
			continue
		}
		switch s.Name {
		case symRuntime, symVersion, symAny, symPython2:
			found[s.Name] = s
		}
	}
	runtime, ok := found[symRuntime]
	if s := f.Section(sectRuntime); !ok && s != nil {
		runtime, ok = elf.Symbol{Value: s.Addr, Size: s.Size}, true
	}
	_, any3 := found[symAny]
	if !ok && !any3 {
		return p, nil
	}
	p = program{python: true, order: f.ByteOrder, begin: firstMapped(f), version: "3", word: 8}
	if f.Class == elf.ELFCLASS32 {
		p.word = 4
	}
	if _, two := found[symPython2]; two {
		p.version, p.refused = "2", "Python 2 has another kind of GIL"
		return p, nil
	}
	if v := namedVersion(f, name); v != "" {
		p.version = v
	}
	if v, ok := found[symVersion]; ok {
		if v := version(p.order.Uint32(pad(bytesAt(f, v.Value, 4), 4))); v.plausible() {
			p.version = v.String()
		}
	}
	if !ok {
		p.noState = "its table for debuggers came with 3.13"
		p.oldLocks(f)
		return p, nil
	}
	p.runtime = runtime.Value
	p.locks = []span{{runtime.Value, runtime.Size}}
	p.readTable(f)
	return p, nil
}

func (p *program) readTable(f *elf.File) {
	l, v, err := readLayout(bytesAt(f, p.runtime, 8*tableWords), p.order, p.word)
	if v != 0 {
		p.version = v.String()
	}
	p.layout, p.hasLayout = l, v != 0 && err == nil
	switch {
	case err != nil:
		p.noState = err.Error()
	case v == 0:
		p.noState = "its table for debuggers came with 3.13"
	}
}

// oldLocks finds the GIL of 3.6, which is made of variables of their own. Only the full symbol table
// names them; where that is stripped the lock is somewhere in the data of the file.
func (p *program) oldLocks(f *elf.File) {
	symbols, _ := f.Symbols() // none is what we expect of a stripped file
	for _, s := range symbols {
		switch s.Name {
		case "gil_cond", "gil_mutex", "switch_cond", "switch_mutex":
			if elf.ST_TYPE(s.Info) == elf.STT_OBJECT && s.Size > 0 {
				p.locks = append(p.locks, span{s.Value, s.Size})
			}
		}
	}
	if len(p.locks) > 0 {
		return
	}
	p.broad = "other locks that the program itself embeds count with it"
	for _, s := range f.Progs {
		if s.Type == elf.PT_LOAD && s.Flags&elf.PF_W != 0 {
			p.locks = append(p.locks, span{s.Vaddr, s.Memsz})
		}
	}
}

// firstMapped is the address at which the first page of the file is mapped.
func firstMapped(f *elf.File) uint64 {
	begin, first := uint64(0), true
	for _, s := range f.Progs {
		if s.Type == elf.PT_LOAD && (first || s.Vaddr < begin) {
			begin, first = s.Vaddr, false
		}
	}
	return begin
}

// bytesAt reads n bytes that the file has for an address, or nil if it has none.
func bytesAt(f *elf.File, addr uint64, n int) []byte {
	for _, s := range f.Progs {
		if s.Type != elf.PT_LOAD || addr < s.Vaddr || addr-s.Vaddr > s.Filesz || s.Filesz-(addr-s.Vaddr) < uint64(n) {
			continue
		}
		b := make([]byte, n)
		if _, err := s.ReadAt(b, int64(addr-s.Vaddr)); err != nil {
			return nil
		}
		return b
	}
	return nil
}

func pad(b []byte, n int) []byte { return append(b, make([]byte, max(0, n-len(b)))...) }

var minorName = regexp.MustCompile(`python(3\.\d{1,2})`)

// namedVersion reads the version off the library's own name or the file's.
func namedVersion(f *elf.File, name string) string {
	names, _ := f.DynString(elf.DT_SONAME) // an executable has none
	for _, n := range append(names, filepath.Base(name)) {
		if m := minorName.FindStringSubmatch(n); m != nil {
			return m[1]
		}
	}
	return ""
}

// loaded returns where the file's addresses are when its first page is mapped at an address.
func (p *program) loaded(at, page uint64) (runtime uint64, locks []span) {
	shift := at - p.begin&^(page-1)
	for _, s := range p.locks {
		locks = append(locks, span{s.addr + shift, s.size})
	}
	if p.runtime != 0 {
		runtime = p.runtime + shift
	}
	return runtime, locks
}

// describe says what is known of the interpreter, given why the threads' calls or the memory cannot be
// read, if so.
func (p *program) describe(noWaits, noState string) Python {
	if noState == "" {
		noState = p.noState
	}
	py := Python{
		Version: p.version, FreeThreaded: p.layout.freeThreaded,
		Waits: noWaits == "", State: noState == "",
	}
	var how []string
	if py.Waits {
		s := "waiting threads are those that sleep on the GIL's address"
		if p.broad != "" {
			s += " (" + p.broad + ")"
		}
		how = append(how, s)
	} else {
		how = append(how, "waiting threads are not measured: "+noWaits)
	}
	if py.State {
		how = append(how, "held and holder are read from the interpreter's memory")
	} else {
		how = append(how, "held and holder are not measured: "+noState)
	}
	py.How = strings.Join(how, "; ")
	return py
}

// mapping is a line of /proc/PID/maps.
type mapping struct {
	begin uint64
	path  string
}

// firstMappings returns of each file that is wanted where it is mapped first.
func firstMappings(maps []byte, wanted func(path []byte) bool) []mapping {
	var found []mapping
	for line := range bytes.Lines(maps) {
		at := bytes.IndexByte(line, '/')
		if at < 0 {
			continue
		}
		path := bytes.TrimSuffix(line[at:], []byte("\n"))
		if !wanted(path) || slices.ContainsFunc(found, func(m mapping) bool { return m.path == string(path) }) {
			continue
		}
		begin, _, _ := bytes.Cut(line, []byte("-"))
		if n, err := strconv.ParseUint(string(begin), 16, 64); err == nil {
			found = append(found, mapping{n, string(path)})
		}
	}
	return found
}
