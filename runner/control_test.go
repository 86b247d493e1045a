package runner

import (
	"context"
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
