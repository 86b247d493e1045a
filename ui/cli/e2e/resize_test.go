//go:build linux || darwin

package e2e_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestResizeWhileRunning(t *testing.T) {
	p := newPlace(t)
	p.file("busy.sh", "i=0; while [ ! -e stop ]; do i=$((i+1)); echo \"$1 $i 漢字 e\u0301 👍 ....:....:....:....:....:....:....:....:....:....:....:....:....:....:....:....:\"; sleep 0.02; done\n")
	whole := size{200, 60}
	tm := p.start(whole, "run", "-j", "6", "--", "sh", "busy.sh", "{}", ":::", "a", "b", "c", "d", "e", "f")
	tm.see("6 running")
	tm.see("a 3", "漢字")
	for _, at := range []size{whole, {80, 24}, {60, 16}, {50, 10}, {59, 40}, {60, 15}, {137, 33}, whole} {
		tm.resize(at)
		if at.cols < 60 || at.rows < 16 {
			what := fmt.Sprintf("parallax needs 60 x 16; this terminal is %d x %d", at.cols, at.rows)
			tm.waitFor("one sentence", func(s screen) bool {
				return strings.TrimSpace(s.String()) != "" && strings.TrimRight(s.row(0), " ") == what[:min(len(what), at.cols)] && s.blankFrom(1)
			})
			continue
		}
		s := tm.fits()
		if got := fmt.Sprint(s.cols, s.rows); got != fmt.Sprint(at.cols, at.rows) {
			t.Fatalf("the screen is %s", got)
		}
		boxes, _ := s.boxes()
		if last := boxes[len(boxes)-1]; last.x+last.w > s.cols || last.y+last.h < s.rows-2 {
			t.Errorf("the panes do not reach the end of a screen of %d x %d: %+v\n%v", at.cols, at.rows, boxes, s)
		}
		for _, key := range []string{"2", "3", "4", "1"} { // every view fits every size
			tm.keys(key)
			head := map[string]string{"2": "sort: state", "3": "cores", "4": "output of all jobs", "1": " ● "}[key]
			tm.see(head)
			if key != "2" {
				tm.fits()
			}
		}
	}
	p.file("stop", "")
	tm.see("6 done")
	tm.keys("q")
	tm.ends(0)
}

// blankFrom reports whether there is nothing on the screen from row y on.
func (s screen) blankFrom(y int) bool {
	for ; y < s.rows; y++ {
		if strings.TrimSpace(s.row(y)) != "" {
			return false
		}
	}
	return true
}
