package themes

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

// ansiNames are the terminal's 16 colours, by number.
var ansiNames = [16]string{
	"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
	"bright-black", "bright-red", "bright-green", "bright-yellow",
	"bright-blue", "bright-magenta", "bright-cyan", "bright-white",
}

// colour is a token's value, read.
type colour struct {
	kind colourKind
	n    int    // of the palette
	rgb  [3]int // 0..255 each
}

type colourKind uint8

const (
	unset   colourKind = iota // the terminal's own
	palette                   // a number of its palette
	exact                     // red, green, blue
)

// parseColour reads what a token can hold; see [Tokens].
func parseColour(s string) (colour, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "" || s == "default" {
		return colour{}, nil
	}
	if hex, ok := strings.CutPrefix(s, "#"); ok {
		if len(hex) == 3 {
			hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
		}
		v, err := strconv.ParseUint(hex, 16, 32)
		if err != nil || len(hex) != 6 {
			return colour{}, fmt.Errorf("%q is no colour: after # come 6 hexadecimal digits, as in \"#7aa2f7\"", s)
		}
		return colour{kind: exact, rgb: [3]int{int(v >> 16), int(v >> 8 & 255), int(v & 255)}}, nil
	}
	if n, err := strconv.Atoi(s); err == nil {
		if n < 0 || n > 255 {
			return colour{}, fmt.Errorf("%d is no colour: the palette's numbers go from 0 to 255", n)
		}
		return colour{kind: palette, n: n}, nil
	}
	name := strings.NewReplacer("_", "-", " ", "-", "grey", "gray").Replace(s)
	if name == "gray" {
		name = "bright-black"
	}
	for n, known := range ansiNames {
		if name == known {
			return colour{kind: palette, n: n}, nil
		}
	}
	return colour{}, fmt.Errorf("%q is no colour: use \"#rrggbb\", a number 0..255, default, or a name such as red or bright-red", s)
}

// sixteen reports whether a terminal with 16 colours can show c as it is.
func (c colour) sixteen() bool { return c.kind == unset || c.kind == palette && c.n < 16 }

// in returns the colour for lipgloss. For a terminal with 256 colours it is the nearest one of the
// 240 whose look is fixed: the first 16 are whatever the user has made of them. It is not left to
// termenv, which measures in a space where hue outweighs lightness and turns a dark grey into teal.
func (c colour) in(p termenv.Profile) lipgloss.TerminalColor {
	switch {
	case c.kind == palette:
		return lipgloss.Color(strconv.Itoa(c.n))
	case c.kind == exact && p == termenv.ANSI256:
		return lipgloss.Color(strconv.Itoa(nearest256(c.rgb)))
	case c.kind == exact:
		return lipgloss.Color(fmt.Sprintf("#%02x%02x%02x", c.rgb[0], c.rgb[1], c.rgb[2]))
	}
	return lipgloss.NoColor{}
}

// rgb256 is the look of a number 16..255 of the palette: a cube of 6 x 6 x 6, then 24 greys.
func rgb256(n int) [3]int {
	if n >= 232 {
		v := 8 + 10*(n-232)
		return [3]int{v, v, v}
	}
	step := func(i int) int {
		if i == 0 {
			return 0
		}
		return 55 + 40*i
	}
	n -= 16
	return [3]int{step(n / 36), step(n / 6 % 6), step(n % 6)}
}

// fixed are the 240 colours in Oklab, from number 16 on.
var fixed = sync.OnceValue(func() (labs [240][3]float64) {
	for i := range labs {
		labs[i] = oklab(rgb256(16 + i))
	}
	return labs
})

func nearest256(rgb [3]int) int {
	best, least, lab := 16, math.Inf(1), oklab(rgb)
	for i, other := range fixed() {
		if d := apart(lab, other); d < least {
			best, least = 16+i, d
		}
	}
	return best
}

// distance is how different two colours look: Euclidean in Oklab (Björn Ottosson, 2020), times 100.
// 2 is just noticed side by side; black and white are 100 apart.
func distance(a, b [3]int) float64 { return apart(oklab(a), oklab(b)) }

func apart(p, q [3]float64) float64 {
	return 100 * math.Hypot(math.Hypot(p[0]-q[0], p[1]-q[1]), p[2]-q[2])
}

func oklab(rgb [3]int) [3]float64 {
	r, g, b := linear(rgb[0]), linear(rgb[1]), linear(rgb[2])
	l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	m := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	return [3]float64{
		0.2104542553*l + 0.7936177850*m - 0.0040720468*s,
		1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
		0.0259040371*l + 0.7827717662*m - 0.8086757660*s,
	}
}

// linear undoes the gamma of sRGB: 0..255 to 0..1 of light.
func linear(v int) float64 {
	c := float64(v) / 255
	if c <= 0.04045 {
		return c / 12.92
	}
	return math.Pow((c+0.055)/1.055, 2.4)
}
