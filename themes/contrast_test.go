package themes

import (
	"fmt"
	"math"
	"testing"

	"github.com/muesli/termenv"
)

// luminance and ratio are WCAG 2.1's relative luminance and contrast ratio.
func luminance(rgb [3]int) float64 {
	return 0.2126*linear(rgb[0]) + 0.7152*linear(rgb[1]) + 0.0722*linear(rgb[2])
}

func ratio(a, b [3]int) float64 {
	p, q := luminance(a), luminance(b)
	return (max(p, q) + 0.05) / (min(p, q) + 0.05)
}

// sixteen is how the 16 colours look where the user has not changed them: the VGA palette, in which
// they are darkest and so hardest to read on black.
var sixteen = [16][3]int{
	{0, 0, 0},
	{170, 0, 0},
	{0, 170, 0},
	{170, 85, 0},
	{0, 0, 170},
	{170, 0, 170},
	{0, 170, 170},
	{170, 170, 170},
	{85, 85, 85},
	{255, 85, 85},
	{85, 255, 85},
	{255, 255, 85},
	{85, 85, 255},
	{255, 85, 255},
	{85, 255, 255},
	{255, 255, 255},
}

// look is how a token looks on a terminal with so many colours.
func look(t testing.TB, token string, p termenv.Profile, dark bool) [3]int {
	t.Helper()
	c, err := parseColour(token)
	switch {
	case err != nil:
		t.Fatal(err)
	case c.kind == exact && p == termenv.ANSI256:
		return rgb256(nearest256(c.rgb))
	case c.kind == exact:
		return c.rgb
	case c.kind == palette && c.n < 16:
		return sixteen[c.n]
	case c.kind == palette:
		return rgb256(c.n)
	case dark:
		return sixteen[7]
	}
	return sixteen[0]
}

type need struct {
	least  float64
	tokens []string
}

var needs = []need{
	{4.5, []string{
		"text", "dim", "accent", "good", "warn", "bad", "match", "match_current",
		"running", "paused", "queued", "failed", "cancelled", "succeeded",
	}},
	{3, []string{"on_core", "wait_core", "wait_gil", "bar", "border_focus"}},
	{2.5, []string{"faint"}},
	{1.5, []string{"border", "bar_rest", "foreign", "blocked"}},
}

// colourful are the themes and terminals in which the theme's own colours are seen.
func colourful(t *testing.T, f func(t *testing.T, theme Theme, p termenv.Profile, slack float64)) {
	for _, theme := range Builtin() {
		if theme.Mono {
			continue
		}
		for _, p := range []termenv.Profile{termenv.TrueColor, termenv.ANSI256} {
			// The nearest of 240 colours may be a little off, and what the 16 look like is the user's.
			slack := 1.0
			if p == termenv.ANSI256 {
				slack = 0.9
			}
			if theme.Name == ansi.Name || theme.Name == ansiLight.Name {
				slack = 0.6
			}
			t.Run(fmt.Sprint(theme.Name, "/", p.Name()), func(t *testing.T) { f(t, theme, p, slack) })
		}
	}
}

func TestEveryTokenIsLegible(t *testing.T) {
	colourful(t, func(t *testing.T, theme Theme, p termenv.Profile, slack float64) {
		tokens := theme.resolved()
		ground := look(t, tokens.Background, termenv.TrueColor, theme.Dark)
		for _, n := range needs {
			for _, name := range n.tokens {
				tok, ok := findToken(name)
				if !ok {
					t.Fatalf("no token %q", name)
				}
				value := *tok.field(&tokens)
				if got := ratio(look(t, value, p, theme.Dark), ground); got < n.least*slack {
					t.Errorf("%s %s: contrast %.2f, want at least %.2f", name, value, got, n.least*slack)
				}
			}
		}
		for i, job := range tokens.Jobs {
			if got := ratio(look(t, job, p, theme.Dark), ground); got < 3*slack {
				t.Errorf("job %d %s: contrast %.2f, want at least %.2f", i, job, got, 3*slack)
			}
		}
	})
}

func TestSelectedRowStandsOutAndIsLegible(t *testing.T) {
	colourful(t, func(t *testing.T, theme Theme, p termenv.Profile, slack float64) {
		tokens := theme.resolved()
		if tokens.Selected == "" {
			return // underlined
		}
		row := look(t, tokens.Selected, p, theme.Dark)
		ground := look(t, tokens.Background, termenv.TrueColor, theme.Dark)
		if d := distance(row, ground); d < 4 {
			t.Errorf("selected %s is %.1f from the background, want at least 4", tokens.Selected, d)
		}
		for name, least := range map[string]float64{"text": 4.5, "dim": 4, "good": 4, "warn": 4, "bad": 4, "accent": 4, "faint": 1.9} {
			tok, _ := findToken(name)
			if got := ratio(look(t, *tok.field(&tokens), p, theme.Dark), row); got < least*slack {
				t.Errorf("%s on the selected row: contrast %.2f, want at least %.2f", name, got, least*slack)
			}
		}
	})
}

