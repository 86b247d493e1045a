package logs

import (
	"bytes"
	"slices"

	"parallax/ui/text"
)

// Line is a line of a log, or a piece of an over-long one.
type Line struct {
	From, To int64  // its bytes in the file, with its newline if it has one
	Text     string // fit to be drawn, see [text.Clean]
	Cont     bool   // it goes on with an over-long line; the Line before it is what comes before
}

// Tailed is the end of a log.
type Tailed struct {
	Lines []Line
	Size  int64 // the bytes of the file that were seen; with more than these there may be new lines
}

// tailCap is how far back Tail looks for lines, so that a pane costs little whatever is in its log.
const tailCap = 256 << 10

// Tail returns the last n lines of the first limit bytes of a file. It looks back 256 KiB at most:
// where lines are very long it may find fewer.
func Tail(path string, limit int64, n int) (Tailed, error) {
	v, err := open(path, limit)
	if v == nil || err != nil {
		return Tailed{}, err
	}
	if n > 0 { // what n lines of a usual length need, in one read
		v.bytes(floor(v.size-int64(n)*200)-block, v.size)
	}
	size := v.size
	lines := v.before(v.size, n, size-tailCap)
	return Tailed{Lines: lines, Size: v.size}, v.close()
}

// Before returns the n lines before the offset from, which is that of a line's start or the end of
// the file. There are fewer at the start of the file.
func Before(path string, from, limit int64, n int) ([]Line, error) {
	v, err := open(path, limit)
	if v == nil || err != nil {
		return nil, err
	}
	lines := v.before(min(from, v.size), n, 0)
	return lines, v.close()
}

// Page returns n lines from the offset from on, which is that of a line's start. There are fewer at
// the end of the file, where the last may still be growing: read from its start again to see more.
func Page(path string, from, limit int64, n int) ([]Line, error) {
	v, err := open(path, limit)
	if v == nil || err != nil {
		return nil, err
	}
	var found []piece
	p, ok := v.pieceAt(max(from, 0))
	for ; ok && len(found) < n; p, ok = v.after(p) {
		if !v.hidden(p) {
			found = append(found, p)
		}
	}
	lines := v.lines(found)
	return lines, v.close()
}

// before returns the last n lines that end at to, without looking further back than low.
func (v *view) before(to int64, n int, low int64) []Line {
	v.back = true
	var found []piece
	for to > low && len(found) < n {
		p, ok := v.pieceAt(to - 1)
		if !ok {
			break
		}
		if p.to = min(p.to, to); !v.hidden(p) {
			found = append(found, p)
		}
		to = p.from
	}
	slices.Reverse(found)
	v.back = false
	return v.lines(found)
}

// lines draws pieces, which are in the order of the file.
func (v *view) lines(found []piece) []Line {
	lines := make([]Line, 0, len(found))
	var p pen
	for _, f := range found {
		if f.from >= v.size {
			break
		}
		lines = append(lines, v.line(f, &p))
	}
	return lines
}

// line draws one piece.
func (v *view) line(f piece, p *pen) Line {
	from, cont := v.shownFrom(f)
	style := p.moveTo(v, from, f.cont)
	return Line{From: f.from, To: f.to, Cont: cont, Text: text.Clean(v.body(from, f.to), &style)}
}

// shownFrom returns where in the file the text of a piece begins: for one that goes on with a line
// that redraws itself, where the state begins that it ends. cont reports whether the piece before is
// part of what is seen of the line.
func (v *view) shownFrom(f piece) (from int64, cont bool) {
	if f.cont {
		if prev, ok := v.pieceAt(f.from - 1); ok && v.hidden(prev) {
			return v.lastHome(prev), false
		}
	}
	return f.from, f.cont
}

// lastHome returns where the last state begins that a piece draws of its line, or its end when all
// of it has one.
func (v *view) lastHome(p piece) int64 {
	if i := bytes.LastIndexByte(v.bytes(p.from, p.to), '\r'); i >= 0 {
		return p.from + int64(i) + 1
	}
	return p.to
}
