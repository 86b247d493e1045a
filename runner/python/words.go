package python

import (
	"fmt"
	"strings"
)

// wordReader reads a command line that calls one program with words that are known before a shell has seen
// them. It knows the POSIX shell's two quotes and its backslash; whatever else means something to a
// shell (operators, expansions, patterns) is refused, for only a shell could do that.
type wordReader struct {
	line string
	out  []string
	word strings.Builder
	open bool // a word has begun; it may still be empty, as '' is
}

// forShell is what means something to a shell outside of quotes. Some of it does so in some places only,
// or to some shells: nobody needs to know which.
const forShell = "|&;<>()$`*?[]#~{}!\n\r"

// plainWords splits a command line that means the same to a shell as without one. The error names the
// first character for which it takes a shell.
func plainWords(line string) ([]string, error) {
	w := wordReader{line: line}
	for rest := line; rest != ""; {
		n, err := w.next(rest)
		if err != nil {
			return nil, err
		}
		rest = rest[n:]
	}
	w.end()
	return w.out, nil
}

// next reads what stands at the start of rest, which is not empty, and returns its length in bytes.
func (w *wordReader) next(rest string) (int, error) {
	switch c := rest[0]; {
	case c == ' ' || c == '\t':
		w.end()
	case c == '\'':
		return w.single(rest)
	case c == '"':
		return w.double(rest)
	case c == '\\' && len(rest) == 1:
		return 0, fmt.Errorf(`%s ends with a \ that nothing follows`, w.line)
	case c == '\\' && rest[1] == '\n': // the shell drops both
		return 2, nil
	case c == '\\':
		w.add(rest[1:2])
		return 2, nil
	case strings.IndexByte(forShell, c) >= 0:
		return 0, w.needsShell(c)
	default:
		w.add(rest[:1])
	}
	return 1, nil
}

// single reads what is in single quotes, where all characters are plain.
func (w *wordReader) single(rest string) (int, error) {
	n := strings.IndexByte(rest[1:], '\'')
	if n < 0 {
		return 0, w.unclosed('\'')
	}
	w.add(rest[1 : 1+n])
	return n + 2, nil
}

// double reads what is in double quotes, where a backslash quotes a few characters and else is plain.
func (w *wordReader) double(rest string) (int, error) {
	w.add("")
	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '"':
			return i + 1, nil
		case c == '$' || c == '`':
			return 0, w.needsShell(c)
		case c == '\\' && strings.HasPrefix(rest[i+1:], "\n"):
			i++
		case c == '\\' && i+1 < len(rest) && strings.IndexByte("$`\"\\", rest[i+1]) >= 0:
			i++
			w.add(rest[i : i+1])
		default:
			w.add(rest[i : i+1])
		}
	}
	return 0, w.unclosed('"')
}

func (w *wordReader) add(text string) {
	w.open = true
	w.word.WriteString(text)
}

func (w *wordReader) end() {
	if w.open {
		w.out = append(w.out, w.word.String())
		w.word.Reset()
		w.open = false
	}
}

func (w *wordReader) needsShell(c byte) error {
	return fmt.Errorf("%s needs a shell, for its %q: %s", w.line, string(c), canRun)
}

func (w *wordReader) unclosed(mark byte) error {
	return fmt.Errorf("%s: a %c is never closed", w.line, mark)
}
