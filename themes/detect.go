package themes

import (
	"io"

	"github.com/muesli/termenv"
)

// Env is what is known of the terminal before anything is drawn.
type Env struct {
	Getenv  func(string) string
	NoColor bool // --no-color was given
	Piped   bool // the output goes to no terminal
	Themes  Set  // what can be chosen; the built-in themes when empty
}

// Detect chooses a theme and says how many colours the terminal shows.
//
// No colours: with --no-color, a NO_COLOR that is not empty, or CLICOLOR=0. Otherwise COLORTERM and
// TERM say how many; a CLICOLOR_FORCE that is not 0 means at least 16, even where there is no
// terminal. choice is the name that the user gave; "" or one that is not known leaves it to the
// background: "paper" on a light one, "night" on any other. isDark is asked only then, since asking
// the terminal takes time; nil counts as dark.
func Detect(env Env, isDark func() bool, choice string) (Theme, termenv.Profile) {
	set := env.Themes
	if len(set) == 0 {
		set = All(nil)
	}
	profile := profileOf(env)
	if theme, ok := set.Find(choice); ok {
		return theme, profile
	}
	if profile == termenv.Ascii {
		return monochrome, profile
	}
	name := night.Name
	if isDark != nil && !isDark() {
		name = paper.Name
	}
	theme, _ := set.Find(name) // the user may have replaced it
	if theme.Name == "" {      // a set without the built-in themes
		theme = night
	}
	return theme, profile
}

func profileOf(env Env) termenv.Profile {
	if env.NoColor {
		return termenv.Ascii
	}
	out := termenv.NewOutput(io.Discard,
		termenv.WithEnvironment(environ(env.Getenv)), termenv.WithTTY(!env.Piped), termenv.WithProfile(termenv.Ascii))
	profile := out.EnvColorProfile()
	if profile == termenv.Ascii && !env.Piped && !out.EnvNoColor() {
		return byName(env.Getenv("TERM"))
	}
	return profile
}

// byName knows the terminals with colours whose names do not say so, which termenv takes to have none.
func byName(term string) termenv.Profile {
	switch term {
	case "foot", "st", "xterm-direct":
		return termenv.TrueColor
	case "screen", "tmux", "rxvt", "rxvt-unicode", "konsole", "putty", "cygwin", "vte":
		return termenv.ANSI
	}
	return termenv.Ascii
}

// environ is an environment for termenv that is not the program's own.
type environ func(string) string

// Environ implements termenv.Environ; termenv does not use it for colours.
func (e environ) Environ() []string { return nil }

// Getenv implements termenv.Environ.
func (e environ) Getenv(name string) string {
	if e == nil || name == "CI" { // CI=true says nothing about the terminal that a test drives
		return ""
	}
	return e(name)
}
