package text

import (
	"sync"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// single recognises, at a tenth of the cost of finding grapheme clusters, the character at s[i] as a
// cluster of its own: one that joins nothing, with the same kind or ASCII after it. When it cannot
// tell it returns a size of 0.
func single[T ~string | ~[]byte](s T, i int) (size, width int) {
	r, size := decode(s, i)
	width = loneWidth(r)
	if width < 0 {
		return 0, 0
	}
	if i += size; i < len(s) && s[i] >= utf8.RuneSelf {
		if r, _ = decode(s, i); loneWidth(r) < 0 {
			return 0, 0
		}
	}
	return size, width
}

// decode reads characters of up to three bytes; for what else there is, it returns -1.
func decode[T ~string | ~[]byte](s T, i int) (rune, int) {
	c := s[i]
	switch {
	case c < utf8.RuneSelf:
		return rune(c), 1
	case c >= 0xc2 && c <= 0xdf && i+1 < len(s) && s[i+1]&0xc0 == 0x80:
		return rune(c&0x1f)<<6 | rune(s[i+1]&0x3f), 2
	case c >= 0xe0 && c <= 0xef && i+2 < len(s) && s[i+1]&0xc0 == 0x80 && s[i+2]&0xc0 == 0x80:
		if r := rune(c&0x0f)<<12 | rune(s[i+1]&0x3f)<<6 | rune(s[i+2]&0x3f); r >= 0x800 {
			return r, 3
		}
	}
	return -1, 0
}

// lone lists ranges of characters that join nothing unless a mark or joiner follows. Their widths
// are looked up; those beyond lookedUp are all wide.
var lone = [][2]rune{
	{0xa1, 0xac},
	{0xae, 0x2ff},
	{0x370, 0x482},
	{0x48a, 0x52f},
	{0x2010, 0x2027},
	{0x2030, 0x205e},
	{0x2100, lookedUp},
	{0x3001, 0x3029},
	{0x3041, 0x3096},
	{0x30a0, 0x30ff},
	{0x4e00, 0x9fff},
	{0xac00, 0xd7a3},
}

const lookedUp = 0x2bff

// widths holds one more than the width of each lone character up to lookedUp, 0 for the others. It
// is measured on the first use, for it depends on the environment.
var widths = sync.OnceValue(func() *[lookedUp + 1]int8 {
	var t [lookedUp + 1]int8
	for r := range rune(lookedUp + 1) {
		if r >= 0x20 && r < 0x7f {
			t[r] = 2
		} else if r > 0x7f && in(lone, r) {
			t[r] = int8(1 + ansi.StringWidth(string(r)))
		}
	}
	return &t
})

func in(ranges [][2]rune, r rune) bool {
	for _, x := range ranges {
		if r >= x[0] && r <= x[1] {
			return true
		}
	}
	return false
}

// loneWidth returns the width of a lone character, or -1 for any other.
func loneWidth(r rune) int {
	switch {
	case r < 0:
		return -1
	case r <= lookedUp:
		return int(widths()[r]) - 1
	case r >= 0x4e00 && r <= 0x9fff, r >= 0xac00 && r <= 0xd7a3, in(lone, r):
		return 2
	}
	return -1
}
