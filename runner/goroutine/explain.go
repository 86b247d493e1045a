package goroutine

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/resolve"
	"go.starlark.net/syntax"
)

// explain words what Starlark's parser or resolver says of a script. Where the culprit is something
// that Python has and Starlark has not, it is named.
func explain(name string, src []byte, err error) error {
	var se syntax.Error
	var re resolve.ErrorList
	switch {
	case errors.As(err, &se):
		line, col, what := culprit(tokens(src), se)
		if what == "" {
			return fmt.Errorf("%s:%d:%d: %s", name, se.Pos.Line, se.Pos.Col, plain(se.Msg))
		}
		return fmt.Errorf("%s:%d:%d: %s", name, line, col, what)
	case errors.As(err, &re):
		msg := re[0].Msg
		if id, ok := strings.CutPrefix(msg, "undefined: "); ok && slices.Contains(pythonOnly, id) {
			msg = isPython(id)
		}
		if n := len(re) - 1; n > 0 {
			msg = fmt.Sprintf("%s (and %d more)", msg, n)
		}
		return fmt.Errorf("%s:%d:%d: %s", name, re[0].Pos.Line, re[0].Pos.Col, msg)
	}
	return fmt.Errorf("%s: %w", name, err)
}

// plain keeps a message to one line, whatever the script has in it.
func plain(msg string) string { return strings.Join(strings.Fields(msg), " ") }

func isPython(what string) string { return fmt.Sprintf("%q is Python, not Starlark", what) }

// reserved are Python's keywords that Starlark keeps free and gives no meaning.
var reserved = map[string]string{
	"as": "", "async": "", "await": "", "class": "", "except": "", "finally": "", "from": "",
	"import": "", "raise": ": use fail(...)", "try": "", "with": "", "yield": "",
	"del": "", "global": "", "nonlocal": "", "is": ": use ==",
}

// statements begin a statement in Python and are names in Starlark.
var statements = []string{"assert", "match", "case", "type", "exec", "print"}

// pythonOnly are Python's built-in names that scripts here do not have.
var pythonOnly = []string{
	"ArithmeticError", "AssertionError", "AttributeError", "BaseException", "Ellipsis", "Exception",
	"FileNotFoundError", "ImportError", "IndexError", "KeyError", "KeyboardInterrupt", "LookupError",
	"MemoryError", "NameError", "NotImplemented", "NotImplementedError", "OSError", "OverflowError",
	"RecursionError", "RuntimeError", "StopIteration", "SystemExit", "TimeoutError", "TypeError",
	"ValueError", "ZeroDivisionError", "__builtins__", "__doc__", "__file__", "aiter", "anext", "ascii",
	"breakpoint", "bytearray", "callable", "classmethod", "compile", "complex", "delattr", "eval", "exec",
	"exit", "filter", "format", "frozenset", "globals", "id", "input", "isinstance", "issubclass", "iter",
	"locals", "map", "memoryview", "next", "object", "open", "property", "quit", "setattr", "slice",
	"staticmethod", "super", "vars",
}

// culprit finds the token that the parser stumbled over and says what it is in Python, or "" when
// it is no Python either.
func culprit(toks []token, e syntax.Error) (line, col int, what string) {
	i := stumble(toks, e)
	if i < 0 {
		return 0, 0, ""
	}
	t, before := toks[i], token{}
	if i > 0 && (!t.first || t.kind == textToken) {
		before = toks[i-1]
	}
	if hint, ok := reserved[t.text]; ok && t.kind == nameToken {
		return t.line, t.col, isPython(t.text) + hint
	}
	switch t.kind {
	case nameToken, textToken, numberToken:
		what = wordCulprit(t, before, e.Msg)
	default:
		what = signCulprit(t, before, e.Msg)
	}
	if before.first && before.kind == nameToken && slices.Contains(statements, before.text) && what == "" {
		return before.line, before.col, "the " + before.text + " statement is Python, not Starlark"
	}
	return t.line, t.col, what
}

// wordCulprit judges names, numbers and text.
func wordCulprit(t, before token, msg string) string {
	prefix := strings.ToLower(t.text[:max(strings.IndexAny(t.text, `"'`), 0)])
	switch {
	case t.kind == textToken && strings.ContainsAny(prefix, "ft"):
		return "an f-string is Python, not Starlark: use % or .format()"
	case t.kind == textToken && prefix == "u":
		return `u"..." is Python, not Starlark: leave out the u`
	case t.kind == textToken && prefix == "br":
		return `br"..." is Python, not Starlark: write rb"..."`
	case t.kind == textToken && before.kind == textToken:
		return "joining text without an operator is Python, not Starlark: put + between"
	case t.kind == numberToken && strings.Contains(t.text, "_"):
		return "_ within a number is Python, not Starlark"
	case t.kind == numberToken && strings.ContainsAny(t.text, "jJ") && !strings.HasPrefix(t.text, "0x"):
		return "a complex number is Python, not Starlark"
	case t.text == "else" && t.first:
		return `"else" after a loop is Python, not Starlark`
	case t.text == "for" && (strings.HasSuffix(msg, "want ','") || strings.HasSuffix(msg, "want ')'")):
		return "a generator expression is Python, not Starlark: put it in [ ]"
	case t.text == "for" && strings.HasSuffix(msg, "want ':'"):
		return "a set comprehension is Python, not Starlark: use set([...])"
	}
	return ""
}

// signCulprit judges operators and punctuation.
func signCulprit(t, before token, msg string) string {
	switch {
	case strings.Contains(msg, "does not associate"):
		return `a chained comparison is Python, not Starlark: join two with "and"`
	case t.text == ":=" || t.text == "->" || t.text == "..." || t.text == "@=":
		return isPython(t.text)
	case t.text == "**" || t.text == "**=":
		return isPython(t.text) + ": use pow()"
	case t.text == "@" && t.first:
		return "a decorator is Python, not Starlark"
	case t.text == "@":
		return isPython("@")
	case t.text == ":" && (before.kind == nameToken || before.text == ")" || before.text == "]") &&
		(strings.HasSuffix(msg, "want newline") || strings.HasSuffix(msg, "want ')'")):
		return "a type annotation is Python, not Starlark"
	case t.text == "[" && strings.HasSuffix(msg, "want '('"):
		return "a type parameter is Python, not Starlark"
	case (t.text == "," || t.text == "}") && strings.HasSuffix(msg, "want ':'"):
		return "a set in braces is Python, not Starlark: use set([...])"
	case t.text == "*" && strings.HasSuffix(msg, "want primary expression"):
		return "unpacking with * is Python, not Starlark, except in a call"
	case t.text == "/" && (msg == "not an identifier" || strings.Contains(msg, "want ')'")):
		return "/ among parameters is Python, not Starlark"
	}
	return ""
}

// stumble returns the index of the token that an error is about, or -1. The parser gives the place
// where that token begins for some errors, and where it ends, or the one after it begins, for others.
func stumble(toks []token, e syntax.Error) int {
	line, col := int(e.Pos.Line), int(e.Pos.Col)
	begins := strings.HasSuffix(e.Msg, "want primary expression") || !strings.HasPrefix(e.Msg, "got ") &&
		!strings.Contains(e.Msg, "associate") && e.Msg != "not an identifier"
	found := -1
	for i, t := range toks {
		switch {
		case begins && t.line == line && t.col == col:
			return i
		case t.line > line || t.line == line && t.col >= col:
			return found
		case !t.before(line, col):
			found = i
		}
	}
	return found
}
