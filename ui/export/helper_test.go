package export

import (
	"bytes"
	"io"
	"testing"
	"time"

	"parallax/runner"
	"parallax/runner/journal"
)

const (
	ms = time.Millisecond
	s  = time.Second
)

func at(d time.Duration) runner.At { return runner.At(d) }

// record makes the folder of a run in which these events have happened after its start. The run is not closed
// before the test ends.
func record(t testing.TB, jobs []runner.Job, evs ...runner.Event) *journal.Reader {
	t.Helper()
	start := time.Date(2026, 11, 22, 9, 15, 3, 508_169_009, time.UTC)
	info := journal.Info{
		Name: "nightly", Start: start, Cwd: "/w", Jobs: jobs, Argv: []string{"parallax", "run"}, Version: "1.2.3",
		Host: journal.Host{Name: "machine", OS: "linux/amd64", Cores: []int{0, 3}, Quota: 1.5}, Settings: journal.Settings{Workers: 2},
	}
	w, err := journal.Create(t.TempDir(), info)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	info = w.Info()
	began := runner.RunStarted{ID: info.ID, Name: info.Name, Time: start, Jobs: info.Jobs, Workers: 2, Cores: []int{0, 3}, Quota: 1.5}
	if err := w.Record(append([]runner.Event{began}, evs...)); err != nil {
		t.Fatal(err)
	}
	r, err := journal.Open(w.Dir())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func load(t testing.TB, r *journal.Reader) *journal.Recording {
	t.Helper()
	rec, err := r.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range rec.Warnings {
		t.Errorf("the test's own run is damaged: %v", w)
	}
	return &rec
}

func written(t testing.TB, write func(io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func begin(task, try int, d time.Duration, id runner.Identity) []runner.Event {
	return []runner.Event{runner.TaskStarted{At: at(d), Task: task, Try: try, Identity: id}}
}

func end(task, try int, d time.Duration, status runner.Status, reason string, exit runner.Exit) runner.Event {
	return runner.TaskEnded{At: at(d), Task: task, Try: try, Status: status, Reason: reason, Exit: exit, Cause: -1, LogSize: [2]int64{int64(10 * (task + 1)), 0}}
}

func used(user, system time.Duration, rss int64) runner.Usage {
	return runner.Usage{Known: true, User: user, System: system, MaxRSS: rss, Voluntary: 12, Involuntary: 310}
}

// eventful is a run in which a job is everything that a job can be.
func eventful(t testing.TB) *journal.Reader {
	jobs := []runner.Job{
		{Name: "primes", Model: runner.Processes, Line: "echo a\necho \"b\"\tc"},
		{Name: "=2+3, \"q\" \x1b", Model: runner.Threads, Script: "a.py", Args: []string{"1"}},
		{Name: "again", Model: runner.Processes, Argv: []string{"false", "x"}},
		{Name: "slow", Model: runner.Processes, Line: "sleep 9"},
		{Name: "never", Model: runner.Processes, Line: "true"},
		{Name: "unborn", Model: runner.Processes, Line: "true"},
	}
	python := runner.Host{ID: 1, Name: "python 3.13.0", Lock: 1}
	evs := []runner.Event{}
	for i := range 5 {
		evs = append(evs, runner.TaskQueued{At: at(time.Duration(i) * 10 * time.Microsecond), Task: i, Try: 1})
	}
	evs = append(evs, begin(0, 1, 4100*time.Microsecond, runner.Identity{PID: 4711, Tree: true, Label: "pid 4711", Log: "logs/0000.log"})...)
	evs = append(evs, begin(1, 1, 71*ms, runner.Identity{PID: 4712, TID: 4715, Host: python, Log: "logs/0001.log"})...)
	evs = append(evs, sample(s, map[int]time.Duration{0: 600 * ms, 1: 250 * ms}, []string{"A10 B5", "A3 o7 .5"}, runner.GIL{
		PID: 4712, Host: 1, Task: -1, Python: "3.13.0", Span: s, Held: 0.981, Handoffs: 180, Waiting: -1,
	}))
	evs = append(
		evs,
		runner.TaskPaused{At: at(1200 * ms), Task: 0, Where: "/w/a.py:12"},
		runner.RunPaused{At: at(1300 * ms)},
		runner.RunResumed{At: at(1400 * ms)},
		runner.TaskResumed{At: at(1500 * ms), Task: 0},
		runner.Advised{At: at(1600 * ms), Task: -1, Level: runner.Note, Code: "gil-bound", Text: "GIL-bound: 3 threads share 1 core"},
		runner.Advised{At: at(1700 * ms), Task: 1, Level: runner.Warning, Code: runner.CodeStalled, Text: "no sign of life"},
		end(1, 1, 1800*ms, runner.Cancelled, "cancelled", runner.Exit{Code: 137}),
	)
	evs = append(evs, begin(2, 1, 1810*ms, runner.Identity{PID: 4720})...)
	evs = append(
		evs,
		end(2, 1, 1900*ms, runner.Failed, "exit status 2", runner.Exit{Code: 2, Usage: used(50*ms, 4*ms, 11567104)}),
		runner.TaskQueued{At: at(1900 * ms), Task: 2, Try: 2, NotBefore: 2 * s},
	)
	evs = append(evs, begin(2, 2, 2*s, runner.Identity{PID: 4721})...)
	evs = append(evs, end(2, 2, 2100*ms, runner.Failed, "ended by SIGSEGV", runner.Exit{Code: -1, Signal: "SIGSEGV"}))
	evs = append(evs, begin(3, 1, 2100*ms, runner.Identity{PID: 4730})...)
	evs = append(
		evs,
		end(4, 1, 2200*ms, runner.Cancelled, "cancelled", runner.Exit{Code: -1}),
		runner.TaskPaused{At: at(2300 * ms), Task: 3},
		end(3, 1, 2600*ms, runner.Failed, "timed out after 0.2 s", runner.Exit{Code: -1, Signal: "SIGTERM"}),
		end(0, 1, 3004*ms+999*time.Microsecond, runner.Succeeded, "", runner.Exit{Usage: used(1900*ms, 100*ms, 9000000)}),
		runner.TaskQueued{At: at(4 * s), Task: 2, Try: 3},
	)
	evs = append(evs, begin(2, 3, 4*s, runner.Identity{PID: 4740, Log: "logs/0002.3.log"})...)
	stalled := sample(5*s, map[int]time.Duration{2: 0}, []string{".10", ".8 A2"})
	stalled.Stalled, stalled.Workers = []int{2}, 1
	return record(t, jobs, append(evs, stalled)...)
}

// sample is what was measured in the second that ends at a time. Lanes are cells of a fifteenth of a second: A
// to C are tasks that had all of it, a task 40 % in lower case beside 20 % of others, o is others at 30 %.
func sample(d time.Duration, on map[int]time.Duration, rows []string, gils ...runner.GIL) runner.Sampled {
	out := runner.Sampled{
		At: at(d), Span: s, GILs: gils,
		Host:  runner.HostSample{Busy: []float64{0.75, 0.5}, Steal: -1, MemUsed: 1 << 30, MemTotal: 1 << 34, Throttle: -1},
		Lanes: runner.Lanes{Cores: []int{0, 3}, Tier: "sampled 50 Hz"},
	}
	for task := range 8 {
		if used, ok := on[task]; ok {
			out.Tasks = append(out.Tasks, runner.TaskSample{
				Task: task, Live: s, OnCore: used, WaitCore: -1, WaitGIL: 5 * ms, Core: 3, Processes: 1, Threads: 2, RSS: 4096 << 10, PSS: 1024 << 10,
			})
		}
	}
	for _, text := range rows {
		var row []runner.Cell
		for cell, n := range cells(text) {
			for range n {
				row = append(row, cell)
			}
		}
		out.Lanes.Rows = append(out.Lanes.Rows, row)
		out.Lanes.Cell = s / time.Duration(len(row))
	}
	return out
}

// cells reads runs of cells, such as "A10 o7 .5".
func cells(text string) func(yield func(runner.Cell, int) bool) {
	return func(yield func(runner.Cell, int) bool) {
		for _, word := range bytes.Fields([]byte(text)) {
			n := 0
			for _, digit := range word[1:] {
				n = 10*n + int(digit-'0')
			}
			c := runner.Cell{Task: runner.Idle}
			switch who := word[0]; {
			case who == 'o':
				c = runner.Cell{Task: runner.Foreign, Load: 30}
			case who >= 'A' && who <= 'C':
				c = runner.Cell{Task: int32(who - 'A'), Ours: 100, Load: 100}
			case who >= 'a' && who <= 'c':
				c = runner.Cell{Task: int32(who - 'a'), Ours: 40, Load: 60}
			}
			if !yield(c, n) {
				return
			}
		}
	}
}
