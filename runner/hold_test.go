package runner

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// keep runs jobs that share something, under fake time.
func keep(t *testing.T, opts Options, l *household, steer func(*Run)) (State, []Event) {
	t.Helper()
	mem := &memory{dir: t.TempDir()}
	opts.Recorder, opts.Launchers, opts.Workers = mem, map[Model]Launcher{Processes: l}, max(opts.Workers, 4)
	r, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	var steering sync.WaitGroup
	steering.Go(func() { steer(r) })
	st, err := r.Run(t.Context())
	steering.Wait()
	if err != nil {
		t.Fatal(err)
	}
	return st, mem.evs
}

// sentences returns what was said of a task.
func sentences(evs []Event, task int) []string {
	var out []string
	for _, ev := range evs {
		if a, ok := ev.(Advised); ok && a.Task == task {
			out = append(out, a.Code+": "+a.Text)
		}
	}
	return out
}

func TestATaskIsPausingUntilItIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &household{takes: map[string]time.Duration{"a": 10 * time.Second}, holdsIn: 2 * time.Second}
		_, evs := keep(t, Options{Jobs: jobs("a")}, l, func(r *Run) {
			time.Sleep(time.Second)
			r.Do(Pause{})
			time.Sleep(5 * time.Second)
			r.Do(Resume{})
		})
		var pausing []time.Duration
		var paused TaskPaused
		for _, ev := range evs {
			switch ev := ev.(type) {
			case Sampled:
				if len(ev.Pausing) == 1 {
					pausing = append(pausing, ev.When())
				}
			case TaskPaused:
				paused = ev
			}
		}
		if len(pausing) != 1 || pausing[0] != time.Second {
			t.Errorf("told to be pausing at %v, want at 1s", pausing)
		}
		if paused.When() != 3*time.Second || paused.Where != "a.py:12" {
			t.Errorf("paused at %v in %q, want at 3s in a.py:12", paused.When(), paused.Where)
		}
	})
}

func TestAPauseThatIsTakenBackLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &household{takes: map[string]time.Duration{"a": 10 * time.Second}, holdsIn: 2 * time.Second}
		st, evs := keep(t, Options{Jobs: jobs("a")}, l, func(r *Run) {
			time.Sleep(time.Second)
			r.Do(Pause{})
			time.Sleep(time.Second)
			r.Do(Resume{})
		})
		for _, ev := range evs {
			if _, ok := ev.(TaskPaused); ok {
				t.Error("it was held although it was told to go on before")
			}
		}
		if got := sentences(evs, 0); len(st.Pausing) != 0 || len(got) != 0 {
			t.Errorf("still pausing: %v; said %q", st.Pausing, got)
		}
	})
}

func TestThePauseThatCountsIsTheLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &household{takes: map[string]time.Duration{"a": 20 * time.Second}, holdsIn: 2 * time.Second}
		_, evs := keep(t, Options{Jobs: jobs("a")}, l, func(r *Run) {
			for _, c := range []Command{Pause{}, Resume{}, Pause{}} {
				time.Sleep(time.Second)
				r.Do(c)
			}
			time.Sleep(5 * time.Second)
			r.Do(Resume{})
		})
		var held []time.Duration
		for _, ev := range evs {
			if _, ok := ev.(TaskPaused); ok {
				held = append(held, ev.When())
			}
		}
		if want := []time.Duration{5 * time.Second}; !slices.Equal(held, want) {
			t.Errorf("held at %v, want %v", held, want)
		}
		if got := sentences(evs, 0); len(got) != 0 {
			t.Errorf("said %q", got)
		}
	})
}

func TestWhyATaskIsNotHeldIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &household{takes: map[string]time.Duration{"a": 10 * time.Second}, wontHold: errors.New("it has no line")}
		_, evs := keep(t, Options{Jobs: jobs("a")}, l, func(r *Run) {
			time.Sleep(time.Second)
			r.Do(Pause{})
		})
		if got := sentences(evs, 0); len(got) != 1 || got[0] != "refused: cannot pause: it has no line" {
			t.Errorf("said %q", got)
		}
	})
}

func TestAFaultWhileWaitingForAHoldIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &household{takes: map[string]time.Duration{"a": 10 * time.Second}, faulty: true}
		st, evs := keep(t, Options{Jobs: jobs("a")}, l, func(r *Run) {
			time.Sleep(time.Second)
			r.Do(Pause{})
		})
		if got := sentences(evs, 0); len(got) != 1 || !strings.Contains(got[0], "oh no") || st.Tasks[0].Status != Succeeded {
			t.Errorf("said %q, ended %v", got, st.Tasks[0].Status)
		}
	})
}

