package frame

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"parallax/themes"
	"parallax/ui/dashboard/keys"
	"parallax/ui/draw"
	"parallax/ui/text"
)

// Prose is sentences in rows of one width, for a box that may show fewer of them.
type Prose struct {
	width int
	lines []line
}

type line struct {
	ink  text.Ink
	text string
}

// NewProse returns prose without a sentence yet.
func NewProse(width int) *Prose { return &Prose{width: width} }

// Say adds a sentence, in rows below each other beside its mark. The sentence may come from outside. An
// empty one adds nothing.
func (p *Prose) Say(ink text.Ink, mark, words string) {
	if words == "" {
		return
	}
	for i, row := range Wrapped(words, max(p.width-text.Width(mark), 8)) {
		if i > 0 {
			mark = text.Blanks(text.Width(mark))
		}
		p.lines = append(p.lines, line{ink, mark + row})
	}
}

// Len is how many rows it has.
func (p *Prose) Len() int { return len(p.lines) }

// Hidden is how many rows are scrolled past when one is at the end of a box of such a height.
func (p *Prose) Hidden(height int) int { return max(len(p.lines)-(height-2), 0) }

// leastBeside is the room from which on something stands beside how many rows are not shown.
const leastBeside = 24

// View draws as much of it as there is room for in a box, from row top on. Where rows below are not shown
// it says so, with the key that leads there, and with the words of beside if there is room.
func (p *Prose) View(b draw.Box, st *themes.Styles, pressed keys.Map, top int, beside string) []string {
	top = max(min(top, len(p.lines)-b.Rows()), 0)
	if top > 0 {
		b.Right = []draw.Span{{Ink: st.Dim, Text: fmt.Sprintf("… %d above", top)}}
	}
	lines := p.lines[top:]
	var rows []*text.Row
	for i, l := range lines {
		r := text.NewRow(b.Inner())
		if i < b.Rows()-1 || len(lines) <= b.Rows() {
			rows = append(rows, r.Put(l.ink, l.text))
			continue
		}
		r.Put(st.Dim, fmt.Sprintf("… %d more   ", len(lines)-i)).Put(st.Faint, pressed.First(keys.PageDown))
		if beside != "" && r.Left() > leastBeside {
			r.Skip(3)
			r.Put(st.Dim, text.Shorten(text.Plain([]byte(beside)), r.Left()))
		}
		rows = append(rows, r)
		break
	}
	return b.View(rows)
}

// Wrapped cuts a sentence, which may come from outside with whatever a script has printed, into rows
// between its words.
func Wrapped(words string, width int) []string {
	return strings.Split(ansi.Wrap(text.Plain([]byte(words)), max(width, 1), ""), "\n")
}
