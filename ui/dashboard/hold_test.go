package dashboard

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parallax/runner"
	"parallax/ui/dashboard/output"
)

func write(tb testing.TB, dir, name, content string) {
	tb.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
		tb.Fatal(err)
	}
}

// asked tells which tasks were asked to hold and to end.
func (s *stage) asked(pausing, stopping []int) {
	s.events(runner.Sampled{At: runner.At(s.now), Pausing: pausing, Stopping: stopping})
}

func (s *stage) showsNot(tb testing.TB, unwanted string) {
	tb.Helper()
	if all := strings.Join(s.screen(tb), "\n"); strings.Contains(all, unwanted) {
		tb.Errorf("the screen shows %q:\n%s", unwanted, all)
	}
}

func TestAPauseThatIsToComeIsSaidAndCanBeTakenBack(t *testing.T) {
	s := newStage(t, 140, 42)
	s.begin(2, 2)
	s.sample(time.Second)
	s.asked([]int{0}, nil)
	for _, view := range []string{"1", "2", "enter"} {
		s.press(view)
		s.shows(t, "¦")
		s.shows(t, "pausing …")
		s.shows(t, "space resume")
	}
	s.press("esc", "space")
	if want := fmt.Sprint([]runner.Command{runner.Resume{Tasks: []int{0}}}); fmt.Sprint(s.did) != want {
		t.Errorf("space on a job that is about to be paused did %v, want %s", s.did, want)
	}
	s.did = nil
	s.press("P")
	s.asked([]int{0, 1}, nil)
	s.press("P")
	if want := fmt.Sprint([]runner.Command{runner.Pause{}, runner.Resume{}}); fmt.Sprint(s.did) != want {
		t.Errorf("P twice did %v, want %s", s.did, want)
	}
}

func TestPHoldsARunInWhichAllJobsWait(t *testing.T) {
	s := newStage(t, 140, 42)
	s.begin(3, 0)
	did := func(when string, want runner.Command) {
		t.Helper()
		s.did = nil
		s.press("P")
		if want := fmt.Sprint([]runner.Command{want}); fmt.Sprint(s.did) != want {
			t.Errorf("%s: P did %v, want %s", when, s.did, want)
		}
	}
	did("all wait", runner.Pause{})
	s.shows(t, "3 queued")
	s.events(runner.RunPaused{At: runner.At(s.now)})
	s.shows(t, "3 held")
	did("all are held", runner.Resume{})
	s.events(runner.RunResumed{At: runner.At(s.now)}, runner.TaskStarted{Task: 0, Try: 1}, runner.TaskStarted{Task: 1, Try: 1})
	s.shows(t, "1 queued")
	s.events(runner.TaskPaused{Task: 0})
	did("one runs", runner.Pause{})
	s.asked([]int{1}, nil)
	did("each is held or about to be", runner.Resume{})
	s.events(runner.RunPaused{At: runner.At(s.now)}, runner.TaskPaused{Task: 1}, runner.TaskResumed{Task: 0})
	did("one of all was resumed", runner.Pause{})
	s.asked(nil, []int{0})
	did("the one that runs is ending", runner.Resume{})
}

func TestPLetsARunGoOnThatCouldNotHoldItsJobs(t *testing.T) {
	s := newStage(t, 140, 42)
	s.begin(3, 2)
	s.sample(time.Second)
	s.press("P")
	s.events(runner.RunPaused{At: runner.At(s.now)})
	for task := range 2 {
		s.events(runner.Advised{At: runner.At(s.now), Task: task, Level: runner.Warning, Code: "refused", Text: "cannot pause: too old"})
	}
	s.events(runner.TaskEnded{Task: 1, Try: 1, Status: runner.Succeeded})
	s.shows(t, "1 held: job-2")
	s.press("P")
	s.events(runner.RunResumed{At: runner.At(s.now)})
	s.shows(t, "1 queued: job-2")
	s.press("P")
	if want := fmt.Sprint([]runner.Command{runner.Pause{}, runner.Resume{}, runner.Pause{}}); fmt.Sprint(s.did) != want {
		t.Errorf("P thrice did %v, want %s", s.did, want)
	}
}

func TestAPausedJobShowsWhereItIsHeld(t *testing.T) {
	for where, want := range map[string]string{
		"/w/src/main.py:12":            "held at main.py:12",
		"/w/pkg/__init__.py:3":         "held at pkg/__init__.py:3",
		`C:\w\main.py:7`:               "held at main.py:7",
		"<string>:1":                   "held at <string>:1",
		"/w/\x1b]0;title\x07mine.py:9": "held at mine.py:9",
	} {
		s := newStage(t, 140, 42)
		s.begin(2, 2)
		s.sample(time.Second)
		s.events(runner.TaskPaused{Task: 0, Where: where})
		for _, view := range []string{"1", "2", "enter"} {
			s.press(view)
			s.shows(t, want)
		}
		s.press("esc")
		s.events(runner.TaskResumed{Task: 0})
		s.showsNot(t, "held at")
	}
}

