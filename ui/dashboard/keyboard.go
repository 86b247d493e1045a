package dashboard

import "os"

// keyboard is a terminal's input without the terminal's own answers. One that comes late, to what
// was asked before the screen was drawn, would be taken for keys: the "r" of "rgb:" restarts a job.
type keyboard struct {
	*os.File
	answers answers
}

// Read reads keys. It may return none without an error.
func (k *keyboard) Read(p []byte) (int, error) {
	n, err := k.File.Read(p)
	if n < 0 {
		return n, err
	}
	return len(k.answers.strip(p[:n])), err
}

// answers finds a terminal's answers: OSC ("\x1b]11;rgb:…\x07") and those of private sequences
// ("\x1b[?62c"), with neither of which any key begins. The zero value is ready.
type answers struct {
	kind byte // of the answer that has not ended: ']', '?' or 0
	n    int  // how long it is by now
}

// longest is the length from which on something is no answer, so that keys are never lost for good.
const longest = 128

// strip removes answers from b in place; one may go on in the next call. An answer that is cut
// within its first two bytes is not known: those alone are keys (esc, alt+]).
func (a *answers) strip(b []byte) []byte {
	out := b[:0]
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case a.kind == 0 && c == 0x1b && i+2 < len(b) && (b[i+1] == ']' && digit(b[i+2]) || b[i+1] == '[' && b[i+2] == '?'):
			*a = answers{kind: map[byte]byte{']': ']', '[': '?'}[b[i+1]]}
			i += 2
		case a.kind == 0:
			out = append(out, c)
		case a.n > longest, c < 0x20 && c != 0x07 && c != 0x1b: // a key
			a.kind = 0
			out = append(out, c)
		case a.kind == ']' && (c == 0x07 || c == '\\'), a.kind == '?' && c >= 0x40 && c <= 0x7e:
			a.kind = 0
		default:
			a.n++
		}
	}
	return out
}

func digit(c byte) bool { return c >= '0' && c <= '9' }
