//go:build linux || darwin

package e2e_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestOpenJob(t *testing.T) {
	p := newPlace(t)
	p.file("long.sh", `i=0
while [ $i -lt 300 ]; do
	i=$((i+1))
	case $i in 40|140|240) echo "line $i needle" ;; *) echo "line $i" ;; esac
done
printf 'wide '; i=0; while [ $i -lt 40 ]; do i=$((i+1)); printf '%04d ' $i; done; echo
while [ ! -e more ]; do sleep 0.02; done
echo one more
`)
	tm := p.start(size{100, 30}, "run", "-j", "2", "long.sh", "echo elsewhere")
	tm.inPane("long.sh", "wide 0001")
	tm.see("1 running", "1 done")
	tm.keys(enter)
	tm.see("long.sh", "following")
	s := tm.see("wide 0001")
	if s.has("elsewhere") || s.has("0040") {
		t.Errorf("one job is to be open, with long lines cut:\n%v", s)
	}
	tm.fits()
	tm.keys("w")
	tm.see("0040")
	tm.keys("w")
	tm.unsee("0040")

	tm.keys("/")
	tm.see(" /")
	tm.keys("needle")
	tm.see("/needle")
	tm.keys(enter)
	hit := func(n int) {
		t.Helper()
		tm.waitFor(fmt.Sprintf("the match in line %d", n), func(s screen) bool {
			return s.has(fmt.Sprintf("line %d needle", n)) && s.has(fmt.Sprintf("line %d ", n+5)) && !s.has("following") && !s.has("searching")
		})
	}
	hit(40)
	tm.keys("n")
	hit(140)
	tm.keys("n")
	hit(240)
	tm.keys("N")
	hit(140)

	tm.keys("g")
	tm.waitFor("the start", func(s screen) bool { return s.has("line 1 ") && !s.has("line 140") })
	p.file("more", "")
	tm.keys("f")
	tm.see("one more")
	tm.keys(pageUp)
	tm.waitFor("a page up", func(s screen) bool { return !s.has("one more") && s.has("line 289") })
	tm.keys("G")
	tm.see("one more")
	tm.keys(esc)
	tm.inPane("echo", "elsewhere")
	tm.keys("q")
	tm.ends(0)
}

func TestCopyAsksTheTerminal(t *testing.T) {
	p := newPlace(t)
	tm := p.start(size{100, 30}, "run", "printf sec; echo ret")
	tm.inPane("printf", "secret") // which is not in its title
	tm.see("1 done")
	tm.keys("y")
	tm.see("to the clipboard")
	if !strings.Contains(string(tm.written()), "\x1b]52;c;c2VjcmV0Cg==\x07") {
		t.Errorf("the clipboard was not set")
	}
	tm.keys("1")
	tm.fits()
	tm.keys("q")
	tm.ends(0)
}

func TestViewsFilterSortHelp(t *testing.T) {
	p := newPlace(t)
	tm := p.start(size{120, 40}, "run", "-j", "3", "echo alpha", "echo beta; exit 3", "echo gamma; sleep 0.3")
	s := tm.see("2 done", "1 failed")
	if s.pane("echo").w == 0 {
		t.Fatalf("no panes at first:\n%v", s)
	}
	tm.keys("2")
	tm.see("job", "state", "last line")
	tm.see("▸", "echo beta", "exit 3")
	tm.keys("o")
	tm.waitFor("the order of the jobs", func(s screen) bool { // by state what failed came first
		y := s.rowOf("job", "state")
		return s.has("sort: job") && y > 0 && strings.Contains(s.row(y+1), "alpha")
	})
	tm.keys("F")
	tm.see("filter:")
	tm.keys("failed", enter)
	tm.waitFor("only what failed", func(s screen) bool { return s.has("echo beta") && !s.has("echo gamma", "done") })
	tm.keys(esc)
	tm.see("echo gamma", "done")
	tm.keys("3")
	tm.unsee("last line")
	tm.fits()
	tm.keys("4")
	tm.see("output of all jobs")
	for _, name := range []string{"alpha", "beta", "gamma"} {
		tm.see("echo "+name, "│ "+name)
	}
	tm.keys(tab)
	tm.waitFor("the panes again", func(s screen) bool { return s.pane("echo").w > 0 })
	tm.keys(tab)
	tm.see("last line")
	tm.keys("1")
	tm.keys("?")
	s = tm.see("esc closes")
	if !s.has("space", "pause or resume") || !s.has("x", "cancel the job") {
		t.Errorf("the help does not tell of the jobs' keys:\n%v", s)
	}
	tm.keys(strings.Repeat(down, 40))
	tm.see("?", "all keys")
	tm.see("ctrl+c", "cancel all and quit")
	tm.fits()
	tm.keys(esc)
	tm.unsee("esc closes")
	tm.keys("q")
	tm.ends(1)
}

// rowOf is the first row that holds all of the texts, or -1.
func (s screen) rowOf(texts ...string) int {
	for y := range s.rows {
		if all(s.row(y), texts) {
			return y
		}
	}
	return -1
}

