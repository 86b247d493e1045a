package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestPausingAllHoldsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{takes: map[string]time.Duration{"a": time.Second, "b": time.Second}}
		st, mem := play(t, Options{Jobs: jobs("a", "b"), Workers: 1}, s, func(r *Run) {
			r.Do(Resume{}) // nothing is held
			r.Do(Pause{})
			r.Do(Pause{})
			time.Sleep(time.Minute)
			r.Do(Cancel{Tasks: []int{0}}) // its worker is free now, and yet
			r.Do(Resume{Tasks: []int{1}}) // not all
			time.Sleep(time.Minute)
			r.Do(Pause{Tasks: []int{1}})
			r.Do(Resume{})
		})
		var told []string
		for _, ev := range mem.evs {
			switch ev.(type) {
			case RunPaused, RunResumed:
				told = append(told, fmt.Sprint(ev.Type(), " ", ev.When()))
			}
		}
		if want := []string{"run_paused 0s", "run_resumed 2m0s"}; !slices.Equal(told, want) {
			t.Errorf("told %v, want %v", told, want)
		}
		if got := st.Tasks[1].Started; got != 2*time.Minute {
			t.Errorf("the next job started at %v, want when all were resumed", got)
		}
	})
}

func TestRestartingAJobThatWaitsForItsNextTryStartsItNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		js := jobs("a")
		js[0].Retries = 3
		s := &script{codes: map[string][]int{"a": {1, 0}}}
		st, _ := play(t, Options{Jobs: js, Backoff: 20 * time.Second}, s, func(r *Run) {
			time.Sleep(time.Second)
			r.Do(Restart{Tasks: []int{0}})
		})
		if got := st.Tasks[0]; got.Started != time.Second || got.Status != Succeeded || got.Try != 2 {
			t.Errorf("try %d started at %v and is %v", got.Try, got.Started, got.Status)
		}
	})
}

func TestAHaltIsTheReasonOfTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{codes: map[string][]int{"a": {1}}, takes: map[string]time.Duration{"b": time.Minute}}
		st, _ := play(t, Options{Jobs: jobs("a", "b"), Halt: HaltFail}, s, nil)
		if st.Reason != `halted: "a" failed` {
			t.Errorf("reason %q", st.Reason)
		}
		st, _ = play(t, Options{Jobs: jobs("a"), Halt: HaltFail}, s, nil)
		if st.Reason != "" {
			t.Errorf("nothing was left to halt, and the reason is %q", st.Reason)
		}
	})
}

// stuck is a launcher whose task "stuck" cannot be ended until the test lets it go.
type stuck struct {
	*script
	free chan struct{}
}

func (l stuck) Launch(ctx context.Context, spec Spec) (Handle, error) {
	h, err := l.script.Launch(ctx, spec)
	if spec.Job.Name == "stuck" {
		return &stuckHandle{*h.(*scripted), l.free}, err
	}
	return h, err
}

type stuckHandle struct {
	scripted
	free chan struct{}
}

func (h *stuckHandle) Wait() Exit {
	<-h.free
	return h.exit(Exit{Code: -1, Signal: "SIGKILL"})
}

func TestWhatCannotBeEndedIsNamedAndTheRunEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := stuck{&script{takes: map[string]time.Duration{"fine": time.Second}}, make(chan struct{})}
		r, err := New(Options{
			Jobs: jobs("stuck", "fine"), Workers: 1, Recorder: &memory{dir: t.TempDir()},
			Launchers: map[Model]Launcher{Processes: l},
		})
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			time.Sleep(time.Second)
			r.Do(KillNow{Tasks: []int{0}})
		}()
		st, err := r.Run(t.Context())
		if err == nil || !strings.Contains(err.Error(), "tasks still going: 1") {
			t.Errorf("the run ended with %v", err)
		}
		if got := st.Tasks[0]; got.Status != Cancelled || got.Reason != "killed; it could not be ended" {
			t.Errorf("the stuck job is %v: %q", got.Status, got.Reason)
		}
		if st.Tasks[1].Status != Succeeded {
			t.Errorf("the job behind it is %v", st.Tasks[1].Status)
		}
		close(l.free)
	})
}

