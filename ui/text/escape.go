package text

import "unicode/utf8"

const (
	esc = 0x1b
	can = 0x18 // ends a sequence that is under way
	sub = 0x1a // likewise
	bel = 0x07
)

// escape measures the sequence that begins with the ESC at s[i]. It returns where the sequence ends
// and, for a CSI sequence made of plain parameters only, its final byte; the parameters are then
// s[i+2:end-1]. For everything else final is 0. whole is false when s ends inside the sequence.
func escape[T ~string | ~[]byte](s T, i int) (end int, final byte, whole bool) {
	i++
	if i == len(s) {
		return i, 0, false
	}
	switch c := s[i]; {
	case c == '[':
		return csi(s, i+1)
	case c == ']':
		end, whole = payload(s, i+1, true)
		return end, 0, whole
	case c == 'P', c == 'X', c == '^', c == '_', c == 'k': // k: the title of screen and tmux
		end, whole = payload(s, i+1, false)
		return end, 0, whole
	case c >= 0x20 && c <= 0x2f:
		for ; i < len(s); i++ {
			if s[i] < 0x20 || s[i] > 0x7e {
				return i, 0, true
			}
			if s[i] >= 0x30 {
				return i + 1, 0, true
			}
		}
		return i, 0, false
	case c >= 0x30 && c <= 0x7e:
		return i + 1, 0, true
	}
	return i, 0, true
}

// csi measures a control sequence whose parameters begin at i.
func csi[T ~string | ~[]byte](s T, i int) (end int, final byte, whole bool) {
	plain := true
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= ';':
		case c >= 0x40 && c <= 0x7e:
			if !plain {
				c = 0
			}
			return i + 1, c, true
		case c == esc, c >= 0x80:
			return i, 0, true
		case c == can, c == sub:
			return i + 1, 0, true
		default: // private markers, intermediates, and control characters, which do not end it
			plain = false
		}
	}
	return i, 0, false
}

// payload measures a string such as a title, whose contents begin at i. BEL ends it where bells is set.
func payload[T ~string | ~[]byte](s T, i int, bells bool) (end int, whole bool) {
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case c == bel && bells, c == can, c == sub:
			return i + 1, true
		case c == esc:
			if i+1 == len(s) {
				return i + 1, false
			}
			if s[i+1] == '\\' {
				return i + 2, true
			}
			return i, true // a new sequence breaks it off
		case c == 0xc2 && i+1 < len(s) && s[i+1] == 0x9c: // ST as U+009C
			return i + 2, true
		}
	}
	return i, false
}

// control measures the sequence that the C1 control character at s[i:i+2] begins: that character,
// and what it introduces.
func control[T ~string | ~[]byte](s T, i int) (end int) {
	switch s[i+1] {
	case 0x9b:
		end, _, _ = csi(s, i+2)
	case 0x9d:
		end, _ = payload(s, i+2, true)
	case 0x90, 0x98, 0x9e, 0x9f:
		end, _ = payload(s, i+2, false)
	default:
		end = i + 2
	}
	return end
}

// wholeWithin is how far from the end Whole looks for the beginning of an escape sequence.
const wholeWithin = 32

// Whole returns the length of the longest beginning of b that ends neither inside a UTF-8 character
// nor inside a short escape sequence, so that a line that has to be cut can be cut there. It leaves
// out at most 35 bytes.
func Whole(b []byte) int {
	n := len(b)
	for k := 1; k <= min(utf8.UTFMax-1, n); k++ {
		if utf8.RuneStart(b[n-k]) {
			if !utf8.FullRune(b[n-k:]) {
				n -= k
			}
			break
		}
	}
	for i := n - 1; i >= max(0, n-wholeWithin); i-- {
		if b[i] == esc {
			if _, _, whole := escape(b[:n], i); !whole {
				n = i
			}
			break
		}
	}
	return n
}
