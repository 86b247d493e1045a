package cli

import (
	"fmt"
	"os"
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
	own := readSettled()
	l := look{set: own.set, keys: own.Keys, faults: own.themes}
	if own.fault != nil {
		l.faults = append(l.faults, own.fault)
	}
	choice := own.Theme
	if f.theme != "" {
		if err := own.checkTheme(setting{text: f.theme, from: "--theme"}); err != nil {
			return l, err
		}
		choice = f.theme
	}
	env := themes.Env{Getenv: os.Getenv, NoColor: f.noColor, Piped: !isTerminal(std.Out), Themes: l.set}
	dark := func() bool { return themes.DarkBackground(os.Getenv, themes.Patience) }
	l.theme, l.profile = themes.Detect(env, dark, choice)
	l.ascii = !themes.UTF8(os.Getenv)
	if own.path != "" {
		l.keep = func(t themes.Theme) error { return config.SaveTheme(own.path, t.Name) }
	}
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
		Notice:    l.notice(),
	}
}

// notice is the first fault in the user's settings, and how many more there are.
func (l look) notice() string {
	if len(l.faults) == 0 {
		return ""
	}
	first, _, _ := strings.Cut(l.faults[0].Error(), "\n")
	if more := len(l.faults) - 1; more > 0 {
		first += fmt.Sprintf(" (and %d more)", more)
	}
	return first
}
