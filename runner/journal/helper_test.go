package journal

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parallax/runner"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func jobs(n int) []runner.Job {
	out := make([]runner.Job, n)
	for i := range out {
		out[i] = runner.Job{Name: "job " + strconv.Itoa(i), Model: runner.Processes, Line: "true"}
	}
	return out
}

// create makes a run's folder that is closed when the test ends.
func create(t testing.TB, root string, info Info) *Writer {
	t.Helper()
	w, err := Create(root, info)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

// record writes events and fails the test if they are not kept.
func record(t testing.TB, w *Writer, evs ...runner.Event) {
	t.Helper()
	if err := w.Record(evs); err != nil {
		t.Fatal(err)
	}
}

func load(t testing.TB, dir string) Recording {
	t.Helper()
	rec, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// opening is how every run begins.
func opening(info Info) []runner.Event {
	evs := []runner.Event{runner.RunStarted{
		ID: info.ID, Name: info.Name, Time: info.Start, Jobs: info.Jobs, Workers: 4, Cores: []int{0, 1, 2, 3}, Quota: 4,
	}}
	for i := range info.Jobs {
		evs = append(evs, runner.TaskQueued{Task: i, Try: 1})
	}
	return evs
}

// live makes up the figures of a run with busy tasks: every one different, as on a busy machine.
type live struct {
	rng   *rand.Rand
	cores int
	sizes map[int]int64
	done  map[int]float64 // the progress of those tasks that tell it
	fine  bool            // lanes have cells of 5 ms, in each of which another task may have the core
}

func newLive(cores int) *live {
	return &live{rng: rand.New(rand.NewPCG(1, 2)), cores: cores, sizes: map[int]int64{}, done: map[int]float64{}}
}

// sample is what the sampler reports every tenth of a second.
func (l *live) sample(at time.Duration, tasks []int) runner.Sampled {
	const span = 100 * time.Millisecond
	s := runner.Sampled{At: runner.At(at), Span: span, Workers: 4, Host: runner.HostSample{
		Steal: l.rng.Float64() / 100, MemUsed: 5e9 + l.rng.Int64N(5e9), MemTotal: 33_554_432_000, Load: [3]float64{16.21, 15.37, 12.04},
	}}
	s.Lanes = runner.Lanes{Cell: span, Tier: "sampled 50 Hz"}
	if l.fine {
		s.Lanes.Cell, s.Lanes.Tier = span/20, "exact"
	}
	for core := range l.cores {
		s.Host.Busy = append(s.Host.Busy, l.rng.Float64())
		s.Lanes.Cores = append(s.Lanes.Cores, core)
		var row []runner.Cell
		for range span / s.Lanes.Cell {
			row = append(row, l.cell(tasks))
		}
		s.Lanes.Rows = append(s.Lanes.Rows, row)
	}
	for _, task := range tasks {
		l.sizes[task] += l.rng.Int64N(1 << 14)
		on := time.Duration(l.rng.Int64N(int64(span) / 2))
		rss := (60_000 + l.rng.Int64N(900_000)) << 10
		s.Tasks = append(s.Tasks, runner.TaskSample{
			Task: task, Live: span, OnCore: on, WaitCore: span - on - time.Duration(l.rng.Int64N(1e6)), WaitGIL: -1,
			Core: l.rng.IntN(l.cores), Processes: 1, Threads: 1 + l.rng.IntN(20), RSS: rss, PSS: rss - l.rng.Int64N(1<<14)<<10,
			LogSize: [2]int64{l.sizes[task], 0}, Progress: l.progress(task),
		})
	}
	return s
}

func (l *live) cell(tasks []int) runner.Cell {
	if len(tasks) == 0 {
		return runner.Cell{Task: runner.Idle}
	}
	return runner.Cell{Task: int32(tasks[l.rng.IntN(len(tasks))]), Load: 100, Ours: uint8(min(100, 80+l.rng.IntN(40)))}
}

// progress is how far a task says it is: it says so in half of the samples, and grows by up to a
// hundredth.
func (l *live) progress(task int) runner.Progress {
	done, tells := l.done[task]
	if !tells || l.rng.IntN(2) == 0 {
		return 0
	}
	l.done[task] = done + l.rng.Float64()/100
	return runner.ProgressOf(l.done[task])
}

// journalOf returns a journal's text.
func journalOf(t testing.TB, dir string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, eventsFile))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func setJournal(t testing.TB, dir, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, eventsFile), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// equalJSON compares two infos by what they hold, lists without elements being the same as none.
func equalJSON(a, b Info) bool {
	var x, y bytes.Buffer
	return a.encode(&x) == nil && b.encode(&y) == nil && bytes.Equal(x.Bytes(), y.Bytes())
}
