package themes

import (
	"reflect"
	"strings"
	"testing"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"parallax/ui/text"
)

// inks are all inks of styles by the name of their field.
func inks(s *Styles) map[string]text.Ink {
	all := map[string]text.Ink{}
	v := reflect.ValueOf(s).Elem()
	for i := range v.NumField() {
		if ink, ok := v.Field(i).Interface().(text.Ink); ok {
			all[v.Type().Field(i).Name] = ink
		}
	}
	for i, ink := range s.Jobs {
		all["Job"+Letter(i)] = ink
		all["JobBold"+Letter(i)] = s.JobsBold[i]
	}
	return all
}

func TestColoursFitTheTerminal(t *testing.T) {
	for _, theme := range Builtin() {
		for p, never := range map[termenv.Profile][]string{
			termenv.ANSI256: {"38;2;", "48;2;"},
			termenv.ANSI:    {"38;", "48;"},
			termenv.Ascii:   {"38;", "48;", "[3", ";3", "[4m;", ";9", "[9", "[10"},
		} {
			s := New(theme, p)
			for name, ink := range inks(&s) {
				drawn := ink.Render("x")
				for _, bad := range never {
					if strings.Contains(drawn, bad) {
						t.Errorf("%s on %s: %s is drawn as %q", theme.Name, p.Name(), name, drawn)
					}
				}
				if !strings.HasSuffix(drawn, "x") && !strings.HasSuffix(drawn, "x\x1b[0m") {
					t.Errorf("%s on %s: %s leaves something on: %q", theme.Name, p.Name(), name, drawn)
				}
			}
		}
	}
}

func TestKnownColours(t *testing.T) {
	for _, c := range []struct {
		theme Theme
		p     termenv.Profile
		ink   func(*Styles) text.Ink
		want  string
	}{
		// termenv rounds 122 down to 121.
		{night, termenv.TrueColor, func(s *Styles) text.Ink { return s.Accent }, "\x1b[38;2;121;162;247mx\x1b[0m"},
		{night, termenv.TrueColor, func(s *Styles) text.Ink { return s.Selected }, "\x1b[48;2;28;32;48mx\x1b[0m"},
		{night, termenv.TrueColor, func(s *Styles) text.Ink { return s.Badge }, "\x1b[1;7;38;2;121;162;247mx\x1b[0m"},
		{night, termenv.ANSI256, func(s *Styles) text.Ink { return s.Selected }, "\x1b[48;5;234mx\x1b[0m"},
		{night, termenv.ANSI256, func(s *Styles) text.Ink { return s.Border }, "\x1b[38;5;237mx\x1b[0m"},
		{night, termenv.ANSI, func(s *Styles) text.Ink { return s.Bad }, "\x1b[91mx\x1b[0m"},
		{paper, termenv.ANSI, func(s *Styles) text.Ink { return s.Bad }, "\x1b[31mx\x1b[0m"},
		{ansi, termenv.TrueColor, func(s *Styles) text.Ink { return s.Bad }, "\x1b[91mx\x1b[0m"},
		{night, termenv.Ascii, func(s *Styles) text.Ink { return s.Badge }, "\x1b[1;7mx\x1b[0m"},
		{monochrome, termenv.TrueColor, func(s *Styles) text.Ink { return s.Badge }, "\x1b[1;7mx\x1b[0m"},
	} {
		s := New(c.theme, c.p)
		if got := c.ink(&s).Render("x"); got != c.want {
			t.Errorf("%s on %s: %q, want %q", c.theme.Name, c.p.Name(), got, c.want)
		}
	}
}

// With 16 colours a theme keeps what it says in those 16.
func TestSixteenColoursOfATheme(t *testing.T) {
	mine := night
	mine.Good, mine.Bad = "bright-magenta", "200"
	s, spare := New(mine, termenv.ANSI), New(ansi, termenv.ANSI)
	if got := s.Good.Render("x"); got != "\x1b[95mx\x1b[0m" {
		t.Errorf("a colour of the 16 became %q", got)
	}
	if s.Bad != spare.Bad {
		t.Errorf("a colour beyond the 16 became %q, want %q as in ansi", s.Bad.Render("x"), spare.Bad.Render("x"))
	}
	if !reflect.DeepEqual(s.Jobs, spare.Jobs) {
		t.Error("the jobs are not those of ansi")
	}
}

func TestMonoSaysItAll(t *testing.T) {
	s := New(night, termenv.Ascii)
	if !s.Mono || !s.Letters {
		t.Errorf("Mono %v, Letters %v", s.Mono, s.Letters)
	}
	for _, group := range [][]text.Ink{
		{s.Good, s.Warn, s.Bad},
		{s.GoodBold, s.WarnBold, s.BadBold},
		{s.Running, s.Paused, s.Queued, s.Failed, s.Cancelled, s.Succeeded},
		{s.OnCore, s.WaitCore, s.WaitGIL, s.Blocked},
		{s.Text, s.Match, s.MatchCurrent, s.Selected},
		{s.Bar, s.BarRest},
		{s.Border, s.BorderFocus},
		{s.Text, s.Title, s.Badge, s.Dim},
	} {
		for i := range group {
			for j := range i {
				if group[i] == group[j] {
					t.Errorf("two that differ in meaning look alike: %q", group[i].Render("x"))
				}
			}
		}
	}
	if night := New(night, termenv.TrueColor); night.Mono || night.Letters {
		t.Error("a theme with colours needs letters")
	}
}

