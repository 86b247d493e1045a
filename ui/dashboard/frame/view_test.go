package frame

import (
	"slices"
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"parallax/themes"
	"parallax/ui/dashboard/keys"
	"parallax/ui/draw"
	"parallax/ui/text"
)

func styles() *themes.Styles {
	st := themes.New(themes.All(nil)[0], termenv.Ascii)
	return &st
}

// As it gets narrow the last fact goes first; how far it is stays, and so do the tabs.
func TestWhatFitsIntoTheTitle(t *testing.T) {
	h := Head{Kind: "compare", Facts: []string{"primes.py ×4", "4 cores"}, Phase: "round 2 of 5"}
	tabs := []draw.Span{{Text: "[a]"}, {Text: "  "}}
	for _, c := range []struct {
		tabs []draw.Span
		room int
		want string
	}{
		{nil, 60, "parallax  compare  primes.py ×4 · 4 cores · round 2 of 5"},
		{nil, 50, "parallax  compare  primes.py ×4 · round 2 of 5"},
		{nil, 40, "primes.py ×4 · 4 cores · round 2 of 5"},
		{nil, 30, "primes.py ×4 · round 2 of 5"},
		{nil, 20, "round 2 of 5"},
		{nil, 8, "round 2…"},
		{nil, 0, "…"},
		{tabs, 70, "parallax  compare  [a]  primes.py ×4 · 4 cores · round 2 of 5"},
		{tabs, 40, "parallax  compare  [a]  round 2 of 5"},
		{tabs, 20, "[a]  round 2 of 5"},
		{tabs, 12, "[a]  round …"},
	} {
		h.Tabs = c.tabs
		got := ""
		for _, s := range h.title(styles(), c.room) {
			got += s.Text
		}
		if got != c.want {
			t.Errorf("%d columns: %q, want %q", c.room, got, c.want)
		}
	}
}

func TestPartsStandBelowEachOther(t *testing.T) {
	say := func(word string) func(Rect) []string {
		return func(r Rect) []string { return slices.Repeat([]string{text.Fit(word, r.W)}, r.H) }
	}
	got := Body(2, 10, Part{Band(3, 2, 2), say("aa")}, Part{Band(5, 2, 0), say("no")}, Part{Band(6, 2, 1), say("bb")})
	if all := strings.Join(got, "|"); all != "  |aa|aa|  |bb|  |  " {
		t.Errorf("%q", all)
	}
}

func TestRowsAreGivenWhole(t *testing.T) {
	s, part := Spare(5), 2
	for _, c := range []struct {
		n, most, part int
		took          bool
	}{{3, 4, 2, false}, {6, 10, 2, false}, {3, 5, 5, true}, {3, 10, 5, false}, {2, 10, 7, true}} {
		if took := s.Give(c.n, &part, c.most); took != c.took || part != c.part {
			t.Errorf("%d of at most %d: %v, the part has %d", c.n, c.most, took, part)
		}
	}
	if s != 0 {
		t.Errorf("%d are left", s)
	}
}

func TestAPointIsInOneOfTwoParts(t *testing.T) {
	above, below := Band(2, 10, 3), Band(5, 10, 1)
	for _, c := range []struct {
		x, y         int
		above, below bool
	}{{0, 2, true, false}, {9, 4, true, false}, {10, 4, false, false}, {0, 5, false, true}, {0, 6, false, false}, {-1, 2, false, false}, {0, 1, false, false}} {
		if above.Has(c.x, c.y) != c.above || below.Has(c.x, c.y) != c.below {
			t.Errorf("%d,%d", c.x, c.y)
		}
	}
}

func TestProseScrolls(t *testing.T) {
	p := NewProse(20)
	p.Say(text.Ink{}, "", "")
	p.Say(text.Ink{}, "! ", "one two three four\x1b[31m five")
	for _, word := range []string{"six", "seven", "eight"} {
		p.Say(text.Ink{}, "", word)
	}
	if p.Len() != 5 || p.Hidden(6) != 1 || p.Hidden(9) != 0 {
		t.Fatalf("%d rows, %d hidden in 6", p.Len(), p.Hidden(6))
	}
	pressed := keys.New([]keys.Row{{Action: keys.PageDown}}, nil)
	for _, c := range []struct {
		height, top, width int
		beside, want       string
	}{
		{7, 0, 24, "", "! one two three four|five|six|seven|eight"},
		{5, 0, 24, "", "! one two three four|five|… 3 more   pgdown"},
		{5, 1, 24, "", "five|six|… 2 more   pgdown"},
		{5, 9, 24, "", "six|seven|eight"},
		{5, 0, 70, "not compared: all", "! one two three four|five|… 3 more   pgdown   not compared: all"},
		{5, 0, 40, "not compared: all", "! one two three four|five|… 3 more   pgdown"},
	} {
		rows := p.View(draw.Box{Width: c.width, Height: c.height}, styles(), pressed, c.top, c.beside)
		var got []string
		for _, row := range rows[1 : len(rows)-1] {
			got = append(got, strings.Trim(text.Strip(row), "│ "))
		}
		if all := strings.Join(got, "|"); all != c.want {
			t.Errorf("%d rows from %d on: %q, want %q", c.height, c.top, all, c.want)
		}
		if above := strings.Contains(rows[0], " above"); above != (c.top > 0) {
			t.Errorf("%q", rows[0])
		}
	}
}
