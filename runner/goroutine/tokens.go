package goroutine

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind uint8

const (
	noToken tokenKind = iota
	nameToken
	numberToken
	textToken
	signToken
)

// token is a piece of Python. Lines and columns count from 1, columns in runes.
type token struct {
	kind            tokenKind
	text            string
	line, col       int
	endLine, endCol int  // just behind it
	first           bool // it begins its line
}

// before reports whether the token ends before this place.
func (t token) before(line, col int) bool {
	return t.endLine < line || t.endLine == line && t.endCol < col
}

// signs are Python's operators of more than one character, longest first.
var signs = []string{"**=", "//=", ">>=", "<<=", "...", "**", "//", ">>", "<<", ":=", "->", "<=", ">=", "==", "!=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@="}

// tokens cuts Python source into tokens, as far as naming one of them needs: indentation and line
// ends are left out, and what is no Python at all becomes single characters.
func tokens(src []byte) []token {
	var out []token
	rest, line, col, fresh := string(src), 1, 1, true
	for rest != "" {
		kind, n := next(rest)
		text := rest[:n]
		rest = rest[n:]
		t := token{kind: kind, text: text, line: line, col: col, first: fresh}
		if breaks := strings.Count(text, "\n"); breaks > 0 {
			line, col = line+breaks, 1
			text = text[strings.LastIndexByte(text, '\n')+1:]
			fresh = true
		}
		col += utf8.RuneCountInString(text)
		if kind != noToken {
			t.endLine, t.endCol = line, col
			out = append(out, t)
			fresh = false
		}
	}
	return out
}

// next returns the kind and the length in bytes, at least 1, of what s begins with.
func next(s string) (tokenKind, int) {
	r, size := utf8.DecodeRuneInString(s)
	switch {
	case unicode.IsSpace(r) || r == '\\':
		return noToken, size
	case r == '#':
		return noToken, until(s, func(r rune) bool { return r == '\n' })
	case r == '"' || r == '\'':
		return textToken, textLength(s)
	case r >= '0' && r <= '9' || r == '.' && len(s) > 1 && s[1] >= '0' && s[1] <= '9':
		return numberToken, until(s, func(r rune) bool { return !isWord(r) && r != '.' })
	case isWord(r):
		n := until(s, func(r rune) bool { return !isWord(r) })
		if n <= 2 && n < len(s) && (s[n] == '"' || s[n] == '\'') && strings.Trim(s[:n], "fFrRbBuUtT") == "" {
			return textToken, n + textLength(s[n:])
		}
		return nameToken, n
	}
	for _, op := range signs {
		if strings.HasPrefix(s, op) {
			return signToken, len(op)
		}
	}
	return signToken, size
}

func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// until returns the index of the first rune for which stop holds, or the length of s.
func until(s string, stop func(rune) bool) int {
	if n := strings.IndexFunc(s, stop); n >= 0 {
		return n
	}
	return len(s)
}

// textLength returns the length of the text that s, which starts with a quote, begins with. One
// that is not closed ends with its line.
func textLength(s string) int {
	quote := s[:1]
	if strings.HasPrefix(s, strings.Repeat(quote, 3)) {
		quote = s[:3]
	}
	for i := len(quote); i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case strings.HasPrefix(s[i:], quote):
			return i + len(quote)
		case s[i] == '\n' && len(quote) == 1:
			return i
		}
	}
	return len(s)
}
