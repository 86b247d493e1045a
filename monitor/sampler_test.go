package monitor

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"parallax/monitor/cgroup"
	"parallax/runner"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// feed is a stream of events that a test writes.
type feed struct {
	mu    sync.Mutex
	evs   []runner.Event
	all   []runner.Event
	ready chan struct{}
}

func newFeed() *feed { return &feed{ready: make(chan struct{}, 1)} }

func (f *feed) Ready() <-chan struct{} { return f.ready }

func (f *feed) Take() []runner.Event {
	f.mu.Lock()
	defer f.mu.Unlock()
	evs := f.evs
	f.evs = nil
	return evs
}

func (f *feed) put(evs ...runner.Event) {
	f.mu.Lock()
	f.evs = append(f.evs, evs...)
	f.all = append(f.all, evs...)
	f.mu.Unlock()
	select {
	case f.ready <- struct{}{}:
	default:
	}
}

// fakeReader has tasks that are on core 0 all the time, or never.
type fakeReader struct {
	mu      sync.Mutex
	busy    map[int]bool
	used    map[int]time.Duration
	last    time.Duration
	when    time.Duration
	reads   int
	watched []int
	tids    map[int][]int
	closed  bool
	threads map[int][][]int // what was said of each task
}

func newFakeReader() *fakeReader {
	return &fakeReader{busy: map[int]bool{}, used: map[int]time.Duration{}, threads: map[int][][]int{}}
}

func (f *fakeReader) tier(int) string           { return "fake" }
func (f *fakeReader) fast() bool                { return true }
func (f *fakeReader) notices() []runner.Advised { return nil }
func (f *fakeReader) close()                    { f.closed = true }

func (f *fakeReader) set(task int, busy bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.busy[task] = busy
}

func (f *fakeReader) readings() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.reads
}

func (f *fakeReader) watch(task int, _ runner.Identity, _ time.Duration) {
	f.watched = append(f.watched, task)
}

// have sets which threads a task is seen to have.
func (f *fakeReader) have(task int, tids ...int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tids = map[int][]int{task: tids}
}

func (f *fakeReader) threadsOf(task int, _ []int) []int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.tids[task]
}

func (f *fakeReader) belong(task int, tids []int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.threads[task] = append(f.threads[task], tids)
}

func (f *fakeReader) forget(task int) {
	f.watched = slices.DeleteFunc(f.watched, func(i int) bool { return i == task })
}

func (f *fakeReader) read(now time.Duration, _ manner, lanes func(slice)) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reads++
	for _, i := range f.watched {
		if f.busy[i] {
			f.used[i] += now - f.last
			f.when = now
			lanes(slice{task: i, core: 0, from: f.last, to: now, on: now - f.last})
		}
	}
	f.last = now
	return f.when
}

func (f *fakeReader) figures(task int) figures {
	return figures{used: tally{f.used[task], 0}, timed: true, core: 0, processes: 1, threads: 1, rss: 10, pss: -1}
}

type fakeHost struct{}

func (fakeHost) cores() []coreTimes            { return nil }
func (fakeHost) throttling() cgroup.Throttling { return cgroup.Throttling{} }
func (fakeHost) room() cgroup.Room             { return cgroup.Room{} }
func (fakeHost) close()                        {}

// stage is a sampler in a bubble, with what it reports.
type stage struct {
	feed    *feed
	reader  *fakeReader
	mu      sync.Mutex
	reports []runner.Sampled
	advice  []runner.Advised
	err     chan error
	stop    context.CancelFunc
}

func newStage() *stage { return newStageWith(Options{}) }

// newStageWith is newStage of a sampler that is changed before it runs.
func newStageWith(opts Options, changes ...func(*Sampler)) *stage {
	g := &stage{feed: newFeed(), reader: newFakeReader(), err: make(chan error, 1)}
	opts.Feed = g.feed
	opts.Report = func(r runner.Sampled) {
		g.mu.Lock()
		g.reports = append(g.reports, r)
		g.mu.Unlock()
		g.feed.put(r)
	}
	opts.Advise = func(a runner.Advised) {
		g.mu.Lock()
		g.advice = append(g.advice, a)
		g.mu.Unlock()
		g.feed.put(a)
	}
	s := New(opts)
	s.reader, s.source = g.reader, fakeHost{}
	for _, change := range changes {
		change(s)
	}
	ctx, stop := context.WithCancel(context.Background())
	g.stop = stop
	go func() { g.err <- s.Run(ctx) }()
	return g
}

func started(jobs int) []runner.Event {
	evs := []runner.Event{runner.RunStarted{Time: time.Now(), Jobs: make([]runner.Job, jobs), Workers: 4, Cores: []int{0, 1}, Quota: 2}}
	for i := range jobs {
		evs = append(evs, runner.TaskQueued{Task: i, Try: 1})
	}
	return evs
}

// pass lets bubble time go by and returns the reports made in it.
func (g *stage) pass(d time.Duration) []runner.Sampled {
	<-time.After(d) // the bubble's clock, no real time
	synctest.Wait()
	g.mu.Lock()
	defer g.mu.Unlock()
	reports := g.reports
	g.reports = nil
	return reports
}

func TestSamplerPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newStage()
		g.feed.put(started(2)...)
		if n := len(g.pass(3 * time.Second)); n < 2 || n > 4 {
			t.Errorf("%d reports in 3 s without a task", n)
		}
		g.reader.set(0, true)
		g.feed.put(runner.TaskStarted{At: runner.At(3 * time.Second), Task: 0, Try: 1})
		g.pass(500 * time.Millisecond)
		before := g.reader.readings()
		got := g.pass(2 * time.Second)
		if n := len(got); n < 19 || n > 21 {
			t.Errorf("%d reports in 2 s with a busy task", n)
		}
		if n := g.reader.readings() - before; n < 98 || n > 102 {
			t.Errorf("%d readings in 2 s", n)
		}
		last := got[len(got)-1]
		if len(last.Tasks) != 1 || last.Tasks[0].OnCore != last.Span || last.Tasks[0].Live != last.Span {
			t.Errorf("last report: %+v", last)
		}
		if c := last.Lanes.Rows[0]; len(c) != 1 || c[0] != (runner.Cell{Task: 0, Ours: 100, Load: 100}) {
			t.Errorf("lanes: %v", last.Lanes)
		}
		g.reader.set(0, false)
		g.pass(2 * time.Second)
		before = g.reader.readings()
		g.pass(2 * time.Second)
		if n := g.reader.readings() - before; n < 19 || n > 21 {
			t.Errorf("%d readings in 2 s with an idle task", n)
		}
		g.pass(2 * time.Second)
		before = g.reader.readings()
		got = g.pass(4 * time.Second)
		if n := len(got); n < 7 || n > 9 {
			t.Errorf("%d reports in 4 s with a task that is long idle", n)
		}
		if n := g.reader.readings() - before; n < 15 || n > 17 {
			t.Errorf("%d readings in 4 s", n)
		}
		if n := len(got[1].Lanes.Rows[0]); n != 5 {
			t.Errorf("%d cells in half a second", n)
		}
		g.feed.put(runner.RunEnded{})
		if err := <-g.err; err != nil || !g.reader.closed {
			t.Errorf("ended with %v, closed %v", err, g.reader.closed)
		}
		g.stop()
	})
}

// All time must be told once: live and on-core time of all reports add up, whatever the pace, to
// what they were up to the last report; a State corrects the rest from what the system accounted.
func TestSamplerTellsAllTimeOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newStage()
		defer g.stop()
		g.feed.put(started(3)...)
		g.feed.put(runner.TaskStarted{Task: 0, Try: 1})
		g.reader.set(0, true)
		var all []runner.Sampled
		all = append(all, g.pass(1030*time.Millisecond)...)
		g.feed.put(runner.TaskPaused{At: runner.At(1030 * time.Millisecond)})
		g.reader.set(0, false)
		all = append(all, g.pass(5*time.Second)...)
		g.feed.put(runner.TaskResumed{At: runner.At(6030 * time.Millisecond)})
		all = append(all, g.pass(2*time.Second)...)
		usage := runner.Usage{Known: true, User: 3010 * time.Millisecond}
		g.feed.put(
			runner.TaskEnded{At: runner.At(8030 * time.Millisecond), Task: 0, Try: 1, Status: runner.Succeeded, Cause: -1, Exit: runner.Exit{Usage: usage}},
			// and one that nobody could see
			runner.TaskStarted{At: runner.At(8031 * time.Millisecond), Task: 1, Try: 1},
			runner.TaskEnded{At: runner.At(8041 * time.Millisecond), Task: 1, Try: 1, Status: runner.Succeeded, Cause: -1, Exit: runner.Exit{Usage: runner.Usage{Known: true, User: 4 * time.Millisecond}}},
		)
		all = append(all, g.pass(2*time.Second)...)
		var state runner.State
		for _, ev := range g.feed.all {
			if err := state.Apply(ev); err != nil {
				t.Fatal(err)
			}
		}
		if got := state.Tasks[0].Stats.Total; got.OnCore != 3010*time.Millisecond || got.Live != 3030*time.Millisecond {
			t.Errorf("the state has %+v of task 0", got)
		}
		if got := state.Times.Total.OnCore; got != 3014*time.Millisecond {
			t.Errorf("the state has %v on a core for the run", got)
		}
		live, on := map[int]time.Duration{}, map[int]time.Duration{}
		var span time.Duration
		cells := 0
		for _, r := range all {
			span += r.Span
			cells += len(r.Lanes.Rows[0])
			for _, ts := range r.Tasks {
				live[ts.Task] += ts.Live
				on[ts.Task] += ts.OnCore
			}
		}
		// It was on a core until its pause, last read at 1.02 s; the last report came 30 ms before its end.
		if live[0] != 3*time.Second || on[0] != 1020*time.Millisecond {
			t.Errorf("task 0: live %v, on a core %v", live[0], on[0])
		}
		if _, told := live[1]; told {
			t.Error("a task is told of after its end")
		}
		last := all[len(all)-1]
		if span != last.When() || cells != int(last.When()/cellLength) {
			t.Errorf("spans add up to %v and cells to %d at %v", span, cells, last.When())
		}
		if len(last.Tasks) != 0 || len(g.reader.watched) != 0 {
			t.Errorf("tasks that ended are still told of: %+v", last.Tasks)
		}
	})
}

