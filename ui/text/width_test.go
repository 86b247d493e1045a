package text

import (
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func TestWidth(t *testing.T) {
	for s, want := range map[string]int{
		"": 0, "abc": 3, "\x1b[31mab\x1b[0m": 2, "漢字": 4, "e\u0301": 1, "👩‍👩‍👧": 2, "❤\ufe0f": 2, "🇩🇪": 2, "ab\x1b[38;2;1;2;3m": 2,
		"──": 2, "█▌": 2, "각": 2,
	} {
		if got := Width(s); got != want {
			t.Errorf("Width(%q) = %d, want %d", s, got, want)
		}
	}
}

func TestCuts(t *testing.T) {
	const red = "\x1b[31m"
	for _, c := range []struct{ name, got, want string }{
		{"clip", Clip("hello", 3), "hel"},
		{"clip not", Clip("hello", 5), "hello"},
		{"clip to nothing", Clip("hello", 0), ""},
		{"clip to less", Clip("hello", -3), ""},
		{"clip colour", Clip(red+"hello"+reset, 3), red + "hel" + reset},
		{"clip after colour", Clip(red+"he"+reset+"llo", 3), red + "he" + reset + "l"},
		{"clip wide", Clip("漢字", 3), "漢 "},
		{"clip wide in colour", Clip(red+"漢字"+reset, 3), red + "漢" + reset + " "},
		{"clip keeps marks", Clip("e\u0301e\u0301", 1), "e\u0301"},
		{"pad", Pad("ab", 4), "ab  "},
		{"pad colour", Pad(red+"ab"+reset, 4), red + "ab" + reset + "  "},
		{"pad not", Pad("abcd", 2), "abcd"},
		{"fit narrow", Fit("ab", 3), "ab "},
		{"fit wide", Fit("abcd", 3), "abc"},
		{"ellipsis", Ellipsis("abcdef", 4), "abc…"},
		{"ellipsis not needed", Ellipsis("abcd", 4), "abcd"},
		{"ellipsis pads", Ellipsis("ab", 4), "ab  "},
		{"ellipsis colour", Ellipsis(red+"abcdef"+reset, 4), red + "abc…" + reset},
		{"ellipsis wide", Ellipsis("漢字", 3), "漢…"},
		{"ellipsis wide split", Ellipsis("a漢字", 3), "a… "},
		{"ellipsis in one column", Ellipsis("abc", 1), "…"},
		{"ellipsis in none", Ellipsis("abc", 0), ""},
		{"shorten", Shorten("abcdef", 4), "abc…"},
		{"shorten not", Shorten("ab", 4), "ab"},
		{"skip", Skip("hello", 2), "llo"},
		{"skip none", Skip("hello", 0), "hello"},
		{"skip all", Skip("hello", 9), ""},
		{"skip wide", Skip("漢字", 1), " 字"},
		{"skip half of the last", Skip("漢", 1), " "},
		{"skip colour", Skip(red+"hello"+reset, 2), red + "llo" + reset},
		{"skip ended colour", Skip(red+"he"+reset+"llo", 2), "llo"},
		{"skip marks", Skip("e\u0301x", 1), "x"},
		{"strip", Strip(red + "a" + reset + "b"), "ab"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
}

func TestWrap(t *testing.T) {
	const red = "\x1b[31m"
	for _, c := range []struct {
		s     string
		width int
		want  []string
	}{
		{"", 3, []string{""}},
		{"abc", 3, []string{"abc"}},
		{"abcdefgh", 3, []string{"abc", "def", "gh"}},
		{"a漢字b", 2, []string{"a", "漢", "字", "b"}},
		{"漢a", 1, []string{" ", "a"}},
		{red + "漢" + reset, 1, []string{red + " " + reset}},
		{"ab", 0, []string{"a", "b"}},
		{red + "abcd" + reset + "e", 3, []string{red + "abc" + reset, red + "d" + reset + "e"}},
		{"abc" + red + "d" + reset, 3, []string{"abc" + red + reset, red + "d" + reset}},
	} {
		if got := Wrap(c.s, c.width); !slices.Equal(got, c.want) {
			t.Errorf("Wrap(%q, %d) = %q, want %q", c.s, c.width, got, c.want)
		}
	}
}

func TestLoneCharactersAreClustersOfTheirOwn(t *testing.T) {
	check := func(s string) {
		size, width := single(s, 0)
		if size == 0 {
			return
		}
		if c, w := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth); len(c) != size || w != width {
			t.Errorf("%q: %d bytes, %d columns, want %d, %d", s, size, width, len(c), w)
		}
	}
	others := []string{"", "a", "é", "─", "漢", "각", "⌚", "☎", "\u0301", "\u200d", "\ufe0f", "👩", "\n", "\x1b", "\xff", "\xe2\x82"}
	for r := rune(0x20); r <= 0xffff; r++ {
		if r >= 0x4e10 && r < 0x9ff0 || r >= 0xac10 && r < 0xd7a0 {
			continue // more of the same
		}
		for _, next := range others {
			check(string(r) + next)
		}
		for _, before := range []string{"a", "─", "☎"} {
			check(before + string(r))
		}
	}
	check("\xe0\x82\xa9") // too long a form of ©
}

func TestRuns(t *testing.T) {
	type run struct{ style, text string }
	var got []run
	for style, s := range Runs("a\x1b[31mb\x1b[1mc\x1b[0m\x1b[0md\x1b[32m") {
		got = append(got, run{style.String(), s})
	}
	want := []run{{reset, "a"}, {"\x1b[0;31m", "b"}, {"\x1b[0;1;31m", "c"}, {reset, "d"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// checkWidths is what must hold for any text and width.
func checkWidths(t interface{ Fatalf(string, ...any) }, s string, n int) {
	m := max(n, 0)
	if c := Clip(s, n); Width(c) > m {
		t.Fatalf("Clip(%q, %d) = %q is %d wide", s, n, c, Width(c))
	}
	if c := Shorten(s, n); Width(c) > m {
		t.Fatalf("Shorten(%q, %d) = %q is %d wide", s, n, c, Width(c))
	}
	if f := Fit(s, n); Width(f) != m {
		t.Fatalf("Fit(%q, %d) = %q is %d wide", s, n, f, Width(f))
	}
	if f := Ellipsis(s, n); Width(f) != m {
		t.Fatalf("Ellipsis(%q, %d) = %q is %d wide", s, n, f, Width(f))
	}
	if k := Skip(s, n); Width(k) > max(Width(s)-m, 0) {
		t.Fatalf("Skip(%q, %d) = %q is %d wide", s, n, k, Width(k))
	}
	rows := Wrap(s, n)
	for _, row := range rows {
		if Width(row) > max(n, 1) {
			t.Fatalf("Wrap(%q, %d) has the row %q", s, n, row)
		}
	}
	if joined := strings.Join(rows, ""); n > 1 && Strip(joined) != Strip(s) {
		t.Fatalf("Wrap(%q, %d) = %q", s, n, rows)
	}
	var runs strings.Builder
	for _, part := range Runs(s) {
		runs.WriteString(part)
	}
	if runs.String() != Strip(s) {
		t.Fatalf("Runs(%q) = %q, Strip = %q", s, runs.String(), Strip(s))
	}
}

func BenchmarkClip(b *testing.B) {
	for name, s := range map[string]string{
		"plain":  strings.Repeat("some words of a line ", 10),
		"colour": strings.Repeat("\x1b[32mINFO\x1b[0m some words ", 10),
		"wide":   strings.Repeat("漢字 ", 40),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Clip(s, 80)
			}
		})
	}
}
