package jobfile

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/goccy/go-yaml/ast"

	"parallax/runner"
)

// kind is a type that a key's value can have: how it is read and how the JSON schema describes it.
type kind[T any] struct {
	schema map[string]any
	// read returns false after it has added a fault; label is the key, for messages.
	read func(d *decoder, label string, n ast.Node) (T, bool)
}

// checked narrows a kind by a rule; the error of the rule follows the key in the message.
func checked[T, U any](k kind[T], schema map[string]any, rule func(T) (U, error)) kind[U] {
	return kind[U]{schema, func(d *decoder, label string, n ast.Node) (U, bool) {
		v, ok := k.read(d, label, n)
		if !ok {
			var none U
			return none, false
		}
		u, err := rule(v)
		if err != nil {
			d.add(d.at(n), "%s%v", label, err)
		}
		return u, err == nil
	}}
}

var scalarTypes = []string{"string", "number", "boolean"}

// text is a scalar as it was written: `run: true` and `args: [1.50]` mean what they look like.
// hint follows the message that there is no value.
func text(hint string) kind[string] {
	return kind[string]{map[string]any{"type": scalarTypes}, func(d *decoder, label string, n ast.Node) (string, bool) {
		v, ok := scalar(d.resolve(n))
		switch {
		case !ok && d.resolve(n) == nil:
			d.add(d.at(n), "%s has no value%s", label, hint)
		case !ok:
			d.add(d.at(n), "%s needs text, not %s", label, whatIs(d.resolve(n)))
		case strings.ContainsRune(v, 0):
			d.add(d.at(n), "%s holds a NUL character, which no program can be given", label)
			return "", false
		}
		return v, ok
	}}
}

var anyText = text(`: write "" for an empty one`)

var someText = checked(text(""), map[string]any{"type": scalarTypes, "minLength": 1}, func(s string) (string, error) {
	if strings.TrimSpace(s) == "" {
		return "", errors.New(" is empty")
	}
	return s, nil
})

// commandLine loses the line break with which a YAML block ends.
var commandLine = checked(someText, someText.schema, func(s string) (string, error) {
	return strings.TrimRight(s, "\r\n"), nil
})

var nameText = checked(someText, someText.schema, func(s string) (string, error) {
	if strings.ContainsFunc(s, unicode.IsControl) {
		return "", errors.New(" holds a control character")
	}
	return strings.TrimSpace(s), nil
})

func whole(low, high int64) kind[int] {
	schema := map[string]any{"type": "integer", "minimum": low, "maximum": high}
	return kind[int]{schema, func(d *decoder, label string, n ast.Node) (int, bool) {
		node, ok := d.resolve(n).(*ast.IntegerNode)
		if !ok {
			d.add(d.at(n), "%s needs a whole number, not %s", label, whatIs(d.resolve(n)))
			return 0, false
		}
		v := int64(math.MaxInt64)
		switch x := node.Value.(type) {
		case int64:
			v = x
		case uint64:
			v = int64(min(x, math.MaxInt64))
		}
		switch {
		case v < low && low == 0:
			d.add(d.at(n), "%s cannot be negative", label)
		case v < low:
			d.add(d.at(n), "%s must be at least %d", label, low)
		case v > high:
			d.add(d.at(n), "%s is too large: the most is %d", label, high)
		}
		return int(v), v >= low && v <= high
	}}
}

// durationText is what a duration may look like, for the schema; ParseDuration decides.
const durationText = `^([0-9]+(\.[0-9]+)?|([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+)$`

var plainNumber = regexp.MustCompile(`^\d+(\.\d+)?$`)

// ParseDuration reads "30s", "1m30s" or a plain number of seconds. It refuses negative ones.
func ParseDuration(s string) (time.Duration, error) {
	text := strings.TrimSpace(s)
	if plainNumber.MatchString(text) {
		text += "s"
	}
	d, err := time.ParseDuration(text)
	switch {
	case err != nil && plainNumber.MatchString(strings.TrimSuffix(text, "s")):
		return 0, fmt.Errorf("duration %q is too long", short(s))
	case err != nil:
		return 0, fmt.Errorf("duration %q: write 30s, 1m30s, or a number of seconds", short(s))
	case d < 0:
		return 0, fmt.Errorf("duration %q cannot be negative", short(s))
	}
	return d, nil
}

