package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// step is a command and when it is given, in seconds since the start.
type step struct {
	at float64
	do Command
}

// follow gives commands at their times. To be called in a bubble.
func follow(steps []step) func(*Run) {
	return func(r *Run) {
		began := time.Now()
		for _, s := range steps {
			time.Sleep(time.Until(began.Add(time.Duration(s.at * float64(time.Second)))))
			r.Do(s.do)
		}
	}
}

// holds lists what events say of tasks being held, and of what was refused.
func holds(evs []Event) []string {
	var out []string
	for _, ev := range evs {
		switch ev := ev.(type) {
		case TaskPaused:
			out = append(out, fmt.Sprintf("%v paused %d", ev.When(), ev.Task))
		case TaskResumed:
			out = append(out, fmt.Sprintf("%v resumed %d", ev.When(), ev.Task))
		case Advised:
			out = append(out, fmt.Sprintf("%v %s %d: %s", ev.When(), ev.Code, ev.Task, ev.Text))
		}
	}
	return out
}

var first = []int{0}

func TestWhatIsAskedOfATaskThatIsHeldLater(t *testing.T) {
	for _, c := range []struct {
		name  string
		l     *household
		steps []step
		calls []string
		told  []string
	}{
		{
			"a pause is passed on once", &household{},
			[]step{{1, Pause{first}}, {2, Pause{first}}, {4, Pause{first}}, {5, Resume{first}}},
			[]string{"pause a", "resume a"},
			[]string{"3s paused 0", "5s resumed 0"},
		},
		{
			"what ends is not paused", &household{stubborn: map[string]bool{"a": true}},
			[]step{{1, Cancel{first}}, {2, Pause{first}}},
			[]string{"ask a"},
			nil,
		},
		{
			"what ends is not pausing any more", &household{stubborn: map[string]bool{"a": true}},
			[]step{{1, Pause{first}}, {2, Cancel{first}}},
			[]string{"pause a", "ask a"},
			nil,
		},
		{
			"what runs is not resumed", &household{},
			[]step{{1, Resume{first}}, {2, Resume{}}},
			nil, nil,
		},
		{
			"what was killed is not resumed", &household{stubborn: map[string]bool{"a": true}},
			[]step{{1, Pause{first}}, {4, KillNow{Tasks: first}}, {5, Resume{first}}},
			[]string{"pause a", "kill a"},
			[]string{"3s paused 0"},
		},
		{
			"a late answer to a pause that was taken back", &household{slow: true},
			[]step{{1, Pause{first}}, {1.5, Resume{first}}},
			[]string{"pause a", "resume a"},
			nil,
		},
		{
			"a late answer to the pause before", &household{slow: true},
			[]step{{1, Pause{first}}, {1.5, Resume{first}}, {2, Pause{first}}, {6, Resume{first}}},
			[]string{"pause a", "resume a", "pause a", "resume a"},
			[]string{"4s paused 0", "6s resumed 0"},
		},
		{
			"a late answer to a pause of the try before", &household{slow: true},
			[]step{{1, Pause{first}}, {1.5, Restart{first}}, {2, Pause{first}}, {6, Resume{first}}},
			[]string{"pause a", "ask a", "pause a", "resume a"},
			[]string{"4s paused 0", "6s resumed 0"},
		},
		{
			"a resume that is refused", &household{wontGo: errors.New("it sleeps")},
			[]step{{1, Pause{first}}, {4, Resume{first}}},
			[]string{"pause a", "resume a"},
			[]string{"3s paused 0", "4s refused 0: cannot resume: it sleeps"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c.l.takes, c.l.holdsIn = map[string]time.Duration{"a": 10 * time.Second}, 2*time.Second
				js := jobs("a")
				js[0].Grace = time.Minute
				st, evs := keep(t, Options{Jobs: js}, c.l, follow(c.steps))
				if !slices.Equal(c.l.calls, c.calls) {
					t.Errorf("it was asked to %q, want %q", c.l.calls, c.calls)
				}
				if got := holds(evs); !slices.Equal(got, c.told) {
					t.Errorf("told %q, want %q", got, c.told)
				}
				if len(st.Pausing) > 0 {
					t.Errorf("still pausing: %v", st.Pausing)
				}
			})
		})
	}
}

