// Package settings reads the small YAML files in which a user keeps settings: a mapping of keys to
// texts, lists of texts and further mappings. It knows where everything stands, so that all that is
// wrong with a file can be said at once and shown in its place.
//
// Anchors, aliases and tags are refused: these files have no use for them.
package settings

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"parallax/runner"
	"parallax/runner/jobfile"
)

const (
	maxFile = 64 << 10 // bytes
	// maxDepth bounds nesting: settings need three levels, and the YAML library recurses.
	maxDepth = 32
)

// File is a file that has been read, with what was found wrong with it so far. Not for use by
// several goroutines.
type File struct {
	path  string
	lines []string
	top   []Pair
	found []*jobfile.Fault
}

// Pos is a place in a file; both count from 1, columns in characters.
type Pos struct{ Line, Column int }

// Pair is a key and its value.
type Pair struct {
	Key   string
	At    Pos // of the key
	Value Value
}

// Value is what stands after a key or in a list.
type Value struct {
	At   Pos
	file *File
	node ast.Node
}

// Parse reads a file's text; path is how messages call it. What is wrong with it is in Err.
func Parse(path string, text []byte) *File {
	source := strings.TrimPrefix(string(text), "\ufeff")
	f := &File{path: path, lines: strings.Split(strings.ReplaceAll(source, "\r\n", "\n"), "\n")}
	switch {
	case len(source) > maxFile:
		f.Fault(Pos{1, 1}, "larger than %d KiB: this is no file of settings", maxFile>>10)
		return f
	case !utf8.ValidString(source) || strings.ContainsRune(source, 0):
		f.Fault(Pos{1, 1}, "not a text in UTF-8: save the file in that encoding")
		return f
	}
	tokens := lexer.Tokenize(source)
	if at := tooDeep(tokens); at != nil {
		f.Fault(Pos{at.Position.Line, max(at.Position.Column, 1)}, "nested more than %d levels deep", maxDepth)
		return f
	}
	tree, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		f.syntax(err)
		return f
	}
	for i, doc := range tree.Docs {
		if doc.Body == nil {
			continue
		}
		if i > 0 && f.top != nil {
			f.Fault(place(doc.Body), "a second document: this file holds one")
			break
		}
		f.top, _ = f.value(doc.Body).Pairs()
	}
	return f
}

// tooDeep returns the token at which brackets, or marks of lists and keys on one line, nest too deep.
func tooDeep(tokens token.Tokens) *token.Token {
	brackets, marks, line := 0, 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			line, marks = t.Position.Line, 0
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			brackets++
		case token.SequenceEndType, token.MappingEndType:
			brackets--
		case token.SequenceEntryType, token.MappingKeyType:
			marks++
		}
		if brackets > maxDepth || marks > maxDepth {
			return t
		}
	}
	return nil
}

func (f *File) syntax(err error) {
	var e yaml.Error
	if !errors.As(err, &e) || e.GetToken() == nil {
		f.Fault(Pos{1, 1}, "not YAML: %v", err)
		return
	}
	at := e.GetToken().Position
	f.Fault(Pos{at.Line, max(at.Column, 1)}, "not YAML: %s", strings.ReplaceAll(e.GetMessage(), "\t", `\t`))
}

// Pairs lists the keys at the top, each once, in the order written.
func (f *File) Pairs() []Pair { return f.top }

// Fault notes that something is wrong at a place.
func (f *File) Fault(at Pos, format string, args ...any) {
	fault := &jobfile.Fault{File: f.path, Line: at.Line, Column: at.Column, Message: fmt.Sprintf(format, args...)}
	if at.Line >= 1 && at.Line <= len(f.lines) {
		fault.Source = f.lines[at.Line-1]
	}
	f.found = append(f.found, fault)
}

// Unknown notes a name that is none of the known ones; what says what it would be: "key", "theme".
func (f *File) Unknown(at Pos, what, name string, known []string) {
	hint := ""
	if near := Nearest(name, known); near != "" {
		hint = fmt.Sprintf(": did you mean %q?", near)
	} else if len(known) > 0 && len(known) <= 12 {
		hint = ": one of " + strings.Join(known, ", ")
	}
	f.Fault(at, "unknown %s %q%s", what, name, hint)
}

