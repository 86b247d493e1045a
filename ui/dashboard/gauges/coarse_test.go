package gauges

import (
	"strings"
	"testing"
	"time"

	"parallax/runner"
	"parallax/ui/text"
)

// Where waiting for a core is not told, each part still has its share beside it.
func TestPartsThatAreNotKnownApartHaveAShare(t *testing.T) {
	s := shown(t)
	for i := range s.State.Tasks {
		s.State.Tasks[i].Stats = nil
	}
	s.State.Times = runner.Times{}
	s.State.Times.Recent = runner.Split{Span: time.Second, Live: 2 * time.Second, OnCore: time.Second / 2, WaitCore: -1, WaitGIL: -1}
	for _, width := range []int{30, 34, 60} {
		rows := Parallelism(s, width, 9, 0)
		all := text.Strip(strings.Join(rows, "\n"))
		if !strings.Contains(all, "wait/block") || !strings.Contains(all, "75 %") || !strings.Contains(all, "25 %") {
			t.Errorf("in %d columns:\n%s", width, all)
		}
	}
}
