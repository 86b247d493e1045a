package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/muesli/termenv"

	"parallax/themes"
	"parallax/ui/config"
	"parallax/ui/dashboard"
)

// look is how the screen is drawn: what the user settled, and the colours of this terminal.
type look struct {
	set     themes.Set
	theme   themes.Theme
	profile termenv.Profile
	ascii   bool
	keys    map[string][]string
	keep    func(themes.Theme) error
	faults  []error // in the user's settings; they do not keep the screen from being drawn
}

// readLook reads the user's settings and asks the terminal. The error is an unknown --theme.
func readLook(std Streams, f screenFlags) (look, error) {
	var l look
	dir, err := config.Dir(os.Getenv)
	if err != nil {
		l.faults = append(l.faults, err)
	}
	own, faults := themes.Load(filepath.Join(dir, config.Themes))
	l.faults = append(l.faults, faults...)
	l.set = themes.All(own)
	path := filepath.Join(dir, config.File)
	settled, err := config.Load(path, config.Known{Actions: dashboard.Actions(), Themes: l.set.Names()})
	if err != nil {
		l.faults = append(l.faults, err)
	}
	choice := settled.Theme
	if f.theme != "" {
		if _, ok := l.set.Find(f.theme); !ok {
			return l, fmt.Errorf("--theme: unknown theme %q: one of %s", f.theme, strings.Join(l.set.Names(), ", "))
		}
		choice = f.theme
	}
	env := themes.Env{Getenv: os.Getenv, NoColor: f.noColor, Piped: !isTerminal(std.Out), Themes: l.set}
	l.theme, l.profile = themes.Detect(env, func() bool { return themes.DarkBackground(os.Getenv, themes.Patience) }, choice)
	l.ascii = !themes.UTF8(os.Getenv)
	l.keys = settled.Keys
	l.keep = func(t themes.Theme) error { return config.SaveTheme(path, t.Name) }
	return l, nil
}

// options are those of a dashboard drawn in this look.
func (l look) options() dashboard.Options {
	return dashboard.Options{
		Theme: l.theme,
		Styles: func(t themes.Theme) themes.Styles {
			s := themes.New(t, l.profile)
			if l.ascii {
				s = s.WithASCII()
			}
			return s
		},
		NextTheme: func(t themes.Theme) themes.Theme { return l.set.Next(t.Name) },
		KeepTheme: l.keep,
		Keys:      l.keys,
	}
}