func TestAPauseWhileATaskIsBeingStarted(t *testing.T) {
	for _, c := range []struct {
		name  string
		steps []step
		told  []string
	}{
		{"holds it once it runs", []step{{1, Pause{first}}, {60, Resume{first}}}, []string{"5s paused 0", "1m0s resumed 0"}},
		{"can be taken back", []step{{1, Pause{first}}, {2, Resume{first}}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{takes: map[string]time.Duration{"a": time.Second}, launch: map[string]time.Duration{"a": 5 * time.Second}}
				_, mem := play(t, Options{Jobs: jobs("a")}, s, follow(c.steps))
				if got := holds(mem.evs); !slices.Equal(got, c.told) {
					t.Errorf("told %q, want %q", got, c.told)
				}
			})
		})
	}
}

func TestAPauseThatIsRefusedHoldsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{takes: map[string]time.Duration{"a": 10 * time.Second}, noPause: errors.New("it is 3.7")}
		_, mem := play(t, Options{Jobs: jobs("a")}, s, follow([]step{{1, Pause{first}}}))
		if got, want := holds(mem.evs), []string{"1s refused 0: cannot pause: it is 3.7"}; !slices.Equal(got, want) {
			t.Errorf("told %q, want %q", got, want)
		}
	})
}

func TestPausedTimeIsNotOfTheTimeout(t *testing.T) {
	for _, c := range []struct {
		name  string
		steps []step
		ends  time.Duration
	}{
		{"no pause", nil, 10 * time.Second},
		{"a long one", []step{{4, Pause{first}}, {60, Resume{first}}}, 66 * time.Second},
		{"a short one", []step{{4, Pause{first}}, {6, Resume{first}}}, 12 * time.Second},
		{"two", []step{{4, Pause{first}}, {6, Resume{first}}, {8, Pause{first}}, {60, Resume{first}}}, 64 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				js := jobs("a")
				js[0].Timeout = 10 * time.Second
				s := &script{takes: map[string]time.Duration{"a": time.Hour}}
				st, _ := play(t, Options{Jobs: js}, s, follow(c.steps))
				if got := st.Tasks[0]; got.Ended != c.ends || got.Reason != "timed out after 10s" {
					t.Errorf("ended at %v: %q; want at %v", got.Ended, got.Reason, c.ends)
				}
			})
		})
	}
}

func TestATimeoutInTheInstantOfAPauseDoesNotCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		js := jobs("a")
		js[0].Timeout = 10 * time.Second
		s := &script{takes: map[string]time.Duration{"a": 8 * time.Second}}
		st, _ := play(t, Options{Jobs: js}, s, func(r *Run) {
			time.Sleep(4 * time.Second)
			r.in.put(Pause{first}, expired{0, 1, timeoutTimer})
			time.Sleep(time.Minute)
			r.Do(Resume{first})
		})
		if got := st.Tasks[0]; got.Status != Succeeded {
			t.Errorf("ended %v: %q", got.Status, got.Reason)
		}
	})
}

func TestTasksThatArePausingAreListedInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		names := strings.Split("abcdefgh", "")
		l := &household{takes: map[string]time.Duration{}, holdsIn: time.Hour, stubborn: map[string]bool{}}
		for _, n := range names {
			l.takes[n], l.stubborn[n] = 10*time.Second, true
		}
		_, evs := keep(t, Options{Jobs: jobs(names...), Workers: 8}, l, follow([]step{{1, Pause{}}, {2, Cancel{}}}))
		all := []int{0, 1, 2, 3, 4, 5, 6, 7}
		var pausing, stopping bool
		for _, ev := range evs {
			s, _ := ev.(Sampled)
			pausing, stopping = pausing || slices.Equal(s.Pausing, all), stopping || slices.Equal(s.Stopping, all)
			if !slices.IsSorted(s.Pausing) || !slices.IsSorted(s.Stopping) {
				t.Errorf("pausing %v, stopping %v", s.Pausing, s.Stopping)
			}
		}
		if !pausing || !stopping {
			t.Errorf("all told to be pausing: %t, stopping: %t", pausing, stopping)
		}
	})
}

func TestWhomAKillWouldCostIsNamed(t *testing.T) {
	for _, c := range []struct {
		names string
		steps []step
		want  string
	}{
		{"a", nil, ""}, // it shares nothing
		{"abc", nil, "and with it b, c"},
		{"abcdef", nil, "and with it b, c, d, e, f"},
		{"abcdefg", nil, "and with it b, c, d, e, f, 1 more"},
		{"abc", []step{{0.5, Cancel{[]int{1}}}}, "and with it b, c"}, // b may still clean up
		{"abc", []step{{0.5, KillNow{Tasks: []int{1}}}}, "and with it c"},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := &household{takes: map[string]time.Duration{}, stubborn: map[string]bool{"a": true, "b": true}}
			js := jobs(strings.Split(c.names, "")...)
			for i := range js {
				l.takes[js[i].Name], js[i].Grace = 10*time.Second, time.Minute
			}
			_, evs := keep(t, Options{Jobs: js, Workers: 8}, l, follow(append(c.steps, step{1, KillNow{Tasks: first}})))
			got := sentences(evs, 0)
			if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.HasSuffix(got[0], c.want)) {
				t.Errorf("%s: said %q, want %q", c.names, got, c.want)
			}
		})
	}
}

