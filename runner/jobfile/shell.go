package jobfile

import "strings"

// shellScan follows the quoting of a shell command line from left to right, so that an argument can
// be put into it without ever being read as code. It knows the POSIX shell's quotes, substitutions,
// comments and here-documents; where an argument can't be made safe it says so rather than guess.
type shellScan struct {
	frames []byte // what is open, outermost first: one of the constants below
	fresh  bool   // the next character begins a word
	dollar bool   // the last character was a $ that may name a variable
	naming bool   // the last character may belong to a variable's name
	murky  string // why nothing that follows can be told, or ""
}

// What can be open.
const (
	inPlain     = '(' // a subshell ( ), or nothing
	inCommand   = '$' // a substitution $( ), read like inPlain
	inSingle    = '\''
	inDouble    = '"'
	inBackquote = '`'
	inParameter = '{' // ${ }
	inSum       = '+' // $(( )), and brackets in it
	inComment   = '#'
)

func newShellScan() *shellScan { return &shellScan{fresh: true} }

func (s *shellScan) top() byte {
	if len(s.frames) == 0 {
		return inPlain
	}
	return s.frames[len(s.frames)-1]
}

func (s *shellScan) push(frame byte) { s.frames = append(s.frames, frame) }

func (s *shellScan) pop() { s.frames = s.frames[:len(s.frames)-1] }

func (s *shellScan) within(frame byte) bool { return strings.IndexByte(string(s.frames), frame) >= 0 }

// quote returns the quote mark that an argument put here has to close first and open again after
// itself ("" for none), or why no argument can stand here.
func (s *shellScan) quote() (mark, refusal string) {
	switch {
	case s.murky != "":
		return "", "stands after " + s.murky + ", where it cannot be quoted safely"
	case s.dollar:
		return "", "stands right after a $, which would make a variable of it"
	case s.within(inBackquote):
		return "", "stands inside backquotes: write $( ) instead"
	case s.within(inParameter):
		return "", "stands inside ${ }, where it cannot be quoted safely"
	case s.within(inSum):
		return "", "stands inside $(( )): put it into a variable before, and write that there"
	case s.within(inComment):
		return "", "stands in a comment of the shell"
	case s.top() == inSingle, s.top() == inDouble:
		return string(s.top()), ""
	}
	return "", ""
}

// next reads what stands at the start of rest, which is not empty, and returns its length in bytes.
func (s *shellScan) next(rest string) int {
	name := s.dollar || s.naming
	s.dollar = false
	c := rest[0]
	s.naming = name && (c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z')
	switch s.top() {
	case inSingle, inBackquote, inComment:
		return s.closing(rest)
	case inParameter, inSum:
		return s.expression(rest)
	case inDouble:
		switch {
		case c == '\\' && len(rest) > 1 && strings.IndexByte("$`\"\\\n", rest[1]) >= 0:
			return 2
		case c == '"':
			s.pop()
		case c == '`':
			s.push(inBackquote)
		case c == '$':
			return s.variable(rest)
		}
		return 1
	}
	return s.plain(rest)
}

// closing reads in a frame in which nothing but its end means anything.
func (s *shellScan) closing(rest string) int {
	switch top, c := s.top(), rest[0]; {
	case top == inBackquote && c == '\\':
		return min(2, len(rest))
	case top == inComment && c == '\n', top != inComment && c == top:
		s.pop()
		s.fresh = top == inComment
	}
	return 1
}

// expression reads inside ${ } and $(( )).
func (s *shellScan) expression(rest string) int {
	switch c, sum := rest[0], s.top() == inSum; {
	case !sum && c == '}', sum && c == ')':
		s.pop()
	case sum && c == '(':
		s.push(inSum)
	case strings.IndexByte("'\"\\`", c) >= 0:
		// Shells differ in what a quote means there, so we might misread all that follows.
		s.murky = "a ${ } or $(( )) with quotes in it"
	case c == '$':
		return s.variable(rest)
	}
	return 1
}

// variable reads from a $ on.
func (s *shellScan) variable(rest string) int {
	var second byte
	if len(rest) > 1 {
		second = rest[1]
	}
	s.fresh = false
	switch {
	case strings.HasPrefix(rest, "$(("):
		s.push(inSum)
		s.push(inSum)
		return 3
	case second == '(':
		s.push(inCommand)
		s.fresh = true
		return 2
	case second == '{' && replacementForm.FindString(rest[1:]) == "":
		s.push(inParameter)
		return 2
	case second == '\'' && s.top() != inDouble:
		s.murky = "$'…', which shells read differently"
	case second == '\\' && strings.HasPrefix(rest[2:], "\n"):
		s.murky = "a $ with the line broken after it"
	case second != 0 && strings.IndexByte("$#?!-*@", second) >= 0:
		return 2
	default:
		s.dollar = true
	}
	return 1
}

// plain reads outside of quotes.
func (s *shellScan) plain(rest string) int {
	fresh := s.fresh
	s.fresh = strings.IndexByte(" \t\n;|&()<>", rest[0]) >= 0
	switch c := rest[0]; {
	case c == '\\':
		s.fresh = fresh && strings.HasPrefix(rest[1:], "\n") // the shell drops both characters
		return min(2, len(rest))
	case c == '\'' || c == '"' || c == '`':
		s.push(c)
	case c == '$':
		return s.variable(rest)
	case c == '(':
		s.push(inPlain)
	case c == ')' && len(s.frames) > 0:
		s.fresh = s.top() == inPlain
		s.pop()
	case c == '#' && fresh:
		s.push(inComment)
	case strings.HasPrefix(rest, "<<<"):
		return 3
	case strings.HasPrefix(rest, "<<"), strings.HasPrefix(rest, "<\\\n"):
		s.murky = "a here-document"
	case fresh && s.within(inDouble) && strings.HasPrefix(rest, "case"):
		// The ) of its patterns would be taken for the end of the substitution.
		s.murky = "a case inside a quoted $( )"
	}
	return 1
}

// end says what is left open at the end of the line, or "".
func (s *shellScan) end() string {
	switch top := s.top(); {
	case s.murky != "":
		return "" // what is open can't be told
	case top == inSingle, top == inDouble, top == inBackquote:
		return "a " + string(top) + " is never closed"
	case top == inParameter:
		return "a ${ is never closed"
	}
	return ""
}
