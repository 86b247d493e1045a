package gauges

import (
	"strings"
	"testing"
	"time"

	"github.com/muesli/termenv"

	"parallax/runner"
	"parallax/themes"
	"parallax/ui/dashboard/scene"
	"parallax/ui/text"
)

// shown returns a scene of two tasks in an interpreter, on four cores, of which these GILs were seen.
func shown(t *testing.T, gils ...runner.GIL) *scene.Scene {
	t.Helper()
	styles := themes.New(themes.Builtin()[0], termenv.Ascii)
	s := &scene.Scene{State: &runner.State{}, Known: &scene.Known{}, Styles: &styles}
	const second = time.Second
	evs := []runner.Event{runner.RunStarted{Jobs: []runner.Job{{Name: "a"}, {Name: "b"}}, Workers: 2, Cores: []int{0, 1, 2, 3}}}
	var samples []runner.TaskSample
	for i := range 2 {
		evs = append(evs, runner.TaskQueued{Task: i, Try: 1}, runner.TaskStarted{Task: i, Try: 1, Identity: runner.Identity{
			PID: 7, TID: 8 + i, Host: runner.Host{ID: 1, Name: "python 3.13.0", Lock: 1},
		}})
		samples = append(samples, runner.TaskSample{Task: i, Live: second, OnCore: second / 2, WaitGIL: second / 2})
	}
	for _, ev := range append(evs, runner.Sampled{At: runner.At(second), Span: second, Tasks: samples, GILs: gils}) {
		if err := s.State.Apply(ev); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// drawn returns what gauges look like, without blanks at the ends.
func drawn(s *scene.Scene, width, rows int) string {
	var out []string
	for _, r := range locks(s, width, rows) {
		out = append(out, strings.TrimRight(text.Strip(r.String()), " "))
	}
	return strings.Join(out, "\n")
}

func TestGaugesOfInterpreters(t *testing.T) {
	one := runner.GIL{PID: 7, Host: 1, Task: -1, Python: "3.13.0", Span: time.Second, Held: 0.98, Handoffs: 180.2, Waiting: 3.1}
	unread := runner.GIL{PID: 8, Host: 2, Task: -1, Python: "3.9", Span: time.Second, Held: -1, Handoffs: -1, Waiting: 0.24}
	own := runner.GIL{PID: 9, Task: 1, Python: "3.12.1", Span: time.Second, Held: -1, Handoffs: -1, Waiting: 0}
	each := runner.GIL{PID: 7, Interpreter: 2, Host: 1, Task: 1, Python: "3.13.0", Span: time.Second, Held: 1}
	free := runner.GIL{PID: 10, Task: -1, Host: 1, Python: "3.14.7", Free: true, Span: time.Second, Held: -1, Handoffs: -1, Waiting: -1}
	why := runner.GIL{PID: 11, Task: 0, Why: "Python 2 has another kind of GIL", Span: time.Second, Held: -1, Handoffs: -1, Waiting: -1}
	for _, c := range []struct {
		name        string
		gils        []runner.GIL
		width, rows int
		want        string
	}{
		{"one", []runner.GIL{one}, 30, 2, "GIL 3.13.0 ━━━━━┃━━━━━━━━━━━━━\nheld 98 % · 3.1 wait · 180/s"},
		{"at length", []runner.GIL{one}, 44, 2, "GIL 3.13.0 ━━━━━━━━┃━━━━━━━━━━━━━━━━━━━━━━━━\nheld 98 % · 3.1 waiting · 180 hand-offs/s"},
		{"in one row", []runner.GIL{one}, 40, 1, "GIL 3.13.0 ━━┃━━━━━ held 98 % · 3.1 wait"},
		{"only who waits is known", []runner.GIL{unread}, 30, 2, "GIL 3.9 #2 ━━━━━┃━━━━━━━━━━━━━\n0.2 waiting"},
		{"a job's own", []runner.GIL{own}, 30, 2, "GIL 3.12.1 b ━━━━┃━━━━━━━━━━━━\n0.0 waiting"},
		{"none", []runner.GIL{free}, 36, 2, "3.14.7 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━\nno GIL: it uses all cores"},
		{"refused", []runner.GIL{why}, 36, 2, "GIL python a: not measured\nPython 2 has another kind of GIL"},
		{"more than fit so", []runner.GIL{one, unread, own}, 40, 4, "GIL 3.13.0 ━━┃━━━━━ held 98 % · 3.1 wait\nGIL 3.9 #2 ━━━━┃━━━━━━━━━━━━ 0.2 waiting\nGIL 3.12.1 b ━━━━┃━━━━━━━━━━ 0.0 waiting"},
		{"in one narrow row", []runner.GIL{each}, 30, 1, "GIL b ━━┃━━━━━━ 100 % 0.0 wait"},
		{"in one row with room", []runner.GIL{each}, 60, 1, "GIL 3.13.0 b ━━━━━┃━━━━━━━━━━━━━ held 100 % · 0.0 wait · 0/s"},
		{"more than fit", []runner.GIL{own, one, unread}, 40, 2, "GIL 3.13.0 ━━┃━━━━━ held 98 % · 3.1 wait\nand 2 more interpreters"},
		{"no room", []runner.GIL{one}, 40, 0, ""},
	} {
		got := drawn(shown(t, c.gils...), c.width, c.rows)
		if got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
		for line := range strings.Lines(got) {
			if w := text.Width(strings.TrimSuffix(line, "\n")); w > c.width {
				t.Errorf("%s: %d columns wide: %s", c.name, w, line)
			}
		}
	}
}

func TestAGILThatIsSeenNoMoreIsNotShown(t *testing.T) {
	s := shown(t, runner.GIL{PID: 7, Host: 1, Task: -1, Python: "3.13.0", Span: time.Second})
	if err := s.State.Apply(runner.Sampled{At: runner.At(3 * time.Second), Span: time.Second}); err != nil {
		t.Fatal(err)
	}
	if got := drawn(s, 40, 2); got != "" {
		t.Errorf("shown: %s", got)
	}
	for i := range 2 {
		if err := s.State.Apply(runner.TaskEnded{At: runner.At(4 * time.Second), Task: i, Try: 1, Status: runner.Succeeded}); err != nil {
			t.Fatal(err)
		}
	}
	if got := drawn(s, 40, 2); !strings.HasPrefix(got, "GIL 3.13.0") {
		t.Errorf("of the run as a whole: %s", got)
	}
}

func TestTheSharesOfTimeStayInTheirPanel(t *testing.T) {
	s := shown(t, runner.GIL{PID: 7, Host: 1, Task: -1, Python: "3.13.0", Span: time.Second, Held: 1})
	for _, c := range []struct{ height, lower int }{{7, 0}, {8, 0}, {9, 2}, {10, 2}, {12, 4}} {
		rows := Parallelism(s, 34, c.height, c.lower)
		if len(rows) != c.height {
			t.Fatalf("%d rows of %d", len(rows), c.height)
		}
		view := text.Strip(strings.Join(rows, "\n"))
		for _, want := range []string{"cores kept busy", "on a core", "GIL wait", "blocked"} {
			if !strings.Contains(view, want) {
				t.Errorf("%d rows, %d of them for gauges: no %q in\n%s", c.height, c.lower, want, view)
			}
		}
		if gauge := strings.Contains(view, "GIL 3.13.0"); gauge != (c.lower > 0) {
			t.Errorf("%d rows for gauges:\n%s", c.lower, view)
		}
	}
}