func TestWhatAnEarlierTrySaysIsNotSaidOfTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &household{takes: map[string]time.Duration{"a": 10 * time.Second}}
		_, evs := keep(t, Options{Jobs: jobs("a")}, l, func(r *Run) {
			time.Sleep(time.Second)
			l.mu.Lock()
			say := l.live[0].spec.Say
			l.mu.Unlock()
			say(Note, "x", "of the first")
			r.Do(Restart{first})
			time.Sleep(time.Second)
			say(Note, "x", "too late")
		})
		if got, want := sentences(evs, 0), []string{"x: of the first"}; !slices.Equal(got, want) {
			t.Errorf("said %q, want %q", got, want)
		}
	})
}

// chatty is a launcher whose interpreter prints when a task starts, and no more.
type chatty struct{ script }

func (l *chatty) Launch(ctx context.Context, spec Spec) (Handle, error) {
	log, _, err := spec.Shared("python")
	if err != nil {
		return nil, err
	}
	defer log.Close()
	if _, err := io.WriteString(log, "hello"); err != nil {
		return nil, err
	}
	return l.script.Launch(ctx, spec)
}

func TestWhatWasToldOfAnInterpretersLogIsNotToldAgain(t *testing.T) {
	for _, told := range []int64{0, 3, 5} {
		rec := &memory{dir: t.TempDir()}
		l := &chatty{script{takes: map[string]time.Duration{"a": time.Hour}}}
		r, err := New(Options{Jobs: jobs("a"), Workers: 1, Recorder: rec, Launchers: map[Model]Launcher{Processes: l}})
		if err != nil {
			t.Fatal(err)
		}
		feed := r.Subscribe()
		done := make(chan error, 1)
		go func() { _, err := r.Run(context.Background()); done <- err }()
		for running := false; !running; {
			<-feed.Ready()
			running = slices.ContainsFunc(feed.Take(), func(ev Event) bool { _, ok := ev.(TaskStarted); return ok })
		}
		log := filepath.Join(sharedDir, "python-1.log")
		if told > 0 {
			r.Report(Sampled{Logs: []HostLog{{log, told}}})
		}
		r.Do(KillNow{})
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		var sizes []int64
		for _, ev := range rec.evs {
			if s, ok := ev.(Sampled); ok {
				for _, l := range s.Logs {
					sizes = append(sizes, l.Size)
				}
			}
		}
		if want := slices.Compact(slices.DeleteFunc([]int64{told, 5}, func(n int64) bool { return n == 0 })); !slices.Equal(sizes, want) {
			t.Errorf("after %d bytes: told of %v, want %v", told, sizes, want)
		}
	}
}

func TestAfterAHaltNothingIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		js := jobs("a", "b")
		js[1].Retries = 3
		s := &script{
			takes: map[string]time.Duration{"a": time.Second, "b": 2 * time.Second},
			codes: map[string][]int{"a": {1}, "b": {1, 0}},
		}
		st, _ := play(t, Options{Jobs: js, Halt: HaltSoon}, s, nil)
		if got := st.Tasks[1]; got.Try != 1 || got.Status != Failed {
			t.Errorf("try %d of b ended %v", got.Try, got.Status)
		}
	})
}

func TestWhatCannotBeEndedGetsNoTryBesideIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		js := jobs("a")
		js[0].Timeout, js[0].Retries = 5*time.Second, 3
		l := &household{takes: map[string]time.Duration{"a": time.Hour}, stubborn: map[string]bool{"a": true}, immortal: true}
		r, err := New(Options{Jobs: js, Workers: 1, Recorder: &memory{dir: t.TempDir()}, Launchers: map[Model]Launcher{Processes: l}})
		if err != nil {
			t.Fatal(err)
		}
		st, err := r.Run(t.Context())
		if got := st.Tasks[0]; err == nil || got.Try != 1 || got.Status != Failed || got.Reason != "timed out after 5s; it could not be ended" {
			t.Errorf("try %d ended %v: %q; %v", got.Try, got.Status, got.Reason, err)
		}
		l.evict()
		time.Sleep(time.Second) // until who waits for it has seen it
	})
}
