package journal

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parallax/runner"
)

// stream draws what a live run could have emitted: samples ten times a second, and changes of state
// between them.
func stream(t *rapid.T, info Info) []runner.Event {
	const tick = 100 * time.Millisecond
	evs, figures := opening(info), newLive(2)
	figures.done[0], figures.done[3] = 0, 0.5
	var state runner.State
	for _, ev := range evs {
		mustApply(t, &state, ev)
	}
	emit := func(ev runner.Event) {
		mustApply(t, &state, ev)
		evs = append(evs, ev)
	}
	for n := range rapid.IntRange(0, 60).Draw(t, "ticks") {
		at := time.Duration(n+1) * tick
		for range rapid.IntRange(0, 2).Draw(t, "changes") {
			change(t, &state, runner.At(at-tick/2), emit)
		}
		figures.fine = rapid.IntRange(0, 3).Draw(t, "fine") > 0
		s := figures.sample(at, seen(t, &state))
		s.Stopping, s.Pausing = slices.Clone(state.Stopping), slices.Clone(state.Pausing)
		for _, ts := range s.Tasks {
			if rapid.IntRange(0, 3).Draw(t, "stalled") == 0 {
				s.Stalled = append(s.Stalled, ts.Task)
			}
		}
		s.Logs = grown(t, &state)
		s.Workers = state.Workers
		for pid := range rapid.IntRange(0, 2).Draw(t, "gils") {
			s.GILs = append(s.GILs, runner.GIL{
				PID: 70 + pid, Host: 1, Task: -1, Python: "3.13.0", Span: tick,
				Held: rapid.Float64Range(0, 1).Draw(t, "held"), Handoffs: rapid.Float64Range(0, 200).Draw(t, "handoffs"), Waiting: 1.5,
			})
		}
		emit(s)
	}
	if rapid.Bool().Draw(t, "closed") {
		emit(runner.RunEnded{At: runner.At(time.Minute), Reason: "enough"})
	}
	return evs
}

// seen is which tasks a sampler would tell of: the active ones and, since it runs beside the run,
// sometimes one that is over.
func seen(t *rapid.T, state *runner.State) []int {
	tasks := slices.Clone(state.Active)
	for i, task := range state.Tasks {
		if task.Status.Over() && rapid.IntRange(0, 9).Draw(t, "late") == 0 {
			tasks = append(tasks, i)
		}
	}
	slices.Sort(tasks)
	return tasks
}

func mustApply(t *rapid.T, state *runner.State, ev runner.Event) {
	if err := state.Apply(ev); err != nil {
		t.Fatal(err)
	}
}

// change emits one change of state that is possible now.
func change(t *rapid.T, state *runner.State, at runner.At, emit func(runner.Event)) {
	task := rapid.IntRange(0, len(state.Tasks)-1).Draw(t, "task")
	try := state.Tasks[task].Try
	what := rapid.IntRange(0, 6).Draw(t, "what")
	exit := runner.Exit{Code: 1, Lost: what > 3}
	if what%2 == 0 {
		exit.Usage = runner.Usage{Known: true, User: time.Second, MaxRSS: 1 << 20}
	}
	ended := func() {
		emit(runner.TaskEnded{
			At: at, Task: task, Try: try, Status: runner.Failed, Reason: "exit status 1", Cause: -1, LogSize: state.Tasks[task].LogSize,
			Exit: exit,
		})
	}
	switch s := state.Tasks[task].Status; {
	case what == 6 && state.Held:
		emit(runner.RunResumed{At: at})
	case what == 6:
		emit(runner.RunPaused{At: at})
	case what == 0:
		emit(runner.Advised{At: at, Task: task, Level: runner.Note, Code: "c", Text: "words"})
	case what == 1 && s.Active():
		emit(runner.Sampled{At: at, Workers: 1 + try, Stopping: []int{task}, Pausing: []int{task}, Logs: grown(t, state)})
	case s.Over():
		emit(runner.TaskQueued{At: at, Task: task, Try: try + 1})
	case s == runner.Queued && what == 2:
		ended()
	case s == runner.Queued:
		emit(runner.TaskStarted{At: at, Task: task, Try: try, Identity: runner.Identity{PID: 7, Log: "logs/0001.log", Host: genHost(t)}})
	case s == runner.Paused && what > 2:
		emit(runner.TaskResumed{At: at, Task: task})
	case s == runner.Running && what > 3:
		emit(runner.TaskPaused{At: at, Task: task, Where: "a.py:12"})
	default:
		ended()
	}
}

