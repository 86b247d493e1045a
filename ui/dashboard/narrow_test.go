package dashboard

import (
	"strings"
	"testing"
	"time"

	"parallax/runner"
	"parallax/ui/logs"
)

func TestWhatJobsRunAsIsShownBeforeTheWordsOfCounts(t *testing.T) {
	for _, c := range []struct {
		width      int
		want, less string
	}{
		{140, "PROCESSES  3 at a time", "✓ 1 done  ✗ 1 failed"},
		{80, "parallax  test   PROCESSES", "● 1  ✓ 1  ✗ 1  ◌ 2  00:09.0"},
		{60, "PROCESSES", "● 1  ✓ 1  ✗ 1  ◌ 2  00:09.0"},
	} {
		s := newStage(t, c.width, 24)
		s.begin(5, 3)
		s.sample(9 * time.Second)
		s.events(runner.TaskEnded{At: runner.At(s.now), Task: 0, Try: 1, Status: runner.Succeeded},
			runner.TaskEnded{At: runner.At(s.now), Task: 1, Try: 1, Status: runner.Failed})
		first := s.screen(t)[0]
		if !strings.Contains(first, c.want) || !strings.Contains(first, c.less) {
			t.Errorf("at %d: %q lacks %q or %q", c.width, first, c.want, c.less)
		}
	}
}

func TestTheTableShowsWhatAJobIsInFullWhereThereIsRoom(t *testing.T) {
	const label = "interpreter 12 · thread 3 · tid 1234567"
	for width, want := range map[int]string{200: label + " ", 140: "interpreter 12 "} {
		s := newStage(t, width, 42)
		s.begin(3, 0)
		s.events(runner.TaskStarted{Task: 0, Try: 1, Identity: runner.Identity{Label: label, Log: "0.log"}})
		s.tails[0] = []logs.Line{{Text: "said"}}
		s.press("2")
		s.shows(t, want)
		s.showsNot(t, "interpreter …")
		if width == 140 {
			s.showsNot(t, "· thread")
		}
		s.shows(t, "said")
	}
}

func TestTimesInTheTableHaveOneFormat(t *testing.T) {
	s := newStage(t, 140, 42)
	s.begin(3, 2)
	s.events(runner.TaskEnded{At: runner.At(3900 * time.Millisecond), Task: 0, Try: 1, Status: runner.Succeeded})
	s.now = 72 * time.Second
	s.press("2")
	s.shows(t, " 00:03.9")
	s.shows(t, " 01:12.0")
}

func TestAPreloadedJobIsShownAsSuch(t *testing.T) {
	s := newStage(t, 140, 42)
	jobs := []runner.Job{{Name: "a", Model: runner.Processes, Preload: []string{"json", "re"}}, {Name: "b", Model: runner.Processes}}
	s.events(
		runner.RunStarted{Jobs: jobs, Workers: 2},
		runner.TaskQueued{Task: 0, Try: 1}, runner.TaskQueued{Task: 1, Try: 1},
		runner.TaskStarted{Task: 0, Try: 1, Identity: runner.Identity{Label: "pid 1", Log: "0.log"}},
		runner.TaskStarted{Task: 1, Try: 1, Identity: runner.Identity{Label: "pid 2", Log: "1.log"}},
	)
	s.shows(t, "pid 1 · preloaded")
	s.showsNot(t, "pid 2 · preloaded")
	s.press("enter")
	s.shows(t, "pid 1 · preloaded json, re")
}

func TestAJobThatIsGivenToAWorkerStarts(t *testing.T) {
	s := newStage(t, 140, 42)
	s.begin(3, 0)
	s.press("2")
	s.shows(t, "starting")
	s.events(runner.TaskStarted{Task: 0, Try: 1})
	s.showsNot(t, "starting")
}

func TestTheHeaderNamesThePythonOfProcessesToo(t *testing.T) {
	s := newStage(t, 140, 42)
	s.begin(2, 0)
	own := runner.Identity{Label: "pid 1", Log: "0.log", Host: runner.Host{Name: "python 3.13.0"}}
	s.events(runner.TaskStarted{Task: 0, Try: 1, Identity: own}, runner.TaskStarted{Task: 1, Try: 1, Identity: own})
	s.shows(t, "PROCESSES  1 at a time · python 3.13.0  ")
	s.press("enter")
	s.shows(t, "python 3.13.0")
	s.showsNot(t, "no GIL") // nothing is said of a lock that it shares with nobody
	s.showsNot(t, "the GIL to itself")
}
