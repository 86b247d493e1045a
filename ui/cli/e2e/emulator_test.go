//go:build linux || darwin

package e2e_test

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/hinshun/vt10x"
)

// filler stands in the second cell of a wide character.
const filler = '\uE000'

// emulator is a terminal: it takes the bytes a program writes and holds what they leave on the
// screen.
//
// vt10x knows the alternate screen, cursor movements and 256 and true colours, but each rune takes
// one cell in it. So text is cut into what a terminal draws in one place before it goes there: a
// wide one is followed by a filler, and what has no width of its own is left out.
type emulator struct {
	vt      vt10x.Terminal
	answers func([]byte) // what the terminal says back to the program
	held    []byte       // the end of what was written, as far as it may go on
	state   byte
	modes   map[int]bool // private modes that are set, by number
	titles  []string     // what the title was set to
	clips   int          // how often the clipboard was set
	wrapped int          // characters that did not fit into their row
}

func newEmulator(cols, rows int, answers func([]byte)) *emulator {
	e := &emulator{answers: answers, modes: map[int]bool{25: true}}
	e.vt = vt10x.New(vt10x.WithSize(cols, rows), vt10x.WithWriter(writer(answers)))
	return e
}

type writer func([]byte)

func (w writer) Write(p []byte) (int, error) { w(p); return len(p), nil }

func (e *emulator) resize(cols, rows int) { e.vt.Resize(cols, rows) }

// Write takes what the program wrote; it never fails.
func (e *emulator) Write(p []byte) (int, error) {
	b := append(e.held, p...)
	for len(b) > 0 {
		if len(b) < utf8.UTFMax && !utf8.FullRune(b) {
			break
		}
		seq, width, n, state := ansi.DecodeSequence(b, e.state, nil)
		if len(b) == n && (state != ansi.NormalState || seq[0] == 0x1b || seq[0] >= utf8.RuneSelf && width > 0) && !complete(seq) {
			break // more of it may come
		}
		e.state = ansi.NormalState
		e.put(string(seq), width)
		b = b[n:]
	}
	e.held = append([]byte(nil), b...)
	return len(p), nil
}

// complete reports whether an escape sequence has its end.
func complete(seq []byte) bool {
	if seq[0] != 0x1b || len(seq) < 2 {
		return false
	}
	end := seq[len(seq)-1]
	switch seq[1] {
	case '[':
		return len(seq) > 2 && end >= 0x40 && end <= 0x7e
	case ']', 'P', '_', '^', 'X':
		return end == 0x07 || strings.HasSuffix(string(seq), "\x1b\\")
	}
	return end >= 0x30
}

func (e *emulator) put(seq string, width int) {
	if width == 0 {
		e.note(seq)
		if r, _ := utf8.DecodeRuneInString(seq); r < 0x20 || r == 0x7f {
			_, _ = e.vt.Write([]byte(seq))
		}
		return
	}
	cols, _ := e.vt.Size()
	const wrapNext = 2 // of vt10x: the last column was written, the next character wraps
	cur := e.vt.Cursor()
	if (cur.State&wrapNext != 0 || cur.X+width > cols) && e.vt.Mode()&vt10x.ModeWrap != 0 {
		e.wrapped++ // it pushes everything below out of place; without the mode it is only cut
	}
	r, _ := utf8.DecodeRuneInString(seq)
	cell := string(r)
	if width == 2 {
		cell += string(filler)
	}
	_, _ = e.vt.Write([]byte(cell))
}

// note keeps what an escape sequence does beside drawing.
func (e *emulator) note(seq string) {
	switch {
	case strings.HasPrefix(seq, "\x1b[?") && (strings.HasSuffix(seq, "h") || strings.HasSuffix(seq, "l")):
		for _, word := range strings.Split(seq[3:len(seq)-1], ";") {
			n := 0
			for _, c := range word {
				n = 10*n + int(c-'0')
			}
			e.modes[n] = strings.HasSuffix(seq, "h")
		}
	case strings.HasPrefix(seq, "\x1b]0;"), strings.HasPrefix(seq, "\x1b]1;"), strings.HasPrefix(seq, "\x1b]2;"):
		e.titles = append(e.titles, seq)
	case strings.HasPrefix(seq, "\x1b]52;"):
		e.clips++
	case seq == "\x1b[c":
		e.answers([]byte("\x1b[?62c")) // what it is: a VT220, as most say
	}
}
