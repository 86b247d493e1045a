package runner

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// memory is a Recorder that keeps events in memory and can be told to refuse them.
type memory struct {
	mu   sync.Mutex
	dir  string
	evs  []Event
	fail error
}

func (m *memory) Record(evs []Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	m.evs = append(m.evs, evs...)
	return nil
}
func (m *memory) Dir() string { return m.dir }
func (m *memory) LogPath(task, try int, stderr bool) string {
	name := strconv.Itoa(task) + "." + strconv.Itoa(try)
	if stderr {
		name += ".err"
	}
	return filepath.Join("logs", name)
}

// script is a Launcher whose tasks do what the test says: they take some time, then end with a
// code; or they ignore being asked to end.
type script struct {
	takes    map[string]time.Duration
	launch   map[string]time.Duration // how long launching takes
	codes    map[string][]int         // per try
	stubborn map[string]bool
	refuse   map[string]error // launching fails
	noPause  error

	mu      sync.Mutex
	started []string
	most    int
	now     int
}

func (s *script) Check(Job) error { return nil }

func (s *script) Launch(ctx context.Context, spec Spec) (Handle, error) {
	select {
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-time.After(s.launch[spec.Job.Name]):
	}
	if err := s.refuse[spec.Job.Name]; err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.started = append(s.started, spec.Job.Name)
	s.now++
	s.most = max(s.most, s.now)
	s.mu.Unlock()
	h := &scripted{s: s, spec: spec, stop: make(chan Stop, 8), hold: make(chan bool, 8)}
	return h, nil
}

type scripted struct {
	s    *script
	spec Spec
	stop chan Stop
	hold chan bool
}

func (h *scripted) Identity() Identity { return Identity{PID: 1000 + h.spec.Task} }
func (h *scripted) Pause() error {
	if h.s.noPause != nil {
		return h.s.noPause
	}
	h.hold <- true
	return nil
}
func (h *scripted) Resume() error       { h.hold <- false; return nil }
func (h *scripted) Stop(how Stop) error { h.stop <- how; return nil }
func (h *scripted) exit(e Exit) Exit {
	h.s.mu.Lock()
	h.s.now--
	h.s.mu.Unlock()
	return e
}

func (h *scripted) Wait() Exit {
	left := h.s.takes[h.spec.Job.Name]
	began := time.Now()
	timer := time.NewTimer(left)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			code := 0
			if codes := h.s.codes[h.spec.Job.Name]; len(codes) > 0 {
				code = codes[min(h.spec.Try, len(codes))-1]
			}
			return h.exit(Exit{Code: code})
		case how := <-h.stop:
			if how == Kill {
				return h.exit(Exit{Code: -1, Signal: "SIGKILL"})
			}
			if !h.s.stubborn[h.spec.Job.Name] {
				return h.exit(Exit{Code: -1, Signal: "SIGTERM"})
			}
		case hold := <-h.hold:
			if hold {
				timer.Stop()
				left -= time.Since(began)
			} else {
				began = time.Now()
				timer.Reset(left)
			}
		}
	}
}

func jobs(names ...string) []Job {
	out := make([]Job, len(names))
	for i, n := range names {
		out[i] = Job{Name: n, Model: Processes, Line: "x"}
	}
	return out
}

// play runs jobs under fake time. steer is called on a goroutine of its own with the run.
func play(t *testing.T, opts Options, s *script, steer func(*Run)) (State, *memory) {
	t.Helper()
	mem := &memory{dir: t.TempDir()}
	opts.Recorder, opts.Launchers = mem, map[Model]Launcher{Processes: s}
	if opts.Workers == 0 {
		opts.Workers = 2
	}
	r, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	var steering sync.WaitGroup
	if steer != nil {
		steering.Go(func() { steer(r) })
	}
	st, err := r.Run(t.Context())
	steering.Wait()
	if err != nil {
		t.Fatal(err)
	}
	var again State
	for _, ev := range mem.evs {
		if err := again.Apply(ev); err != nil {
			t.Errorf("the recorded events do not fold: %v", err)
		}
	}
	for i := range st.Tasks {
		if again.Tasks[i].Status != st.Tasks[i].Status {
			t.Errorf("task %d is %v live and %v from the record", i, st.Tasks[i].Status, again.Tasks[i].Status)
		}
	}
	return st, mem
}

func TestWorkersBoundHowManyRunAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{takes: map[string]time.Duration{"a": time.Second, "b": time.Second, "c": time.Second, "d": time.Second}}
		st, _ := play(t, Options{Jobs: jobs("a", "b", "c", "d"), Workers: 2}, s, nil)
		if s.most != 2 {
			t.Errorf("%d ran at once, want 2", s.most)
		}
		if st.Count(Succeeded) != 4 {
			t.Errorf("%d succeeded, want 4", st.Count(Succeeded))
		}
		if got := st.Elapsed(time.Hour); got != 2*time.Second {
			t.Errorf("took %v, want 2s", got)
		}
	})
}

func TestRetriesBackOffAndEndWithTheLastTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		js := jobs("a")
		js[0].Retries = 2
		s := &script{codes: map[string][]int{"a": {3, 4, 0}}}
		st, _ := play(t, Options{Jobs: js, Backoff: time.Second}, s, nil)
		if got := st.Tasks[0]; got.Status != Succeeded || got.Try != 3 {
			t.Errorf("ended %v at try %d, want succeeded at try 3", got.Status, got.Try)
		}
		if st.Now < 3*time.Second {
			t.Errorf("took %v, want backoffs of 1 s and 2 s", st.Now)
		}
	})
}

func TestCancellingAJobCancelsWhatWaitsForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		js := jobs("a", "b", "c")
		js[1].After, js[2].After = []string{"a"}, []string{"b"}
		s := &script{takes: map[string]time.Duration{"a": time.Minute}}
		st, _ := play(t, Options{Jobs: js}, s, func(r *Run) {
			time.Sleep(time.Second)
			r.Do(Cancel{Tasks: []int{0}})
		})
		if st.Count(Cancelled) != 3 {
			t.Fatalf("%d cancelled, want 3", st.Count(Cancelled))
		}
		if got := st.Tasks[2].Reason; got != `waits for "a", which was cancelled` {
			t.Errorf("reason %q", got)
		}
		if len(s.started) != 1 {
			t.Errorf("started %v", s.started)
		}
	})
}

func TestAStubbornJobIsKilledAfterItsGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		js := jobs("a")
		js[0].Grace = 3 * time.Second
		s := &script{takes: map[string]time.Duration{"a": time.Hour}, stubborn: map[string]bool{"a": true}}
		st, mem := play(t, Options{Jobs: js}, s, func(r *Run) {
			time.Sleep(time.Second)
			r.Do(Cancel{})
		})
		if got := st.Tasks[0]; got.Exit.Signal != "SIGKILL" || got.Ended != 4*time.Second {
			t.Errorf("ended by %q at %v, want SIGKILL at 4s", got.Exit.Signal, got.Ended)
		}
		told := false
		for _, ev := range mem.evs {
			if s, ok := ev.(Sampled); ok && len(s.Stopping) == 1 {
				told = true
			}
		}
		if !told {
			t.Error("no event told that the task was being stopped")
		}
	})
}

func TestTheRunGoesOnWhenItCannotBeRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{takes: map[string]time.Duration{"a": 2 * time.Second}}
		mem := &memory{dir: t.TempDir()}
		r, err := New(Options{Jobs: jobs("a"), Workers: 1, Recorder: mem, Launchers: map[Model]Launcher{Processes: s}})
		if err != nil {
			t.Fatal(err)
		}
		feed := r.Subscribe()
		go func() {
			time.Sleep(time.Second)
			mem.mu.Lock()
			mem.fail = errors.New("no space left on device")
			mem.mu.Unlock()
		}()
		st, err := r.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if st.Tasks[0].Status != Succeeded {
			t.Errorf("ended %v", st.Tasks[0].Status)
		}
		said := false
		for _, ev := range feed.Take() {
			if a, ok := ev.(Advised); ok && a.Code == "unrecorded" {
				said = true
			}
		}
		if !said {
			t.Error("nobody was told")
		}
	})
}

