package goroutine

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzCheck feeds anything to what parses scripts and explains their faults. Whatever it is, the
// answer is a program or one line with a place in it.
func FuzzCheck(f *testing.F) {
	for _, s := range []string{
		"", "print(1)", both, counter, "x = f\"a{1}\"", "x = '''a\n", "@a\n", "\\", "a = 1 < 2 < 3", "é = 1_0", "x = {1,",
		"\tif", "def f(", "'\\", "0x", "1.", "x = [0] * n", "(((((((((", "a\r\nb c", "\x00", "\xff'", "load('a', 'b')",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		prog, err := compile("x.py", []byte(src))
		if (prog == nil) == (err == nil) {
			t.Fatalf("program %v, error %v", prog, err)
		}
		if err != nil && (!strings.HasPrefix(err.Error(), "x.py:") || strings.Contains(err.Error(), "\n")) {
			t.Errorf("explained as %q", err)
		}
		checkTokens(t, src)
	})
}

// checkTokens verifies that tokens lie in order, within the source, where they say.
func checkTokens(t *testing.T, src string) {
	t.Helper()
	lines := strings.Split(src, "\n")
	line, col := 1, 1
	for _, tok := range tokens([]byte(src)) {
		if tok.line < line || tok.line == line && tok.col < col || tok.before(tok.line, tok.col) {
			t.Fatalf("token %q at %d:%d after %d:%d", tok.text, tok.line, tok.col, line, col)
		}
		line, col = tok.endLine, tok.endCol
		if utf8.ValidString(src) {
			rest := string([]rune(lines[tok.line-1])[tok.col-1:])
			first, _, _ := strings.Cut(tok.text, "\n")
			if !strings.HasPrefix(rest, first) {
				t.Fatalf("token %q is not at %d:%d", tok.text, tok.line, tok.col)
			}
		}
	}
}
