//go:build linux || darwin

package e2e_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// hostile are things that a job may print and that no terminal may ever see.
var hostile = map[string]string{
	"title":     `\033]0;owned\007\033]2;owned\033\\\033]l owned\033\\\033kowned\033\\`,
	"clipboard": `\033]52;c;b3duZWQ=\007\033Ptmux;\033\033]52;c;b3duZWQ=\007\033\\`,
	"cursor":    `\033[1;1HOWNED\033[99B\033[99COWNED\033[5A\033[sOWNED\033[u\0337OWNED\0338\033MOWNED`,
	"clear":     `\033[2J\033[3J\033[H\033[K\033c\033[!p\033[1;5r`,
	"modes":     `\033[?1049h\033[?1049l\033[?1000h\033[?1003h\033[?25h\033[?7l\033[?2004h\033[4h\033[?5h\033=\033(0`,
	"bells":     `\007\007\016\017\005\013\014\010\010\010`,
	"eightbit":  `\2330;1H\235 0;owned\234\220q\234`,
	"reports":   `\033[6n\033[c\033[>c\033[5n\033]10;?\007\033]11;?\007\033P+q544e\033\\`,
	"links":     `\033]8;;http://owned.example\033\\link\033]8;;\033\\\033_Gowned\033\\\033^owned\033\\`,
}

func TestJobsCannotTouchTheTerminal(t *testing.T) {
	p := newPlace(t)
	args := []string{"run", "-j", "16", "--theme", "night"}
	for name, text := range hostile {
		p.file(name+".sh", fmt.Sprintf("printf '%s'\nprintf '\\nafter %s\\n'\nwhile [ ! -e stop ]; do sleep 0.05; done\n", strings.ReplaceAll(text, "%", "%%"), name))
		args = append(args, name+".sh")
	}
	p.file("colours.sh", "printf '\\033[31mred\\033[48;5;17m deep\\033[1;4m bold'\nwhile [ ! -e stop ]; do sleep 0.05; done\n")
	p.file("wide.sh", "echo '漢字かな交じり文👍🏽👨‍👩‍👧é日本語ｶﾀｶﾅ漢字かな交じり文漢字かな交じり文漢字かな交じり文'; echo after wide; while [ ! -e stop ]; do sleep 0.05; done\n")
	p.file("witness.sh", "while [ ! -e go ]; do sleep 0.05; done\n"+counting)
	args = append(args, "colours.sh", "wide.sh", "witness.sh")
	tm := p.start(size{180, 60}, args...)
	tm.see("12 running")
	tm.keys("4") // merged, before the witness pushes the others out
	tm.see("output of all jobs")
	for name := range hostile {
		tm.see(name+".sh", "│ after "+name)
	}
	tm.fits()
	p.file("go", "")
	tm.keys("1")
	for name := range hostile {
		tm.inPane(name+".sh", "after "+name)
	}
	tm.inPane("wide.sh", "after wide")
	first := tm.inPane("witness.sh", "count").counted("witness.sh")
	tm.waitFor("the others to go on", func(s screen) bool { return s.counted("witness.sh") > first+5 })
	s := tm.fits()
	if !s.pane("colours.sh").has("red deep bold") {
		t.Errorf("colours took text away:\n%v", s)
	}
	tm.harmless()

	for _, name := range []string{"cursor", "clear", "modes", "eightbit"} { // and with one of them open and wrapped
		tm.keys("F", name, enter)
		tm.waitFor("the filter to hold", func(s screen) bool { return s.pane(name+".sh").w > 100 })
		tm.keys(enter)
		tm.see("following")
		tm.keys("w")
		tm.see("wrap")
		tm.fits()
		tm.keys(esc)
		tm.unsee("following")
		tm.keys(esc)
		tm.inPane("witness.sh", "count")
	}
	p.file("stop", "")
	tm.see(fmt.Sprintf("%d done", len(hostile)+3))
	tm.harmless()
	tm.keys("q")
	tm.ends(0)
	tm.harmless()
}