func TestTheFolderFoldsToWhatTheLiveRunWas(t *testing.T) {
	root := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		w, err := Create(root, Info{Name: "n", Jobs: jobs(5)})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		evs := stream(t, w.Info())
		var state runner.State
		for _, ev := range evs {
			mustApply(t, &state, ev)
		}
		for rest := evs; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "batch")
			if err := w.Record(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		rec, err := Load(w.Dir())
		if err != nil {
			t.Fatal(err)
		}
		if rec.LeftOut > 0 {
			t.Fatalf("left out: %v", rec.Warnings)
		}
		compare(t, rec.State, state, time.Duration(len(evs))*time.Microsecond)
		if ended := rec.Status == Ended; ended != state.Ended {
			t.Fatalf("the run is %s", rec.Status)
		}
	})
}

// compare fails if two states differ by more than slack in their times.
func compare(t *rapid.T, got, want runner.State, slack time.Duration) {
	near := func(what string, a, b time.Duration) {
		if (a - b).Abs() > slack {
			t.Fatalf("%s: got %v, want %v", what, a, b)
		}
	}
	exact := func(what string, a, b any) {
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("%s:\ngot  %+v\nwant %+v", what, a, b)
		}
	}
	split := func(what string, a, b runner.Split) {
		near(what+" span", a.Span, b.Span)
		near(what+" live", a.Live, b.Live)
		near(what+" on core", a.OnCore, b.OnCore)
		near(what+" waiting for a core", a.WaitCore, b.WaitCore)
		near(what+" waiting for the GIL", a.WaitGIL, b.WaitGIL)
	}
	exact("head", []any{got.ID, got.Name, got.Workers, got.Cores, got.Quota, got.Ended, got.Reason},
		[]any{want.ID, want.Name, want.Workers, want.Cores, want.Quota, want.Ended, want.Reason})
	lists := func(s runner.State) [][]int {
		return [][]int{append([]int{}, s.Active...), append([]int{}, s.Stopping...), append([]int{}, s.Pausing...), append([]int{}, s.Stalled...)}
	}
	exact("active, stopping, pausing and stalled", lists(got), lists(want))
	exact("hosts' logs", hostLogs(got), hostLogs(want))
	exact("ended tries", got.Walls.N, want.Walls.N)
	near("walls", got.Walls.Sum, want.Walls.Sum)
	exact("notices", got.Notices, want.Notices)
	exact("lanes", [2]any{got.Lanes.Rows, got.Lanes.Cell}, [2]any{want.Lanes.Rows, want.Lanes.Cell})
	sameLocks(t, got.Locks, want.Locks, slack)
	near("now", got.Now, want.Now)
	near("elapsed", got.Elapsed(0), want.Elapsed(0))
	split("run", got.Times.Total, want.Times.Total)
	for i := range want.Tasks {
		a, b := got.Tasks[i], want.Tasks[i]
		exact("task", []any{a.Status, a.Try, a.Identity, a.Where, a.Reason, a.Cause, a.LogSize, a.Progress, a.Exit, a.Ran(), a.Stats == nil},
			[]any{b.Status, b.Try, b.Identity, b.Where, b.Reason, b.Cause, b.LogSize, b.Progress, b.Exit, b.Ran(), b.Stats == nil})
		near("wall", a.Wall(got.Now), b.Wall(want.Now))
		if b.Stats != nil {
			split("task", a.Stats.Total, b.Stats.Total)
		}
	}
}

// sameLocks fails if what is known of GILs over the whole time differs by more than it is rounded to in
// each line.
func sameLocks(t *rapid.T, got, want []runner.Lock, slack time.Duration) {
	if len(got) != len(want) {
		t.Fatalf("%d GILs, want %d", len(got), len(want))
	}
	for i := range want {
		a, b := got[i].Mean, want[i].Mean
		if a.PID != b.PID || a.Python != b.Python || (a.Span-b.Span).Abs() > slack ||
			math.Abs(a.Held-b.Held) > 0.001 || math.Abs(a.Handoffs-b.Handoffs) > 0.1 || math.Abs(a.Waiting-b.Waiting) > 0.01 {
			t.Fatalf("the GIL was\n%+v, want\n%+v", a, b)
		}
	}
}

