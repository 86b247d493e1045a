// Package config reads and keeps what a user has settled for all runs: config.yaml in the folder of
// parallax's settings, with the theme, the keys, the Python, the number of workers and the grace.
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"parallax/runner/jobfile"
	"parallax/ui/config/settings"
)

// Config is what config.yaml says. A field that it does not set is zero: the program's own default.
type Config struct {
	Theme   string
	Keys    map[string][]string // the keys of an action, as bubbletea names them; only those that are set
	Python  string              // the interpreter that runs Python scripts
	Workers string              // as jobfile.ParseWorkers takes it: "4" or "50%"
	Grace   time.Duration       // between asking a job to end and killing it
}

// Action is something that a key can do.
type Action struct {
	Name    string   // as config.yaml calls it
	Context string   // where the key works, such as "output"; "" is everywhere
	Keys    []string // its keys as long as the user sets no others, as bubbletea names them
}

// Known is what config.yaml may name.
type Known struct {
	Actions []Action
	Themes  []string // names; nil leaves the theme unchecked
}

// Dir is the folder of parallax's settings: parallax in $XDG_CONFIG_HOME, or else in ~/.config (on
// Windows in the folder for the settings of programs).
func Dir(getenv func(string) string) (string, error) {
	base := getenv("XDG_CONFIG_HOME")
	if filepath.IsAbs(base) { // the XDG specification says to ignore a relative one
		return filepath.Join(base, "parallax"), nil
	}
	if runtime.GOOS == "windows" {
		base = getenv("AppData")
	} else if home := getenv("HOME"); home != "" {
		base = filepath.Join(home, ".config")
	}
	if !filepath.IsAbs(base) {
		return "", errors.New("find the folder of settings: neither XDG_CONFIG_HOME nor HOME is set")
	}
	return filepath.Join(base, "parallax"), nil
}

// File is where the settings are kept in the folder of settings, and Themes where the user's themes
// are.
const (
	File   = "config.yaml"
	Themes = "themes"
)

// Load reads config.yaml. A missing file is one that sets nothing. The error is a runner.Faults of
// jobfile.Fault with all that is wrong; what is right is in the Config all the same, so that a
// program which only shows things can go on.
func Load(path string, known Known) (Config, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Config{}, nil
	}
	if err != nil {
		return Config{}, fmt.Errorf("read settings: %w", err)
	}
	return Parse(path, text, known)
}

// Parse reads the text of a config.yaml; path is how messages call it. The rest is as in [Load].
func Parse(path string, text []byte, known Known) (Config, error) {
	file := settings.Parse(path, text)
	var c Config
	for _, p := range file.Pairs() {
		c.set(file, p, known)
	}
	return c, file.Err()
}

func (c *Config) set(file *settings.File, p settings.Pair, known Known) {
	switch p.Key {
	case "theme":
		c.Theme = theme(file, p.Value, known.Themes)
	case "keys":
		c.Keys = bindings(file, p.Value, known.Actions)
	case "python":
		if text, ok := p.Value.Text(); ok {
			if strings.TrimSpace(text) == "" {
				file.Fault(p.Value.At, "python is empty: name an interpreter, such as python3.13")
			}
			c.Python = text
		}
	case "workers":
		text, ok := p.Value.Text()
		if !ok {
			return
		}
		if _, err := jobfile.ParseWorkers(text, 1); err != nil {
			file.Fault(p.Value.At, "%v", err)
			return
		}
		c.Workers = text
	case "grace":
		c.Grace = grace(file, p.Value)
	default:
		file.Unknown(p.At, "key", p.Key, []string{"theme", "keys", "python", "workers", "grace"})
	}
}

func theme(file *settings.File, v settings.Value, known []string) string {
	text, ok := v.Text()
	if !ok {
		return ""
	}
	for _, name := range known {
		if name == text {
			return text
		}
	}
	if known != nil {
		file.Unknown(v.At, "theme", text, known)
		return ""
	}
	return text
}

func grace(file *settings.File, v settings.Value) time.Duration {
	text, ok := v.Text()
	if !ok {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		file.Fault(v.At, "grace %q: needs a time with its unit, more than none, such as 5s or 500ms", text)
		return 0
	}
	return d
}