// Err is everything that was noted, as [runner.Faults] of [jobfile.Fault] in the order of the file,
// or nil.
func (f *File) Err() error {
	if len(f.found) == 0 {
		return nil
	}
	slices.SortStableFunc(f.found, func(a, b *jobfile.Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	faults := make(runner.Faults, len(f.found))
	for i, fault := range f.found {
		faults[i] = fault
	}
	return faults
}

func (f *File) value(n ast.Node) Value { return Value{At: place(n), file: f, node: n} }

// Text returns a text, a number or a yes or no as it was written. It returns false after noting a
// fault for anything else.
func (v Value) Text() (string, bool) {
	switch n := v.node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	case *ast.NullNode:
		v.missing()
	default:
		v.file.Fault(v.At, "needs a text, not %s", v.kind())
	}
	return "", false
}

// missing says that there is nothing where a value should be, and why that may be so.
func (v Value) missing() {
	hint := ""
	if line := v.file.lines[min(max(v.At.Line, 1), len(v.file.lines))-1]; strings.Contains(line, "#") {
		hint = `: what follows a # is a comment; put it in quotes, as in "#7aa2f7"`
	}
	v.file.Fault(v.At, "the value is missing%s", hint)
}

// List returns the items of a list; a single value is a list of one.
func (v Value) List() []Value {
	seq, ok := v.node.(*ast.SequenceNode)
	if !ok {
		return []Value{v}
	}
	values := make([]Value, len(seq.Values))
	for i, n := range seq.Values {
		values[i] = v.file.value(n)
	}
	return values
}

// Bool returns true or false. It returns ok false after noting a fault for anything else.
func (v Value) Bool() (value, ok bool) {
	if n, is := v.node.(*ast.BoolNode); is {
		return n.Value, true
	}
	v.file.Fault(v.At, "needs true or false, not %s", v.kind())
	return false, false
}

// Pairs lists what a mapping holds, each key once, in the order written. It returns false after
// noting a fault when the value is no mapping. Nothing at all is an empty mapping.
func (v Value) Pairs() ([]Pair, bool) {
	var values []*ast.MappingValueNode
	switch n := v.node.(type) {
	case *ast.NullNode, *ast.CommentGroupNode:
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	default:
		v.file.Fault(v.At, "needs keys and values, as in \"theme: night\", not %s", v.kind())
		return nil, false
	}
	pairs := make([]Pair, 0, len(values))
	lines := map[string]int{}
	for _, n := range values {
		key, ok := v.file.value(n.Key).Text()
		if !ok {
			continue
		}
		at := place(n.Key)
		if line, twice := lines[key]; twice {
			v.file.Fault(at, "key %q stands twice: also in line %d", key, line)
			continue
		}
		lines[key] = at.Line
		value := v.file.value(n.Value)
		if _, null := n.Value.(*ast.NullNode); null {
			value.At = at // the library puts nothing wherever it likes
		}
		pairs = append(pairs, Pair{key, at, value})
	}
	return pairs, true
}

func (v Value) kind() string {
	switch v.node.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.NullNode:
		return "nothing"
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode, *ast.DirectiveNode, *ast.MappingKeyNode:
		return "an anchor, an alias, a tag or the like, which settings do without"
	}
	if text := v.node.GetToken().Value; text != "" {
		return fmt.Sprintf("%q", text)
	}
	return "an empty text"
}

// place is where a value begins.
func place(n ast.Node) Pos {
	switch v := n.(type) {
	case *ast.MappingNode:
		if !v.IsFlowStyle && len(v.Values) > 0 {
			return place(v.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return place(v.Key)
	}
	if n == nil || n.GetToken() == nil {
		return Pos{1, 1}
	}
	at := n.GetToken().Position
	return Pos{max(at.Line, 1), max(at.Column, 1)}
}

// Plain returns the value as texts, []any and map[string]any, for comparing what two files say.
func (v Value) Plain() any {
	switch n := v.node.(type) {
	case *ast.SequenceNode:
		items := make([]any, len(n.Values))
		for i, item := range v.List() {
			items[i] = item.Plain()
		}
		return items
	case *ast.MappingNode, *ast.MappingValueNode:
		pairs, _ := v.Pairs()
		said := map[string]any{}
		for _, p := range pairs {
			said[p.Key] = p.Value.Plain()
		}
		return said
	case *ast.NullNode:
		return nil
	case *ast.LiteralNode:
		return n.Value.Value
	}
	return v.node.GetToken().Value
}