func TestKillingAllNeedsNoForce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &household{takes: map[string]time.Duration{"a": time.Hour, "b": time.Hour}, stubborn: map[string]bool{"a": true}}
		st, _ := keep(t, Options{Jobs: jobs("a", "b")}, l, follow([]step{{1, KillNow{Tasks: first}}, {5, KillNow{}}}))
		if got := st.Tasks[0]; got.Status != Cancelled || got.Ended != 5*time.Second {
			t.Errorf("ended %v at %v, want at 5s", got.Status, got.Ended)
		}
	})
}

func TestWhatIsKilledByForceIsKilledOnceMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &household{
			takes:    map[string]time.Duration{"a": 20 * time.Second, "b": 20 * time.Second},
			stubborn: map[string]bool{"a": true}, immortal: true,
		}
		force := KillNow{Tasks: first, Force: true}
		_, evs := keep(t, Options{Jobs: jobs("a", "b")}, l, follow([]step{{1, force}, {2, force}, {5, force}, {6, force}, {12, force}}))
		if want := []string{"kill a", "kill a"}; !slices.Equal(l.calls, want) {
			t.Errorf("it was asked to %q, want %q", l.calls, want)
		}
		if got := sentences(evs, 0); len(got) != 1 {
			t.Errorf("said %q", got)
		}
	})
}

func TestWorkersAreWithinTheirLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{takes: map[string]time.Duration{"a": time.Minute}}
		_, mem := play(t, Options{Jobs: jobs("a")}, s, follow([]step{
			{1, SetWorkers{0}}, {2, SetWorkers{-1}}, {3, SetWorkers{MaxWorkers + 1}},
		}))
		var told []int
		for _, ev := range mem.evs {
			if s, ok := ev.(Sampled); ok {
				told = append(told, s.Workers)
			}
		}
		if want := []int{1, MaxWorkers}; !slices.Equal(told, want) {
			t.Errorf("told of %v workers, want %v", told, want)
		}
	})
}

func TestTheFirstReasonOfAnEndStands(t *testing.T) {
	for _, c := range []struct {
		name        string
		steps       []step
		task, whole string
		status      Status
	}{
		{"timed out, then cancelled with the rest", []step{{6, Finish{Cancel: true}}}, "cancelled", "cancelled", Cancelled},
		{"cancelled, then its time was up", []step{{1, Cancel{}}}, "cancelled", "", Cancelled},
		{"restarted, then cancelled", []step{{1, Restart{}}, {2, Cancel{}}}, "cancelled", "", Cancelled},
		{"restarted while the run ends", []step{{1, Finish{}}, {2, Restart{}}}, "timed out after 5s", "", Failed},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				js := jobs("a")
				js[0].Timeout, js[0].Grace = 5*time.Second, 10*time.Second
				s := &script{takes: map[string]time.Duration{"a": time.Hour}, stubborn: map[string]bool{"a": true}}
				st, _ := play(t, Options{Jobs: js}, s, follow(c.steps))
				if got := st.Tasks[0]; got.Status != c.status || got.Reason != c.task || got.Try != 1 || st.Reason != c.whole {
					t.Errorf("try %d ended %v: %q, and the run: %q", got.Try, got.Status, got.Reason, st.Reason)
				}
			})
		})
	}
}

func TestAHaltEndsWithARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{
			takes: map[string]time.Duration{"a": time.Second, "b": 2 * time.Second},
			codes: map[string][]int{"a": {1, 1, 1, 0}}, // its retries begin anew, too
		}
		js := jobs("a", "b")
		js[0].Retries = 1
		st, _ := play(t, Options{Jobs: js, Halt: HaltSoon, Hold: true, Workers: 1}, s, follow([]step{{60, Restart{}}, {120, Finish{Cancel: true}}}))
		if st.Count(Succeeded) != 2 || st.Tasks[1].Try != 2 || st.Reason != "cancelled" {
			t.Errorf("%d succeeded, b in try %d; the run: %q", st.Count(Succeeded), st.Tasks[1].Try, st.Reason)
		}
		st, _ = play(t, Options{Jobs: jobs("a", "b"), Halt: HaltSoon, Hold: true, Workers: 1}, s, follow([]step{{60, Finish{Cancel: true}}}))
		if st.Reason != `halted: "a" failed` {
			t.Errorf("the reason of a run that was halted is %q", st.Reason)
		}
	})
}