func TestOnlyKillingATaskThatResistsOnceMoreEndsWhatItShares(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &household{
			takes:    map[string]time.Duration{"a": time.Hour, "b": time.Minute, "c": time.Minute},
			stubborn: map[string]bool{"a": true},
		}
		st, evs := keep(t, Options{Jobs: jobs("a", "b", "c")}, l, func(r *Run) {
			time.Sleep(time.Second)
			r.Do(KillNow{Tasks: []int{0}})
			r.Do(KillNow{Tasks: []int{0}}) // a key pressed twice
			time.Sleep(resistance / 2)
			if l.count() != 3 {
				t.Error("others were ended before the user was asked")
			}
			time.Sleep(30 * time.Second)   // longer than anything is waited for that is alone
			r.Do(KillNow{Tasks: []int{0}}) // by who has not heard that it resists
			time.Sleep(5 * time.Second)
			if l.count() != 3 {
				t.Error("others were ended by who does not know of them")
			}
			r.Do(KillNow{Tasks: []int{0}, Force: true})
		})
		if got := sentences(evs, 0); len(got) != 1 || !strings.Contains(got[0], "ends its interpreter, and with it b, c") {
			t.Errorf("said %q", got)
		}
		if st.Tasks[0].Status != Cancelled || st.Tasks[1].Status != Failed || st.Tasks[2].Status != Failed {
			t.Errorf("ended %v, %v and %v", st.Tasks[0].Status, st.Tasks[1].Status, st.Tasks[2].Status)
		}
	})
}

func TestTheEndOfTheGraceIsNoSecondKill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &household{
			takes: map[string]time.Duration{"a": time.Hour, "b": time.Minute}, stubborn: map[string]bool{"a": true},
		}
		st, _ := keep(t, Options{Jobs: jobs("a", "b")}, l, func(r *Run) {
			time.Sleep(time.Second)
			r.Do(Cancel{Tasks: []int{0}})
			time.Sleep(DefaultGrace - time.Second)
			r.Do(KillNow{Tasks: []int{0}})
			time.Sleep(time.Minute - DefaultGrace + time.Second) // b has come to its own end
			l.evict()
		})
		if got := st.Tasks[1]; got.Status != Succeeded {
			t.Errorf("b ended %v: %s", got.Status, got.Reason)
		}
	})
}

func TestARunEndsThoughAllThatShareSomethingResist(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &household{
			takes:    map[string]time.Duration{"a": 24 * time.Hour, "b": 24 * time.Hour},
			stubborn: map[string]bool{"a": true, "b": true}, immortal: true,
		}
		r, err := New(Options{
			Jobs: jobs("a", "b"), Workers: 2, Recorder: &memory{dir: t.TempDir()}, Launchers: map[Model]Launcher{Processes: l},
		})
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Second, func() { r.Do(KillNow{}); r.Do(Finish{Cancel: true}) })
		st, err := r.Run(t.Context())
		if err == nil || st.Now > time.Minute {
			t.Errorf("ended at %v with %v", st.Now, err)
		}
		l.evict()
		time.Sleep(time.Second) // until those who wait for them have seen it
	})
}

func TestWhatTimedOutIsNotStartedAgainAsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		js := jobs("a", "b")
		js[1].Timeout = 2 * time.Second
		js[1].Grace = time.Minute
		l := &household{
			takes:    map[string]time.Duration{"a": time.Hour, "b": time.Hour},
			stubborn: map[string]bool{"a": true, "b": true},
		}
		st, _ := keep(t, Options{Jobs: js, RestartLost: true}, l, func(r *Run) {
			time.Sleep(3 * time.Second)
			r.Do(KillNow{Tasks: []int{0}})
			time.Sleep(2 * resistance)
			r.Do(KillNow{Tasks: []int{0}, Force: true})
		})
		if got := st.Tasks[1]; got.Status != Failed || got.Try != 1 || !strings.HasPrefix(got.Reason, "timed out") {
			t.Errorf("b ended %v in try %d: %s", got.Status, got.Try, got.Reason)
		}
	})
}

func TestWhatWasLostWithOthersIsStartedAgainIfAsked(t *testing.T) {
	for _, again := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			l := &household{
				takes: map[string]time.Duration{"a": time.Hour, "b": time.Minute}, stubborn: map[string]bool{"a": true},
			}
			st, _ := keep(t, Options{Jobs: jobs("a", "b"), RestartLost: again}, l, func(r *Run) {
				time.Sleep(time.Second)
				r.Do(KillNow{Tasks: []int{0}})
				time.Sleep(2 * resistance)
				r.Do(KillNow{Tasks: []int{0}, Force: true})
			})
			want, try := Failed, 1
			if again {
				want, try = Succeeded, 2
			}
			if got := st.Tasks[1]; got.Status != want || got.Try != try {
				t.Errorf("again %v: b ended %v in try %d, want %v in try %d", again, got.Status, got.Try, want, try)
			}
		})
	}
}

// doomed is a Launcher whose tasks are always lost.
type doomed struct{ *script }

type lostHandle struct{ scripted }

func (h *lostHandle) Wait() Exit { return Exit{Code: -1, Reason: "out of memory", Lost: true} }

func (l doomed) Launch(_ context.Context, spec Spec) (Handle, error) {
	return &lostHandle{scripted{s: l.script, spec: spec}}, nil
}

func TestWhatIsLostAgainAndAgainFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, err := New(Options{
			Jobs: jobs("a"), Workers: 1, RestartLost: true, Recorder: &memory{dir: t.TempDir()},
			Launchers: map[Model]Launcher{Processes: doomed{&script{}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		st, err := r.Run(t.Context())
		if got := st.Tasks[0]; err != nil || got.Status != Failed || got.Try != 1+maxLosses {
			t.Errorf("ended %v in try %d (%v), want failed in try %d", got.Status, got.Try, err, 1+maxLosses)
		}
	})
}

func TestARunningTaskIsAskedWhereItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &household{takes: map[string]time.Duration{"a": time.Minute}, says: "it changes the folder of all"}
		_, evs := keep(t, Options{Jobs: jobs("a")}, l, func(r *Run) {
			time.Sleep(time.Second)
			if s, err := r.Stack(0); err != nil || s != "a.py:3" {
				t.Errorf("stack %q, %v", s, err)
			}
			if got := r.Threads(0); !slices.Equal(got, []int{100, 200}) {
				t.Errorf("threads %v", got)
			}
			time.Sleep(time.Hour)
			if _, err := r.Stack(0); err == nil {
				t.Error("what is over has a stack")
			}
		})
		if got := sentences(evs, 0); len(got) != 1 || got[0] != "chdir: it changes the folder of all" {
			t.Errorf("said %q", got)
		}
	})
}

func TestEachSharedLogIsAFileOfItsOwn(t *testing.T) {
	r, err := New(Options{Jobs: jobs("a"), Workers: 1, Recorder: &memory{dir: t.TempDir()}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"python-1.log", "python-2.log"} {
		f, rel, err := r.shared("python")
		if err != nil {
			t.Fatal(err)
		}
		if rel != filepath.Join(sharedDir, want) {
			t.Errorf("the log is %q", rel)
		}
		if _, err := io.WriteString(f, want); err != nil {
			t.Error(err)
		}
		f.Close()
		if text, err := os.ReadFile(filepath.Join(r.opts.Recorder.Dir(), rel)); err != nil || string(text) != want {
			t.Errorf("%q holds %q, %v", rel, text, err)
		}
	}
}

// talker is a launcher whose interpreter prints when it is closed.
type talker struct {
	script
	log *os.File
}

func (l *talker) Launch(ctx context.Context, spec Spec) (Handle, error) {
	var err error
	if l.log, _, err = spec.Shared("python"); err != nil {
		return nil, err
	}
	return l.script.Launch(ctx, spec)
}

func (l *talker) Close() error {
	_, err := io.WriteString(l.log, "goodbye")
	return errors.Join(err, l.log.Close())
}

func TestWhatAnInterpreterPrintsAtTheEndIsTold(t *testing.T) {
	rec := &memory{dir: t.TempDir()}
	r, err := New(Options{Jobs: jobs("a"), Workers: 1, Recorder: rec, Launchers: map[Model]Launcher{Processes: &talker{}}})
	if err != nil {
		t.Fatal(err)
	}
	state, err := r.Run(context.Background())
	if err != nil || !state.Ended {
		t.Fatal(err)
	}
	if last := state.Output[len(state.Output)-1]; last != (Chunk{Task: -1, Log: filepath.Join(sharedDir, "python-1.log"), To: 7}) {
		t.Errorf("the last output is %+v", last)
	}
}

func TestWhatInterpretersPrintIsPartOfTheOutput(t *testing.T) {
	var s State
	for _, ev := range []Event{
		RunStarted{Jobs: jobs("a")},
		Sampled{Logs: []HostLog{{"hosts/python-1.log", 5}}}.Merge(Sampled{Logs: []HostLog{{"hosts/python-1.log", 9}, {"hosts/python-2.log", 3}}}),
		Sampled{Logs: []HostLog{{"hosts/python-1.log", 9}}}, // no news
		Sampled{Logs: []HostLog{{"hosts/python-1.log", 12}}},
	} {
		if err := s.Apply(ev); err != nil {
			t.Fatal(err)
		}
	}
	want := []Chunk{
		{Task: -1, Log: "hosts/python-1.log", To: 9},
		{Task: -1, Log: "hosts/python-2.log", To: 3},
		{Task: -1, Log: "hosts/python-1.log", From: 9, To: 12},
	}
	if !slices.Equal(s.Output, want) {
		t.Errorf("output is %v", s.Output)
	}
}

func TestProgressIsAShareOrUnknown(t *testing.T) {
	for _, share := range []float64{0, 0.5, 1, 0.3333} {
		got, known := ProgressOf(share).Share()
		if !known || got < share-0.0001 || got > share+0.0001 {
			t.Errorf("%v came back as %v, %v", share, got, known)
		}
	}
	if _, known := Progress(0).Share(); known {
		t.Error("nothing is a share")
	}
	if got, _ := ProgressOf(7).Share(); got != 1 {
		t.Errorf("7 is taken for %v, want 1", got)
	}
}