func TestJobsAreToldApart(t *testing.T) {
	colourful(t, func(t *testing.T, theme Theme, p termenv.Profile, _ float64) {
		jobs := theme.Jobs
		if len(jobs) < 8 {
			t.Fatalf("%d job colours, want at least 8", len(jobs))
		}
		least := 8.0
		if p == termenv.ANSI256 {
			least = 6
		}
		for i := range jobs {
			for j := range i {
				if d := distance(look(t, jobs[i], p, theme.Dark), look(t, jobs[j], p, theme.Dark)); d < least {
					t.Errorf("jobs %s and %s are %.1f apart, want at least %.0f", jobs[j], jobs[i], d, least)
				}
			}
		}
	})
}

func TestWhatMustNotBeConfusedIsApart(t *testing.T) {
	colourful(t, func(t *testing.T, theme Theme, p termenv.Profile, _ float64) {
		tokens := theme.resolved()
		at := func(name string) [3]int {
			tok, _ := findToken(name)
			return look(t, *tok.field(&tokens), p, theme.Dark)
		}
		for _, pair := range [][2]string{
			{"good", "bad"},
			{"good", "warn"},
			{"warn", "bad"},
			{"on_core", "wait_gil"},
			{"on_core", "wait_core"},
			{"wait_core", "wait_gil"},
			{"bar", "bar_rest"},
			{"on_core", "bar_rest"},
			{"border", "border_focus"},
			{"match", "match_current"},
		} {
			if d := distance(at(pair[0]), at(pair[1])); d < 7 {
				t.Errorf("%s and %s are %.1f apart, want at least 7", pair[0], pair[1], d)
			}
		}
	})
}

// deficient returns how a colour looks to someone who lacks one kind of cone: Viénot, Brettel and
// Mollon, "Digital video colourmaps for checking the legibility of displays by dichromats", 1999.
func deficient(kind string, rgb [3]int) [3]int {
	r, g, b := linear(rgb[0]), linear(rgb[1]), linear(rgb[2])
	l := 17.8824*r + 43.5161*g + 4.11935*b
	m := 3.45565*r + 27.1554*g + 3.86714*b
	s := 0.0299566*r + 0.184309*g + 1.46709*b
	switch kind {
	case "protanopia":
		l = 2.02344*m - 2.52581*s
	case "deuteranopia":
		m = 0.494207*l + 1.24827*s
	}
	encode := func(v float64) int {
		v = min(max(v, 0), 1)
		if v <= 0.0031308 {
			v *= 12.92
		} else {
			v = 1.055*math.Pow(v, 1/2.4) - 0.055
		}
		return int(math.Round(255 * v))
	}
	return [3]int{
		encode(0.0809444479*l - 0.130504409*m + 0.116721066*s),
		encode(-0.0102485335*l + 0.0540193266*m - 0.113614708*s),
		encode(-0.000365296938*l - 0.00412161469*m + 0.693511405*s),
	}
}

func TestDeficientKeepsGreysAndMergesRedWithGreen(t *testing.T) {
	for _, kind := range []string{"", "protanopia", "deuteranopia"} {
		for _, v := range []int{0, 40, 128, 255} {
			if d := distance(deficient(kind, [3]int{v, v, v}), [3]int{v, v, v}); d > 1 {
				t.Errorf("%s: grey %d looks %.1f different", kind, v, d)
			}
		}
	}
	red, green := [3]int{200, 90, 0}, [3]int{120, 120, 0}
	if before, after := distance(red, green), distance(deficient("deuteranopia", red), deficient("deuteranopia", green)); after > before/3 {
		t.Errorf("red and green: %.1f apart, %.1f to a deuteranope", before, after)
	}
}

func TestSafeIsSafe(t *testing.T) {
	tokens := safe.resolved()
	for _, kind := range []string{"protanopia", "deuteranopia"} {
		see := func(token string) [3]int { return deficient(kind, look(t, token, termenv.TrueColor, true)) }
		apart := func(a, b string, least float64) {
			t.Helper()
			if d := distance(see(a), see(b)); d < least {
				t.Errorf("%s: %s and %s are %.1f apart, want at least %.0f", kind, a, b, d, least)
			}
		}
		for i := range safe.Jobs {
			for j := range i {
				apart(safe.Jobs[i], safe.Jobs[j], 6)
			}
		}
		apart(tokens.Good, tokens.Bad, 10)
		apart(tokens.Good, tokens.Warn, 10)
		apart(tokens.Warn, tokens.Bad, 10)
		apart(tokens.OnCore, tokens.WaitGIL, 10)
		apart(tokens.OnCore, tokens.WaitCore, 10)
		apart(tokens.WaitCore, tokens.WaitGIL, 10)
	}
}
