package dashboard

import (
	"strings"
	"testing"
)

func TestAnswersOfTheTerminalAreNoKeys(t *testing.T) {
	for in, want := range map[string]string{
		"ab\x1b]11;rgb:0000/0000/0101\x07\x1b[?62;4cq": "abq",
		"\x1b]11;rgb:ffff/ffff/ffff\x1b\\r":            "r",
		"\x1b[?1;2c":                                   "",
		"\x1b":                                         "\x1b",
		"\x1b]":                                        "\x1b]",
		"\x1b]x":                                       "\x1b]x",
		"\x1b[A\x1b[<0;3;4M\x1b[5~ 漢\r":                "\x1b[A\x1b[<0;3;4M\x1b[5~ 漢\r",
		"\x1b]11;rgb:\x03":                             "\x03", // ctrl+c always comes through
		"\x1b]1" + strings.Repeat("0", 2*longest) + "q": strings.Repeat("0", 2*longest-longest-1) + "q",
	} {
		var a answers
		if got := string(a.strip([]byte(in))); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
		for cut := 3; cut < len(in); cut++ { // however it comes in, from the third byte on
			if strings.HasSuffix(in[:cut], "\x1b") || strings.HasSuffix(in[:cut], "\x1b[") || strings.HasSuffix(in[:cut], "\x1b]") {
				continue
			}
			var a answers
			got := string(a.strip([]byte(in[:cut])))
			if got += string(a.strip([]byte(in[cut:]))); got != want {
				t.Errorf("%q cut at %d: %q, want %q", in, cut, got, want)
			}
		}
	}
}