func TestCancellingWhatTimedOutLeavesNoFurtherTry(t *testing.T) {
	for name, c := range map[string]Command{"cancelled": Cancel{}, "killed": KillNow{}} {
		synctest.Test(t, func(t *testing.T) {
			js := jobs("a")
			js[0].Timeout, js[0].Grace, js[0].Retries = time.Second, 10*time.Second, 3
			s := &script{takes: map[string]time.Duration{"a": time.Hour}, stubborn: map[string]bool{"a": true}}
			st, _ := play(t, Options{Jobs: js}, s, func(r *Run) {
				time.Sleep(3 * time.Second) // within the grace
				r.Do(c)
			})
			if got := st.Tasks[0]; got.Status != Cancelled || got.Reason != name || got.Try != 1 {
				t.Errorf("ended %v (%s) at try %d, want %s at try 1", got.Status, got.Reason, got.Try, name)
			}
		})
	}
}

func TestAHaltOutweighsARestartThatIsUnderWay(t *testing.T) {
	for _, halt := range []Halt{HaltFail, HaltSoon} {
		synctest.Test(t, func(t *testing.T) {
			s := &script{
				takes:    map[string]time.Duration{"a": time.Minute, "b": 2 * time.Second},
				codes:    map[string][]int{"b": {1}},
				stubborn: map[string]bool{"a": true},
			}
			st, _ := play(t, Options{Jobs: jobs("a", "b"), Halt: halt}, s, func(r *Run) {
				time.Sleep(time.Second)
				r.Do(Restart{Tasks: []int{0}}) // ends only after its grace, and b fails before
			})
			if got := st.Tasks[0]; got.Status != Cancelled || got.Reason != `halted: "b" failed` || got.Cause != 1 || got.Try != 1 {
				t.Errorf("--halt %s: ended %v (%s) at try %d, want cancelled by the halt at try 1", halt, got.Status, got.Reason, got.Try)
			}
		})
	}
}

// hung is a Launcher that starts nothing before it is told to leave off.
type hung struct{}

func (hung) Check(Job) error { return nil }
func (hung) Launch(ctx context.Context, _ Spec) (Handle, error) {
	<-ctx.Done()
	return nil, context.Cause(ctx)
}

func TestALauncherThatHangsDoesNotHoldUpTheEnd(t *testing.T) {
	for name, steer := range map[string]func(*Run, func(error)){
		"cancelled": func(r *Run, _ func(error)) { r.Do(Cancel{Tasks: []int{0}}) },
		"killed":    func(r *Run, _ func(error)) { r.Do(KillNow{}) },
		"the end":   func(_ *Run, end func(error)) { end(errors.New("the end")) },
	} {
		synctest.Test(t, func(t *testing.T) {
			r, err := New(Options{
				Jobs: jobs("a"), Workers: 1, Recorder: &memory{dir: t.TempDir()},
				Launchers: map[Model]Launcher{Processes: hung{}},
			})
			if err != nil {
				t.Fatal(err)
			}
			ctx, end := context.WithCancelCause(t.Context())
			defer end(nil)
			var steering sync.WaitGroup
			steering.Go(func() {
				time.Sleep(time.Second)
				steer(r, end)
			})
			st, err := r.Run(ctx)
			steering.Wait()
			if err != nil {
				t.Fatal(err)
			}
			if got := st.Tasks[0]; got.Status != Cancelled || got.Reason != name || st.Now != time.Second {
				t.Errorf("ended %v (%s) at %v, want %q after 1s", got.Status, got.Reason, st.Now, name)
			}
		})
	}
}

// breaks is a handle whose Wait panics.
type breaks struct{ scripted }

func (b *breaks) Wait() Exit { panic("oh no") }

type breaking struct{ *script }

func (l breaking) Launch(ctx context.Context, spec Spec) (Handle, error) {
	h, err := l.script.Launch(ctx, spec)
	if spec.Job.Name == "broken" {
		return &breaks{*h.(*scripted)}, err
	}
	return h, err
}