func TestWhatWaitsForAQueuedJobIsCancelledWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		js := jobs("a", "b", "c")
		js[1].After, js[2].After = []string{"a"}, []string{"b"}
		s := &script{takes: map[string]time.Duration{"a": time.Minute}}
		st, _ := play(t, Options{Jobs: js}, s, follow([]step{{1, Cancel{[]int{1}}}}))
		if got := st.Tasks[2]; got.Status != Cancelled || got.Ended != time.Second || got.Cause != 1 || got.Reason != `waits for "b", which was cancelled` {
			t.Errorf("c ended %v at %v: %q, because of %d", got.Status, got.Ended, got.Reason, got.Cause)
		}
	})
}

// deaf is a launcher that starts nothing, and does not look whether that is still wanted, before free is
// closed.
type deaf struct{ free chan struct{} }

func (deaf) Check(Job) error { return nil }
func (l deaf) Launch(context.Context, Spec) (Handle, error) {
	<-l.free
	return nil, errors.New("too late")
}

func TestALauncherThatIsDeafDoesNotHoldUpTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := deaf{make(chan struct{})}
		r, err := New(Options{Jobs: jobs("a"), Workers: 1, Recorder: &memory{dir: t.TempDir()}, Launchers: map[Model]Launcher{Processes: l}})
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Second, func() { r.Do(Cancel{}) })
		st, err := r.Run(t.Context())
		if err == nil || !strings.Contains(err.Error(), "tasks still going: 1") {
			t.Errorf("the run ended with %v", err)
		}
		if got := st.Tasks[0]; got.Status != Cancelled || got.Ended != time.Second+giveUp {
			t.Errorf("ended %v at %v", got.Status, got.Ended)
		}
		close(l.free)
	})
}

func TestARestartLeavesWhatTheUserHasCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		js := jobs("a", "b", "c")
		js[1].After, js[2].After = []string{"a"}, []string{"a"}
		s := &script{takes: map[string]time.Duration{"a": 10 * time.Second}, codes: map[string][]int{"a": {1, 0}}}
		st, _ := play(t, Options{Jobs: js, Hold: true}, s, follow([]step{{1, Cancel{[]int{1}}}, {60, Restart{first}}, {120, Finish{}}}))
		if got := st.Statuses(); !slices.Equal(got, []Status{Succeeded, Cancelled, Succeeded}) {
			t.Errorf("they are %v", got)
		}
	})
}

func TestARestartByHandForgetsLosses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, err := New(Options{
			Jobs: jobs("a"), Workers: 1, RestartLost: true, Hold: true, Recorder: &memory{dir: t.TempDir()},
			Launchers: map[Model]Launcher{Processes: doomed{&script{}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Second, func() { r.Do(Restart{}) })
		time.AfterFunc(2*time.Second, func() { r.Do(Finish{}) })
		st, err := r.Run(t.Context())
		if got, want := st.Tasks[0].Try, 2*(1+maxLosses); err != nil || got != want {
			t.Errorf("%d tries (%v), want %d", got, err, want)
		}
	})
}

func TestARestartOfWhatWaitsChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{takes: map[string]time.Duration{"a": 10 * time.Second}}
		st, _ := play(t, Options{Jobs: jobs("a", "b"), Workers: 1}, s, follow([]step{{1, Restart{[]int{1}}}}))
		if got := st.Tasks[1]; got.Try != 1 || got.Status != Succeeded {
			t.Errorf("try %d ended %v", got.Try, got.Status)
		}
	})
}

// late is a launcher whose first try ends only when it is let go, though it was killed, and after that
// the others end at once.
type late struct {
	*script
	free chan struct{}
}

type lateHandle struct {
	scripted
	free chan struct{}
}

func (h *lateHandle) Wait() Exit {
	if h.spec.Try == 1 {
		<-h.free
	}
	return h.scripted.Wait()
}