// grown are the logs of hosts that have grown since the state saw them.
func grown(t *rapid.T, state *runner.State) []runner.HostLog {
	logs, seen := genLogs(t), hostLogs(*state)
	for i := range logs {
		logs[i].Size = seen[logs[i].Log] + logs[i].Size%1000
	}
	return logs
}

// hostLogs is how much a state has seen of each host's log.
func hostLogs(s runner.State) map[string]int64 {
	sizes := map[string]int64{}
	for _, c := range s.Output {
		if c.Task < 0 {
			sizes[c.Log] = max(sizes[c.Log], c.To)
		}
	}
	return sizes
}

func TestSamplesAreMergedToASecond(t *testing.T) {
	w := create(t, t.TempDir(), Info{Jobs: jobs(2)})
	record(t, w, opening(w.Info())...)
	record(t, w, runner.TaskStarted{Task: 0, Try: 1}, runner.TaskStarted{Task: 1, Try: 1})
	figures := newLive(2)
	for n := 1; n <= 35; n++ {
		record(t, w, figures.sample(time.Duration(n)*100*time.Millisecond, []int{0, 1}))
	}
	count := func() int { return strings.Count(journalOf(t, w.Dir()), `"sampled"`) }
	if n := count(); n != 3 {
		t.Errorf("3.5 s of samples made %d lines, want 3", n)
	}
	record(t, w, runner.TaskPaused{At: runner.At(3510 * time.Millisecond), Task: 0})
	if n := count(); n != 4 {
		t.Errorf("a change of state left %d lines of samples before it, want 4", n)
	}
	record(t, w, runner.Sampled{At: runner.At(3520 * time.Millisecond), Stopping: []int{1}})
	if n := count(); n != 5 {
		t.Errorf("a sample without figures waits: %d lines, want 5", n)
	}
	lines := strings.Split(strings.TrimSpace(journalOf(t, w.Dir())), "\n")
	if last := lines[len(lines)-3]; !strings.Contains(last, `"t":3.500000,"workers":4,"span":0.500000,"merged":5`) {
		t.Errorf("half a second of samples became %s", last)
	}
}

func TestSamplesThatDoNotFitAreNotMerged(t *testing.T) {
	sample := func(at time.Duration, cores int) runner.Sampled { return newLive(cores).sample(at, []int{0}) }
	for _, c := range []struct {
		name string
		next runner.Sampled
		want int
	}{
		{"the next", sample(1200*time.Millisecond, 2), 0},
		{"after a gap", sample(5*time.Second, 2), 1},
		{"other cores", sample(1200*time.Millisecond, 3), 1},
	} {
		w := create(t, t.TempDir(), Info{Jobs: jobs(1)})
		record(t, w, sample(1100*time.Millisecond, 2), c.next)
		if n := strings.Count(journalOf(t, w.Dir()), "\n"); n != c.want {
			t.Errorf("%s: %d lines, want %d", c.name, n, c.want)
		}
	}
}

func TestADayStaysSmall(t *testing.T) {
	const seconds = 200
	w := create(t, t.TempDir(), Info{Jobs: jobs(16)})
	day(t, w, newLive(4), seconds)
	text := journalOf(t, w.Dir())
	if perSecond := len(text) / seconds; perSecond > 100_000_000/86_400 {
		t.Errorf("a second takes %d bytes, so a day takes over 100 MB:\n%s", perSecond, text[:strings.IndexByte(text, '\n')])
	} else {
		t.Logf("a second takes %d bytes, a day %d MB; %d lines in %d s", perSecond, perSecond*86400/1_000_000, strings.Count(text, "\n"), seconds)
	}
}