func TestAFaultWhileWaitingFailsThatJobOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{takes: map[string]time.Duration{"fine": time.Second}}
		r, err := New(Options{
			Jobs: jobs("broken", "fine"), Workers: 2, Recorder: &memory{dir: t.TempDir()},
			Launchers: map[Model]Launcher{Processes: breaking{s}},
		})
		if err != nil {
			t.Fatal(err)
		}
		st, err := r.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := st.Tasks[0]; got.Status != Failed || got.Reason != "fault in parallax while waiting for it: oh no" {
			t.Errorf("the broken job is %v: %q", got.Status, got.Reason)
		}
		if st.Tasks[1].Status != Succeeded {
			t.Errorf("the other is %v", st.Tasks[1].Status)
		}
	})
}

func TestWhatWaitsIsCancelledAndQueuedAgainEachTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		js := jobs("a", "b", "c")
		js[1].After, js[2].After = []string{"a"}, []string{"b", "a"}
		s := &script{codes: map[string][]int{"a": {1, 1, 0}}}
		st, mem := play(t, Options{Jobs: js, Hold: true}, s, func(r *Run) {
			for range 2 {
				time.Sleep(time.Second)
				r.Do(Restart{Tasks: []int{0}})
			}
			time.Sleep(time.Second)
			r.Do(Finish{})
		})
		if st.Count(Succeeded) != 3 {
			t.Errorf("%d succeeded at the third try, want 3", st.Count(Succeeded))
		}
		cancelled := 0
		for _, ev := range mem.evs {
			if e, ok := ev.(TaskEnded); ok && e.Status == Cancelled && e.Cause == 0 {
				cancelled++
			}
		}
		if cancelled != 4 {
			t.Errorf("b and c were cancelled because of a %d times, want 2 each", cancelled)
		}
	})
}

// Quadratic costs would make this last for minutes.
func TestThousandsThatWaitForThousandsAreCancelledAtOnce(t *testing.T) {
	const n = 20_000
	js := make([]Job, 2*n)
	for i := range n {
		js[i] = Job{Name: "a" + strconv.Itoa(i), Group: "a", Model: Processes, Line: "x"}
		js[n+i] = Job{Name: "b" + strconv.Itoa(i), Model: Processes, Line: "x", After: []string{"a"}}
	}
	r, err := New(Options{
		Jobs: js, Workers: 1, Recorder: &memory{dir: t.TempDir()},
		Launchers: map[Model]Launcher{Processes: hung{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	r.Do(Cancel{})
	st, err := r.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := st.Tasks[2*n-1]; st.Count(Cancelled) != 2*n || got.Reason != `waits for "a1", which was cancelled` {
		t.Errorf("%d of %d were cancelled, the last because it %s", st.Count(Cancelled), 2*n, got.Reason)
	}
}

func TestAnEarlierTrysSampleIsNotCountedForTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{takes: map[string]time.Duration{"a": time.Minute}}
		st, _ := play(t, Options{Jobs: jobs("a")}, s, func(r *Run) {
			time.Sleep(time.Second)
			r.Do(Restart{Tasks: []int{0}})
			time.Sleep(time.Second) // the second try runs
			for try, size := range map[int]int64{1: 5000, 2: 70} {
				r.Report(Sampled{Span: time.Second, Tasks: []TaskSample{{Task: 0, Try: try, Live: time.Second, LogSize: [2]int64{size, 0}}}})
			}
			time.Sleep(time.Second)
			r.Do(Cancel{})
		})
		if got := st.Tasks[0]; got.Try != 2 || got.LogSize[0] != 70 {
			t.Errorf("try %d has written %d bytes, want 70", got.Try, got.LogSize[0])
		}
	})
}

func TestTheGraceOfAPausedJobIsTimeItRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		js := jobs("a")
		js[0].Grace = 3 * time.Second
		s := &script{takes: map[string]time.Duration{"a": time.Hour}, stubborn: map[string]bool{"a": true}}
		st, _ := play(t, Options{Jobs: js}, s, func(r *Run) {
			time.Sleep(time.Second)
			r.Do(Pause{})
			time.Sleep(10 * time.Second)
			r.Do(Cancel{})
		})
		if got := st.Tasks[0].Wall(st.Now); got != 4*time.Second {
			t.Errorf("it ran %v, want 1s before the pause and 3s of grace", got)
		}
	})
}
