package scene

import (
	"testing"
	"time"

	"github.com/muesli/termenv"

	"parallax/runner"
	"parallax/themes"
)

// after returns a scene of two jobs at a time, after events.
func after(t *testing.T, now time.Duration, jobs []runner.Job, workers int, evs ...runner.Event) *Scene {
	t.Helper()
	styles := themes.New(themes.Builtin()[0], termenv.Ascii)
	s := &Scene{State: &runner.State{}, Known: &Known{}, Styles: &styles, Now: now}
	all := []runner.Event{runner.RunStarted{Jobs: jobs, Workers: workers}}
	for i := range jobs {
		all = append(all, runner.TaskQueued{Task: i, Try: 1})
	}
	for _, ev := range append(all, evs...) {
		if err := s.State.Apply(ev); err != nil {
			t.Fatal(err)
		}
		s.Known.See(ev)
	}
	return s
}

func at(s float64) runner.At { return runner.At(s * float64(time.Second)) }

func said(when float64, code, text string) runner.Event {
	return runner.Advised{At: at(when), Level: runner.Warning, Code: code, Text: text}
}

// stalled is a sample in which the first task makes no sign of life, unless others are named.
func stalled(when float64, others ...int) runner.Event {
	s := runner.Sampled{At: at(when), Span: time.Second, Tasks: []runner.TaskSample{{}}, Stalled: others}
	if len(others) == 0 {
		s.Stalled = []int{0}
	}
	return s
}

func TestAStalledJobHasAWordAndAnIcon(t *testing.T) {
	jobs := []runner.Job{{Name: "a"}}
	begun := runner.TaskStarted{At: at(1), Try: 1}
	for word, evs := range map[string][]runner.Event{
		"running":  {begun},
		"stalled":  {begun, stalled(2), said(3, "stalled", "x")},
		"deadlock": {begun, stalled(2), said(3, "deadlock", "x")},
		"stopping": {begun, stalled(2), runner.Sampled{At: at(3), Stopping: []int{0}}},
		"paused":   {begun, stalled(2), runner.TaskPaused{At: at(3)}},
	} {
		s := after(t, 5*time.Second, jobs, 1, evs...)
		icon, _ := s.Icon(0)
		if got := s.Word(0); got != word || (icon == s.Styles.Icons.Stalled) != (word == "stalled" || word == "deadlock") {
			t.Errorf("%s %s, want %s", icon, got, word)
		}
	}
}

func TestWhatIsSaidOfAJobIsShownAsLongAsItIsTrue(t *testing.T) {
	const quiet = "the interpreter has not answered for 6s: C code in \"a\" holds the GIL"
	paused, resumed := runner.TaskPaused{At: at(5)}, runner.TaskResumed{At: at(6)}
	ended := runner.TaskEnded{At: at(5), Try: 1, Status: runner.Succeeded}
	goesOn := runner.Advised{At: at(6), Level: runner.Note, Code: "stalled", Text: "goes on"}
	cancelled := func(why string) runner.Event {
		return runner.TaskEnded{At: at(5), Try: 1, Status: runner.Cancelled, Reason: why}
	}
	for _, c := range []struct {
		name string
		now  float64
		evs  []runner.Event
		want string
	}{
		{"a refusal", 8, []runner.Event{said(4, "refused", "cannot pause")}, "cannot pause"},
		{"an old one", 15, []runner.Event{said(4, "refused", "cannot pause")}, ""},
		{"refused before a pause", 6, []runner.Event{said(4, "refused", "cannot pause"), paused}, ""},
		{"refused before it went on", 7, []runner.Event{paused, said(5.5, "refused", "cannot resume"), resumed}, ""},
		{"refused before its end", 6, []runner.Event{said(4, "refused", "cannot pause"), ended}, ""},
		{"refused after its end", 6, []runner.Event{ended, said(5.5, "refused", "cannot restart")}, "cannot restart"},
		{"silence when told", 10, []runner.Event{said(10, "silent", quiet)}, "the interpreter has not answered for 6.0 s: C code in \"a\" holds the GIL"},
		{"silence later", 40, []runner.Event{said(10, "silent", quiet)}, "the interpreter has not answered for 36 s: C code in \"a\" holds the GIL"},
		{"an answer", 12, []runner.Event{said(10, "silent", "the interpreter answers again, after 7s")}, "the interpreter answers again, after 7s"},
		{"an answer long ago", 21, []runner.Event{said(10, "silent", "the interpreter answers again, after 7s")}, ""},
		{"silence before the end", 6, []runner.Event{said(4, "silent", quiet), ended}, ""},
		{"a doubt", 5, []runner.Event{said(4, "stubborn", "may not end")}, ""},
		{"a doubt borne out", 6, []runner.Event{said(4, "stubborn", "may not end")}, "may not end"},
		{"a doubt that was none", 9, []runner.Event{said(4, "stubborn", "may not end"), ended}, ""},
		{"stalled", 90, []runner.Event{said(4, "stalled", "stalled: x"), stalled(5)}, "stalled: x"},
		{"a deadlock", 90, []runner.Event{stalled(4), said(5, "deadlock", "deadlock: x"), stalled(6)}, "deadlock: x"},
		{"stalled, and paused", 90, []runner.Event{said(4, "stalled", "stalled: x"), stalled(5), paused}, ""},
		{"stalled, and goes on", 90, []runner.Event{said(4, "stalled", "stalled: x"), stalled(5), stalled(6, 1)}, ""},
		{"has just gone on", 7, []runner.Event{said(4, "stalled", "x"), stalled(5), goesOn, stalled(6, 1)}, "goes on"},
		{"has long gone on", 90, []runner.Event{said(4, "stalled", "x"), stalled(5), goesOn, stalled(6, 1)}, ""},
		{"a warning", 90, []runner.Event{said(4, "chdir", "changes its folder")}, "changes its folder"},
		{"a warning of one that succeeded", 90, []runner.Event{said(4, "chdir", "changes its folder"), ended}, "changes its folder"},
		{"cancelled", 90, []runner.Event{cancelled("cancelled")}, ""},
		{"killed", 90, []runner.Event{cancelled("killed")}, "killed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			evs := append([]runner.Event{runner.TaskStarted{At: at(1), Try: 1}}, c.evs...)
			s := after(t, time.Duration(c.now*float64(time.Second)), []runner.Job{{Name: "a"}}, 1, evs...)
			if got, _ := s.Line(0); got != c.want {
				t.Errorf("it says %q, want %q", got, c.want)
			}
		})
	}
	again := after(t, 30*time.Second, []runner.Job{{Name: "a"}}, 1, runner.TaskStarted{Try: 1}, said(4, "silent", quiet),
		runner.TaskEnded{At: at(5), Try: 1, Status: runner.Failed}, runner.TaskQueued{At: at(5), Try: 2, NotBefore: 6 * time.Second},
		runner.TaskStarted{At: at(6), Try: 2})
	if got, _ := again.Line(0); got != "" {
		t.Errorf("of the next try it says %q", got)
	}
}