func (l late) Launch(ctx context.Context, spec Spec) (Handle, error) {
	h, err := l.script.Launch(ctx, spec)
	if err != nil {
		return nil, err
	}
	return &lateHandle{*h.(*scripted), l.free}, nil
}

// What was given up on may end after all, beside a later try that the user has started.
func TestTheLateEndOfATryIsNotThatOfTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := late{&script{takes: map[string]time.Duration{"a": time.Minute}}, make(chan struct{})}
		r, err := New(Options{
			Jobs: jobs("a"), Workers: 1, Hold: true, Recorder: &memory{dir: t.TempDir()},
			Launchers: map[Model]Launcher{Processes: l},
		})
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			follow([]step{{1, KillNow{}}, {30, Restart{}}})(r)
			time.Sleep(10 * time.Second)
			close(l.free) // the first try is over at 40 s, the second at 1m30s
			time.Sleep(time.Hour)
			r.Do(Finish{})
		}()
		st, err := r.Run(t.Context())
		if got := st.Tasks[0]; err != nil || got.Try != 2 || got.Status != Succeeded || got.Ended != 90*time.Second {
			t.Errorf("try %d ended %v at %v; %v", got.Try, got.Status, got.Ended, err)
		}
	})
}

// sleepy is a launcher whose first launch takes until free is closed, whatever is wanted meanwhile.
type sleepy struct {
	*script
	free  chan struct{}
	fails bool
}

func (l sleepy) Launch(ctx context.Context, spec Spec) (Handle, error) {
	if spec.Try == 1 {
		<-l.free
		if l.fails {
			return nil, errors.New("too late")
		}
		ctx = context.Background()
	}
	return l.script.Launch(ctx, spec)
}

func TestTheLateStartOfATryIsNotThatOfTheNext(t *testing.T) {
	for _, fails := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			l := sleepy{&script{takes: map[string]time.Duration{"a": time.Minute}}, make(chan struct{}), fails}
			r, err := New(Options{
				Jobs: jobs("a"), Workers: 1, Hold: true, Recorder: &memory{dir: t.TempDir()},
				Launchers: map[Model]Launcher{Processes: l},
			})
			if err != nil {
				t.Fatal(err)
			}
			go func() {
				follow([]step{{1, Cancel{}}, {30, Restart{}}})(r)
				time.Sleep(10 * time.Second)
				close(l.free) // the first try starts at 40 s, or not; the second has since 30 s
				time.Sleep(time.Second)
				if l.mu.Lock(); l.now != 1 {
					t.Errorf("%d tries run", l.now)
				}
				l.mu.Unlock()
				time.Sleep(time.Hour)
				r.Do(Finish{})
			}()
			st, err := r.Run(t.Context())
			if got := st.Tasks[0]; err != nil || got.Try != 2 || got.Status != Succeeded || got.Ended != 90*time.Second {
				t.Errorf("try %d ended %v at %v; %v", got.Try, got.Status, got.Ended, err)
			}
		})
	}
}

func TestWorkersAreNumberedFromTheLowestThatIsFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slots := make(chan int, 4)
		s := slotted{&script{takes: map[string]time.Duration{"a": 3 * time.Second, "b": time.Second, "c": 5 * time.Second, "d": time.Second}}, slots}
		r, err := New(Options{Jobs: jobs("a", "b", "c", "d"), Workers: 2, Recorder: &memory{dir: t.TempDir()}, Launchers: map[Model]Launcher{Processes: s}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		close(slots)
		var got []int
		for n := range slots {
			got = append(got, n)
		}
		slices.Sort(got[:2]) // they start at the same time
		if want := []int{1, 2, 2, 1}; !slices.Equal(got, want) {
			t.Errorf("a to d have workers %v, want %v", got, want)
		}
	})
}

// slotted is a launcher that notes which worker each try holds.
type slotted struct {
	*script
	slots chan int
}

func (l slotted) Launch(ctx context.Context, spec Spec) (Handle, error) {
	l.slots <- spec.Slot
	return l.script.Launch(ctx, spec)
}
