package dashboard

import (
	"strings"
	"testing"
	"time"

	"github.com/muesli/termenv"

	"parallax/runner"
	"parallax/themes"
	"parallax/ui/dashboard/scene"
)

// advance lets job 0 say for some seconds that it does so much of its work in each.
func (s *stage) advance(seconds int, each float64) {
	for i := range seconds {
		s.now = time.Duration(i+1) * time.Second
		s.events(runner.Sampled{At: runner.At(s.now), Span: time.Second, Tasks: []runner.TaskSample{{
			Task: 0, Live: time.Second, OnCore: time.Second, WaitCore: -1, WaitGIL: -1, PSS: -1, RSS: -1, Core: -1,
			Progress: runner.ProgressOf(each * float64(i+1)),
		}}})
	}
}

func TestProgressIsShownEverywhereWithTheTimeLeft(t *testing.T) {
	for _, theme := range []string{"dark", "light", "mono", "ascii"} {
		for _, size := range [][2]int{{80, 24}, {140, 42}, {200, 60}} {
			s := newStage(t, size[0], size[1], func(o *Options) {
				o.Styles = func(th themes.Theme) themes.Styles {
					switch theme {
					case "mono":
						return themes.New(th, termenv.Ascii)
					case "ascii":
						st := themes.New(th, termenv.Ascii)
						return st.WithASCII()
					}
					return themes.New(th, termenv.TrueColor)
				}
				if theme == "light" {
					for _, th := range themes.Builtin() {
						if !th.Dark {
							o.Theme = th
						}
					}
				}
			})
			s.begin(4, 4)
			s.press("2")
			s.showsNot(t, "done") // nobody says anything yet
			s.press("1")
			s.advance(5, 0.1)
			full, void := "━", "─"
			if theme == "ascii" {
				full, void = "=", "-"
			}
			s.shows(t, full+full+void) // by its glyphs, whatever the colours
			s.shows(t, "50 % · 5 s left")
			s.press("2")
			s.shows(t, "done")
			s.shows(t, void+" 50 %")
			s.press("enter")
			s.shows(t, "50 % · 5 s left")
			s.press("esc")
			s.events(runner.TaskEnded{At: runner.At(s.now), Task: 0, Try: 1, Status: runner.Failed, Exit: runner.Exit{Code: 1}})
			s.press("1")
			s.shows(t, void+" 50 % ") // as far as it came
			s.showsNot(t, "s left ╯")
		}
	}
}

func TestTheHeaderSaysWhenTheRunEnds(t *testing.T) {
	s := newStage(t, 140, 42)
	s.begin(1, 1)
	s.advance(5, 0.1)
	if head := s.screen(t)[0]; !strings.Contains(head, "00:05.0  5 s left") {
		t.Errorf("the header is %q", head)
	}
	rest, _ := s.look.styles.BarRest.Sequences()
	filled, _, _ := strings.Cut(strings.Split(s.View(), "\n")[1], rest)
	if n := strings.Count(filled, "━"); n < 67 || n > 71 {
		t.Errorf("half of the only job is %d of 138 columns of the run", n)
	}
}

// in starts the first n of some jobs as tasks of interpreters.
func (s *stage) in(hosts ...runner.Host) {
	s.begin(len(hosts), 0)
	for i, h := range hosts {
		s.events(runner.TaskStarted{Task: i, Try: 1, Identity: runner.Identity{PID: 70 + h.ID, TID: 80 + i, Label: "thread 1 · tid 80", Host: h}})
	}
}

