package themes

import "testing"

func TestDarkReply(t *testing.T) {
	for reply, want := range map[string]struct{ dark, known bool }{
		"\x1b]11;rgb:1010/1212/1818\x1b\\\x1b[?62;c": {true, true},
		"\x1b]11;rgb:fbfb/fafa/f7f7\a\x1b[?62;c":     {false, true},
		"\x1b]11;rgb:ff/ff/ff\a":                     {false, true},
		"\x1b]11;rgb:f/f/f\a":                        {false, true},
		"\x1b]11;rgba:0000/2b2b/3636/ffff\x1b\\":     {true, true},
		"\x1b]11;rgb:fdfd/f6f6/e3e3\x1b\\":           {false, true},
		"q\x1b]11;rgb:0000/0000/0000\x1b\\":          {true, true}, // a key typed before
		"\x1b[?62;c":                                 {},
		"":                                           {},
		"\x1b]11;rgb:ffff/ffff":                      {},
		"\x1b]11;rgb:ffff/ffff/ff":                   {}, // not whole
		"\x1b]11;rgb:zz/zz/zz\a":                     {},
		"\x1b]11;rgb:12345/0/0\a":                    {},
		"\x1b]11;rgb:\a":                             {},
		"\x1b]11;rgb\a":                              {},
		"\x1b]11;rgb:1/2\a":                          {},
		"\x1b]11;rgb:////\a\x1b[?1c":                 {},
	} {
		if dark, known := darkReply(reply); dark != want.dark || known != want.known {
			t.Errorf("darkReply(%q) = %v, %v", reply, dark, known)
		}
	}
}

func TestCompleteReply(t *testing.T) {
	for reply, want := range map[string]bool{
		"":                                 false,
		"\x1b]11;rgb:cccc/cccc/cccc\x1b\\": false,
		"\x1b]11;rgb:cccc/cccc/cccc\x1b\\\x1b[?6": false,
		"\x1b[?62;22c": true,
	} {
		if complete(reply) != want {
			t.Errorf("complete(%q) = %v", reply, !want)
		}
	}
}

// Without asking: the terminal is one that does not understand.
func TestBackgroundFromEnvironment(t *testing.T) {
	for value, want := range map[string]bool{
		"": true, "15;0": true, "0;15": false, "0;default;7": false, "15;8": true, "x": true, "0;y": true, "0;9": false,
	} {
		env := map[string]string{"TERM": "linux", "COLORFGBG": value}
		if got := DarkBackground(func(name string) string { return env[name] }, Patience); got != want {
			t.Errorf("COLORFGBG=%q: dark is %v", value, got)
		}
	}
}

func TestWhoIsAsked(t *testing.T) {
	for _, c := range []struct {
		term, tmux string
		want       bool
	}{
		{"xterm-256color", "", true},
		{"tmux-256color", "x", true},
		{"screen-256color", "x", true},
		{"screen", "", false},
		{"dumb", "", false},
		{"", "", false},
		{"linux", "", false},
		{"vt220", "", false},
	} {
		env := map[string]string{"TERM": c.term, "TMUX": c.tmux}
		if got := answers(func(name string) string { return env[name] }); got != c.want {
			t.Errorf("%+v: asked is %v", c, got)
		}
	}
}