func TestZeroStylesArePlain(t *testing.T) {
	var s Styles
	for name, ink := range inks(&s) {
		if !ink.Plain() {
			t.Errorf("%s is not plain", name)
		}
	}
	if s.Job(3).Render("x")+s.JobBold(-1).Render("y") != "xy" {
		t.Error("jobs are not plain")
	}
}

func TestJobsGoRound(t *testing.T) {
	s := New(night, termenv.TrueColor)
	if n := len(s.Jobs); s.Job(0) != s.Job(n) || s.Job(0) == s.Job(1) || s.JobBold(1) == s.Job(1) {
		t.Error("jobs do not go round")
	}
	for i, want := range map[int]string{-1: " ", 0: "A", 25: "Z", 26: "a", 51: "z", 52: "A"} {
		if got := Letter(i); got != want {
			t.Errorf("Letter(%d) = %q, want %q", i, got, want)
		}
	}
}

func TestIcons(t *testing.T) {
	for _, icons := range []Icons{UnicodeIcons, ASCIIIcons} {
		seen := map[string]bool{}
		for i, v := 0, reflect.ValueOf(icons); i < v.NumField(); i++ {
			icon := v.Field(i).String()
			if lipgloss.Width(icon) != 1 || seen[icon] {
				t.Errorf("icon %q is not one column wide or stands for two states", icon)
			}
			seen[icon] = true
			if icons == ASCIIIcons && icon[0] > '~' {
				t.Errorf("icon %q is not ASCII", icon)
			}
		}
	}
	s := New(night, termenv.TrueColor)
	if s.Icons != UnicodeIcons || s.WithASCII().Icons != ASCIIIcons {
		t.Error("wrong icons")
	}
}

func TestUTF8(t *testing.T) {
	for _, c := range []struct {
		all, ctype, lang string
		want             bool
	}{
		{"", "", "", true},
		{"", "", "C", false},
		{"", "", "en_GB.UTF-8", true},
		{"", "", "de_DE.utf8", true},
		{"", "C.UTF-8", "C", true},
		{"POSIX", "C.UTF-8", "C.UTF-8", false},
		{"", "", "en_GB.ISO-8859-1", false},
	} {
		env := map[string]string{"LC_ALL": c.all, "LC_CTYPE": c.ctype, "LANG": c.lang}
		if got := UTF8(func(name string) string { return env[name] }); got != c.want {
			t.Errorf("UTF8(%+v) = %v", c, got)
		}
	}
}

func TestParseColour(t *testing.T) {
	for s, want := range map[string]colour{
		"":             {},
		"default":      {},
		"#7aa2f7":      {kind: exact, rgb: [3]int{122, 162, 247}},
		" #7AF ":       {kind: exact, rgb: [3]int{119, 170, 255}},
		"0":            {kind: palette},
		"255":          {kind: palette, n: 255},
		"red":          {kind: palette, n: 1},
		"Bright Blue":  {kind: palette, n: 12},
		"bright_black": {kind: palette, n: 8},
		"grey":         {kind: palette, n: 8},
	} {
		if got, err := parseColour(s); err != nil || got != want {
			t.Errorf("parseColour(%q) = %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"#", "#12", "#12345", "#1234567", "#gggggg", "#+12345", "-1", "256", "reddish", "bright-orange"} {
		if got, err := parseColour(s); err == nil {
			t.Errorf("parseColour(%q) = %v, want an error", s, got)
		}
	}
}

func TestNearest256(t *testing.T) {
	for n := 16; n < 256; n++ {
		if got := nearest256(rgb256(n)); rgb256(got) != rgb256(n) {
			t.Errorf("nearest256 of number %d is %d", n, got)
		}
	}
	if d := distance([3]int{0, 0, 0}, [3]int{255, 255, 255}); d < 99.9 || d > 100.1 {
		t.Errorf("black and white are %.2f apart, want 100", d)
	}
}

func TestTokensFollow(t *testing.T) {
	got := Tokens{Text: "1", Accent: "2", Bad: "3", Queued: "4"}.resolved()
	for name, want := range map[string]string{
		"dim": "1", "faint": "1", "border": "1", "good": "1", "running": "2", "bar": "2", "border_focus": "2",
		"failed": "3", "wait_gil": "3", "queued": "4", "selected": "", "background": "",
	} {
		tok, _ := findToken(name)
		if value := *tok.field(&got); value != want {
			t.Errorf("%s = %q, want %q", name, value, want)
		}
	}
	seen := map[string]bool{}
	for _, tok := range tokenTable {
		if tok.from != "" && !seen[tok.from] {
			t.Errorf("%s takes its colour from %q, which does not stand before it", tok.name, tok.from)
		}
		seen[tok.name] = true
	}
	if fields := reflect.TypeFor[Tokens]().NumField(); fields != len(TokenNames()) {
		t.Errorf("%d tokens, %d names", fields, len(TokenNames()))
	}
}

func BenchmarkNew(b *testing.B) {
	for _, p := range []termenv.Profile{termenv.TrueColor, termenv.ANSI256, termenv.ANSI, termenv.Ascii} {
		b.Run(p.Name(), func(b *testing.B) {
			for b.Loop() {
				New(night, p)
			}
		})
	}
}