func TestThemeIsKept(t *testing.T) {
	p := newPlace(t)
	tm := p.start(size{80, 24}, "run", "true")
	tm.see("1 done")
	tm.keys("t")
	s := tm.see(" theme ")
	_, name, _ := strings.Cut(s.row(s.rows-1), "theme ")
	name = strings.TrimSpace(name)
	p.until("the choice to be kept", func() bool { return strings.Contains(p.read("config/parallax/config.yaml"), name) })
	before := string(tm.written())
	tm.keys("q")
	tm.ends(0)

	again := p.start(size{80, 24}, "run", "true")
	again.see("1 done")
	again.keys("q")
	again.ends(0)
	if bar := colourOf(before, "parallax", true); bar == "" || bar != colourOf(string(again.written()), "parallax", false) {
		t.Errorf("%s is kept, but the next start draws in other colours than %q", name, bar)
	}
}

// colourOf is the colour sequence that stands right before the first or the last place of a text.
func colourOf(raw, text string, last bool) string {
	at := strings.Index(raw, text)
	if last {
		at = strings.LastIndex(raw, text)
	}
	if at < 0 {
		return ""
	}
	from := strings.LastIndex(raw[:at], "\x1b[")
	return raw[max(from, 0):at]
}

func TestMouse(t *testing.T) {
	p := newPlace(t)
	p.file("long.sh", "i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo \"line $i\"; done; while [ ! -e stop ]; do sleep 0.02; done\n")
	tm := p.start(size{120, 40}, "run", "-j", "2", "exec sleep 600", "long.sh")
	s := tm.inPane("long.sh", "line 200")
	a := s.pane("long.sh").area
	click := fmt.Sprintf("\x1b[<0;%d;%dM\x1b[<0;%d;%dm", a.x+5, a.y+3, a.x+5, a.y+3)
	tm.keys(click)
	tm.keys(" ") // the focus shows in what is paused
	tm.inPane("long.sh", "paused")
	tm.keys(" ")
	tm.see("2 running")
	tm.keys(click)
	tm.see("following")
	tm.keys(strings.Repeat(fmt.Sprintf("\x1b[<64;%d;%dM", a.x+5, a.y+3), 3))
	tm.waitFor("the wheel to scroll up", func(s screen) bool { return s.has("line 191 ") && !s.has("line 192 ") })
	tm.keys(strings.Repeat(fmt.Sprintf("\x1b[<65;%d;%dM", a.x+5, a.y+3), 2))
	tm.waitFor("the wheel to scroll down", func(s screen) bool { return s.has("line 197 ") && !s.has("line 198 ") })
	tm.keys(esc)
	tm.inPane("exec", "pid")
	tm.keys("C")
	tm.see("Once more does it")
	tm.keys("C")
	tm.see("2 cancelled")
	tm.keys("q")
	tm.ends(1)
}

func TestKeysTypedFast(t *testing.T) {
	p := newPlace(t)
	tm := p.start(size{120, 40}, "run", "--", "true", ":::", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o")
	tm.see("15 done")
	tm.see("▸", " a ")
	tm.keys("jjjjj") // a key that repeats comes in bunches when the machine is busy
	tm.see("▸", " f ")
	tm.keys("kkj2jq")
	tm.ends(0)
}

func TestLateAnswersAreNoKeys(t *testing.T) {
	p := newPlace(t)
	tm := p.start(size{100, 30}, "run", "exit 3")
	tm.see("1 failed")
	tm.keys("\x1b]11;rgb:0000/0000/0101\x07\x1b[?62c") // over a slow line it comes when the screen is drawn
	tm.keys("2")
	tm.see("last line")
	tm.keys("q")
	tm.ends(1)
	if j := p.shown().job(t, "exit 3"); j.Try != 1 {
		t.Errorf("%+v was restarted by an answer of the terminal", j)
	}
}

func TestManyJobs(t *testing.T) {
	p := newPlace(t)
	var list strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&list, "%d\n", i+1)
	}
	p.file("list", list.String())
	tm := p.start(size{120, 40}, "run", "-j", "8", "--", "echo job {}", "::::", "list")
	selected := func(n int) {
		t.Helper()
		tm.waitFor(fmt.Sprintf("job %d to be selected", n), func(s screen) bool {
			y := s.rowOf("▸")
			return y > 0 && strings.Contains(s.row(y)+" ", fmt.Sprintf("job %d ", n))
		})
	}
	tm.see("1 000 done")
	selected(1)
	tm.keys("G")
	selected(1000)
	tm.keys(pageUp)
	tm.waitFor("a page up", func(s screen) bool { return s.has("▸") && !s.has("▸", "job 1000 ") })
	tm.keys("g")
	selected(1)
	tm.keys(pageDown)
	tm.waitFor("a page down", func(s screen) bool { return s.has("▸") && !s.has("▸", "job 1 ") })
	tm.keys("g", down, down)
	selected(3)
	tm.keys("F")
	tm.see("filter:")
	tm.keys("77")
	tm.waitFor("the 19 jobs with 77 in them", func(s screen) bool {
		return s.has("filter: 77") && s.has("job 77 ") && s.has("job 779 ") && strings.Count(s.String(), "✓") == 20
	})
	tm.keys(enter, "G")
	selected(977)
	tm.keys(enter)
	tm.see(" end ")
	tm.see("job 977")
	tm.keys(esc)
	tm.waitFor("the table again", func(s screen) bool { return s.has("filter: 77") && !s.has("runs", "echo job") })
	tm.keys("q")
	tm.ends(0)
}
