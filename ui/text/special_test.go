package text

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSpecial(t *testing.T) {
	for _, c := range []struct {
		s    string
		tabs bool
		want int
	}{
		{"", false, 0},
		{"plain\nlines of text\r\nand more\n", false, 30},
		{"a\tb", false, 3},
		{"a\tb", true, 1},
		{"0123456789\x1b[31m", false, 10},
		{"0123456789\rx", false, 10},
		{"0123456789\r", false, 10},
		{"0123456\x7f", false, 7},
		{"é漢👩\u009b", false, 9},
		{"é漢👩\u202e", false, 9},
	} {
		if got := Special([]byte(c.s), 0, c.tabs); got != c.want {
			t.Errorf("Special(%q, %v) = %d, want %d", c.s, c.tabs, got, c.want)
		}
	}
	for r := rune(1); r < 0xe1000; r++ {
		if invisible(r) && Special([]byte(string(r)), 0, false) != 0 {
			t.Errorf("%U is not found", r)
		}
	}
}

func TestWhatIsNotSpecialIsDrawnAsItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(rapid.SampledFrom(nasty), 0, 14).Draw(t, "s"), "")
		s = "x" + strings.ToValidUTF8(s, "?") // a mark at the start of a line is left out
		n := Special([]byte(s), 0, true)
		if got := Clean([]byte(s[:n]), nil); got != s[:n] {
			t.Fatalf("Special(%q) = %d, but Clean makes %q of that", s, n, got)
		}
	})
}
