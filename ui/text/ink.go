package text

import (
	"strings"

	"github.com/charmbracelet/lipgloss"
)

// Ink is a style boiled down to the escape sequence that turns it on and the one that turns it off,
// so that a frame is drawn by joining strings: a call of lipgloss's Render costs microseconds, and a
// frame has thousands of spans. The zero Ink draws plain. Inks are values, safe for any goroutine,
// and comparable: two that draw alike are equal.
type Ink struct{ on, off string }

// marker stands for the text when a style is boiled down. No escape sequence that sets colours or
// attributes holds it.
const marker = "x"

// NewInk takes colours and attributes from style, as its renderer's colour profile shows them.
// Sizes, margins, padding, borders and transformations of the text are left out: an ink does not
// change the number of columns.
func NewInk(style lipgloss.Style) Ink {
	drawn := style.Inline(true).UnsetWidth().UnsetMaxWidth().UnsetHeight().UnsetMaxHeight().UnsetTransform().
		Render(marker)
	on, off, found := strings.Cut(drawn, marker)
	if !found {
		return Ink{}
	}
	return Ink{on, off}
}

// Render returns s in the ink. What s holds is not looked at: it should have no newline (a terminal
// would colour the rest of the line) and no escape sequence that resets.
func (k Ink) Render(s string) string {
	if s == "" {
		return ""
	}
	return k.on + s + k.off
}

// Write appends s in the ink to b.
func (k Ink) Write(b *strings.Builder, s string) {
	if s == "" {
		return
	}
	b.WriteString(k.on)
	b.WriteString(s)
	b.WriteString(k.off)
}

// Over returns the ink for a span of a row that has a background of its own, such as the selected
// one: what base sets and k does not stays visible. The span is complete in itself (base is turned
// on before it and all is off after it), so the spans of a row may come in any order, be the first
// or the last, and leave nothing on behind them.
func (k Ink) Over(base Ink) Ink {
	if k.on == "" || k == base {
		return base
	}
	return Ink{base.on + k.on, k.off}
}

// Plain reports whether the ink leaves text as it is.
func (k Ink) Plain() bool { return k.on == "" }

// Sequences returns what turns the ink on and what turns it off, for marking a part of a text that
// has colours of its own.
func (k Ink) Sequences() (on, off string) { return k.on, k.off }
