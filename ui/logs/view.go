package logs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"

	"parallax/ui/text"
)

const (
	block    = 16 << 10
	lookBack = 64        // how far before the end of a block the cut is looked for; text.Whole needs 35
	maxAhead = 256 << 10 // the most that is read beyond what was asked for
)

// view is a file of which a window is in memory. Its first error sticks; from then on it is empty.
type view struct {
	file  *os.File
	size  int64 // bytes to be seen
	buf   []byte
	lo    int64 // offset of buf in the file
	ahead int64 // how much to read beyond what was asked for; doubles with each read
	back  bool  // ahead is towards the start of the file
	err   error
}

var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 4*block); return &b }}

// open opens a view of the first limit bytes. It returns nil for a file that does not exist.
func open(path string, limit int64) (*view, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("read log: %w", err)
	}
	size := info.Size()
	if limit >= 0 {
		size = min(size, limit)
	}
	buf := buffers.Get().(*[]byte)
	return &view{file: f, size: size, buf: (*buf)[:0], ahead: block}, nil
}

// close releases the file and returns the first error met while reading.
func (v *view) close() error {
	v.file.Close() // only read from
	if cap(v.buf) <= 4*maxAhead {
		b := v.buf[:0]
		buffers.Put(&b)
	}
	return v.err
}

// bytes returns the file from lo to hi, less what lies beyond its end. It is valid until the next call.
func (v *view) bytes(lo, hi int64) []byte {
	lo, hi = max(lo, 0), min(hi, v.size)
	if lo >= hi {
		return nil
	}
	if lo < v.lo || hi > v.lo+int64(len(v.buf)) {
		v.load(lo, hi)
		if hi = min(hi, v.size); lo >= hi {
			return nil
		}
	}
	return v.buf[lo-v.lo : hi-v.lo]
}

// load reads a window with lo and hi in it. Some blocks on the far side are kept in it too, for the
// start of a line is looked for there.
func (v *view) load(lo, hi int64) {
	if v.back {
		lo, hi = lo-v.ahead, hi+2*block
	} else {
		lo, hi = lo-3*block, hi+v.ahead
	}
	lo, hi = max(lo, 0), min(hi, v.size)
	v.ahead = min(2*v.ahead, maxAhead)
	n := int(hi - lo)
	if cap(v.buf) < n {
		v.buf = make([]byte, n)
	}
	v.lo, v.buf = lo, v.buf[:n]
	got, err := v.file.ReadAt(v.buf, lo)
	v.buf = v.buf[:got]
	switch {
	case got == n:
	case err == nil || errors.Is(err, io.EOF): // truncated since it was opened
		v.size = lo + int64(got)
	default:
		v.err, v.size = fmt.Errorf("read log: %w", err), 0
	}
}

// floor and ceil round off to a multiple of block.
func floor(off int64) int64 { return off / block * block }
func ceil(off int64) int64  { return floor(off + block - 1) }

// solid reports whether the block that ends at g holds no newline, so that a line is cut there.
func (v *view) solid(g int64) bool {
	b := v.bytes(g-block, g)
	return len(b) == block && bytes.IndexByte(b, '\n') < 0
}

// cutAt returns where the line is cut that runs over g, the end of a solid block.
func (v *view) cutAt(g int64) int64 {
	b := v.bytes(g-lookBack, g)
	return g - int64(len(b)-text.Whole(b))
}

// piece is a line, or a part of an over-long one.
type piece struct {
	from, to int64
	cont     bool // there is a cut at from
	cut      bool // there is a cut at to
}

// startOf returns where the piece starts that holds the byte at off, which must be in the file.
func (v *view) startOf(off int64) (at int64, cont bool) {
	base := floor(off)
	if next := base + block; next-off <= lookBack && v.solid(next) {
		if at := v.cutAt(next); off >= at {
			return at, true
		}
	}
	if i := lastNewline(v.bytes(base, off)); i >= 0 {
		return base + int64(i) + 1, false
	}
	if base == 0 {
		return 0, false
	}
	if v.solid(base) {
		return v.cutAt(base), true
	}
	i := lastNewline(v.bytes(base-block, base))
	return base - block + int64(i) + 1, false
}

// lastNewline is bytes.LastIndexByte, which is slow where there is none.
func lastNewline(b []byte) int {
	if bytes.IndexByte(b, '\n') < 0 {
		return -1
	}
	return bytes.LastIndexByte(b, '\n')
}

// pieceFrom returns the piece that starts at from, which must be in the file.
func (v *view) pieceFrom(from int64, cont bool) piece {
	g := ceil(from) + block // the block in which a line starts is not solid, unless it starts with it
	b := v.bytes(from, g)
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		return piece{from: from, to: from + int64(i) + 1, cont: cont}
	}
	if g <= v.size {
		return piece{from: from, to: v.cutAt(g), cont: cont, cut: true}
	}
	return piece{from: from, to: v.size, cont: cont}
}

// pieceAt returns the piece that holds the byte at off. ok is false when there is no such byte.
func (v *view) pieceAt(off int64) (p piece, ok bool) {
	if off < 0 || off >= v.size {
		return piece{}, false
	}
	from, cont := v.startOf(off)
	if off >= v.size { // truncated meanwhile
		return piece{}, false
	}
	p = v.pieceFrom(from, cont)
	return p, p.to > off
}

// after returns the piece that follows p.
func (v *view) after(p piece) (piece, bool) {
	if p.to >= v.size {
		return piece{}, false
	}
	next := v.pieceFrom(p.to, p.cut)
	return next, next.to > next.from
}

// body returns p without its line ending.
func (v *view) body(from, to int64) []byte {
	b := v.bytes(from, to)
	if n := len(b); n > 0 && b[n-1] == '\n' {
		b = b[:n-1]
	}
	return b
}

// redraws reports whether p goes back to the start of its line, other than at its end.
func (v *view) redraws(p piece) bool {
	b := v.body(p.from, p.to)
	if !p.cut {
		b = bytes.TrimRight(b, "\r")
	}
	return bytes.IndexByte(b, '\r') >= 0
}

// hidden reports whether p is overwritten by what comes after it in its line.
func (v *view) hidden(p piece) bool {
	if !p.cut {
		return false
	}
	next, ok := v.after(p)
	return ok && (v.redraws(p) || v.redraws(next))
}
