package text

import (
	"bytes"
	"encoding/binary"
	"strings"
	"sync"
)

const (
	tabStop = 8
	// reach is how many columns a sequence can move the cursor beyond the end of the line, so that
	// a few bytes cannot ask for a line of any length.
	reach = 512
)

// Clean makes one line of a job's output (without its newline) fit to be drawn. What is left is
// printable text as a terminal would show it, and colours:
//
//   - SGR sequences are kept, in one normal form. Every other escape sequence is removed with its
//     payload, also one that is cut off at the end, and so are control characters and the characters
//     that change the direction of text.
//   - A carriage return goes back to column 0 and what follows overwrites, cell by cell. Backspace,
//     the erasing of the line and cursor movements within it are honoured.
//   - Tabs are expanded to multiples of 8 columns. Each byte that is not UTF-8 becomes U+FFFD.
//
// style holds the colours in force where the line starts; Clean leaves those at its end in it. nil
// stands for plain and of no interest. Text with colours ends reset. Cleaning cleaned text changes
// nothing. The cost in memory is some 50 bytes a column for a line that overwrites itself, else that
// of the result: lines of more than 64 KiB should be handed over in parts (see [Whole]).
func Clean(raw []byte, style *Style) string {
	var plain Style
	if style == nil {
		style = &plain
	}
	raw = bytes.TrimRight(raw, "\r")
	if *style == (Style{}) && printable(raw) {
		return string(raw)
	}
	return render(raw, style, true)
}

// Plain is Clean without the colours: the text that a search looks at.
func Plain(raw []byte) string {
	raw = bytes.TrimRight(raw, "\r")
	if printable(raw) {
		return string(raw)
	}
	if s, ok := uncoloured(raw); ok {
		return s
	}
	return render(raw, &Style{}, false)
}

// Carry changes style by the SGR sequences in raw, as Clean does, and does nothing else.
func Carry(raw []byte, style *Style) {
	for {
		i := bytes.IndexByte(raw, esc)
		if i < 0 {
			return
		}
		end, final, _ := escape(raw, i)
		if final == 'm' {
			apply(style, raw[i+2:end-1])
		}
		raw = raw[end:]
	}
}

// uncoloured takes the colours out of a line of nothing but ASCII and colours.
func uncoloured(raw []byte) (string, bool) {
	var b strings.Builder
	for len(raw) > 0 {
		i := bytes.IndexByte(raw, esc)
		if i < 0 {
			i = len(raw)
		}
		if !printable(raw[:i]) {
			return "", false
		}
		if b.Cap() == 0 {
			b.Grow(len(raw))
		}
		b.Write(raw[:i])
		if raw = raw[i:]; len(raw) > 0 {
			end, final, _ := escape(raw, 0)
			if final != 'm' {
				return "", false
			}
			raw = raw[end:]
		}
	}
	return b.String(), true
}

// printable reports whether raw is ASCII without control characters.
func printable(raw []byte) bool {
	for len(raw) >= 8 {
		if unprintable(binary.LittleEndian.Uint64(raw)) {
			return false
		}
		raw = raw[8:]
	}
	for _, c := range raw {
		if c < 0x20 || c >= 0x7f {
			return false
		}
	}
	return true
}

// unprintable reports whether one of eight bytes is not printable ASCII.
func unprintable(x uint64) bool {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	del := x ^ 0x7f*ones
	return ((x-0x20*ones)&^x|(del-ones)&^del|x)&highs != 0
}

var painters = sync.Pool{New: func() any { return new(painter) }}

func render(raw []byte, style *Style, coloured bool) string {
	p := painters.Get().(*painter)
	defer painters.Put(p)
	p.begin(*style, coloured)
	if !p.stream(raw) {
		p.begin(*style, coloured)
		p.draw(raw)
	}
	*style = p.pen
	s := string(p.finish())
	if cap(p.out) > keepOut || cap(p.cells) > keepCells {
		*p = painter{} // one odd line should not hold its memory for ever
	}
	return s
}

const (
	keepOut   = 64 << 10
	keepCells = 1 << 10
)

// painter draws one line.
type painter struct {
	out      []byte
	pen      Style // of what is written next
	drawn    Style // in force at the end of out
	col      int   // of the cursor
	end      int   // column after the last one in out; the cursor may be beyond it
	coloured bool
	cells    []cell
}

func (p *painter) begin(style Style, coloured bool) {
	*p = painter{out: p.out[:0], cells: p.cells[:0], pen: style, coloured: coloured}
}

// stream draws a line that only goes forward straight into out. It returns false when the line
// overwrites itself and needs cells.
func (p *painter) stream(raw []byte) bool {
	for i := 0; i < len(raw); {
		tok, end := next(raw, i)
		i = end
		switch tok.kind {
		case ascii:
			p.emit(tok.text, len(tok.text))
		case glyph:
			p.emit(tok.text, tok.width)
		case tab:
			p.col += tabStop - p.col%tabStop
		case colours:
			apply(&p.pen, tok.text)
		case ahead:
			p.col = max(p.col, min(p.col+tok.n, reach))
		case home, back:
			if p.col > 0 {
				return false
			}
		case column:
			if tok.n != p.col {
				return false
			}
		case erase:
			if tok.n != 0 {
				return false
			}
		}
	}
	return true
}

// emit adds what is width columns wide at the cursor, which is at or beyond the end of out. Marks
// without a width go with what is before them in its style, and nowhere at the start of a line.
func (p *painter) emit(text []byte, width int) {
	if width == 0 && p.col == 0 {
		return
	}
	if p.end < p.col {
		p.ink(Style{})
		for ; p.end < p.col; p.end++ {
			p.out = append(p.out, ' ')
		}
	}
	if width > 0 {
		p.ink(p.pen)
	}
	p.out = append(p.out, text...)
	p.col += width
	p.end = p.col
}

func (p *painter) ink(s Style) {
	if p.coloured {
		p.out = s.change(p.out, p.drawn)
		p.drawn = s
	}
}

func (p *painter) finish() []byte {
	p.ink(Style{})
	return p.out
}