// A frame asks of each of its rows, and must not search the whole run for that.
func TestWhatStartsIsFoundAsFastInALargeRun(t *testing.T) {
	frames := func(jobs int) time.Duration {
		evs := make([]runner.Event, 0, 2*jobs)
		for i := range jobs - 1 {
			evs = append(evs, runner.TaskStarted{Task: i, Try: 1}, runner.TaskEnded{Task: i, Try: 1, Status: runner.Succeeded})
		}
		made := after(t, 0, make([]runner.Job, jobs), 8, evs...)
		best := time.Hour // the others were disturbed
		for range 20 {
			began := time.Now()
			for range 100 {
				frame := Scene{State: made.State, Now: made.Now, Styles: made.Styles, Known: made.Known}
				if got := frame.Word(jobs - 1); got != "starting" {
					t.Fatalf("the last of %d is %q", jobs, got)
				}
			}
			best = min(best, time.Since(began))
		}
		return best
	}
	if small, large := frames(10), frames(100_000); large > 20*small {
		t.Errorf("100 frames take %v with 100 000 jobs, %v with 10", large, small)
	}
}

func TestWhatIsGivenToAWorkerStarts(t *testing.T) {
	jobs := []runner.Job{{Name: "a"}, {Name: "b", After: []string{"a"}}, {Name: "c"}, {Name: "d"}}
	const starting, queued, waiting = "starting", "queued", "waiting"
	for _, c := range []struct {
		name    string
		workers int
		evs     []runner.Event
		want    [4]string
	}{
		{"two workers", 2, nil, [4]string{starting, waiting, starting, queued}},
		{"all held", 2, []runner.Event{runner.RunPaused{}}, [4]string{"held", waiting, "held", "held"}},
		{"one runs", 2, []runner.Event{runner.TaskStarted{Try: 1}}, [4]string{"running", waiting, starting, queued}},
		{"all workers have one", 1, []runner.Event{runner.TaskStarted{Try: 1}}, [4]string{"running", waiting, queued, queued}},
		{"one is to be tried later", 3, []runner.Event{
			runner.TaskStarted{Task: 2, Try: 1},
			runner.TaskEnded{Task: 2, Try: 1, Status: runner.Failed},
			runner.TaskQueued{Task: 2, Try: 2, NotBefore: time.Hour},
		}, [4]string{starting, waiting, "retry in 60 min 0 s", starting}},
		{"the run has ended", 2, []runner.Event{runner.RunEnded{}}, [4]string{queued, waiting, queued, queued}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := after(t, 0, jobs, c.workers, c.evs...)
			for i, want := range c.want {
				if got := s.Word(i); got != want {
					t.Errorf("%s is %q, want %q", jobs[i].Name, got, want)
				}
			}
		})
	}
}