const stubborn = "does not end: it is in C code or catches everything. Killing it again ends its interpreter, and with it job-1, job-2"

func TestKillingWhatResistsAsksFirst(t *testing.T) {
	for _, size := range [][2]int{{140, 42}, {80, 24}, {60, 16}} {
		s := newStage(t, size[0], size[1])
		s.begin(3, 3)
		s.sample(time.Second)
		s.press("X")
		s.asked(nil, []int{0})
		s.events(runner.Advised{Task: 0, Level: runner.Warning, Code: "resists", Text: stubborn})
		s.events(runner.Advised{Task: 0, Level: runner.Warning, Code: "refused", Text: "cannot pause: it ends"}) // does not hide it
		s.shows(t, "does not end")
		s.shows(t, "resists")
		s.showsNot(t, "space pause") // it would do nothing
		s.did = nil
		s.press("X")
		s.shows(t, "with it job-1, job-2.")
		if s.press("X", "x", "space", "enter"); len(s.did) > 0 {
			t.Fatalf("%v: before the answer it did %v", size, s.did)
		}
		s.press("s", "X", "k")
		if want := fmt.Sprint([]runner.Command{runner.KillNow{Tasks: []int{0}, Force: true}}); fmt.Sprint(s.did) != want {
			t.Errorf("%v: did %v, want %s", size, s.did, want)
		}
		s.did = nil
		s.press("X")
		s.now += 500 * time.Millisecond
		s.press("X") // held down
		s.now += 500 * time.Millisecond
		if s.press("X"); len(s.did) > 0 {
			t.Fatalf("%v: X held down did %v", size, s.did)
		}
		s.now += time.Second
		s.shows(t, "k X kill them all")
		s.press("X")
		if want := fmt.Sprint([]runner.Command{runner.KillNow{Tasks: []int{0}, Force: true}}); fmt.Sprint(s.did) != want {
			t.Errorf("%v: X did %v, want %s", size, s.did, want)
		}
		s.press("X")
		s.events(runner.TaskEnded{Task: 0, Try: 1, Status: runner.Cancelled, Reason: "killed", Exit: runner.Exit{Code: -1}})
		s.showsNot(t, "kill them all") // there is nothing to ask any more
		s.did = nil
		s.focus = 1
		if s.press("X"); len(s.did) != 1 {
			t.Errorf("%v: X on a job that does not resist did %v", size, s.did)
		}
	}
}

func TestAWarningOfAScriptIsShownOverRowsAndStaysUntilItFails(t *testing.T) {
	s := newStage(t, 80, 42)
	s.begin(4, 4)
	s.sample(time.Second)
	s.events(runner.Advised{Task: 1, Level: runner.Warning, Code: "chdir", Text: "os.chdir in a thread changes the folder of this script alone; the other scripts keep theirs"})
	s.shows(t, "os.chdir in a thread")
	s.shows(t, "keep theirs")
	s.press("right", "enter")
	s.shows(t, "os.chdir in a thread")
	s.press("esc")
	s.events(runner.TaskEnded{Task: 1, Try: 1, Status: runner.Succeeded})
	s.shows(t, "os.chdir in a thread")
}

func TestWhatAnInterpreterPrintsIsLabelledByItsName(t *testing.T) {
	s := newStage(t, 140, 42)
	host := runner.Host{ID: 1, Name: "python 3.13.0", Lock: 1, Log: "host.log"}
	s.begin(1, 0)
	s.events(runner.TaskStarted{Task: 0, Try: 1, Identity: runner.Identity{Log: "0.log", Host: host}})
	s.events(runner.Sampled{Logs: []runner.HostLog{{Log: "host.log", Size: 9}}})
	write(t, s.acts.act.Dir, "host.log", "from C\nand")
	cmd := s.press("4")
	if cmd == nil {
		t.Fatal("the merged output is not asked for")
	}
	s.send(cmd())
	s.shows(t, "python 3.13.0 │ from C")
	if got := s.plain(); got != "python 3.13.0 │ from C\n" {
		t.Errorf("copied %q", got)
	}
	s.acts.known.See(runner.TaskStarted{Identity: runner.Identity{Host: runner.Host{ID: 2, Name: "python 3.13.0", Lock: 2, Log: "host2.log"}}})
	if got := (output.MergedLine{Task: -1, Log: "host2.log"}).Who(s.state, s.acts.known); got != "python 3.13.0 #2" {
		t.Errorf("one of two interpreters of a name is %q", got)
	}
}

// A job that was asked to end and still runs can be killed: the footer says so in place of cancelling.
func TestTheFooterSaysWhatEndsAJobThatResists(t *testing.T) {
	s := newStage(t, 140, 42)
	s.begin(2, 2)
	s.sample(time.Second)
	s.shows(t, "x cancel")
	s.asked(nil, []int{0})
	for _, view := range []string{"1", "2", "3", "enter"} {
		s.press(view)
		s.shows(t, "X kill now")
		s.showsNot(t, "x cancel")
	}
	s.press("esc", "1", "right")
	s.shows(t, "x cancel")
	s.showsNot(t, "X kill now")
}
