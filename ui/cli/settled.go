package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"parallax/themes"
	"parallax/ui/config"
	"parallax/ui/dashboard/keys"
)

// settled is what the user has settled for all runs: config.yaml and own themes.
type settled struct {
	config.Config
	path   string // of config.yaml
	set    themes.Set
	themes []error // faults in own themes; those are left out
	fault  error   // in config.yaml; what is right there holds
}

// readSettled reads the user's settings. Missing files settle nothing.
func readSettled() settled {
	var s settled
	dir, err := config.Dir(os.Getenv)
	if err != nil {
		s.set, s.fault = themes.All(nil), err
		return s
	}
	own, faults := themes.Load(filepath.Join(dir, config.Themes))
	s.themes, s.set = faults, themes.All(own)
	s.path = filepath.Join(dir, config.File)
	s.Config, s.fault = config.Load(s.path, config.Known{Actions: keys.Actions(), Themes: s.set.Names()})
	return s
}

// fallback returns a setting that was given or, when it was not, what the user has settled.
func (s settled) fallback(given setting, text string) setting {
	if given.from != "" || text == "" {
		return given
	}
	return setting{text: text, from: s.path}
}

// checkTheme finds out whether there is such a theme, without asking the terminal anything.
func (s settled) checkTheme(name setting) error {
	if _, ok := s.set.Find(name.text); ok {
		return nil
	}
	return fmt.Errorf("%s: unknown theme %q: one of %s", name.from, name.text, strings.Join(s.set.Names(), ", "))
}
