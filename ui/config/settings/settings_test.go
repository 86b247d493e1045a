package settings

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"parallax/runner"
)

func TestValues(t *testing.T) {
	f := Parse("f", []byte("\ufeff# c\na: x y\nb: [1, yes, \"q\"]\nc: {d: true, e: |\n  t}\nn: 0x10\n"))
	// A literal in a flow mapping is no YAML: the file is read again without it.
	if f.Err() == nil {
		t.Error("no fault")
	}
	f = Parse("f", []byte("\ufeff# c\r\na: x y\r\nb: [1, yes, \"q\"]\nc:\n  d: true\n  e: |\n    t\nn: 0x10\n"))
	said := map[string]any{}
	for _, p := range f.Pairs() {
		said[p.Key] = p.Value.Plain()
	}
	want := map[string]any{
		"a": "x y", "b": []any{"1", "yes", "q"}, "c": map[string]any{"d": "true", "e": "t\n"}, "n": "0x10",
	}
	if err := f.Err(); err != nil || !reflect.DeepEqual(said, want) {
		t.Errorf("%v, %v", said, err)
	}
}

func TestFaults(t *testing.T) {
	for text, want := range map[string]string{
		"a: 1\nb: 2\na: 3\n":      `f:3:1: key "a" stands twice: also in line 1` + "\n  a: 3\n  ^",
		"- a\n":                   `f:1:1: needs keys and values, as in "theme: night", not a list` + "\n  - a\n  ^",
		"a\n":                     `f:1:1: needs keys and values, as in "theme: night", not "a"` + "\n  a\n  ^",
		"a: 1\n---\nb: 2\n":       "f:3:1: a second document: this file holds one\n  b: 2\n  ^",
		"a: \x00\n":               "f:1:1: not a text in UTF-8: save the file in that encoding",
		"a: \xff\n":               "f:1:1: not a text in UTF-8",
		"a: [\n":                  "f:1:4: not YAML: ",
		strings.Repeat("[", 1e5):  "f:1:1: larger than 64 KiB",
		"a: 1\n\tb: 2\n":          "f:2:",
		"日本: 1\n日本: 2\n":          `f:2:1: key "日本" stands twice`,
		"? [a]\n":                 "f:1:",
		"a: &x 1\nb: *x\n":        "", // refused when the value is used
		strings.Repeat("[", 6e4):  "f:1:33: nested more than 32 levels deep",
		strings.Repeat("- ", 3e4): "f:1:65: nested more than 32 levels deep",
	} {
		err := Parse("f", []byte(text)).Err()
		switch {
		case want == "" && err != nil:
			t.Errorf("%.20q: %v", text, err)
		case want != "" && (err == nil || !strings.HasPrefix(err.Error(), want)):
			t.Errorf("%.20q: %.200v\nwant %s", text, err, want)
		}
	}
}

func TestWrongKinds(t *testing.T) {
	f := Parse("f", []byte("a: {b: c}\nb: #7aa2f7\nc: 'no'\nd: &x 1\ne: [x, [y]]\ng: \n"))
	pairs := f.Pairs()
	for i, use := range []func(Value){
		func(v Value) { v.Text() },
		func(v Value) { v.Text() },
		func(v Value) { v.Bool() },
		func(v Value) { v.Text() },
		func(v Value) {
			for _, one := range v.List() {
				one.Text()
			}
		},
		func(v Value) { v.Text() },
	} {
		use(pairs[i].Value)
	}
	want := []string{
		"f:1:4: needs a text, not a mapping", `f:2:1: the value is missing: what follows a # is a comment`,
		`f:3:4: needs true or false, not "no"`, "f:4:4: needs a text, not an anchor", "f:5:8: needs a text, not a list",
		"f:6:1: the value is missing\n",
	}
	var faults runner.Faults
	if !errors.As(f.Err(), &faults) || len(faults) != len(want) {
		t.Fatalf("%v", f.Err())
	}
	for i, fault := range faults {
		if !strings.HasPrefix(fault.Error(), want[i]) {
			t.Errorf("got  %s\nwant %s", fault, want[i])
		}
	}
}

func TestNearest(t *testing.T) {
	known := []string{"night", "paper", "contrast", "日本語"}
	for written, want := range map[string]string{
		"nihgt": "night", "papr": "paper", "contrst": "contrast", "xyz": "", "日本": "日本語", "": "", "night": "night",
	} {
		if got := Nearest(written, known); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", written, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"a: 1\n", "a: [b, {c: d}]\n", "a: |\n  x\n", "? a\n: b\n", "a: &x *x\n", "- - a\n", "{a: }", "'", "a: !!str 1", "<<: {a: b}", "%YAML 1.2\n---\na: b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file := Parse("f", []byte(text))
		var use func(pairs []Pair)
		use = func(pairs []Pair) {
			for _, p := range pairs {
				p.Value.Plain()
				p.Value.List()
				p.Value.Bool()
				inner, _ := p.Value.Pairs()
				use(inner)
			}
		}
		use(file.Pairs())
		if err := file.Err(); err != nil && !strings.HasPrefix(err.Error(), "f:") {
			t.Errorf("a fault without a place: %v", err)
		}
	})
}
