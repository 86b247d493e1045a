package report

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"parallax/ui/text"
)

// Limits on what a job's words may take on the page.
const (
	nameRunes   = 120
	phraseRunes = 400
)

// say makes one printable line of any bytes: no control characters, none that turn the direction of
// text, none that XML forbids.
func say(s string) string { return cut(line(s), phraseRunes) }

// nameOf is say for names, which stand in tables and legends.
func nameOf(s string) string {
	if s = cut(line(s), nameRunes); s == "" {
		return "(no name)"
	}
	return s
}

func line(s string) string {
	var parts []string
	for _, l := range strings.Split(s, "\n") {
		if l = strings.TrimSpace(text.Plain([]byte(l))); l != "" {
			parts = append(parts, l)
		}
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r < 0x20, r == 0x7f, r >= 0x80 && r < 0xa0, r >= 0xfdd0 && r <= 0xfdef, r&0xfffe == 0xfffe:
			return utf8.RuneError
		}
		return r
	}, strings.Join(parts, " "))
}

// cut shortens what is longer than so many characters.
func cut(s string, runes int) string {
	if utf8.RuneCountInString(s) <= runes {
		return s
	}
	return string([]rune(s)[:runes-1]) + "…"
}

// all is say for each of some sentences.
func all(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = say(l)
	}
	return out
}

// short writes a number with up to so many digits behind the point and no needless zeros.
func short(v float64, digits int) string {
	s := strconv.FormatFloat(v, 'f', digits, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" {
		return "0"
	}
	return s
}

// when writes a moment with its zone: the reader may live in another one.
func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2 January 2006, 15:04 MST")
}

// fact is a line of what is told about the machine and the measuring.
type fact struct{ Name, Value string }

// told drops the facts of which nothing is known.
func told(facts []fact) []fact {
	out := facts[:0]
	for _, f := range facts {
		if f.Value = say(f.Value); f.Value != "" {
			out = append(out, f)
		}
	}
	return out
}
