package logs

import (
	"strings"

	"parallax/ui/text"
)

// Highlight marks every match in s, a drawn text that may have colours: on goes before it, off after
// it. on adds to the colours of the text there (such as reverse video), and off must undo it on
// plain text; colours are set again after it.
func Highlight(s string, q Query, on, off string) string {
	spans := q.spans(text.Strip(s), -1)
	if len(spans) == 0 {
		return s
	}
	m := marker{on: on, off: off}
	at := 0
	for style, part := range text.Runs(s) {
		for part != "" {
			for len(spans) > 0 && at >= spans[0][1] {
				spans = spans[1:]
			}
			mark, n := false, len(part)
			if len(spans) > 0 {
				if mark = at >= spans[0][0]; mark {
					n = min(n, spans[0][1]-at)
				} else {
					n = min(n, spans[0][0]-at)
				}
			}
			m.turn(style, mark, mark && at == spans[0][0])
			m.b.WriteString(part[:n])
			part = part[n:]
			at += n
		}
	}
	m.turn(text.Style{}, false, false)
	return m.b.String()
}

// marker writes text of which parts are marked.
type marker struct {
	b       strings.Builder
	on, off string
	drawn   text.Style
	marked  bool
}

// turn sets the style and the mark of what is written next. again begins a new mark even where one
// has just been, so that matches side by side can be told apart.
func (m *marker) turn(style text.Style, mark, again bool) {
	ended := m.marked && (!mark || again || style != m.drawn)
	if ended {
		m.b.WriteString(m.off)
		m.marked = false
	}
	if style != m.drawn || ended && style != (text.Style{}) {
		m.b.WriteString(style.String())
	}
	if mark && !m.marked {
		m.b.WriteString(m.on)
		m.marked = true
	}
	m.drawn = style
}
