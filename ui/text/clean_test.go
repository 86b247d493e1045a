package text

import (
	"bytes"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

func TestClean(t *testing.T) {
	for _, c := range []struct{ name, raw, want string }{
		{"plain", "hello, world", "hello, world"},
		{"empty", "", ""},
		{"accents", "déjà vu – ok", "déjà vu – ok"},
		{"colour", "\x1b[31mred\x1b[0m plain", "\x1b[31mred\x1b[0m plain"},
		{"colour left open", "\x1b[31mred", "\x1b[31mred\x1b[0m"},
		{"colour normalised", "\x1b[m\x1b[01;31m\x1b[Kgrep\x1b[m\x1b[K", "\x1b[1;31mgrep\x1b[0m"},
		{"colour changed", "\x1b[31ma\x1b[1mb\x1b[32mc", "\x1b[31ma\x1b[0;1;31mb\x1b[0;1;32mc\x1b[0m"},
		{"bright and 256", "\x1b[97;104ma\x1b[38;5;200mb", "\x1b[97;104ma\x1b[0;38;5;200;104mb\x1b[0m"},
		{"rgb", "\x1b[38;2;1;2;3ma", "\x1b[38;2;1;2;3ma\x1b[0m"},
		{"rgb with colons", "\x1b[38:2::1:2:3ma\x1b[48:2:4:5:6mb", "\x1b[38;2;1;2;3ma\x1b[0;38;2;1;2;3;48;2;4;5;6mb\x1b[0m"},
		{"256 with colons", "\x1b[48:5:9ma", "\x1b[48;5;9ma\x1b[0m"},
		{"curly underline, its colour", "\x1b[4:3;58;5;9;3ma\x1b[4:0mb", "\x1b[3;4ma\x1b[0;3mb\x1b[0m"},
		{"rgb out of range", "\x1b[38;2;1;2;300;1ma", "\x1b[1ma\x1b[0m"},
		{"attributes off", "\x1b[1;2;3;4;5;7;8;9ma\x1b[22;23;24;25;27;28;29mb", "\x1b[1;2;3;4;5;7;8;9ma\x1b[0mb"},
		{"unknown codes", "\x1b[10;73;999999999999999999999ma", "a"},
		{"private m is no colour", "\x1b[>4;2ma\x1b[?1mb\x1b[1 mc", "abc"},

		{"title", "\x1b]0;evil\x07ok", "ok"},
		{"title with ST", "\x1b]0;evil\x1b\\ok", "ok"},
		{"title cut off", "ok\x1b]0;evil", "ok"},
		{"clipboard", "\x1b]52;c;ZXZpbA==\x07ok", "ok"},
		{"hyperlink", "\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"},
		{"screen title", "\x1bktitle\x1b\\ok", "ok"},
		{"DCS, APC, PM, SOS", "\x1bPq#0\x1b\\a\x1b_x\x1b\\b\x1b^x\x1b\\c\x1bXx\x1b\\d", "abcd"},
		{"through tmux", "\x1bPtmux;\x1b\x1b]52;c;x\x07\x1b\\ok", "ok"},
		{"reset, charset, keypad", "\x1bca\x1b(0b\x1b=c\x1b#8d", "abcd"},
		{"modes, screen, cursor", "\x1b[?1049h\x1b[2;3Ha\x1b[6n\x1b[Ab", "ab"},
		{"CSI cut off", "a\x1b[31", "a"},
		{"ESC cut off", "a\x1b", "a"},
		{"C1", "a\u009b31mb\u009d0;x\u009cc\u0090x\u009cd\u0085e", "abcde"},
		{"sequence breaks off a string", "\x1b]0;x\x1b[31my", "\x1b[31my\x1b[0m"},
		{"cancelled", "\x1b[31\x18a\x1b]0;x\x1ab", "ab"},
		{"control characters", "a\x00b\x07c\x0bd\x7fe\x0e", "abcde"},
		{"direction and line breaks", "a\u202eb\u2028c\u200bd\ufeffe", "abcde"},

		{"not UTF-8", "a\xff\xe2\x82b", "a\uFFFD\uFFFD\uFFFDb"},
		{"not UTF-8 after a joining character", "\u0d4e\xff", "\u0d4e\uFFFD"},
		{"sign without a width that takes in the next", "\u0600a\u0600b", "ab"},
		{"tabs", "a\tb\t\tc", "a       b               c"},
		{"tab after wide", "漢字\tb", "漢字    b"},
		{"no paint under tabs", "\x1b[41ma\tb", "\x1b[41ma\x1b[0m       \x1b[41mb\x1b[0m"},
		{"tab moves only", "0123456789\r\tX", "01234567X9"},
		{"combining", "e\u0301te\u0301", "e\u0301te\u0301"},
		{"mark with nothing to its left", "\u0301a", "a"},
		{"mark after a colour", "e\x1b[31m\u0301x", "e\u0301\x1b[31mx\x1b[0m"},
		{"mark after a tab", "a\t\u0301x", "a       \u0301x"},

		{"CRLF", "line\r", "line"},
		{"overwritten", "12345\rab", "ab345"},
		{"overwritten in colour", "12345\r\x1b[31mab", "\x1b[31mab\x1b[0m345"},
		{"erased to the end", "12345\rab\x1b[K", "ab"},
		{"erased from the start", "12345\b\b\x1b[1KX", "   X5"},
		{"erased whole", "12345\x1b[2K\rab", "ab"},
		{"erased whole, cursor stays", "123\x1b[2Kab", "   ab"},
		{"backspace", "abc\b\bX", "aXc"},
		{"backspace at the start", "\b\bX", "X"},
		{"typewriter bold", "N\bNA\bA", "NA"},
		{"cursor", "abc\x1b[2DX\x1b[CY\x1b[1GZ", "ZXcY"},
		{"cursor far away", "a\x1b[999999999Cb", "a" + Blanks(511) + "b"},
		{"half a wide character", "漢字\rab", "ab字"},
		{"first half overwritten", "漢字\ra", "a 字"},
		{"second half overwritten", "漢字\r\x1b[Cb", " b字"},
		{"wide over narrow", "abcd\r漢", "漢cd"},
		{"wide over halves", "漢字\r\x1b[C界", " 界 "},
		{"erase through a wide character", "漢字\r\x1b[C\x1b[K", " "},
		{"mark on an overwritten cell", "ab\re\u0301", "e\u0301b"},
		{"mark on a wide cell", "ab\r漢\x07\u0301", "漢\u0301"},
		{"family", "👩‍👩‍👧 x\r👨", "👨 x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Clean([]byte(c.raw), nil)
			if got != c.want {
				t.Errorf("Clean(%q)\n got %q\nwant %q", c.raw, got, c.want)
			}
			if plain := Plain([]byte(c.raw)); plain != Strip(got) {
				t.Errorf("Plain = %q, want %q", plain, Strip(got))
			}
		})
	}
}

