package plain

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parallax/runner"
)

func ofRun(at time.Duration, level runner.Level, code, text string) runner.Event {
	return runner.Advised{At: runner.At(at), Task: -1, Level: level, Code: code, Text: text}
}

func TestAdviceOnTheRunIsSaidOncePerChange(t *testing.T) {
	const warn, good = runner.Warning, runner.Good
	evs := []runner.Event{
		ofRun(1*time.Second, warn, "steal", "19 %"),
		ofRun(3*time.Second, warn, "steal", "23 %"), // other numbers
		ofRun(5*time.Second, good, "cores-busy", "all"),
		ofRun(9*time.Second, warn, "steal", "12 %"), // again, but soon
		ofRun(11*time.Second, warn, "memory", "short"),
		ofRun(12*time.Second, warn, "unrecorded", "disk"), // no rule: an event
		ofRun(13*time.Second, warn, "unrecorded", "disk"),
		ofRun(70*time.Second, warn, "steal", "31 %"),  // long after
		ofRun(140*time.Second, warn, "steal", "33 %"), // it never ceased
	}
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{}, "19 %|short|disk|disk|31 %"},
		{Options{Verbose: true}, "19 %|all|short|disk|disk|31 %"},
	} {
		c.o.Format, c.o.Quiet = Line, true
		_, got := told(t, c.o, evs...)
		want := "parallax: " + strings.ReplaceAll(c.want, "|", "\nparallax: ") + "\n"
		if got != want {
			t.Errorf("verbose %v: said\n%swant\n%s", c.o.Verbose, got, want)
		}
	}
}

