package themes

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parallax/runner"
)

func TestParseTheme(t *testing.T) {
	got, err := Parse("dir/ember.yaml", []byte(`# mine
base: dusk
accent: "#ff8800"
good: bright-green
selected: default
on_core: 200
jobs:
  - "#f00"
  - blue
`))
	if err != nil {
		t.Fatal(err)
	}
	want := dusk
	want.Name, want.Accent, want.Good, want.Selected, want.OnCore = "ember", "#ff8800", "bright-green", "default", "200"
	want.Jobs = []string{"#f00", "blue"}
	same(t, got, want)
}

func same(t *testing.T, got, want Theme) {
	t.Helper()
	if got.Name != want.Name || got.Dark != want.Dark || got.Mono != want.Mono || strings.Join(got.Jobs, " ") != strings.Join(want.Jobs, " ") {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	for _, tok := range tokenTable {
		if g, w := *tok.field(&got.Tokens), *tok.field(&want.Tokens); g != w {
			t.Errorf("%s = %q, want %q", tok.name, g, w)
		}
	}
}

func TestBaseOfATheme(t *testing.T) {
	for text, want := range map[string]string{
		"":                         night.Text,
		"dark: true\n":             night.Text,
		"dark: false\n":            paper.Text,
		"base: solar\n":            solar.Text,
		"base: night\ndark: false": night.Text,
		"name: x\ntext: '#123456'": "#123456",
	} {
		got, err := Parse("x.yaml", []byte(text))
		if err != nil || got.Text != want || got.Name != "x" {
			t.Errorf("%q: %s with text %s, %v, want %s", text, got.Name, got.Text, err, want)
		}
		if got.Dark != !strings.Contains(text, "false") {
			t.Errorf("%q: dark is %v", text, got.Dark)
		}
	}
	// What a user's theme changes must not reach the built-in one.
	got, err := Parse("x.yaml", []byte("jobs: [red, blue]"))
	if err != nil || len(got.Jobs) != 2 || len(night.Jobs) != 8 {
		t.Errorf("%v, %v, %v", got.Jobs, night.Jobs, err)
	}
}

func TestFaultsOfATheme(t *testing.T) {
	_, err := Parse("bad.yaml", []byte(`name: ""
base: nihgt
dark: maybe
accent: #ff8800
goood: red
bad: reddish
jobs: ["#f00", 300, [a]]
text: {a: b}
`))
	want := []string{
		`1:7: the name is empty`,
		`2:7: unknown built-in theme "nihgt": did you mean "night"?`,
		`3:7: needs true or false, not "maybe"`,
		`4:1: the value is missing: what follows a # is a comment`,
		`5:1: unknown token "goood": did you mean "good"?`,
		`6:6: "reddish" is no colour`,
		`7:16: 300 is no colour`,
		`7:21: needs a text, not a list`,
		`8:7: needs a text, not a mapping`,
	}
	var faults runner.Faults
	if !errors.As(err, &faults) || len(faults) != len(want) {
		t.Fatalf("want %d faults:\n%v", len(want), err)
	}
	for i, fault := range faults {
		if !strings.HasPrefix(fault.Error(), "bad.yaml:"+want[i]) {
			t.Errorf("got  %s\nwant %s", fault, want[i])
		}
	}
	if !strings.HasSuffix(faults[4].Error(), "\n  goood: red\n  ^") {
		t.Errorf("the line and the caret are missing: %s", faults[4])
	}
	for text, want := range map[string]string{
		"base: mono\n":                        "no colours to build on",
		"jobs: []\n":                          "jobs is an empty list",
		"name: " + strings.Repeat("x", 33):    "longer than 32",
		"name: \"a\\u001b[2J\"\n":             "cannot be shown",
		"- a\n":                               "needs keys and values",
		"accent: [red, blue]\n":               "needs a text, not a list",
		"accent: \"#12\"\nbad: \"#xyzxyz\"\n": "6 hexadecimal digits",
	} {
		if _, err := Parse("x.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want an error with %q", text, err, want)
		}
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.yaml": "accent: red\n", "b.yml": "name: second\n", "c.yaml": "oops: red\n", "d.yaml": "name: a\n",
		"e.txt": "oops: red\n", "f.yaml.bak": "oops: red\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "g.yaml"), 0o700); err != nil {
		t.Fatal(err)
	}
	themes, faults := Load(dir)
	if got := strings.Join(Set(themes).Names(), " "); got != "a second" {
		t.Errorf("loaded %q, want a and second", got)
	}
	if len(faults) != 2 || !strings.Contains(faults[0].Error(), "c.yaml:1:1: unknown token") || !strings.Contains(faults[1].Error(), "already in") {
		t.Errorf("faults: %v", faults)
	}
	if themes, faults := Load(filepath.Join(dir, "none")); len(themes)+len(faults) != 0 {
		t.Errorf("of a missing folder: %v, %v", themes, faults)
	}
	if themes, faults := Load(filepath.Join(dir, "a.yaml")); len(themes) != 0 || len(faults) != 1 {
		t.Errorf("of a file: %v, %v", themes, faults)
	}
}

// Every built-in theme can be written as a user's theme and comes out the same.
func TestBuiltinsAsFiles(t *testing.T) {
	for _, theme := range Builtin() {
		if theme.Mono {
			continue
		}
		text := "name: " + theme.Name + "\nbase: " + theme.Name + "\n"
		for _, tok := range tokenTable {
			if value := *tok.field(&theme.Tokens); value != "" {
				text += tok.name + ": \"" + value + "\"\n"
			}
		}
		text += "jobs: [\"" + strings.Join(theme.Jobs, "\", \"") + "\"]\n"
		got, err := Parse("x.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, theme)
	}
}

// The example in the documentation is a theme, and every token stands there.
func TestDocumentedTheme(t *testing.T) {
	text, err := os.ReadFile("../docs/themes.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(text), "```yaml\nname:")
	example, _, _ = strings.Cut(example, "```")
	got, err := Parse("ember.yaml", []byte("name:"+example))
	if err != nil || got.Name != "ember" || len(got.Jobs) != 8 || got.WaitGIL != "204" {
		t.Errorf("%+v, %v", got, err)
	}
	for _, name := range append(TokenNames(), All(nil).Names()...) {
		if !strings.Contains(string(text), "`"+name+"`") {
			t.Errorf("%s is not documented", name)
		}
	}
}
