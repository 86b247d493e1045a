package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"parallax/ui/config/settings"
)

// SaveTheme writes the theme's name into config.yaml and leaves all else in it as it is, comments
// and blank lines too. The folder and the file are made when they are missing, for the user alone.
// The file is replaced in one step: whoever reads it meanwhile sees the old or the new one whole.
func SaveTheme(path, name string) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // a link stays a link
	}
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("save theme: %w", err)
	}
	changed, err := withTheme(path, string(text), name)
	if err != nil {
		return fmt.Errorf("save theme: %w", err)
	}
	if changed == string(text) {
		return nil
	}
	if err := replace(path, changed); err != nil {
		return fmt.Errorf("save theme: %w", err)
	}
	return nil
}

// themeLine is a line that sets the theme: up to the value, the value, a comment.
var themeLine = regexp.MustCompile(`^((?:theme|"theme"|'theme')[ \t]*:)([ \t]*)("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'#&*!|>{\[][^#]*?|)([ \t]*|[ \t]+#.*)(\r?)$`)

// withTheme returns the text with another theme in it.
func withTheme(path, text, name string) (string, error) {
	file := settings.Parse(path, []byte(text))
	if err := file.Err(); err != nil {
		return "", fmt.Errorf("the settings have a fault, put it right first: %w", err)
	}
	lines := strings.Split(text, "\n")
	var changed string
	if at := lineOf(file, "theme"); at > 0 {
		m := themeLine.FindStringSubmatch(lines[at-1])
		if m == nil {
			return "", fmt.Errorf("%s:%d: the theme is written in a way that only you can change", path, at)
		}
		gap := m[2]
		if gap == "" {
			gap = " "
		}
		lines[at-1] = m[1] + gap + quoted(name) + m[4] + m[5]
		changed = strings.Join(lines, "\n")
	} else {
		changed = text
		if changed != "" && !strings.HasSuffix(changed, "\n") {
			changed += "\n"
		}
		ending := "\n"
		if strings.Contains(text, "\r\n") {
			ending = "\r\n"
		}
		changed += "theme: " + quoted(name) + ending
	}
	return changed, sameBut(file, settings.Parse(path, []byte(changed)), name)
}

func lineOf(file *settings.File, key string) int {
	for _, p := range file.Pairs() {
		if p.Key == key {
			return p.At.Line
		}
	}
	return 0
}

// sameBut reads the changed text again before it replaces what the user wrote: it must say the same
// as before, but for the theme. So a way of writing YAML that was not thought of loses nothing.
func sameBut(before, after *settings.File, name string) error {
	refused := errors.New("the settings are written in a way that only you can change: add the line theme: " + quoted(name))
	if after.Err() != nil {
		return refused
	}
	rest := func(f *settings.File) (map[string]any, string) {
		said, theme := map[string]any{}, ""
		for _, p := range f.Pairs() {
			if p.Key == "theme" {
				theme, _ = p.Value.Text()
			} else {
				said[p.Key] = p.Value.Plain()
			}
		}
		return said, theme
	}
	was, _ := rest(before)
	is, theme := rest(after)
	if theme != name || !reflect.DeepEqual(was, is) {
		return refused
	}
	return nil
}

var bare = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)

// quoted is a text as YAML, in quotes where it could be taken for something else.
func quoted(s string) string {
	switch strings.ToLower(s) {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n":
	default:
		if bare.MatchString(s) {
			return s
		}
	}
	return strconv.Quote(s)
}

// replace writes a file beside path and moves it there. It keeps the mode of a file that is there.
func replace(path, text string) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	mode := fs.FileMode(0o600)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	temp, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temp.Name()) // best effort: the error that led here is the one to tell
		}
	}()
	_, err = temp.WriteString(text)
	err = errors.Join(err, temp.Chmod(mode), temp.Sync(), temp.Close())
	if err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}
