package config

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"parallax/runner"
	"parallax/runner/jobfile"
)

var known = Known{
	Actions: []Action{
		{Name: "pause", Keys: []string{" "}},
		{Name: "quit", Keys: []string{"q", "ctrl+c"}},
		{Name: "follow", Context: "output", Keys: []string{"f"}},
		{Name: "sort", Context: "table", Keys: []string{"o"}},
		{Name: "more", Keys: []string{"+"}},
	},
	Themes: []string{"night", "paper"},
}

func TestParse(t *testing.T) {
	text := `# mine
theme: paper
keys:
  pause: [space, p]   # both
  quit: Q
  follow: x
  sort: x             # another place, so no clash
  more: []
python: python3.13
workers: 50%
grace: 2.5s
`
	got, err := Parse("config.yaml", []byte(text), known)
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Theme: "paper", Python: "python3.13", Workers: "50%", Grace: 2500 * time.Millisecond,
		Keys: map[string][]string{"pause": {" ", "p"}, "quit": {"Q"}, "follow": {"x"}, "sort": {"x"}, "more": {}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestParseNothing(t *testing.T) {
	for _, text := range []string{"", "# only a comment\n", "---\n", "keys:\n"} {
		got, err := Parse("config.yaml", []byte(text), known)
		if err != nil || got.Theme != "" || len(got.Keys) != 0 {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}

// All faults of a file at once, each with its place; what is right is kept.
func TestFaults(t *testing.T) {
	text := `theme: nihgt
keys:
  puase: p
  quit: [q, hyper+x]
  pause: q
python: ""
workers: 0
grace: 5
coolness: 7
`
	got, err := Parse("config.yaml", []byte(text), known)
	want := []string{
		`1:8: unknown theme "nihgt": did you mean "night"?`,
		`3:3: unknown action "puase": did you mean "pause"?`,
		`4:13: unknown key "hyper+x": a key is a letter`,
		`5:10: key "q" does two things: quit (line 4) and pause`,
		`6:9: python is empty`,
		`7:10: workers "0": nothing could run`,
		`8:8: grace "5": needs a time with its unit`,
		`9:1: unknown key "coolness": one of theme, keys, python, workers, grace`,
	}
	var faults runner.Faults
	if !errors.As(err, &faults) || len(faults) != len(want) {
		t.Fatalf("%d faults, want %d:\n%v", len(faults), len(want), err)
	}
	for i, fault := range faults {
		if !strings.HasPrefix(fault.Error(), "config.yaml:"+want[i]) {
			t.Errorf("got  %s\nwant %s", fault, want[i])
		}
	}
	var first *jobfile.Fault
	if !errors.As(faults[0], &first) || first.Source != "theme: nihgt" || !strings.HasSuffix(first.Error(), "\n         ^") {
		t.Errorf("the line and the caret are missing: %q", faults[0])
	}
	if !reflect.DeepEqual(got.Keys["quit"], []string{"q"}) {
		t.Errorf("what is right was not kept: %v", got.Keys)
	}
}

func TestClashes(t *testing.T) {
	for text, want := range map[string]string{
		"{keys: {pause: q}}":             `1:16: key "q" already means quit: give quit another key too, or none ([])`,
		"{keys: {pause: q, quit: x}}":    "",
		"{keys: {pause: q, quit: []}}":   "",
		"{keys: {pause: f}}":             `key "f" already means follow`, // works everywhere, so in the output too
		"{keys: {follow: space}}":        `key "space" already means pause`,
		"{keys: {follow: o}}":            "", // sort is another place
		"{keys: {follow: x, sort: x}}":   "",
		"{keys: {follow: x, more: x}}":   `key "x" does two things: follow (line 1) and more`,
		"{keys: {pause: [p, p]}}":        "",
		"{keys: {pause: [p, space, ]}}":  "",
		"{keys: {quit: [q, ctrl+c, Q]}}": "",
	} {
		_, err := Parse("c", []byte(text), known)
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", text, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v\nwant %s", text, err, want)
		}
	}
}

func TestAFaultyKeyKeepsTheDefaults(t *testing.T) {
	got, err := Parse("c", []byte("{keys: {pause: nokey}}"), known)
	if _, set := got.Keys["pause"]; err == nil || set {
		t.Errorf("%v, %v", got.Keys, err)
	}
}

func TestParseKey(t *testing.T) {
	for written, want := range map[string]string{
		"space": " ", "  ": " ", "p": "p", "P": "P", "?": "?", "-": "-", "漢": "漢",
		"Enter": "enter", "escape": "esc", "PgDn": "pgdown", "F5": "f5", "ctrl+C": "ctrl+c", "Ctrl-R": "ctrl+r",
		"alt+x": "alt+x", "alt+X": "alt+X", "ctrl+alt+c": "alt+ctrl+c", "shift+tab": "shift+tab",
		"shift+ctrl+up": "ctrl+shift+up", "ctrl+space": "ctrl+@", "alt+-": "alt+-",
	} {
		if got, err := parseKey(written); got != want || err != nil {
			t.Errorf("parseKey(%q) = %q, %v, want %q", written, got, err, want)
		}
	}
	for written, want := range map[string]string{
		"": "empty", "escpae": `did you mean "escape"`, "ctrl+1": "unknown key", "ctrl+i": "tell it from tab",
		"shift+a": `such as "A"`, "xyz": "unknown key", "f21": "did you mean", "ctrl+": "unknown key", "alt+entr": `"alt+enter"`,
	} {
		if got, err := parseKey(written); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("parseKey(%q) = %q, %v, want an error with %q", written, got, err, want)
		}
	}
}

// What is shown for a key is read as the same key.
func TestKeyNameIsRead(t *testing.T) {
	for _, key := range append(named(), "x", "alt+x", "alt+ ", "alt+enter") {
		if got, err := parseKey(KeyName(key)); got != key || err != nil {
			t.Errorf("%q is shown as %q, which is read as %q, %v", key, KeyName(key), got, err)
		}
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, File)
	if got, err := Load(path, known); err != nil || got.Theme != "" {
		t.Errorf("missing: %+v, %v", got, err)
	}
	if err := os.WriteFile(path, []byte("theme: night\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := Load(path, known); err != nil || got.Theme != "night" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := Load(dir, known); err == nil {
		t.Error("a folder was read as settings")
	}
}

func TestDir(t *testing.T) {
	root := t.TempDir()
	home := filepath.Join(root, ".config", "parallax")
	if runtime.GOOS == "windows" {
		home = filepath.Join(root, "parallax")
	}
	for _, c := range []struct{ xdg, home, want string }{
		{filepath.Join(root, "x"), root, filepath.Join(root, "x", "parallax")},
		{"", root, home},
		{"relative", root, home},
		{"", "", ""},
	} {
		env := map[string]string{"XDG_CONFIG_HOME": c.xdg, "HOME": c.home, "AppData": c.home}
		got, err := Dir(func(name string) string { return env[name] })
		if got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("Dir with %+v = %q, %v", c, got, err)
		}
	}
}

func TestDocumentedConfig(t *testing.T) {
	text, err := os.ReadFile("../../docs/themes.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(text), "```yaml\ntheme:")
	example, _, _ = strings.Cut(example, "```")
	got, err := Parse("config.yaml", []byte("theme:"+example), known)
	if err != nil || got.Workers != "50%" || len(got.Keys) != 3 {
		t.Errorf("%+v, %v", got, err)
	}
}
