package session

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"parallax/runner"
	"parallax/runner/remote"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is a Launcher whose jobs run until they are stopped, or end at once when their name says so.
type fake struct {
	closing func()
}

func (f *fake) Check(runner.Job) error { return nil }
func (f *fake) Launch(_ context.Context, spec runner.Spec) (runner.Handle, error) {
	h := &held{stop: make(chan runner.Stop, 4)}
	if spec.Job.Name == "short" {
		h.stop <- runner.Kill
		h.code = 0
	} else {
		h.code = 9
	}
	return h, nil
}

func (f *fake) Close() error {
	if f.closing != nil {
		f.closing()
	}
	return nil
}

type held struct {
	stop chan runner.Stop
	code int
}

func (h *held) Identity() runner.Identity { return runner.Identity{} }
func (h *held) Wait() runner.Exit {
	for how := range h.stop {
		if how == runner.Kill {
			break
		}
	}
	return runner.Exit{Code: h.code}
}
func (h *held) Stack() (string, error) { return "in the middle of it", nil }

func (h *held) Pause() error  { return nil }
func (h *held) Resume() error { return nil }
func (h *held) Stop(how runner.Stop) error {
	h.stop <- how
	return nil
}

func stage(t *testing.T, f fake) (*Stage, string) {
	t.Helper()
	root := filepath.Join(t.TempDir(), "runs")
	return NewStage(t.Context(), Env{
		Root: root, Cores: []int{0}, Quota: 1,
		Launchers: func() map[runner.Model]runner.Launcher {
			return map[runner.Model]runner.Launcher{runner.Processes: &f}
		},
	}), root
}

func plan(names ...string) Plan {
	p := Plan{Workers: 2}
	for _, n := range names {
		p.Jobs = append(p.Jobs, runner.Job{Name: n, Model: runner.Processes})
	}
	return p
}

// last takes all events of a feed up to the end of the run.
func last(t *testing.T, st *Stage, f *runner.Feed) runner.Event {
	t.Helper()
	for {
		select {
		case <-f.Ready():
		case <-st.Whole().Done():
			t.Fatalf("the run broke off: %v", st.Wait())
		}
		for _, ev := range f.Take() {
			if _, ok := ev.(runner.RunEnded); ok {
				return ev
			}
		}
	}
}

func TestSeveralRunsOnOneStage(t *testing.T) {
	st, root := stage(t, fake{})
	for range 2 {
		s, err := st.Start(plan("short"))
		if err != nil {
			t.Fatal(err)
		}
		last(t, st, s.Feed)
		if got, err := s.Wait(); err != nil || got.Count(runner.Succeeded) != 1 {
			t.Errorf("ended with %d succeeded, %v", got.Count(runner.Succeeded), err)
		}
		if filepath.Dir(s.Dir()) != root || filepath.Base(s.Dir()) != s.ID() {
			t.Errorf("folder %s of run %s is not in %s", s.Dir(), s.ID(), root)
		}
	}
	if err := st.Wait(); err != nil || len(st.States()) != 2 {
		t.Errorf("Wait: %v with %d states", err, len(st.States()))
	}
}

func TestCancelThenKill(t *testing.T) {
	st, _ := stage(t, fake{})
	s, err := st.Start(plan("long"))
	if err != nil {
		t.Fatal(err)
	}
	st.Cancel(errors.New("had enough"))
	if !st.Stopped() {
		t.Error("not stopped")
	}
	if _, err := st.Start(plan("short")); err == nil || err.Error() != "had enough" {
		t.Errorf("a run was started on a cancelled stage: %v", err)
	}
	st.KillNow() // the job ignores being asked
	if end := last(t, st, s.Feed).(runner.RunEnded); end.Reason == "" {
		t.Error("the run has no reason for its early end")
	}
	if err := st.Wait(); err != nil {
		t.Error(err)
	}
	if got := st.States()[0]; got.Count(runner.Cancelled) != 1 {
		t.Errorf("%d jobs cancelled, want 1", got.Count(runner.Cancelled))
	}
}

func TestLeaveClosesHeldRuns(t *testing.T) {
	st, _ := stage(t, fake{})
	p := plan("short")
	p.Hold = true
	s, err := st.Start(p)
	if err != nil {
		t.Fatal(err)
	}
	var over runner.State
	for !over.Over() || over.ID == "" {
		<-s.Feed.Ready()
		for _, ev := range s.Feed.Take() {
			if err := over.Apply(ev); err != nil {
				t.Fatal(err)
			}
		}
	}
	select {
	case <-s.Done():
		t.Fatal("a held run has ended by itself")
	default:
	}
	st.Leave()
	if err := st.Wait(); err != nil {
		t.Error(err)
	}
	if got := st.States()[0]; got.Count(runner.Succeeded) != 1 || got.Reason != "" {
		t.Errorf("left with %d succeeded, reason %q", got.Count(runner.Succeeded), got.Reason)
	}
}

func TestNothingIsStartedAfterOneLeft(t *testing.T) {
	for name, end := range map[string]func(*Stage){"leave": (*Stage).Leave, "kill": (*Stage).KillNow} {
		st, root := stage(t, fake{})
		end(st)
		if err := st.Wait(); err != nil {
			t.Error(err)
		}
		if s, err := st.Start(plan("long")); err == nil || !strings.Contains(err.Error(), "parallax is ending") {
			t.Errorf("%s: started with %v", name, err)
			s.Do(runner.KillNow{})
			<-s.Done()
		}
		if runs, _ := os.ReadDir(root); len(runs) != 0 {
			t.Errorf("%s: %d folders are left", name, len(runs))
		}
	}
}

