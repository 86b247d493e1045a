package logs

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"parallax/ui/text"
)

func compile(t testing.TB, pattern string, isRegexp bool) Query {
	t.Helper()
	q, err := Compile(pattern, isRegexp)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern string
		re      bool
		s       string
		want    bool
	}{
		{"", false, "a", false},
		{"error", false, "an Error here", true},
		{"Error", false, "an error here", false},
		{"Error", false, "an Error here", true},
		{"größe", false, "GRÖSSE GRÖßE", true},
		{"Größe", false, "größe", false},
		{"a.b", false, "axb", false},
		{"a.b", true, "AXB", true},
		{"A.b", true, "axb", false},
		{`\W+x`, true, "a  X", true},
		{`x*`, true, "aaa", false},
		{`x*`, true, "aax", true},
		{"k", false, "\u212a", false},
		{"漢", false, "漢字", true},
	} {
		if got := compile(t, c.pattern, c.re).Match(c.s); got != c.want {
			t.Errorf("%q (%v) in %q: %v", c.pattern, c.re, c.s, got)
		}
	}
	if _, err := Compile("a(", true); err == nil || !strings.Contains(err.Error(), "a(") {
		t.Errorf("a bad expression: %v", err)
	}
}

func TestHighlight(t *testing.T) {
	const red, off = "\x1b[31m", "\x1b[0m"
	for _, c := range []struct {
		s, pattern string
		re         bool
		want       string
	}{
		{"nothing here", "x", false, "nothing here"},
		{"one two one", "one", false, "<one> two <one>"},
		{"aaaa", "aa", false, "<aa><aa>"},
		{"über Über", "über", false, "<über> <Über>"},
		{"a1b22", `\d+`, true, "a<1>b<22>"},
		{red + "one two" + off, "two", false, "\x1b[0;31mone <two>\x1b[0m"},
		{red + "one two" + off, "one", false, "\x1b[0;31m<one>\x1b[0;31m two\x1b[0m"},
		{red + "fo" + off + "o x", "foo", false, "\x1b[0;31m<fo>\x1b[0m<o> x"},
		{"", "x", false, ""},
		{red + "x" + off, "", false, red + "x" + off},
	} {
		if got := Highlight(c.s, compile(t, c.pattern, c.re), "<", ">"); got != c.want {
			t.Errorf("%q in %q\n got %q\nwant %q", c.pattern, c.s, got, c.want)
		}
	}
}

func TestSearch(t *testing.T) {
	lines := []string{"alpha", "be\x1b[31mta\x1b[0m", "gamma Beta", "12345\rx", "tab\tbed", "delta"}
	path := write(t, t.TempDir(), strings.Join(lines, "\n"))
	all, err := Page(path, 0, -1, 10)
	if err != nil {
		t.Fatal(err)
	}
	const none = -1
	for _, c := range []struct {
		pattern        string
		re             bool
		from           int
		backward       bool
		limit          int64
		want           int
		endOfFileStart bool
	}{
		{pattern: "beta", want: 1, limit: -1},
		{pattern: "beta", from: 2, want: 2, limit: -1},
		{pattern: "beta", from: 3, want: none, limit: -1},
		{pattern: "beta", from: 2, backward: true, want: 1, limit: -1},
		{pattern: "beta", from: 5, backward: true, want: 2, limit: -1},
		{pattern: "Beta", want: 2, limit: -1},
		{pattern: "delta", want: 5, limit: -1},
		{pattern: "delta", want: none, limit: 20},
		{pattern: "alpha", from: 5, backward: true, want: 0, limit: -1},
		{pattern: "alpha", from: 0, backward: true, want: none, limit: -1},
		{pattern: "x2345", want: 3, limit: -1},
		{pattern: "12345", want: none, limit: -1},
		{pattern: "tab     bed", want: 4, limit: -1},
		{pattern: "^ga.*ta$", re: true, want: 2, limit: -1},
		{pattern: "a\ng", want: none, limit: -1},
		{pattern: "", want: none, limit: -1},
	} {
		l, found, err := Search(t.Context(), path, compile(t, c.pattern, c.re), all[c.from].From, c.limit, c.backward)
		if err != nil || found != (c.want != none) || found && l != all[c.want] {
			t.Errorf("%q from %d: %v %+v %v", c.pattern, c.from, found, l, err)
		}
	}
}

