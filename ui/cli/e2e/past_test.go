//go:build linux || darwin

package e2e_test

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestReplayShowsTheSameEnd(t *testing.T) {
	p := newPlace(t)
	p.file("alpha.sh", "for i in 1 2 3 4 5 6 7 8 9; do echo \"step $i\"; sleep 0.05; done\n")
	p.file("beta.sh", "echo wrong >&2; exit 3\n")
	at := size{120, 40}
	tm := p.start(at, "run", "-j", "3", "alpha.sh", "beta.sh", "echo gamma; sleep 600")
	tm.inPane("alpha.sh", "step 9")
	tm.see("1 running", "1 done", "1 failed")
	tm.keys("C")
	tm.see("1 done", "1 failed", "1 cancelled")
	tm.inPane("echo", "cancelled") // the frame is on the screen to its end
	names := []string{"alpha.sh", "beta.sh", "echo"}
	live := tm.fits()
	tm.keys("q")
	tm.ends(1)

	again := p.start(at, "replay", "--speed", "5")
	again.see("replay")
	again.see("1 done", "1 failed", "1 cancelled")
	again.waitFor("the end in all panes, for a screen is drawn in pieces", func(s screen) bool {
		return s.pane("alpha.sh").has("step 9") && s.pane("beta.sh").has("wrong") && s.pane("echo").title == live.pane("echo").title
	})
	s := again.fits()
	for _, name := range names {
		was, is := live.pane(name), s.pane(name)
		if was.title != is.title || !slices.Equal(was.rows[1:], is.rows[1:]) {
			t.Errorf("the pane of %s was\n%s\n%s\nand is\n%s\n%s", name, was.title, strings.Join(was.rows, "\n"), is.title, strings.Join(is.rows, "\n"))
		}
	}
	again.keys("x", "r", "C", " ") // a past run cannot be steered
	again.keys("2")
	again.see("1 done", "1 failed", "1 cancelled")
	again.keys("q")
	again.ends(0)
}

func TestNoColour(t *testing.T) {
	coloured := regexp.MustCompile(`\x1b\[[0-9;]*m`)
	dull := regexp.MustCompile(`^\x1b\[(0|1|2|3|4|7|22|23|24|27)?(;(0|1|2|3|4|7|22|23|24|27))*m$`)
	for name, c := range map[string]struct {
		env  string
		args []string
	}{"variable": {"NO_COLOR=1", nil}, "flag": {"A=b", []string{"--no-color"}}} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			p.env = append(p.env, c.env)
			tm := p.start(size{120, 40}, append(append([]string{"run"}, c.args...), "echo fine", "exit 3")...)
			tm.see("1 done", "1 failed")
			tm.inPane("echo", "fine")
			for _, key := range []string{"2", "3", "4", "?"} {
				tm.keys(key)
			}
			tm.see("esc closes")
			tm.keys("q")
			tm.ends(1)
			for _, seq := range coloured.FindAll(tm.written(), -1) {
				if !dull.Match(seq) {
					t.Errorf("a colour was written: %q", seq)
				}
			}
		})
	}
}

func TestThemesDiffer(t *testing.T) {
	p := newPlace(t)
	drawn := map[string]string{}
	for _, theme := range []string{"night", "paper"} {
		tm := p.start(size{80, 24}, "run", "--theme", theme, "true")
		tm.see("1 done")
		tm.keys("q")
		tm.ends(0)
		if !bytes.Contains(tm.written(), []byte("\x1b[38;5;")) {
			t.Errorf("%s draws without the 256 colours of this terminal", theme)
		}
		colour := colourOf(string(tm.written()), "parallax", false)
		if other, same := drawn[colour]; same {
			t.Errorf("%s and %s look the same: %q", other, theme, colour)
		}
		drawn[colour] = theme
	}
}

func TestDemo(t *testing.T) {
	if testing.Short() {
		t.Skip("the demo takes half a minute on a busy machine")
	}
	p := newPlace(t)
	var err error
	if p.bin, err = plain(); err != nil { // the scripts would take ten times as long under the race detector
		t.Fatal(err)
	}
	tm := p.start(size{160, 45})
	tm.see("parallax", "compare", "CPU-bound", "four scripts that compute")
	tm.see("serial", "goroutines", "processes")
	tm.waitLong(10*patience, "the second part", func(s screen) bool { return s.has("✓ CPU-bound", "four scripts that wait") })
	tm.keys("\t") // back to the first, of which all is known
	tm.see("four scripts that compute", "3 rounds")
	tm.see("wall time", "±")
	tm.keys("q")
	tm.see("end it and quit") // the second part still goes on
	tm.keys("c")
	tm.leaves(0)
}