// A command starts a run off the screen's own goroutine, so the user may quit at any point of it.
func TestOneWhoLeavesWhileARunStarts(t *testing.T) {
	st, root := stage(t, fake{})
	launchers := st.env.Launchers
	st.env.Launchers = func() map[runner.Model]runner.Launcher { // before it is known
		st.Leave()
		return launchers()
	}
	if s, err := st.Start(plan("long")); err == nil {
		t.Error("it was started")
		s.Do(runner.KillNow{})
		<-s.Done()
	}
	if runs, _ := os.ReadDir(root); len(runs) != 0 {
		t.Errorf("%d folders are left", len(runs))
	}

	st, _ = stage(t, fake{})
	st.listen = func(remote.Options) (*remote.Server, error) { // when it is
		st.KillNow()
		return nil, errors.New("no place")
	}
	s, err := st.Start(plan("long"))
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Wait(); err != nil {
		t.Error(err)
	}
	select {
	case <-s.Done():
	default:
		t.Error("the run was not waited for")
		s.Do(runner.KillNow{})
		<-s.Done()
	}
}

func TestAPanicEndsTheRuns(t *testing.T) {
	st, _ := stage(t, fake{closing: func() { panic("lost my mind") }})
	if _, err := st.Start(plan("short")); err != nil {
		t.Fatal(err)
	}
	<-st.Whole().Done()
	var broken *PanicError
	if err := st.Wait(); !errors.As(err, &broken) || broken.Value != "lost my mind" || !strings.Contains(string(broken.Stack), "session") {
		t.Errorf("Wait: %v", err)
	}
}

func TestAbandonedStageDoesNotWait(t *testing.T) {
	st, _ := stage(t, fake{})
	s, err := st.Start(plan("long"))
	if err != nil {
		t.Fatal(err)
	}
	st.Abandon()
	st.Abandon() // twice is no fault
	if err := st.Wait(); err == nil || !strings.Contains(err.Error(), s.ID()) {
		t.Errorf("Wait: %v, want an error that names the run", err)
	}
	if _, err := st.Release(s); err == nil || !strings.Contains(err.Error(), s.ID()) {
		t.Errorf("Release: %v, want an error that names the run", err)
	}
	st.KillNow()
	<-s.Done()
}

// started waits until a task of a run is running.
func started(t *testing.T, s *Session) {
	t.Helper()
	for {
		select {
		case <-s.Feed.Ready():
		case <-s.Done():
			t.Fatal("the run has ended")
		}
		for _, ev := range s.Feed.Take() {
			if _, ok := ev.(runner.TaskStarted); ok {
				return
			}
		}
	}
}

func TestStackOfATask(t *testing.T) {
	st, _ := stage(t, fake{})
	s, err := st.Start(plan("long"))
	if err != nil {
		t.Fatal(err)
	}
	started(t, s)
	if text, err := s.Stack(0); err != nil || text != "in the middle of it" {
		t.Errorf("Stack: %q, %v", text, err)
	}
	if _, err := s.Stack(1); err == nil {
		t.Error("a task that is not there has a stack")
	}
	st.KillNow()
	if err := st.Wait(); err != nil {
		t.Error(err)
	}
}

func TestARunIsControlledFromElsewhere(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", short(t))
	st, _ := stage(t, fake{})
	s, err := st.Start(plan("long", "other"))
	if err != nil {
		t.Fatal(err)
	}
	started(t, s)
	ask := func(do remote.Verb, tasks ...int) remote.Answer {
		a, err := remote.Ask(t.Context(), s.Dir(), remote.Request{Run: s.ID(), Do: do, Tasks: tasks, All: tasks == nil})
		if err != nil {
			t.Fatalf("%s: %v", do, err)
		}
		return a
	}
	a := ask(remote.Stack, 0)
	for a.Tasks[0].Why == "it has not started" { // who answers has a feed of its own, which may be behind
		a = ask(remote.Stack, 0)
	}
	if a.Tasks[0].Text != "in the middle of it" {
		t.Errorf("stack: %+v", a)
	}
	if a := ask(remote.Pause, 0); a.Counts["paused"] != 1 {
		t.Errorf("pause: %+v", a)
	}
	ask(remote.Kill)
	if err := st.Wait(); err != nil {
		t.Error(err)
	}
	if _, err := remote.Ask(t.Context(), s.Dir(), remote.Request{Run: s.ID(), Do: remote.Kill, All: true}); !errors.Is(err, remote.ErrNoAnswer) {
		t.Errorf("a run that is over answers: %v", err)
	}
}

// short makes a folder whose path has room for that of a socket.
func short(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "px")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func TestARunWithoutASocketGoesOn(t *testing.T) {
	st, _ := stage(t, fake{})
	st.listen = func(remote.Options) (*remote.Server, error) { return nil, errors.New("no place") }
	s, err := st.Start(plan("short"))
	if err != nil {
		t.Fatal(err)
	}
	said := false
	for over := false; !over; {
		<-s.Feed.Ready()
		for _, ev := range s.Feed.Take() {
			switch ev := ev.(type) {
			case runner.Advised:
				said = said || ev.Code == "remote" && ev.Level == runner.Note
			case runner.RunEnded:
				over = true
			}
		}
	}
	if err := st.Wait(); err != nil || !said {
		t.Errorf("ended with %v; said: %v", err, said)
	}
}

func TestNothingIsStartedWithoutAFolder(t *testing.T) {
	st, root := stage(t, fake{})
	if err := os.WriteFile(root, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := st.Start(plan("short")); err == nil {
		t.Error("a run without a folder was started")
	}
	if err := st.Wait(); err != nil || len(st.States()) != 0 {
		t.Errorf("Wait: %v, %d states", err, len(st.States()))
	}
}