// Fine lanes are kept until they have taken what they may, and are coarse from then on: without a gap,
// and without making the rest of a journal larger or its samples rarer.
func TestFineLanesHaveALimit(t *testing.T) {
	fine, coarse := create(t, t.TempDir(), Info{Jobs: jobs(16)}), create(t, t.TempDir(), Info{Jobs: jobs(16)})
	evs := opening(fine.Info())
	for i := range 16 {
		evs = append(evs, runner.TaskStarted{Task: i, Try: 1})
	}
	figures := newLive(8)
	figures.fine = true
	var lost int
	seconds := 0
	record(t, fine, evs...)
	for n := 1; lost == 0 || n <= lost+600; n++ {
		s := figures.sample(time.Duration(n)*100*time.Millisecond, []int{0, 1, 2, 3})
		record(t, fine, s)
		s.Lanes = s.Lanes.Coarsen(runner.CoarseCell)
		record(t, coarse, s)
		if lost == 0 && fine.fine >= fineBytes {
			lost = n
		}
		seconds = n / 10
		if n > 20_000 {
			t.Fatalf("%d bytes of fine lanes after %d s", fine.fine, seconds)
		}
	}
	a, b := journalOf(t, fine.Dir()), journalOf(t, coarse.Dir())
	if more := len(a) - len(b); more > fineBytes+100_000 || more < fineBytes/2 {
		t.Errorf("fine lanes make the journal %d bytes larger in %d s", more, seconds)
	}
	if x, y := strings.Count(a, `"sampled"`), strings.Count(b, `"sampled"`); x < y {
		t.Errorf("%d lines of samples with fine lanes, %d without", x, y)
	}
	rec := load(t, fine.Dir())
	if rec.LeftOut > 0 {
		t.Fatalf("left out: %v", rec.Warnings)
	}
	h := rec.State.Lanes
	if end := time.Duration(seconds) * time.Second; h.End() < end-maxSpan || h.End() > end+time.Second || h.Cell != runner.CoarseCell {
		t.Errorf("lanes up to %v of %v in cells of %v", h.End(), end, h.Cell)
	}
	was, _ := h.Stretch(0, time.Duration(lost-20)*100*time.Millisecond)
	last, _ := h.Stretch(0, h.End()-time.Second)
	if was.Exact != 5*time.Millisecond || last.Exact != runner.CoarseCell {
		t.Errorf("lanes are known to %v before the limit and to %v after it", was.Exact, last.Exact)
	}
}

// day records so many seconds of 16 jobs on 4 cores, late in the day, when its times and sizes are
// long numbers.
func day(t testing.TB, w *Writer, figures *live, seconds int) {
	tasks := make([]int, 16)
	var evs []runner.Event
	for i := range tasks {
		tasks[i] = i
		figures.sizes[i] = 300_000_000
	}
	figures.done[3] = 0
	for n := range seconds * 10 {
		evs = append(evs, figures.sample(10_000*time.Second+time.Duration(n)*100*time.Millisecond, tasks))
	}
	record(t, w, evs...)
}

// BenchmarkFold is the cost of one second of a run with 16 jobs on 4 cores: read, decoded, applied.
// A day of 86 400 of them within 2 s allows 23 µs.
func BenchmarkFold(b *testing.B) {
	const seconds = 3600
	w := create(b, b.TempDir(), Info{Jobs: jobs(16)})
	evs := opening(w.Info())
	for i := range 16 {
		evs = append(evs, runner.TaskStarted{Task: i, Try: 1})
	}
	record(b, w, evs...)
	day(b, w, newLive(4), seconds)
	for b.Loop() {
		if rec := load(b, w.Dir()); rec.LeftOut > 0 {
			b.Fatal(rec.Warnings)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/seconds/1000, "µs/second")
}

// BenchmarkQueue100k is how long it takes to record that 100 000 tasks are queued.
func BenchmarkQueue100k(b *testing.B) {
	info := Info{Jobs: jobs(100_000)}
	evs := opening(info)
	w := create(b, b.TempDir(), info)
	for b.Loop() {
		record(b, w, evs...)
	}
}

// BenchmarkSample is what recording costs while nothing but samples arrive, ten a second.
func BenchmarkSample(b *testing.B) {
	w := create(b, b.TempDir(), Info{Jobs: jobs(16)})
	tasks := make([]int, 16)
	for i := range tasks {
		tasks[i] = i
	}
	s := newLive(4).sample(time.Second, tasks)
	for b.Loop() {
		s.At += runner.At(s.Span)
		record(b, w, s)
	}
}

func BenchmarkCreate100k(b *testing.B) {
	info := Info{Jobs: jobs(100_000)}
	root := b.TempDir()
	for b.Loop() {
		w, err := Create(root, info)
		if err != nil {
			b.Fatal(err)
		}
		w.Close()
	}
}