func TestADoubtIsSaidOnlyWhenTheJobGoesOn(t *testing.T) {
	begin := []runner.Event{
		runner.TaskQueued{Task: 0, Try: 1},
		runner.TaskQueued{Task: 1, Try: 1},
		runner.TaskStarted{Task: 0, Try: 1},
		runner.TaskStarted{Task: 1, Try: 1},
		runner.Advised{At: runner.At(time.Second), Task: 0, Level: runner.Warning, Code: "stubborn", Text: "may not end"},
		runner.Advised{At: runner.At(time.Second), Task: 1, Level: runner.Warning, Code: "stubborn", Text: "may not end"},
	}
	later := runner.Sampled{At: runner.At(4 * time.Second), Workers: 2}
	for _, c := range []struct {
		name string
		evs  []runner.Event
		want string
	}{
		{"one ends", []runner.Event{runner.TaskEnded{At: runner.At(1500 * time.Millisecond), Task: 0, Try: 1, Status: runner.Cancelled, Reason: "killed"}, later}, "parallax: \"a\" cancelled: killed\nparallax: \"b c\": may not end\n"},
		{"too soon", []runner.Event{runner.Sampled{At: runner.At(2 * time.Second), Workers: 2}}, ""},
		{"the remedy is said instead", []runner.Event{
			runner.Advised{At: runner.At(3 * time.Second), Task: 0, Level: runner.Warning, Code: "resists", Text: "does not end"},
			runner.Advised{At: runner.At(3 * time.Second), Task: 1, Level: runner.Warning, Code: "resists", Text: "does not end"},
			later,
		}, "parallax: \"a\": does not end\nparallax: \"b c\": does not end\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, got := told(t, Options{Format: Line, Quiet: true, Recorded: true}, append(begin[:len(begin):len(begin)], c.evs...)...); got != c.want {
				t.Errorf("said\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestCancelledIsNotSaidTwice(t *testing.T) {
	_, got := told(
		t, Options{Format: Line, Hint: "logs"},
		runner.TaskQueued{Task: 0, Try: 1}, runner.TaskQueued{Task: 1, Try: 1},
		runner.TaskStarted{Task: 0, Try: 1}, runner.TaskStarted{Task: 1, Try: 1},
		runner.TaskEnded{Task: 0, Try: 1, Status: runner.Cancelled, Reason: "cancelled"},
		runner.TaskEnded{Task: 1, Try: 1, Status: runner.Cancelled, Reason: "killed"},
	)
	for _, want := range []string{
		"parallax: \"a\" cancelled\n", "parallax: \"b c\" cancelled: killed\n", "  a: cancelled; see: logs", "  b c: cancelled: killed; see: logs",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("said\n%s\nwhich lacks %q", got, want)
		}
	}
}

func TestTheSummaryAddsUpWhatIsKnown(t *testing.T) {
	at := func(s int) runner.At { return runner.At(time.Duration(s) * time.Second) }
	sampled := runner.Sampled{At: at(2), Span: 2 * time.Second, Tasks: []runner.TaskSample{
		{Task: 0, Live: 2 * time.Second, OnCore: time.Second}, {Task: 1, Live: 2 * time.Second, OnCore: 500 * time.Millisecond},
	}}
	known := runner.TaskEnded{At: at(2), Task: 0, Try: 1, Status: runner.Succeeded, Exit: runner.Exit{Usage: runner.Usage{Known: true, User: 1200 * time.Millisecond}}}
	lost := runner.TaskEnded{At: at(2), Task: 1, Try: 1, Status: runner.Failed, Reason: "lost", Exit: runner.Exit{Code: -1, Signal: "SIGSEGV", Lost: true}}
	begin := []runner.Event{
		runner.TaskQueued{Task: 0, Try: 1},
		runner.TaskQueued{Task: 1, Try: 1},
		runner.TaskStarted{Task: 0, Try: 1},
		runner.TaskStarted{Task: 1, Try: 1},
	}
	gone := lost
	gone.Task = 0
	for _, c := range []struct {
		name string
		evs  []runner.Event
		want string
	}{
		{"one was sampled", []runner.Event{sampled, known, lost}, "CPU time ≥ 1.7 s, ≥ 0.8 of 0 cores kept busy"},
		{"one is known", []runner.Event{known, lost}, "CPU time ≥ 1.2 s, ≥ 0.6 of 0 cores kept busy"},
		{"nothing is", []runner.Event{gone, lost}, "CPU time – of 0 cores"},
	} {
		t.Run(c.name, func(t *testing.T) {
			evs := append(append(begin[:len(begin):len(begin)], c.evs...), runner.RunEnded{At: at(2)})
			if _, got := told(t, Options{Format: None}, evs...); !strings.Contains(got, c.want) {
				t.Errorf("said\n%swant %q", got, c.want)
			}
			s := &runner.State{}
			for _, ev := range append([]runner.Event{runner.RunStarted{Jobs: []runner.Job{{Name: "a"}, {Name: "b"}}}}, evs...) {
				if err := s.Apply(ev); err != nil {
					t.Fatal(err)
				}
			}
			if got := strings.Join(Summary(s, ""), "\n"); !strings.Contains(got, c.want) {
				t.Errorf("of the state it says\n%s\nwant %q", got, c.want)
			}
		})
	}
}

func TestTheSummaryTellsWaitingForTheGIL(t *testing.T) {
	const s = time.Second
	tasks := []runner.TaskSample{{Task: 0, Live: s, OnCore: s / 4, WaitGIL: s * 3 / 4}, {Task: 1, Live: s, OnCore: s, WaitGIL: -1}}
	for _, c := range []struct {
		name string
		gil  runner.GIL
		want string
	}{
		{"there is one", runner.GIL{PID: 1, Task: 0, Span: s}, " kept busy, 75 % of the jobs' time waiting for the GIL; run "},
		{"there is none", runner.GIL{PID: 1, Task: 0, Span: s, Free: true}, " kept busy; run "},
		{"it is not measured", runner.GIL{PID: 1, Task: 0, Span: s, Why: "Python 2"}, " kept busy; run "},
	} {
		state := &runner.State{}
		for _, ev := range []runner.Event{
			runner.RunStarted{Jobs: []runner.Job{{Name: "a"}, {Name: "b"}}},
			runner.TaskQueued{Task: 0, Try: 1},
			runner.TaskQueued{Task: 1, Try: 1},
			runner.TaskStarted{Task: 0, Try: 1},
			runner.TaskStarted{Task: 1, Try: 1},
			runner.Sampled{At: runner.At(s), Span: s, Tasks: tasks, GILs: []runner.GIL{c.gil}},
			runner.TaskEnded{At: runner.At(s), Task: 0, Try: 1, Status: runner.Succeeded},
			runner.TaskEnded{At: runner.At(s), Task: 1, Try: 1, Status: runner.Succeeded},
		} {
			if err := state.Apply(ev); err != nil {
				t.Fatal(err)
			}
		}
		if got := strings.Join(Summary(state, ""), "\n"); !strings.Contains(got, c.want) {
			t.Errorf("%s: it says\n%s\nwant %q", c.name, got, c.want)
		}
	}
}

func TestACrashPrintsItsReasonAndWhereItsStacksAre(t *testing.T) {
	const crash = `from C
Current thread 0x00007f42a4b066c0 (most recent call first):
  File "/w/a.py", line 1 in f

Fatal Python error: Segmentation fault

Thread 0x00007f42a4b066c0 [a.py] (most recent call first):
  File "/w/a.py", line 1 in f
  ...

Current thread 0x00007f42a4b066c1 (most recent call first):
  File "/w/b.py", line 1 in g
...

Extension modules: numpy (total: 1)
said after it

  as it is
Fatal Python error: Aborted
Python runtime state: unknown

Stack (most recent call first):
  File "/w/a.py", line 1 in f
  File "/w/a.py", line 1 i`
	dir := t.TempDir()
	log := filepath.Join(dir, "host")
	if err := os.WriteFile(log, []byte(crash), 0o600); err != nil {
		t.Fatal(err)
	}
	evs := []runner.Event{
		runner.TaskQueued{Task: 0, Try: 1},
		runner.TaskStarted{Task: 0, Try: 1, Identity: runner.Identity{Host: runner.Host{ID: 1, Name: "py", Log: "host"}}},
		runner.TaskEnded{Task: 0, Try: 1, Status: runner.Failed, Reason: "lost", Exit: runner.Exit{Code: -1}},
		runner.RunEnded{},
	}
	where := "py | (stacks of all its threads: -v prints them; they are in " + log + ")\n"
	short := "py | from C\npy | Fatal Python error: Segmentation fault\n" + where +
		"py | said after it\npy | \npy |   as it is\npy | Fatal Python error: Aborted\n" + where
	whole := "py | " + strings.ReplaceAll(crash, "\n", "\npy | ") + "\n"
	for _, c := range []struct {
		name string
		o    Options
		want string
	}{
		{"lines", Options{Format: Line, Tag: true}, short},
		{"groups", Options{Format: Group, Tag: true}, short},
		{"verbose", Options{Format: Line, Tag: true, Verbose: true, Quiet: true}, whole},
		{"nothing but output", Options{Format: Line, Tag: true, Mute: true}, whole},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.o.Dir = dir
			if got, _ := told(t, c.o, evs...); got != c.want {
				t.Errorf("printed\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}
