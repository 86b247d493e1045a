package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// scanner reads one line of JSON from left to right, straight into the values that are wanted.
// It accepts only valid JSON. The first error stands; after it all methods return zero values.
//
// encoding/json was measured first: on a day's samples it takes most of the time that there is for
// folding a run, and it cannot name unknown fields without a decoder per line.
type scanner struct {
	data []byte
	pos  int
	err  error
}

var errCut = errors.New("the line ends too early")

// maxDepth bounds how deep unknown values may nest.
const maxDepth = 64

func (s *scanner) fail(format string, args ...any) {
	if s.err == nil {
		s.err = fmt.Errorf("at byte %d: %w", s.pos+1, fmt.Errorf(format, args...))
	}
}

// peek returns the next byte that is no white space, or 0.
func (s *scanner) peek() byte {
	for s.err == nil && s.pos < len(s.data) {
		switch c := s.data[s.pos]; c {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return c
		}
	}
	if s.err == nil {
		s.err = errCut
	}
	return 0
}

// take steps over the byte c and reports whether it was there.
func (s *scanner) take(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.pos++
	return true
}

func (s *scanner) want(c byte) {
	if !s.take(c) {
		s.fail("%q expected", c)
	}
}

// end wants nothing but white space in the rest of the line.
func (s *scanner) end() {
	if s.err != nil {
		return
	}
	if s.peek(); s.pos < len(s.data) {
		s.fail("something follows the object")
		return
	}
	s.err = nil // that the line ends here is no fault
}

// object reads an object. f is called with each key and must read its value.
func (s *scanner) object(f func(key []byte)) {
	s.want('{')
	if s.take('}') {
		return
	}
	for s.err == nil {
		key := s.raw()
		s.want(':')
		if s.err != nil {
			return
		}
		f(key)
		if !s.take(',') {
			s.want('}')
			return
		}
	}
}

// array reads an array. f is called for each element and must read it.
func (s *scanner) array(f func()) {
	s.want('[')
	if s.take(']') {
		return
	}
	for s.err == nil {
		f()
		if !s.take(',') {
			s.want(']')
			return
		}
	}
}

// digits steps over one digit or more.
func (s *scanner) digits() {
	from := s.pos
	for s.pos < len(s.data) && s.data[s.pos]-'0' <= 9 {
		s.pos++
	}
	if s.pos == from {
		s.fail("a digit expected")
	}
}

// literal returns the text of a number, and whether it is a whole one.
func (s *scanner) literal() (text []byte, whole bool) {
	s.peek()
	from := s.pos
	next := func(set string) bool {
		if s.pos >= len(s.data) {
			return false
		}
		for i := range len(set) {
			if s.data[s.pos] == set[i] {
				s.pos++
				return true
			}
		}
		return false
	}
	next("-")
	if !next("0") {
		s.digits()
	}
	whole = true
	if next(".") {
		whole = false
		s.digits()
	}
	if next("eE") {
		whole = false
		next("+-")
		s.digits()
	}
	if s.err != nil {
		return nil, false
	}
	return s.data[from:s.pos], whole
}

// int reads a whole number. Most of a long run's journal is such numbers, so those of usual length
// do not take the general way.
func (s *scanner) int() int64 {
	s.peek()
	i, negative := s.pos, false
	if i < len(s.data) && s.data[i] == '-' {
		i, negative = i+1, true
	}
	var v int64
	from := i
	for i < len(s.data) && s.data[i]-'0' <= 9 {
		v = 10*v + int64(s.data[i]-'0')
		i++
	}
	n := i - from
	more := i < len(s.data) && (s.data[i] == '.' || s.data[i]|' ' == 'e')
	if s.err != nil || n == 0 || n > 18 || n > 1 && s.data[from] == '0' || more {
		return s.longInt()
	}
	if s.pos = i; negative {
		return -v
	}
	return v
}

func (s *scanner) longInt() int64 {
	text, whole := s.literal()
	if s.err != nil {
		return 0
	}
	if !whole {
		s.fail("%s is no whole number", text)
		return 0
	}
	v, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		s.fail("%s is too large", text)
	}
	return v
}

// uint reads a whole number that is not negative.
func (s *scanner) uint() uint64 {
	text, _ := s.literal()
	if s.err != nil {
		return 0
	}
	v, err := strconv.ParseUint(string(text), 10, 64)
	if err != nil {
		s.fail("%s is no whole number from 0", text)
	}
	return v
}

// ints reads an array of whole numbers.
func (s *scanner) ints() []int {
	var out []int
	s.array(func() { out = append(out, int(s.int())) })
	return out
}

// float reads any number.
func (s *scanner) float() float64 {
	text, whole := s.literal()
	if s.err != nil {
		return 0
	}
	if whole && len(text) == 1 {
		return float64(text[0] - '0')
	}
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		s.fail("%s is too large", text)
	}
	return v
}

// raw reads a string and returns its bytes. They are those of the line, unless something in it was
// escaped.
func (s *scanner) raw() []byte {
	s.want('"')
	if s.err != nil {
		return nil
	}
	from, escaped := s.pos, false
	for ; s.pos < len(s.data); s.pos++ {
		switch c := s.data[s.pos]; {
		case c == '"':
			text := s.data[from:s.pos]
			s.pos++
			if !escaped {
				return text
			}
			return s.unescape(s.data[from-1 : s.pos])
		case c == '\\':
			escaped = true
			s.pos++
		case c < ' ':
			s.fail("a control character in a string")
			return nil
		}
	}
	s.pos, s.err = len(s.data), errCut
	return nil
}

func (s *scanner) unescape(quoted []byte) []byte {
	var text string
	if err := json.Unmarshal(quoted, &text); err != nil {
		s.fail("%w", err)
	}
	return []byte(text)
}

// str reads a string. Bytes that are no UTF-8 become U+FFFD.
func (s *scanner) str() string {
	raw := s.raw()
	if utf8.Valid(raw) {
		return string(raw)
	}
	return string([]rune(string(raw)))
}

func (s *scanner) bool() bool {
	v := s.peek() == 't'
	s.word(map[bool]string{true: "true", false: "false"}[v])
	return v
}

func (s *scanner) word(w string) {
	s.peek()
	if len(s.data)-s.pos < len(w) || string(s.data[s.pos:s.pos+len(w)]) != w {
		s.fail("%s expected", w)
		return
	}
	s.pos += len(w)
}

// skip steps over a value of any kind.
func (s *scanner) skip(depth int) {
	if depth > maxDepth {
		s.fail("nested too deep")
		return
	}
	switch s.peek() {
	case '{':
		s.object(func([]byte) { s.skip(depth + 1) })
	case '[':
		s.array(func() { s.skip(depth + 1) })
	case '"':
		s.raw()
	case 't':
		s.word("true")
	case 'f':
		s.word("false")
	case 'n':
		s.word("null")
	default:
		s.literal()
	}
}
