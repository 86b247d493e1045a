package runner

import (
	"context"
	"slices"
	"sync"
	"time"
)

// household is a Launcher whose tasks share something, as threads share an interpreter: they are
// held some time after they were asked to, resist the first kill if they are stubborn, and end
// together when one of those is killed again.
type household struct {
	takes    map[string]time.Duration
	holdsIn  time.Duration // how long after a pause a task is held
	wontHold error
	stubborn map[string]bool
	says     string
	immortal bool // nothing ends those that are stubborn
	faulty   bool // whoever asks for a hold meets a panic
	slow     bool // who waits for a hold does not look whether that is still wanted
	wontGo   error

	mu    sync.Mutex
	live  map[int]*fellow
	calls []string // what was asked of all, in order
}

type fellow struct {
	of     *household
	spec   Spec
	asked  time.Time // when it was asked to hold
	killed int
	exit   chan Exit
	timer  *time.Timer
}

func (l *household) Check(Job) error { return nil }

func (l *household) Launch(_ context.Context, spec Spec) (Handle, error) {
	f := &fellow{of: l, spec: spec, exit: make(chan Exit, 1)}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.live == nil {
		l.live = map[int]*fellow{}
	}
	l.live[spec.Task] = f
	f.timer = time.AfterFunc(l.takes[spec.Job.Name], func() { f.end(Exit{}) })
	if l.says != "" {
		spec.Say(Warning, "chdir", l.says)
	}
	return f, nil
}

func (f *fellow) end(e Exit) {
	f.of.mu.Lock()
	defer f.of.mu.Unlock()
	f.over(e)
}

func (f *fellow) over(e Exit) {
	if f.of.live[f.spec.Task] == f {
		delete(f.of.live, f.spec.Task)
		f.timer.Stop()
		f.exit <- e
	}
}

func (f *fellow) Identity() Identity { return Identity{PID: 7, TID: 100 + f.spec.Task} }
func (f *fellow) Wait() Exit         { return <-f.exit }
func (f *fellow) Threads() []int     { return []int{100 + f.spec.Task, 200 + f.spec.Task} }

func (f *fellow) Pause() error {
	f.called("pause")
	f.of.mu.Lock()
	defer f.of.mu.Unlock()
	f.asked = time.Now()
	return nil
}

func (f *fellow) Resume() error {
	f.called("resume")
	return f.of.wontGo
}

func (f *fellow) called(what string) {
	f.of.mu.Lock()
	defer f.of.mu.Unlock()
	f.of.calls = append(f.of.calls, what+" "+f.spec.Job.Name)
}

func (f *fellow) Stack() (string, error) { return f.spec.Job.Name + ".py:3", nil }

func (f *fellow) Held(ctx context.Context) (string, error) {
	if f.of.faulty {
		panic("oh no")
	}
	f.of.mu.Lock()
	held := time.After(time.Until(f.asked.Add(f.of.holdsIn)))
	f.of.mu.Unlock()
	if f.of.slow {
		<-held
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		return "a.py:12", f.of.wontHold
	}
	select {
	case <-ctx.Done():
		return "", context.Cause(ctx)
	case <-held:
		return "a.py:12", f.of.wontHold
	}
}

func (f *fellow) Mates() (tasks []int, shared string) {
	f.of.mu.Lock()
	defer f.of.mu.Unlock()
	for i := range f.of.live {
		if i != f.spec.Task {
			tasks = append(tasks, i)
		}
	}
	slices.Sort(tasks)
	return tasks, "interpreter"
}

func (f *fellow) Stop(how Stop) error {
	f.called([...]string{"ask", "kill"}[how])
	f.of.mu.Lock()
	defer f.of.mu.Unlock()
	switch {
	case !f.of.stubborn[f.spec.Job.Name]:
		f.over(Exit{Code: -1, Signal: "SIGINT"})
	case f.of.immortal:
	case how == Kill && f.killed > 0:
		for _, mate := range f.of.live {
			mate.over(Exit{Code: -1, Reason: "lost with the interpreter", Lost: mate != f})
		}
	case how == Kill:
		f.killed++
	}
	return nil
}

// evict ends all that live.
func (l *household) evict() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range l.live {
		f.over(Exit{Code: -1})
	}
}

func (l *household) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.live)
}
