package text

import (
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// kind is what a piece of a raw line does.
type kind uint8

const (
	nothing kind = iota // removed
	ascii               // characters of one column and one byte each
	glyph               // one grapheme cluster
	tab
	home  // carriage return
	back  // n columns to the left
	ahead // n columns to the right
	column
	erase // n as in CSI K
	colours
)

// token is a piece of a raw line.
type token struct {
	kind  kind
	text  []byte // of ascii and glyph; the parameters of colours
	width int    // of a glyph
	n     int
}

var replacement = []byte("\uFFFD")

// next reads the token at raw[i] and returns where it ends.
func next(raw []byte, i int) (token, int) {
	switch c := raw[i]; {
	case c >= 0x20 && c < 0x7f:
		if end := asciiEnd(raw, i); end > i {
			return token{kind: ascii, text: raw[i:end]}, end
		}
		return char(raw, i)
	case c >= utf8.RuneSelf:
		return char(raw, i)
	case c == esc:
		end, final, _ := escape(raw, i)
		if final == 0 {
			return token{}, end
		}
		return motion(final, raw[i+2:end-1]), end
	case c == '\t':
		return token{kind: tab}, i + 1
	case c == '\r':
		return token{kind: home}, i + 1
	case c == '\b':
		return token{kind: back, n: 1}, i + 1
	}
	return token{}, i + 1
}

// asciiEnd returns the end of the run of printable ASCII at i. The last character before one that
// is not ASCII is left to be read with it, for that may combine with it.
func asciiEnd[T ~string | ~[]byte](s T, i int) int {
	for ; i < len(s); i++ {
		if c := s[i]; c < 0x20 || c >= 0x7f {
			if c >= utf8.RuneSelf {
				i--
			}
			break
		}
	}
	return i
}

// motion says what a CSI sequence does. Those that leave the line do nothing here.
func motion(final byte, list []byte) token {
	if final == 'm' {
		return token{kind: colours, text: list}
	}
	p := params[[]byte]{list, true}
	n, _ := p.next()
	switch final {
	case 'C':
		return token{kind: ahead, n: max(n, 1)}
	case 'D':
		return token{kind: back, n: max(n, 1)}
	case 'G':
		return token{kind: column, n: max(n, 1) - 1}
	case 'K', 'J': // a line is all that there is, so erasing below the cursor is erasing to its right
		return token{kind: erase, n: n}
	}
	return token{}
}

// char reads the character at raw[i], whatever it is made of.
func char(raw []byte, i int) (token, int) {
	if size, width := single(raw, i); size > 0 {
		return token{kind: glyph, text: raw[i : i+size], width: width}, i + size
	}
	return cluster(raw, i)
}

// cluster reads the grapheme cluster at raw[i].
func cluster(raw []byte, i int) (token, int) {
	r, size := utf8.DecodeRune(raw[i:])
	switch {
	case r == utf8.RuneError && size == 1:
		return token{kind: glyph, text: replacement, width: 1}, i + 1
	case r >= 0x80 && r <= 0x9f:
		return token{}, control(raw, i)
	case invisible(r):
		return token{}, i + size
	}
	c, width := ansi.FirstGraphemeCluster(raw[i:], ansi.GraphemeWidth)
	if len(c) > size && !clean(c) { // some characters join with whatever follows
		c, width = ansi.FirstGraphemeCluster(raw[i:i+size], ansi.GraphemeWidth)
	}
	return token{kind: glyph, text: c, width: width}, i + len(c)
}

// clean reports whether nothing in the cluster c would be removed or replaced.
func clean(c []byte) bool {
	for len(c) > 0 {
		r, size := utf8.DecodeRune(c)
		if r == utf8.RuneError && size == 1 || invisible(r) {
			return false
		}
		c = c[size:]
	}
	return true
}

// invisible reports whether r changes how text around it is laid out: line breaks, the direction of
// text (which can swap the parts of a row, borders and all), marks without a width, and the signs
// that enclose what follows them (it would count as having no width either, and overflow its row).
// The joiners that emoji and scripts are written with are not among them.
func invisible(r rune) bool {
	switch {
	case r < 0x0600:
		return false
	case r <= 0x0605, r == 0x061c, r == 0x06dd, r == 0x070f, r == 0x0890, r == 0x0891, r == 0x08e2,
		r == 0x110bd, r == 0x110cd,
		r == 0x200b, r == 0x200e, r == 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x206f,
		r == 0xfe0f, // asks for the colourful form of a sign, which terminals do not agree is wider
		r == 0xfeff, r >= 0xfff9 && r <= 0xfffb, r == 0xe0001:
		return true
	}
	return false
}