func TestSamplesSayOfWhichTryTheyAre(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newStage()
		defer g.stop()
		g.feed.put(started(1)...)
		for try := 1; try <= 2; try++ {
			at := runner.At(time.Duration(try) * time.Second)
			g.feed.put(runner.TaskStarted{At: at, Task: 0, Try: try})
			got := g.pass(time.Second)
			if last := got[len(got)-1]; len(last.Tasks) != 1 || last.Tasks[0].Try != try {
				t.Errorf("in try %d it tells %+v", try, last.Tasks)
			}
			g.feed.put(runner.TaskEnded{At: at, Task: 0, Try: try, Status: runner.Failed, Cause: -1}, runner.TaskQueued{At: at, Task: 0, Try: try + 1})
		}
	})
}

func TestSamplerAdvises(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newStage()
		defer g.stop()
		g.feed.put(started(1)...)
		g.feed.put(runner.TaskStarted{Task: 0, Try: 1})
		g.reader.set(0, true)
		g.pass(5 * time.Second)
		if len(g.advice) != 1 || g.advice[0].Code != "few-jobs" {
			t.Errorf("advice: %+v", g.advice)
		}
	})
}

func TestSamplerAsksForThreadsOfWhatIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := map[int]int{}
		g := newStageWith(Options{Threads: func(task int) []int {
			asked[task]++
			return []int{100 + task, 200 + task}
		}})
		defer g.stop()
		g.feed.put(started(3)...)
		shared := runner.Identity{PID: 9, TID: 100, Host: runner.Host{ID: 1}}
		g.feed.put(
			runner.TaskStarted{Task: 0, Try: 1, Identity: shared},
			runner.TaskStarted{Task: 1, Try: 1, Identity: runner.Identity{PID: 9, TID: 101}},                 // a goroutine
			runner.TaskStarted{Task: 2, Try: 1, Identity: runner.Identity{PID: 9, Host: runner.Host{ID: 2}}}, // a process
		)
		g.reader.set(0, true)
		g.pass(2 * time.Second)
		g.feed.put(runner.TaskEnded{At: runner.At(2 * time.Second), Task: 0, Try: 1, Status: runner.Succeeded, Cause: -1})
		g.pass(time.Second)
		if n := asked[0]; n < 15 || n > 25 || asked[1]+asked[2] > 0 {
			t.Errorf("asked %v times in 2 s", asked)
		}
		if got := g.reader.threads[0]; len(got) != asked[0] || !slices.Equal(got[0], []int{100, 200}) {
			t.Errorf("the reader was told %v", got)
		}
	})
}

func TestSamplerTellsOfHostsLogs(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.WriteString(text); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		g := newStageWith(Options{Dir: dir})
		defer g.stop()
		logs := func(d time.Duration) (all []runner.HostLog) {
			for _, r := range g.pass(d) {
				all = append(all, r.Logs...)
			}
			return all
		}
		in := func(log string) runner.Identity {
			return runner.Identity{PID: 9, TID: 10, Host: runner.Host{ID: 1, Log: log}}
		}
		g.feed.put(started(3)...)
		g.feed.put(
			runner.TaskStarted{Task: 0, Try: 1, Identity: in("one")},
			runner.TaskStarted{Task: 1, Try: 1, Identity: in("one")},
			runner.TaskStarted{Task: 2, Try: 1, Identity: in("none")},
		)
		if got := logs(2 * time.Second); len(got) != 0 {
			t.Errorf("before anything was printed: %v", got)
		}
		write("one", "hello")
		if got := logs(2 * time.Second); !slices.Equal(got, []runner.HostLog{{Log: "one", Size: 5}}) {
			t.Errorf("after a line: %v", got)
		}
		for i := range 3 {
			g.feed.put(runner.TaskEnded{At: runner.At(4 * time.Second), Task: i, Try: 1, Status: runner.Failed, Cause: -1})
		}
		write("one", " and bye")
		if got := logs(3 * time.Second); !slices.Equal(got, []runner.HostLog{{Log: "one", Size: 13}}) {
			t.Errorf("after the last task: %v", got)
		}
	})
}

func TestSamplerStopsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newStage()
		g.feed.put(started(1)...)
		g.pass(100 * time.Millisecond)
		began := time.Now()
		g.stop()
		if err := <-g.err; err != nil || time.Since(began) > 0 || !g.reader.closed {
			t.Errorf("ended with %v after %v, closed %v", err, time.Since(began), g.reader.closed)
		}
	})
}

func TestSamplerNeedsItsOptions(t *testing.T) {
	if err := New(Options{}).Run(context.Background()); err == nil {
		t.Error("it runs without a feed")
	}
}