// duration is a kind of durations; zero says why it can't be 0, or "" if it can.
func duration(zero string) kind[time.Duration] {
	number := map[string]any{"type": "number", "minimum": 0}
	if zero != "" {
		number = map[string]any{"type": "number", "exclusiveMinimum": 0}
	}
	schema := map[string]any{"anyOf": []any{number, map[string]any{"type": "string", "pattern": durationText}}}
	return kind[time.Duration]{schema, func(d *decoder, label string, n ast.Node) (time.Duration, bool) {
		text, ok := scalar(d.resolve(n))
		if _, isBool := d.resolve(n).(*ast.BoolNode); !ok || isBool {
			d.add(d.at(n), "%s needs a duration such as 30s, not %s", label, whatIs(d.resolve(n)))
			return 0, false
		}
		v, err := ParseDuration(text)
		if err == nil && v == 0 && zero != "" {
			err = errors.New(zero)
		}
		if err != nil {
			d.add(d.at(n), "%s: %v", label, err)
		}
		return v, err == nil
	}}
}

func choice[T ~string](values []T) kind[T] {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = string(v)
	}
	return checked(someText, map[string]any{"enum": names}, func(s string) (T, error) {
		if slices.Contains(names, s) {
			return T(s), nil
		}
		return "", fmt.Errorf(" cannot be %q: it is one of %s%s", short(s), strings.Join(names, ", "), suggest(s, names))
	})
}

var workersSpec = checked(someText, map[string]any{"anyOf": []any{
	map[string]any{"type": "integer", "minimum": 1, "maximum": runner.MaxWorkers},
	map[string]any{"type": "string", "pattern": workersForm.String()},
}}, func(s string) (string, error) {
	if _, err := ParseWorkers(s, 1); err != nil {
		return "", errors.New(strings.TrimPrefix(err.Error(), "workers"))
	}
	return strings.TrimSpace(s), nil
})

func list[T any](item kind[T], least int) kind[[]T] {
	schema := map[string]any{"type": "array", "items": item.schema}
	if least > 0 {
		schema["minItems"] = least
	}
	return kind[[]T]{schema, func(d *decoder, label string, n ast.Node) ([]T, bool) {
		seq, ok := d.resolve(n).(*ast.SequenceNode)
		if !ok {
			d.add(d.at(n), "%s needs a list such as [a, b], not %s", label, whatIs(d.resolve(n)))
			return nil, false
		}
		if len(seq.Values) < least {
			d.add(d.at(n), "%s is an empty list", label)
			return nil, false
		}
		if !d.spend(len(seq.Values), n) {
			return nil, false
		}
		out := make([]T, 0, len(seq.Values))
		for i, value := range seq.Values {
			v, good := item.read(d, fmt.Sprintf("%s[%d]", label, i+1), value)
			out, ok = append(out, v), ok && good
		}
		return out, ok
	}}
}

// placed is a text and where it stands.
type placed struct {
	text string
	at   pos
}

var placedText = kind[placed]{nameText.schema, func(d *decoder, label string, n ast.Node) (placed, bool) {
	text, ok := nameText.read(d, label, n)
	return placed{text, d.at(n)}, ok
}}

// oneOrMore is a list that may be written as its only item.
func oneOrMore[T any](item kind[T]) kind[[]T] {
	many := list(item, 0)
	schema := map[string]any{"anyOf": []any{item.schema, many.schema}}
	return kind[[]T]{schema, func(d *decoder, label string, n ast.Node) ([]T, bool) {
		if _, ok := scalar(d.resolve(n)); !ok {
			return many.read(d, label, n)
		}
		v, ok := item.read(d, label, n)
		return []T{v}, ok
	}}
}

var environment = kind[map[string]string]{
	map[string]any{"type": "object", "additionalProperties": anyText.schema},
	func(d *decoder, label string, n ast.Node) (map[string]string, bool) {
		if whatIs(d.resolve(n)) != "a mapping" {
			d.add(d.at(n), "%s needs a mapping such as {NAME: value}, not %s", label, whatIs(d.resolve(n)))
			return nil, false
		}
		out, ok := map[string]string{}, true
		pairs := d.pairs(d.resolve(n))
		if !d.spend(len(pairs), n) {
			return nil, false
		}
		for _, p := range pairs {
			if p.key == "" || strings.ContainsAny(p.key, "=\x00") {
				d.add(p.at, "%q cannot be the name of an environment variable", short(p.key))
				ok = false
			}
			v, good := anyText.read(d, label+"."+short(p.key), p.value)
			out[p.key], ok = v, ok && good
		}
		return out, ok
	},
}

// scalar returns the text of a value as it was written, without quotes; null is none.
func scalar(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// whatIs says in words what a value is.
func whatIs(n ast.Node) string {
	switch n := n.(type) {
	case *ast.SequenceNode:
		return "a list"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.BoolNode:
		return n.Token.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "the number " + n.GetToken().Value
	case *ast.StringNode, *ast.LiteralNode:
		text, _ := scalar(n)
		return "the text " + strconv.Quote(short(text))
	}
	return "nothing"
}

// short keeps a quotation in a message short.
func short(text string) string {
	if r := []rune(text); len(r) > 40 {
		return string(r[:39]) + "…"
	}
	return text
}
