package themes

import (
	"runtime"
	"testing"

	"github.com/muesli/termenv"
)

func TestDetectProfile(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("on Windows the console says what it can, not the environment")
	}
	type vars map[string]string
	for _, c := range []struct {
		name string
		env  vars
		set  func(*Env)
		want termenv.Profile
	}{
		{"truecolor", vars{"TERM": "xterm-256color", "COLORTERM": "truecolor"}, nil, termenv.TrueColor},
		{"24bit", vars{"TERM": "xterm", "COLORTERM": "24bit"}, nil, termenv.TrueColor},
		{"256", vars{"TERM": "xterm-256color"}, nil, termenv.ANSI256},
		{"xterm", vars{"TERM": "xterm"}, nil, termenv.ANSI},
		{"linux console", vars{"TERM": "linux"}, nil, termenv.ANSI},
		{"screen", vars{"TERM": "screen"}, nil, termenv.ANSI},
		{"screen has no truecolor", vars{"TERM": "screen-256color", "COLORTERM": "truecolor"}, nil, termenv.ANSI256},
		{"tmux has", vars{"TERM": "tmux-256color", "COLORTERM": "truecolor"}, nil, termenv.TrueColor},
		{"kitty", vars{"TERM": "xterm-kitty"}, nil, termenv.TrueColor},
		{"dumb", vars{"TERM": "dumb"}, nil, termenv.Ascii},
		{"vt100", vars{"TERM": "vt100"}, nil, termenv.Ascii},
		{"none", vars{}, nil, termenv.Ascii},
		{"NO_COLOR", vars{"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, nil, termenv.Ascii},
		{"NO_COLOR in screen", vars{"TERM": "screen", "NO_COLOR": "1"}, nil, termenv.Ascii},
		{"empty NO_COLOR", vars{"TERM": "xterm", "NO_COLOR": ""}, nil, termenv.ANSI},
		{"NO_COLOR over CLICOLOR_FORCE", vars{"TERM": "xterm", "NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, nil, termenv.Ascii},
		{"--no-color", vars{"TERM": "xterm", "CLICOLOR_FORCE": "1"}, func(e *Env) { e.NoColor = true }, termenv.Ascii},
		{"CLICOLOR=0", vars{"TERM": "xterm", "CLICOLOR": "0"}, nil, termenv.Ascii},
		{"CLICOLOR=0 in screen", vars{"TERM": "screen", "CLICOLOR": "0"}, nil, termenv.Ascii},
		{"forced on a dumb terminal", vars{"TERM": "dumb", "CLICOLOR_FORCE": "1"}, nil, termenv.ANSI},
		{"piped", vars{"TERM": "xterm-256color"}, func(e *Env) { e.Piped = true }, termenv.Ascii},
		{"piped from screen", vars{"TERM": "screen"}, func(e *Env) { e.Piped = true }, termenv.Ascii},
		{"piped and forced", vars{"TERM": "xterm-256color", "CLICOLOR_FORCE": "1"}, func(e *Env) { e.Piped = true }, termenv.ANSI},
		{"piped and not forced", vars{"TERM": "xterm", "CLICOLOR_FORCE": "0"}, func(e *Env) { e.Piped = true }, termenv.Ascii},
		{"in CI", vars{"TERM": "xterm-256color", "CI": "true"}, nil, termenv.ANSI256},
	} {
		t.Run(c.name, func(t *testing.T) {
			env := Env{Getenv: func(name string) string { return c.env[name] }}
			if c.set != nil {
				c.set(&env)
			}
			if _, got := Detect(env, nil, ""); got != c.want {
				t.Errorf("profile %s, want %s", got.Name(), c.want.Name())
			}
		})
	}
}

func TestDetectTheme(t *testing.T) {
	dark, light := func() bool { return true }, func() bool { return false }
	never := func() bool {
		t.Error("the terminal was asked for its background without need")
		return true
	}
	mine := Theme{Name: "mine", Dark: true, Tokens: Tokens{Text: "1"}}
	for _, c := range []struct {
		name, term string
		isDark     func() bool
		choice     string
		user       []Theme
		want       string
	}{
		{"dark", "xterm-kitty", dark, "", nil, "night"},
		{"light", "xterm-kitty", light, "", nil, "paper"},
		{"not told", "xterm-kitty", nil, "", nil, "night"},
		{"chosen", "xterm-kitty", never, "dusk", nil, "dusk"},
		{"chosen from the user's", "xterm-kitty", never, "mine", []Theme{mine}, "mine"},
		{"not known", "xterm-kitty", light, "nihgt", nil, "paper"},
		{"no colours", "dumb", never, "", nil, "mono"},
		{"no colours but chosen", "dumb", never, "dusk", nil, "dusk"},
	} {
		t.Run(c.name, func(t *testing.T) {
			env := Env{Getenv: func(name string) string { return map[string]string{"TERM": c.term}[name] }, Themes: All(c.user)}
			if runtime.GOOS == "windows" {
				env.NoColor = c.term == "dumb"
			}
			if got, _ := Detect(env, c.isDark, c.choice); got.Name != c.want {
				t.Errorf("theme %q, want %q", got.Name, c.want)
			}
		})
	}
	if got, _ := Detect(Env{Getenv: func(string) string { return "" }, Themes: Set{mine}}, nil, "x"); got.Name != "mono" {
		t.Errorf("in a set without mono: %q", got.Name)
	}
	if runtime.GOOS == "windows" {
		return // there the console says how many colours it has
	}
	replaced := Theme{Name: "night", Dark: true, Tokens: Tokens{Text: "#ffffff"}}
	env := Env{Getenv: func(name string) string { return map[string]string{"TERM": "xterm-kitty"}[name] }, Themes: All([]Theme{replaced})}
	if got, _ := Detect(env, dark, ""); got.Text != "#ffffff" {
		t.Error("the user's night is not the one that is taken by itself")
	}
}

func TestSet(t *testing.T) {
	set := All([]Theme{{Name: "zebra"}, {Name: "dusk", Tokens: Tokens{Text: "1"}}})
	if len(set) != len(Builtin())+1 {
		t.Errorf("%d themes: %q", len(set), set.Names())
	}
	if got, ok := set.Find("dusk"); !ok || got.Text != "1" {
		t.Errorf("the user's dusk does not stand for the built-in one: %+v", got)
	}
	if _, ok := set.Find("no"); ok {
		t.Error("found a theme that is not there")
	}
	seen := map[string]bool{}
	name := ""
	for range set {
		name = set.Next(name).Name
		seen[name] = true
	}
	if len(seen) != len(set) || set.Next(name).Name != "night" {
		t.Errorf("Next does not go round: %v", seen)
	}
	if got := Set(nil).Next("x").Name; got != "night" {
		t.Errorf("Next of no themes = %q", got)
	}
}
