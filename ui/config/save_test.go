package config

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"parallax/ui/config/settings"
)

func TestWithTheme(t *testing.T) {
	for _, c := range []struct{ before, name, after string }{
		{"", "dusk", "theme: dusk\n"},
		{"theme: night\n", "dusk", "theme: dusk\n"},
		{"theme: night", "dusk", "theme: dusk"},
		{"# mine\n\ntheme:   night   # I like it\nworkers: 4 # all\n", "dusk", "# mine\n\ntheme:   dusk   # I like it\nworkers: 4 # all\n"},
		{"theme: \"night owl\" #x\n", "dusk", "theme: dusk #x\n"},
		{"theme: 'it''s #1'\r\nworkers: 4\r\n", "dusk", "theme: dusk\r\nworkers: 4\r\n"},
		{"theme:\nworkers: 4\n", "dusk", "theme: dusk\nworkers: 4\n"},
		{"theme: # none yet\n", "dusk", "theme: dusk # none yet\n"},
		{"\"theme\": night\n", "dusk", "\"theme\": dusk\n"},
		{"workers: 4", "dusk", "workers: 4\ntheme: dusk\n"},
		{"workers: 4\r\n", "dusk", "workers: 4\r\ntheme: dusk\r\n"},
		{"# only words\n", "dusk", "# only words\ntheme: dusk\n"},
		{"keys:\n  theme: x\n", "dusk", "keys:\n  theme: x\ntheme: dusk\n"},
		{"theme: night\n", "no", "theme: \"no\"\n"},
		{"theme: night\n", "a: b #c", "theme: \"a: b #c\"\n"},
		{"theme: night owl # two words\n", "7", "theme: \"7\" # two words\n"},
	} {
		if got, err := withTheme("c", c.before, c.name); got != c.after || err != nil {
			t.Errorf("%q with %q:\ngot  %q, %v\nwant %q", c.before, c.name, got, err, c.after)
		}
	}
	for _, before := range []string{
		"{theme: night}", "{workers: 4}", "theme: [\n", "- a\n", "theme: >\n  night\n", "workers: 4\n---\nb: c\n", "keys: [a,\n",
		"theme: night\n  owl\n",
	} {
		if got, err := withTheme("c", before, "dusk"); err == nil {
			t.Errorf("%q became %q: want it refused", before, got)
		}
	}
}

// Whatever else the file says, it says the same after the theme is saved, or it is left alone.
func TestSavingLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.SampledFrom([]string{
			"workers: 4", "theme: night", "theme: 'a'  # b", "python: x # y", "keys:", "  pause: [a, b]", "  theme: x",
			"# theme: no", "", "grace: |", "  theme: x", "---", "theme:", "  'x", "- a", "\ttheme: x", "theme: >-", "...",
		})
		before := strings.Join(rapid.SliceOfN(line, 0, 8).Draw(t, "lines"), "\n")
		name := rapid.SampledFrom([]string{"dusk", "on", "it's", "a#b", "#1", "\"", "日本"}).Draw(t, "name")
		after, err := withTheme("c", before, name)
		if err != nil {
			return
		}
		for _, old := range strings.Split(before, "\n") {
			if strings.HasPrefix(old, "#") && !strings.Contains(after, old) {
				t.Fatalf("a comment was lost:\n%s\n=>\n%s", before, after)
			}
		}
		if err := sameBut(settings.Parse("c", []byte(before)), settings.Parse("c", []byte(after)), name); err != nil {
			t.Fatalf("%v:\n%s\n=>\n%s", err, before, after)
		}
		if again, err := withTheme("c", after, name); err != nil || again != after {
			t.Fatalf("saving it again changes it: %q => %q, %v", after, again, err)
		}
	})
}

func TestSaveTheme(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "parallax")
	path := filepath.Join(dir, File)
	for _, name := range []string{"dusk", "paper", "paper"} {
		if err := SaveTheme(path, name); err != nil {
			t.Fatal(err)
		}
		if got, err := Load(path, Known{}); err != nil || got.Theme != name {
			t.Errorf("saved %q, loaded %+v, %v", name, got, err)
		}
	}
	if runtime.GOOS != "windows" {
		for p, want := range map[string]os.FileMode{dir: 0o700, path: 0o600} {
			if info, err := os.Stat(p); err != nil || info.Mode().Perm() != want {
				t.Errorf("%s has mode %v, %v, want %v", p, info.Mode(), err, want)
			}
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("more than the file is left behind: %v, %v", left, err)
	}
}

func TestSaveThemeKeepsLinkAndMode(t *testing.T) {
	dir := t.TempDir()
	path, real := filepath.Join(dir, File), filepath.Join(dir, "dotfiles.yaml")
	if err := os.WriteFile(real, []byte("theme: night # mine\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(real, path); err != nil {
		t.Skipf("links cannot be made here: %v", err)
	}
	if err := SaveTheme(path, "dusk"); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(real)
	if err != nil || string(text) != "theme: dusk # mine\n" {
		t.Errorf("behind the link: %q, %v", text, err)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v, %v", info, err)
	}
	if info, err := os.Stat(real); runtime.GOOS != "windows" && (err != nil || info.Mode().Perm() != 0o644) {
		t.Errorf("the mode changed to %v, %v", info.Mode(), err)
	}
}

func TestSaveThemeLeavesAFaultyFileAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), File)
	if err := os.WriteFile(path, []byte("theme: [\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := SaveTheme(path, "dusk"); err == nil {
		t.Error("saved into a file that cannot be read")
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "theme: [\n" {
		t.Errorf("the file became %q, %v", text, err)
	}
	if err := SaveTheme(filepath.Join(path, "x"), "dusk"); err == nil || errors.Is(err, os.ErrNotExist) {
		t.Errorf("below a file: %v", err)
	}
}