// What the programs wrote, recorded from them, in shortened form.
func TestCleanProgressBars(t *testing.T) {
	for _, c := range []struct{ name, raw, want string }{
		{
			"tqdm", "\r  0%|          | 0/3 [00:00<?, ?it/s]\r 33%|███▎      | 1/3 [00:00<00:00,  9.99it/s]" +
				"\r100%|██████████| 3/3 [00:00<00:00, 10.00it/s]",
			"100%|██████████| 3/3 [00:00<00:00, 10.00it/s]",
		},
		{
			"pip", "\x1b[?25l     \x1b[38;5;237m━━━━━━━━\x1b[0m \x1b[32m0.0/1.8 MB\x1b[0m \x1b[31m?\x1b[0m eta \x1b[36m-:--:--\x1b[0m" +
				"\r\x1b[2K     \x1b[38;2;114;156;31m━━━━━━━━\x1b[0m \x1b[32m1.8/1.8 MB\x1b[0m \x1b[31m24.1 MB/s\x1b[0m eta \x1b[36m0:00:00\x1b[0m\x1b[?25h",
			"     \x1b[38;2;114;156;31m━━━━━━━━\x1b[0m \x1b[32m1.8/1.8 MB\x1b[0m \x1b[31m24.1 MB/s\x1b[0m eta \x1b[36m0:00:00\x1b[0m",
		},
		{
			"curl", "\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0" +
				"\r100  1256  100  1256    0     0   7218      0 --:--:-- --:--:-- --:--:--  7218",
			"100  1256  100  1256    0     0   7218      0 --:--:-- --:--:-- --:--:--  7218",
		},
		{
			"wget", "\rfile.bin              0%[                    ]       0  --.-KB/s               " +
				"\rfile.bin            100%[===================>]   1.00M  --.-KB/s    in 0.02s   ",
			"file.bin            100%[===================>]   1.00M  --.-KB/s    in 0.02s   ",
		},
		{
			"cargo", "\x1b[1m\x1b[36m    Building\x1b[0m [==>      ] 12/99: syn, serde                \r\x1b[K" +
				"\x1b[1m\x1b[32m   Compiling\x1b[0m serde v1.0.200\r",
			"\x1b[1;32m   Compiling\x1b[0m serde v1.0.200",
		},
		{
			"npm", "\x1b[1G\x1b[0K⠙\x1b[1G\x1b[0K⠹\x1b[1G\x1b[0Kadded 57 packages in 2s",
			"added 57 packages in 2s",
		},
		{"spinner", "working |\b/\b-\b\\\bdone", "working done"},
		{"apt", "\x1b[33m\r0% [Working]\x1b[0m\r            \rHit:1 http://deb stable", "Hit:1 http://deb stable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Clean([]byte(c.raw), nil); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestCleanCarriesColoursOverLines(t *testing.T) {
	var style Style
	lines := []string{"\x1b[31mTraceback", "  line 1", "\x1b[1merror\x1b[0m done", "ok"}
	want := []string{"\x1b[31mTraceback\x1b[0m", "\x1b[31m  line 1\x1b[0m", "\x1b[1;31merror\x1b[0m done", "ok"}
	for i, raw := range lines {
		if got := Clean([]byte(raw), &style); got != want[i] {
			t.Errorf("line %d: %q, want %q", i, got, want[i])
		}
	}
	if style != (Style{}) {
		t.Errorf("at the end: %q", style)
	}
}

func TestCleanBounded(t *testing.T) {
	raw := []byte(strings.Repeat("\x1b[999C", 10000) + "x\r" + strings.Repeat("\x1b[999Cy", 100))
	if got := len(Clean(raw, nil)); got > 4*reach {
		t.Errorf("a line of cursor movements grew to %d bytes", got)
	}
}

func TestCleanPlainAllocatesTheResultOnly(t *testing.T) {
	raw := []byte("2026-01-02 03:04:05 INFO a line as most of them are, of some length")
	var s string
	if n := testing.AllocsPerRun(100, func() { s = Clean(raw, nil) }); n > 1 {
		t.Errorf("%v allocations for %q", n, s)
	}
}

func TestWhole(t *testing.T) {
	for _, c := range []struct {
		s    string
		want int
	}{
		{"", 0},
		{"abc", 3},
		{"ab\xe2", 2},
		{"ab\xe2\x82", 2},
		{"ab€", 5},
		{"ab\xf0\x9f\x91", 2},
		{"ab\xff", 3},
		{"ab\x82\x82\x82\x82", 6},
		{"ab\x1b", 2},
		{"ab\x1b[31", 2},
		{"ab\x1b[31m", 7},
		{"ab\x1b[31mc", 8},
		{"ab\x1b]0;title", 2},
		{"ab\x1b]0;" + strings.Repeat("x", wholeWithin), 6 + wholeWithin},
	} {
		if got := Whole([]byte(c.s)); got != c.want {
			t.Errorf("Whole(%q) = %d, want %d", c.s, got, c.want)
		}
	}
}

// checkClean is what must hold for any input.
func checkClean(t interface {
	Helper()
	Fatalf(string, ...any)
}, raw []byte, n int,
) {
	t.Helper()
	var style, carried Style
	s := Clean(raw, &style)
	if Carry(raw, &carried); carried != style {
		t.Fatalf("Clean(%q) ends in %q, Carry in %q", raw, style, carried)
	}
	if !utf8.ValidString(s) {
		t.Fatalf("Clean(%q) = %q is not UTF-8", raw, s)
	}
	plain := Strip(s)
	for _, r := range plain {
		if unicode.IsControl(r) || invisible(r) {
			t.Fatalf("Clean(%q) = %q holds %U", raw, s, r)
		}
	}
	for i := range len(s) {
		if s[i] == esc {
			if _, final, whole := escape(s, i); final != 'm' || !whole {
				t.Fatalf("Clean(%q) = %q holds another sequence", raw, s)
			}
		}
	}
	if i := strings.LastIndexByte(s, esc); i >= 0 && !strings.HasPrefix(s[i:], reset) {
		t.Fatalf("Clean(%q) = %q does not end reset", raw, s)
	}
	if again := Clean([]byte(s), nil); again != s {
		t.Fatalf("Clean(%q) = %q, again %q", raw, s, again)
	}
	if p := Plain(raw); p != plain {
		t.Fatalf("Plain(%q) = %q, want %q", raw, p, plain)
	}
	if w := ansi.StringWidth(s); w != Width(s) {
		t.Fatalf("%q is %d wide, for bubbletea %d", s, Width(s), w)
	}
	checkWidths(t, s, n)
	if utf8.Valid(raw) && bytes.IndexByte(raw, esc) < 0 {
		checkWidths(t, string(raw), n)
	}
	Clip(Skip(string(raw), n), n) // must not panic
	checkStream(t, raw)
}

// checkStream compares the two ways of drawing.
func checkStream(t interface{ Fatalf(string, ...any) }, raw []byte) {
	var a, b painter
	a.begin(Style{}, true)
	if !a.stream(raw) {
		return
	}
	b.begin(Style{}, true)
	b.draw(raw)
	if x, y := string(a.finish()), string(b.finish()); x != y || a.pen != b.pen {
		t.Fatalf("%q streams as %q and draws as %q", raw, x, y)
	}
}

var nasty = []string{
	"a", "b c", "\x1b", "\x1b[", "\x1b[31m", "\x1b[0m", "\x1b[1;44m", "\x1b[K", "\x1b[1K", "\x1b[2K", "\x1b[3D", "\x1b[2C", "\x1b[5G",
	"\r", "\b", "\t", "\x00", "\x07", "\x1b]0;", "\x1b\\", "\x1bP", "\u009b", "\u009c", "\u009d", "\x18", "m", ";", "1", "\xff", "\xe2\x82", "\x9b",
	"漢", "字", "e\u0301", "\u0301", "\u200d", "👩", "👩‍👧", "❤", "\ufe0f", "🇩", "🇪", "\u0600", "\u0d4e", "\u200b", "\u202e", "ก", "ำ", "각", "ᄀ", "ᅡ", "\u00ad", "…",
}

func TestCleanProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := strings.Join(rapid.SliceOfN(rapid.SampledFrom(nasty), 0, 14).Draw(t, "raw"), "")
		checkClean(t, []byte(raw), rapid.IntRange(-1, 12).Draw(t, "width"))
	})
}

func FuzzClean(f *testing.F) {
	for i, s := range nasty {
		f.Add([]byte(s+nasty[(i*7)%len(nasty)]), i%9)
	}
	f.Fuzz(func(t *testing.T, raw []byte, n int) { checkClean(t, raw, n%100) })
}

func BenchmarkClean(b *testing.B) {
	for _, c := range []struct{ name, raw string }{
		{"plain", "2026-01-02 03:04:05 INFO request served in 12 ms, path /index.html, status 200, 5312 bytes"},
		{"colour", "\x1b[2m2026-01-02 03:04:05\x1b[0m \x1b[32mINFO\x1b[0m request served in 12 ms, path /index.html, status 200"},
		{"utf8", "Größe geändert: 12 Dateien übertragen, 3 übersprungen – Übertragungsrate 5,3 MB/s"},
		{"bar", "\r 33%|███▎      | 1/3 [00:00<00:00,  9.99it/s]\r100%|██████████| 3/3 [00:00<00:00, 10.00it/s]"},
	} {
		raw := []byte(c.raw)
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				Clean(raw, nil)
			}
		})
	}
}
