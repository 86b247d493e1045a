package text

import (
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// piece is one grapheme cluster, one run of ASCII or one escape sequence of a text.
type piece struct {
	end   int
	width int
	sgr   bool // an SGR sequence
	ascii bool // each byte is a column
}

// pieceAt reads the piece at s[i].
func pieceAt(s string, i int) piece {
	c := s[i]
	if c >= 0x20 && c < 0x7f {
		if end := asciiEnd(s, i); end > i {
			return piece{end: end, width: end - i, ascii: true}
		}
	} else if c < utf8.RuneSelf {
		if c == esc {
			end, final, _ := escape(s, i)
			return piece{end: end, sgr: final == 'm'}
		}
		return piece{end: i + 1}
	}
	if size, width := single(s, i); size > 0 {
		return piece{end: i + size, width: width}
	}
	cluster, width := ansi.FirstGraphemeCluster(s[i:], ansi.GraphemeWidth)
	if c < utf8.RuneSelf { // bubbletea counts ASCII as a column of its own, whatever joins it
		width = ansi.StringWidth(cluster)
	}
	return piece{end: i + len(cluster), width: width}
}

// track follows the style over the piece p of s, which starts at i.
func (s *Style) track(text string, i int, p piece) {
	if p.sgr {
		apply(s, text[i+2:p.end-1])
	}
}

// Width returns the number of columns that s takes. It is the one measure used on the screen.
func Width(s string) int {
	n := 0
	for i := 0; i < len(s); {
		p := pieceAt(s, i)
		n += p.width
		i = p.end
	}
	return n
}

// cut finds where the first width columns of s, which begins in the style open, end. It returns that
// place, the columns up to it (one fewer than width where a wide character would be split) and the
// style in force there. all reports that nothing comes after it.
func cut(s string, width int, open Style) (at, used int, style Style, all bool) {
	style = open
	for i := 0; i < len(s); {
		p := pieceAt(s, i)
		if used+p.width > width {
			if p.ascii {
				i += width - used
				used = width
			}
			return i, used, style, false
		}
		used += p.width
		style.track(s, i, p)
		i = p.end
	}
	return len(s), used, style, true
}

// Clip returns the first width columns of s: all of s if it is narrower. A wide character that does
// not fit whole gives way to a blank. Colours are closed.
func Clip(s string, width int) string {
	at, used, style, all := cut(s, max(width, 0), Style{})
	if all {
		return s
	}
	return closed(s[:at], style) + Blanks(width-used)
}

// closed ends s with a reset if style is still in force there.
func closed(s string, style Style) string {
	if style == (Style{}) {
		return s
	}
	return s + reset
}

const reset = "\x1b[0m"

// Pad fills s with blanks up to width columns. What is wider stays as it is.
func Pad(s string, width int) string {
	n := Width(s)
	if n >= width {
		return s
	}
	padded := s + Blanks(width-n)
	if s != "" && s[len(s)-1] >= utf8.RuneSelf { // a few characters swallow a blank after them
		for n = Width(padded); n < width; n++ {
			padded += " "
		}
	}
	return padded
}

// Fit makes s exactly width columns wide: it is clipped or padded.
func Fit(s string, width int) string { return Pad(Clip(s, width), width) }

// Ellipsis is Fit for names and the like: where something is cut off, the last column shows "…".
func Ellipsis(s string, width int) string { return Pad(Shorten(s, width), width) }

// Shorten returns s with at most width columns; where something is cut off it ends with "…".
func Shorten(s string, width int) string {
	if width <= 0 {
		return Clip(s, 0)
	}
	if _, _, _, all := cut(s, width, Style{}); all {
		return s
	}
	at, _, style, _ := cut(s, width-Width("…"), Style{})
	return closed(s[:at]+"…", style)
}

// Skip returns s without its first cols columns, as when a line is scrolled sideways. The second
// half of a wide character shows as a blank. The colours in force there are kept.
func Skip(s string, cols int) string {
	if cols <= 0 {
		return s
	}
	var style Style
	i, used := 0, 0
	for i < len(s) && used < cols {
		p := pieceAt(s, i)
		if p.ascii && used+p.width > cols {
			p.end, p.width = i+cols-used, cols-used
		}
		used += p.width
		style.track(s, i, p)
		i = p.end
	}
	for i < len(s) { // what has no width belongs to what was skipped
		p := pieceAt(s, i)
		if p.width > 0 {
			break
		}
		style.track(s, i, p)
		i = p.end
	}
	if i == len(s) {
		return Blanks(used - cols)
	}
	if style == (Style{}) {
		return Blanks(used-cols) + s[i:]
	}
	return Blanks(used-cols) + string(style.append(nil, false)) + s[i:]
}

// Wrap cuts s into rows of at most width columns (at least 1), without regard to words. Each row
// stands for itself: it begins with the colours in force there and ends reset. There is always one
// row. A character that is too wide even for a row of its own gives way to a blank.
func Wrap(s string, width int) []string {
	var rows []string
	var open Style
	for {
		at, used, end, all := cut(s, max(width, 1), open)
		row := s[:at]
		if used == 0 && !all {
			wide := pieceAt(s, at).end
			var more int // sequences and marks that follow it
			more, _, end, _ = cut(s[wide:], 0, end)
			row, at = row+" "+s[wide:wide+more], wide+more
		}
		if open != (Style{}) {
			row = string(open.append(nil, false)) + row
		}
		rows = append(rows, closed(row, end))
		if s, open = s[at:], end; s == "" {
			return rows
		}
	}
}

// Strip returns s without its SGR sequences.
func Strip(s string) string {
	i := strings.IndexByte(s, esc)
	if i < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i >= 0 {
		b = append(b, s[:i]...)
		end, _, _ := escape(s, i)
		s = s[end:]
		i = strings.IndexByte(s, esc)
	}
	return string(append(b, s...))
}

// Runs yields the parts of s that have one style each, with their style.
func Runs(s string) iter.Seq2[Style, string] {
	return func(yield func(Style, string) bool) {
		var style Style
		for s != "" {
			i := strings.IndexByte(s, esc)
			if i < 0 {
				i = len(s)
			}
			if i > 0 && !yield(style, s[:i]) {
				return
			}
			if s = s[i:]; s != "" {
				end, final, _ := escape(s, 0)
				style.track(s, 0, piece{end: end, sgr: final == 'm'})
				s = s[end:]
			}
		}
	}
}
