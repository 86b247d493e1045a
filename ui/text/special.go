package text

import (
	"encoding/binary"
	"unicode/utf8"
)

// class says what a byte of a log can mean to Special.
type class uint8

const (
	verbatim class = iota
	special
	lead // of characters some of which are special
)

var classes = func() (t [256]class) {
	for c := range 0x20 {
		t[c] = special
	}
	t['\n'] = verbatim
	t[0x7f] = special
	for _, r := range []rune{
		0x80, 0x600, 0x6dd, 0x70f, 0x890, 0x8e2, 0x200b, 0x2028, 0x2060, 0xfeff, 0x110bd, 0xe0001,
	} {
		t[string(r)[0]] = lead
	}
	return t
}()

// Special returns the offset, from i on, of the first byte in raw (any number of lines) at which
// [Clean] would do something else than copy it: of an escape sequence, a control character and the
// like. Everything before it is as it is drawn, but for bytes that are not UTF-8 and marks at the
// start of a line. Newlines, "\r\n", and tabs unless they are asked for, do not count. It returns
// len(raw) when there is none.
func Special(raw []byte, i int, tabs bool) int {
	for i < len(raw) {
		for i+8 <= len(raw) && !unprintable(binary.LittleEndian.Uint64(raw[i:])) {
			i += 8
		}
		for end := min(i+8, len(raw)); i < end; i++ {
			if c := classes[raw[i]]; c != verbatim && isSpecial(raw, i, c, tabs) {
				return i
			}
		}
	}
	return len(raw)
}

func isSpecial(raw []byte, i int, c class, tabs bool) bool {
	switch {
	case raw[i] == '\t':
		return tabs
	case raw[i] == '\r':
		return i+1 == len(raw) || raw[i+1] != '\n'
	case c == special:
		return true
	}
	r, _ := utf8.DecodeRune(raw[i:])
	return r >= 0x80 && r <= 0x9f || invisible(r)
}