func TestTheHeaderSaysWhatIsShared(t *testing.T) {
	py := func(id, lock int) runner.Host { return runner.Host{ID: id, Name: "python 3.13.0", Lock: lock} }
	free := runner.Host{ID: 1, Name: "python 3.14.7"}
	for _, c := range []struct {
		hosts     []runner.Host
		want, job string
	}{
		{[]runner.Host{py(1, 1), py(1, 1), py(1, 1), py(1, 1)}, "1 interpreter × 4 · python 3.13.0 ", "python 3.13.0, interpreter 1 · GIL shared with 3 others"},
		{[]runner.Host{free, free, free, free}, "1 interpreter × 4 · python 3.14.7, no GIL ", "python 3.14.7, interpreter 1 · no GIL"},
		{[]runner.Host{py(1, 1), py(1, 1), py(2, 2), py(2, 2)}, "2 interpreters × 2 · python 3.13.0 ", "GIL shared with 1 other "},
		{[]runner.Host{py(1, 1), py(1, 2), py(1, 3), py(1, 4)}, "4 interpreters in 1 process · python 3.13.0 ", "the GIL to itself"},
		{[]runner.Host{{}, {}, {}, {}}, "4 at a time ", "pid"},
	} {
		s := newStage(t, 200, 42)
		s.in(c.hosts...)
		s.events(runner.Sampled{At: runner.At(time.Second), Span: time.Second, Workers: 4})
		s.shows(t, c.want)
		s.press("enter")
		if c.job != "pid" {
			s.shows(t, c.job)
		}
	}
	s := newStage(t, 80, 24)
	s.in(py(1, 1), py(1, 1))
	s.shows(t, "PROCESSES  python 3.13.0 ") // the test's jobs are called so; how many goes first
}

// The workers may be with jobs of another Python that have not begun, or are over.
func TestTheHeaderCountsWhatSharesAnInterpreter(t *testing.T) {
	s := newStage(t, 200, 42)
	host := runner.Host{ID: 1, Name: "python 3.13.0", Lock: 1}
	s.in(host, host, host, host)
	for i := range 2 {
		s.events(runner.TaskEnded{Task: i, Try: 1, Status: runner.Succeeded, Cause: -1})
	}
	s.events(runner.Sampled{At: runner.At(time.Second), Span: time.Second, Workers: 4})
	s.shows(t, "1 interpreter × 2 · python 3.13.0 ")
}

func TestANumberOfAJobHasOneName(t *testing.T) {
	for model, want := range map[runner.Model]string{
		runner.Interpreters: "python 3.14.6, process 1 · the GIL to itself",
		runner.Hybrid:       "python 3.14.6, interpreter 1 · the GIL to itself",
		runner.Threads:      "python 3.14.6, interpreter 1 · the GIL to itself",
	} {
		s := newStage(t, 200, 42)
		s.in(runner.Host{ID: 1, Name: "python 3.14.6", Lock: 1}, runner.Host{ID: 1, Name: "python 3.14.6", Lock: 2})
		s.state.Jobs[0].Model = model
		s.events(runner.Sampled{At: runner.At(time.Second), Span: time.Second, Tasks: []runner.TaskSample{{Task: 0, Live: time.Second, Threads: 1, RSS: -1, PSS: 8 << 20}}})
		s.press("enter")
		s.shows(t, want)
		what, _, _ := strings.Cut(strings.TrimPrefix(want, "python 3.14.6, "), " ")
		s.shows(t, what+" 8.0 MiB PSS")
	}
}

func TestManyInterpretersAreCounted(t *testing.T) {
	var k scene.Known
	for _, name := range []string{"python 3.9", "python 3.10", "python 3.11", "python 3.11", "python 3.12"} {
		k.See(runner.TaskStarted{Identity: runner.Identity{Host: runner.Host{ID: 1, Name: name, Lock: 1}}})
	}
	if got, want := k.Interpreters(), "python 3.9 · python 3.10 · 2 more"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestMemoryCountsTheInterpretersThatAreShared(t *testing.T) {
	s := newStage(t, 140, 42)
	s.in(runner.Host{ID: 1, Name: "python", Lock: 1}, runner.Host{ID: 1, Name: "python", Lock: 1}, runner.Host{ID: 2, Name: "python", Lock: 2})
	ev := runner.Sampled{At: runner.At(time.Second), Span: time.Second}
	for i := range 3 {
		ev.Tasks = append(ev.Tasks, runner.TaskSample{Task: i, Live: time.Second, Threads: 1, RSS: -1, PSS: -1})
	}
	s.events(ev)
	s.shows(t, "2 processes, 3 threads")
	s.shows(t, "shared")
	s.press("2")
	s.shows(t, "shared")
}
