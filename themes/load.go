package themes

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"parallax/ui/config/settings"
)

// maxName is the longest name of a theme, in characters: it is shown in a corner of the screen.
const maxName = 32

// Load reads the user's themes, the files *.yaml and *.yml of a folder, in the order of their names.
// A theme with a fault is left out; its error is a runner.Faults with all that is wrong with it, each
// with its place. A folder that does not exist holds no themes.
func Load(dir string) ([]Theme, []error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, []error{fmt.Errorf("read themes: %w", err)}
	}
	var themes []Theme
	var faults []error
	from := map[string]string{}
	for _, entry := range entries {
		ext := filepath.Ext(entry.Name())
		if entry.IsDir() || ext != ".yaml" && ext != ".yml" {
			continue
		}
		path := filepath.Join(dir, entry.Name())
		text, err := os.ReadFile(path)
		if err != nil {
			faults = append(faults, fmt.Errorf("read theme: %w", err))
			continue
		}
		theme, err := Parse(path, text)
		if other := from[theme.Name]; err == nil && other != "" {
			err = fmt.Errorf("%s: the theme %q is already in %s: name one of them otherwise", path, theme.Name, other)
		}
		if err != nil {
			faults = append(faults, err)
			continue
		}
		from[theme.Name] = path
		themes = append(themes, theme)
	}
	return themes, faults
}

// Parse reads the text of one theme. path is how messages call it; without a name in the text, the
// theme has that of the file. What the text does not set is taken from its base, a built-in theme:
// night, or paper when it says dark: false.
func Parse(path string, text []byte) (Theme, error) {
	file := settings.Parse(path, text)
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	r := reader{file: file, name: name}
	for _, p := range file.Pairs() {
		r.head(p)
	}
	theme := r.start()
	for _, p := range file.Pairs() {
		r.token(p, &theme.Tokens)
	}
	if err := file.Err(); err != nil {
		return Theme{}, err
	}
	return theme, nil
}

// reader gathers what a theme says of itself before its tokens are put on its base.
type reader struct {
	file *settings.File
	name string
	base string
	dark *bool
}

func (r *reader) head(p settings.Pair) {
	switch p.Key {
	case "name":
		if text, ok := p.Value.Text(); ok {
			if why := badName(text); why != "" {
				r.file.Fault(p.Value.At, "%s", why)
			}
			r.name = text
		}
	case "dark":
		if dark, ok := p.Value.Bool(); ok {
			r.dark = &dark
		}
	case "base":
		text, ok := p.Value.Text()
		if !ok {
			return
		}
		base, known := All(nil).Find(text)
		switch {
		case !known:
			r.file.Unknown(p.Value.At, "built-in theme", text, All(nil).Names())
		case base.Mono:
			r.file.Fault(p.Value.At, "%q has no colours to build on: take another base", text)
		}
		r.base = text
	}
}

func badName(name string) string {
	switch {
	case strings.TrimSpace(name) == "":
		return "the name is empty"
	case len([]rune(name)) > maxName:
		return fmt.Sprintf("the name is longer than %d characters", maxName)
	case strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "the name holds characters that cannot be shown"
	}
	return ""
}

func (r *reader) start() Theme {
	base := r.base
	if base == "" && r.dark != nil && !*r.dark {
		base = paper.Name
	}
	theme, ok := All(nil).Find(base)
	if !ok {
		theme = night
	}
	theme.Name = r.name
	if r.dark != nil {
		theme.Dark = *r.dark
	}
	return theme
}

func (r *reader) token(p settings.Pair, tokens *Tokens) {
	switch p.Key {
	case "name", "dark", "base":
		return
	case "jobs":
		if jobs := r.colours(p.Value.List()); len(jobs) > 0 {
			tokens.Jobs = jobs
		} else if len(p.Value.List()) == 0 {
			r.file.Fault(p.Value.At, "jobs is an empty list: it needs at least one colour, better eight")
		}
		return
	}
	tok, ok := findToken(p.Key)
	if !ok {
		r.file.Unknown(p.At, "token", p.Key, append([]string{"name", "base", "dark"}, TokenNames()...))
		return
	}
	if colours := r.colours([]settings.Value{p.Value}); len(colours) == 1 {
		*tok.field(tokens) = colours[0]
	}
}

// colours returns the values that are colours and notes a fault for each that is none.
func (r *reader) colours(values []settings.Value) []string {
	var colours []string
	for _, v := range values {
		text, ok := v.Text()
		if !ok {
			continue
		}
		if _, err := parseColour(text); err != nil {
			r.file.Fault(v.At, "%v", err)
			continue
		}
		colours = append(colours, text)
	}
	return colours
}