// Every search must find what looking at each line finds.
func TestSearchFindsWhatIsSeen(t *testing.T) {
	dir := t.TempDir()
	queries := []Query{
		compile(t, "needle", false), compile(t, "Needle", false), compile(t, "NEEDLE", false), compile(t, "ü", false),
		compile(t, "dle漢", false), compile(t, "x \uFFFD", false), compile(t, "needle.*word", true), compile(t, "qz", false),
		compile(t, "   ", false), compile(t, "zzzzz", false), compile(t, "NEE(D)", true),
	}
	for seed := range uint64(5) {
		r := rand.New(rand.NewPCG(seed, 3))
		s := content(seed, r.IntN(20*block))
		path := write(t, dir, s)
		all, err := Page(path, 0, -1, 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		for k, q := range queries {
			from := r.IntN(len(all) + 1)
			at := int64(len(s))
			if from < len(all) {
				at = all[from].From
			}
			is := func(l Line) bool { return q.Match(text.Strip(l.Text)) }
			want := slices.IndexFunc(all[from:], is)
			l, found, err := Search(t.Context(), path, q, at, -1, false)
			if err != nil || found != (want >= 0) || found && l != all[from+want] {
				t.Fatalf("seed %d, query %d from %d: found %v at %d, want line %d, %v", seed, k, at, found, l.From, from+want, err)
			}
			want = from - 1
			for want >= 0 && !is(all[want]) {
				want--
			}
			l, found, err = Search(t.Context(), path, q, at, -1, true)
			if err != nil || found != (want >= 0) || found && l != all[want] {
				t.Fatalf("seed %d, query %d back from %d: found %v at %d, want line %d, %v", seed, k, at, found, l.From, want, err)
			}
		}
	}
}

func TestLowerASCII(t *testing.T) {
	all := make([]byte, 260)
	for i := range all {
		all[i] = byte(i)
	}
	got := make([]byte, len(all))
	lowerASCII(got, all)
	for i, c := range got {
		want := all[i]
		if want >= 'A' && want <= 'Z' {
			want += 'a' - 'A'
		}
		if c != want {
			t.Errorf("%q became %q", all[i], c)
		}
	}
}

func TestSearchFindsAtTheBordersOfBlocks(t *testing.T) {
	for shift := region - 12; shift < region+4; shift += 5 {
		s := strings.Repeat("some line of text\n", shift/18)
		s += strings.Repeat("x", shift-len(s)) + "needle\nrest\n"
		path := write(t, t.TempDir(), s)
		for _, backward := range []bool{false, true} {
			from := int64(0)
			if backward {
				from = int64(len(s))
			}
			l, found, err := Search(t.Context(), path, compile(t, "needle", false), from, -1, backward)
			if err != nil || !found || !strings.HasSuffix(l.Text, "needle") {
				t.Errorf("shift %d, backward %v: %v %v", shift, backward, found, err)
			}
		}
	}
}

func TestSearchEndsWithItsContext(t *testing.T) {
	path := write(t, t.TempDir(), strings.Repeat("line\n", region))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, backward := range []bool{false, true} {
		if _, found, err := Search(ctx, path, compile(t, "nowhere", false), 10, -1, backward); found || !errors.Is(err, context.Canceled) {
			t.Errorf("found %v, %v", found, err)
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	dir := b.TempDir()
	plain := strings.Repeat("2026-01-02 03:04:05 INFO request served in 12 ms, path /index.html\n", 1<<19)
	colour := strings.Repeat("\x1b[2m2026-01-02 03:04:05\x1b[0m \x1b[32mINFO\x1b[0m request served in 12 ms\n", 1<<18)
	utf8 := strings.Repeat("Größe geändert: 12 Dateien übertragen, 3 übersprungen\n", 1<<18)
	for _, c := range []struct {
		name, content, pattern string
		re, backward           bool
	}{
		{"plain", plain, "Needle", false, false},
		{"plain-fold", plain, "needle", false, false},
		{"plain-back", plain, "needle", false, true},
		{"plain-regexp", plain, "N(e+)dle", true, false},
		{"crlf", strings.ReplaceAll(plain, "\n", "\r\n"), "Needle", false, false},
		{"colour", colour, "Needle", false, false},
		{"colour-fold", colour, "needle", false, false},
		{"utf8", utf8, "needle", false, false},
	} {
		path := filepath.Join(dir, c.name)
		if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
			b.Fatal(err)
		}
		q := compile(b, c.pattern, c.re)
		from := int64(0)
		if c.backward {
			from = int64(len(c.content))
		}
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.content)))
			b.ReportAllocs()
			for b.Loop() {
				if _, found, err := Search(b.Context(), path, q, from, -1, c.backward); found || err != nil {
					b.Fatal(found, err)
				}
			}
		})
	}
}
