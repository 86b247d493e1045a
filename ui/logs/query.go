package logs

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Query is what is searched for, made by [Compile]. It is read-only, so any goroutine may use it.
// The zero Query matches nothing.
type Query struct {
	text string
	low  []rune         // of text, when upper and lower case are the same
	re   *regexp.Regexp // instead of text
	fold bool

	needle string // is in every match as ASCII or, without fold, as it is; "" when nothing is known
	rare   byte   // the byte of needle that is rarest in logs; 0 for none
	blanks bool   // a match may hold blanks, which tabs are drawn as
}

// Compile makes a query of a text or, if asked, a regular expression in the syntax of Go. A pattern
// without upper-case letters matches both cases; one with any is taken as it is written.
func Compile(pattern string, isRegexp bool) (Query, error) {
	q := Query{text: pattern, fold: !hasUpper(pattern, isRegexp)}
	switch {
	case pattern == "":
		return Query{}, nil
	case isRegexp:
		flags := ""
		if q.fold {
			flags = "(?i)"
		}
		re, err := regexp.Compile(flags + pattern)
		if err != nil {
			return Query{}, fmt.Errorf("search for %q: %w", pattern, err)
		}
		q.re, q.blanks = re, true
		q.needle, _ = re.LiteralPrefix()
	case q.fold:
		q.low = []rune(strings.Map(lower, pattern))
		q.needle = longestASCII(pattern)
	default:
		q.needle = pattern
	}
	if strings.ContainsRune(q.needle, utf8.RuneError) { // may stand for bytes that are not UTF-8
		q.needle = ""
	}
	q.blanks = q.blanks || strings.Contains(pattern, " ")
	q.rare = rarest(q.needle)
	return q, nil
}

// Empty reports whether the query matches nothing whatever the text.
func (q Query) Empty() bool { return q.text == "" }

// hasUpper looks for upper-case letters, other than those of classes such as \W in an expression.
func hasUpper(pattern string, isRegexp bool) bool {
	escaped := false
	for _, r := range pattern {
		if unicode.IsUpper(r) && !escaped {
			return true
		}
		escaped = isRegexp && r == '\\' && !escaped
	}
	return false
}

func longestASCII(s string) string {
	longest := ""
	for run := range strings.FieldsFuncSeq(s, func(r rune) bool { return r >= utf8.RuneSelf }) {
		if len(run) > len(longest) {
			longest = run
		}
	}
	return longest
}

// common lists what logs are mostly made of, the most common first. What is not listed is rare.
const common = "etaoinsrhld0cu1m2fpgwy3b-.:45789/6vkT=_,SAIRENCMOD\"()"

// rarest picks the byte of s to look for. Blanks do not qualify: they may be a tab in the file.
func rarest(s string) byte {
	var best byte
	at := -1
	for i := range len(s) {
		if s[i] <= ' ' {
			continue
		}
		rank := strings.IndexByte(common, s[i])
		if rank < 0 {
			return s[i]
		}
		if rank > at {
			best, at = s[i], rank
		}
	}
	return best
}

// lower is the lower case of r. It does not take the few letters beyond ASCII for which that is
// ASCII, so that an ASCII needle can be looked for byte by byte.
func lower(r rune) rune {
	switch {
	case r >= 'A' && r <= 'Z':
		return r + 'a' - 'A'
	case r < utf8.RuneSelf:
		return r
	}
	if l := unicode.ToLower(r); l >= utf8.RuneSelf {
		return l
	}
	return r
}

// Match reports whether the query is in s, a text without colours.
func (q Query) Match(s string) bool {
	switch {
	case q.Empty():
		return false
	case q.re == nil && q.low == nil:
		return strings.Contains(s, q.text)
	case q.re != nil:
		if m := q.re.FindStringIndex(s); m == nil || m[1] > m[0] {
			return m != nil
		}
	}
	return len(q.spans(s, 1)) > 0
}

// spans returns where the first n matches in s begin and end, all of them for -1. Empty matches of
// an expression are nothing to be seen, and left out.
func (q Query) spans(s string, n int) [][2]int {
	var found [][2]int
	if q.re != nil {
		for _, m := range q.re.FindAllStringIndex(s, -1) {
			if m[1] > m[0] {
				found = append(found, [2]int{m[0], m[1]})
			}
		}
		return found
	}
	for at := 0; at < len(s) && len(found) != n && !q.Empty(); {
		start, end := q.find(s, at)
		if end == 0 {
			break
		}
		found, at = append(found, [2]int{start, end}), end
	}
	return found
}

// find returns the first match of a text in s that starts at or after from; its end is 0 when there
// is none.
func (q Query) find(s string, from int) (start, end int) {
	if q.low == nil {
		if i := strings.Index(s[from:], q.text); i >= 0 {
			return from + i, from + i + len(q.text)
		}
		return 0, 0
	}
	for i := from; i < len(s); i++ {
		k := q.firstIn(s[i:])
		if k < 0 {
			break
		}
		i += k
		if n := q.foldedAt(s[i:]); n > 0 {
			return i, i + n
		}
	}
	return 0, 0
}

// firstIn returns where in s a folded match can begin at the earliest, or -1.
func (q Query) firstIn(s string) int {
	c := q.low[0]
	if c >= utf8.RuneSelf {
		return strings.IndexFunc(s, func(r rune) bool { return lower(r) == c })
	}
	i := strings.IndexByte(s, byte(c))
	if c >= 'a' && c <= 'z' {
		if i >= 0 {
			s = s[:i]
		}
		if k := strings.IndexByte(s, byte(c)-('a'-'A')); k >= 0 {
			return k
		}
	}
	return i
}

// foldedAt returns the length of the match at the start of s, or 0.
func (q Query) foldedAt(s string) int {
	n := 0
	for _, want := range q.low {
		r, size := utf8.DecodeRuneInString(s[n:])
		if size == 0 || lower(r) != want {
			return 0
		}
		n += size
	}
	return n
}