// allowed are the escape sequences that the program itself writes: colours, moving and erasing
// while it draws, and the modes it sets at the start and takes back at the end.
var allowed = regexp.MustCompile(`^\x1b(\[[0-9;]*[mHKJABCD]|\[\?(7|25|1049|1000|1002|1003|1006|2004)[hl])$`)

var sequence = regexp.MustCompile(`\x1b(\[[0-?]*[ -/]*[@-~]|[^\[]|$)`)

// background is what the program asks the terminal before it draws, when no theme is chosen.
const background = "\x1b]11;?\x1b\\\x1b[c"

// harmless checks every byte that the program has written: nothing of a job may be in it but text
// and colours.
func (tm *terminal) harmless() {
	tm.t.Helper()
	raw := bytes.TrimPrefix(tm.written(), []byte(background))
	if at := bytes.LastIndexByte(raw, 0x1b); at >= 0 && (at == len(raw)-1 || !sequence.Match(raw[at:])) {
		raw = raw[:at] // it is still being written
	}
	for _, seq := range sequence.FindAll(raw, -1) {
		if !allowed.Match(seq) {
			tm.t.Errorf("the program has written %q", seq)
		}
	}
	for _, r := range string(raw) {
		if r < 0x20 && r != '\x1b' && r != '\r' && r != '\n' || r >= 0x7f && r < 0xa0 {
			tm.t.Errorf("the program has written the control character %q", r)
		}
	}
	for _, on := range []string{"\x1b[?1049h", "\x1b[?1002h", "\x1b[?7l"} {
		if n := bytes.Count(raw, []byte(on)); n != 1 {
			tm.t.Errorf("%q was written %d times", on, n)
		}
	}
	tm.mu.Lock()
	titles, clips, wrapped := tm.emu.titles, tm.emu.clips, tm.emu.wrapped
	tm.mu.Unlock()
	if len(titles) > 0 || clips > 0 || wrapped > 0 {
		tm.t.Errorf("titles %q, %d writes to the clipboard, %d characters past the end of a row", titles, clips, wrapped)
	}
}

func TestFloodsAndBinaries(t *testing.T) {
	p := newPlace(t)
	p.file("flood.sh", "head -c 50000000 /dev/zero | tr '\\000' x; while [ ! -e stop ]; do sleep 0.05; done\n")
	p.file("random.sh", "head -c 2000000 /dev/urandom; echo; echo after random; while [ ! -e stop ]; do sleep 0.05; done\n")
	p.file("bar.sh", `i=0
while [ $i -lt 100 ]; do i=$((i+1)); printf '\r[%3d%%] loading' $i; sleep 0.005; done
printf '\r[done] loaded \n'
while [ ! -e stop ]; do sleep 0.05; done
`)
	p.file("witness.sh", counting)
	tm := p.start(size{120, 40}, "run", "-j", "4", "flood.sh", "random.sh", "bar.sh", "witness.sh")
	tm.inPane("flood.sh", "xxxxxxxxxx")
	tm.inPane("random.sh", "after random")
	s := tm.inPane("bar.sh", "[done] loaded")
	if n := strings.Count(strings.Join(s.pane("bar.sh").rows, "\n"), "load"); n != 1 {
		t.Errorf("a progress bar is one line, not %d:\n%v", n, s)
	}
	first := tm.screen().counted("witness.sh")
	tm.waitFor("the others to go on", func(s screen) bool { return s.counted("witness.sh") > first+5 })
	tm.fits()
	tm.keys(enter)
	tm.see("following")
	tm.keys("g", "w")
	tm.see("wrap")
	tm.fits()
	tm.keys(esc)
	tm.unsee("wrap")
	tm.keys(right, enter)
	tm.see("random.sh", "following")
	tm.see("after random")
	tm.keys(pageUp)
	tm.unsee("following")
	tm.fits()
	tm.keys(esc)
	tm.inPane("witness.sh", "count")
	p.file("stop", "")
	tm.see("4 done")
	tm.keys("q")
	tm.ends(0)
	tm.harmless()
	if got := len(p.log("flood.sh")); got != 50000000 {
		t.Errorf("the log of the flood has %d bytes, want 50000000", got)
	}
}
