package cores

import (
	"strings"
	"testing"
	"time"

	"parallax/runner"
	"parallax/themes"
	"parallax/ui/dashboard/scene"
	"parallax/ui/text"
)

// coarse is a run of a second of which only the load of its cores is told, and not how jobs waited.
func coarse(t *testing.T) (*scene.Scene, *Past) {
	t.Helper()
	var s told
	s.begin(t, 1)
	for n := 1; n <= 10; n++ {
		at := time.Duration(n) * 100 * time.Millisecond
		s.tell(t, runner.Sampled{
			At: runner.At(at), Span: 100 * time.Millisecond,
			Tasks: []runner.TaskSample{{Task: 0, Live: 100 * time.Millisecond, OnCore: 30 * time.Millisecond, WaitCore: -1, WaitGIL: -1}},
			Lanes: runner.Lanes{
				Cores: []int{0}, Cell: runner.CoarseCell, Tier: runner.LoadOnly, End: at,
				Rows: [][]runner.Cell{{{Task: runner.Foreign, Load: 90}}},
			},
		})
	}
	return &scene.Scene{State: &s.State, Known: &scene.Known{}, Styles: &themes.Styles{}}, &s.Past
}

// Where lanes do not tell whose time it is, nobody is said to have had it, and not that we had none.
func TestLoadAloneIsNobodys(t *testing.T) {
	s, past := coarse(t)
	lens := Lens{}
	for _, view := range [][]string{
		Full(s, lens, past, 120, 40), Full(s, lens.Move(Look(s, 120), 0, 0), past, 120, 40), Panel(s, 100, 8), Full(s, lens, past, 70, 14),
	} {
		all := text.Strip(strings.Join(view, "\n"))
		for _, wrong := range []string{"other", "ours", "colour = job"} {
			if strings.Contains(all, wrong) {
				t.Errorf("%q is said in\n%s", wrong, all)
			}
		}
		if !strings.Contains(all, "busy") {
			t.Errorf("a core is not said to be busy in\n%s", all)
		}
	}
}

// The states that are drawn are those that are explained, by the names that they have here.
func TestStatesThatOccurAreExplained(t *testing.T) {
	s, past := coarse(t)
	for _, width := range []int{100, 140} {
		words := text.Strip(legendOfStates(s, past, width-4).String())
		if !strings.Contains(words, "waiting or blocked") || strings.Contains(words, "for a core") {
			t.Errorf("in %d columns: %s", width, words)
		}
	}
	for _, k := range []int{waitCore, waitGIL, paused, unsaid} {
		past.seen[k] = true
	}
	s.State.Times.Recent.WaitCore = 0
	for _, width := range []int{100, 140} {
		words := text.Strip(legendOfStates(s, past, width-4).String())
		for k, look := range looks(s) {
			if !strings.Contains(words, look.glyph) {
				t.Errorf("in %d columns state %d is not explained: %s", width, k, words)
			}
		}
	}
}

// What stands under the cursor is whole in a terminal of 90 columns, and how lanes were measured is told.
func TestWhatIsUnderTheCursorFits(t *testing.T) {
	var s told
	s.begin(t, 1)
	s.State.Jobs[0].Name = "pure.py"
	s.tell(t, second(1, 100, 10, 50, 30))
	s.tell(t, runner.Sampled{At: runner.At(time.Second), Span: time.Second, Lanes: runner.Lanes{
		Cores: []int{0}, Cell: 5 * time.Millisecond, Tier: "exact", End: time.Second, Rows: [][]runner.Cell{make([]runner.Cell, 200)},
	}})
	sc := &scene.Scene{State: &s.State, Known: &scene.Known{}, Styles: &themes.Styles{}}
	lens := Lens{Jobs: true}.Move(Look(sc, 90), 0, 0)
	all := text.Strip(strings.Join(Full(sc, lens, &s.Past, 90, 30), "\n"))
	for _, part := range []string{"core wait 50 %, GIL wait 30 %, blocked 10 %", " · exact "} {
		if !strings.Contains(all, part) {
			t.Errorf("no %q in\n%s", part, all)
		}
	}
}
