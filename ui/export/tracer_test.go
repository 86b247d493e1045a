package export

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"parallax/runner"
	"parallax/runner/journal"
)

// seen is an event as any reader of the format takes it.
type seen struct {
	Name, Cat, Ph, S, Cname string
	Ts, Dur                 float64
	Pid, Tid                int
	Args                    map[string]any
}

type track struct{ pid, tid int }

// span is a slice on a track, and how deep it lies in others.
type span struct {
	name     string
	from, to float64
	depth    int
	args     map[string]any
}

// viewed is a trace as a viewer shows it.
type viewed struct {
	process  map[int]string
	names    map[track]string
	order    map[track]float64
	slices   map[track][]span
	instants map[track][]string
	counters map[string][][2]float64 // time and value
}

// view reads a trace by the rules of the format: it fails the test where slices of a track do not nest, end
// before they begin, or stay open, and where a track has no name.
func view(t *testing.T, text string) viewed {
	t.Helper()
	var doc struct{ TraceEvents []seen }
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	v := viewed{
		map[int]string{}, map[track]string{}, map[track]float64{}, map[track][]span{}, map[track][]string{}, map[string][][2]float64{},
	}
	open := map[track][]span{}
	events := doc.TraceEvents
	slices.SortStableFunc(events, func(a, b seen) int { return int(a.Ts - b.Ts) })
	for _, e := range events {
		at := track{e.Pid, e.Tid}
		if e.Pid == 0 || e.Tid == 0 && !strings.HasPrefix(e.Name, "process_") {
			t.Fatalf("%+v is on no track", e) // 0 is the idle thread of the kernel for Perfetto
		}
		stack := open[at]
		for len(stack) > 0 && stack[len(stack)-1].to >= 0 && stack[len(stack)-1].to <= e.Ts { // complete slices end by themselves
			stack = stack[:len(stack)-1]
		}
		switch e.Ph {
		case "M":
			switch e.Name {
			case "process_name":
				v.process[e.Pid] = e.Args["name"].(string)
			case "thread_name":
				v.names[at] = e.Args["name"].(string)
			case "thread_sort_index":
				v.order[at] = e.Args["sort_index"].(float64)
			}
		case "B":
			stack = append(stack, span{e.Name, e.Ts, -1, len(stack), e.Args})
		case "E":
			if len(stack) == 0 || stack[len(stack)-1].to >= 0 {
				t.Fatalf("on %v something ends at %v that is not open", at, e.Ts)
			}
			last := stack[len(stack)-1]
			last.to = e.Ts
			if last.args == nil {
				last.args = map[string]any{}
			}
			for k, arg := range e.Args {
				last.args[k] = arg
			}
			v.slices[at] = append(v.slices[at], last)
			stack = stack[:len(stack)-1]
		case "X":
			if len(stack) > 0 && stack[len(stack)-1].to >= 0 && e.Ts+e.Dur > stack[len(stack)-1].to {
				t.Fatalf("on %v %q begins at %v within another and ends after it", at, e.Name, e.Ts)
			}
			stack = append(stack, span{e.Name, e.Ts, e.Ts + e.Dur, len(stack), e.Args})
			v.slices[at] = append(v.slices[at], stack[len(stack)-1])
		case "i":
			v.instants[at] = append(v.instants[at], e.Name)
		case "C":
			for unit, value := range e.Args {
				key := e.Name + " " + unit
				v.counters[key] = append(v.counters[key], [2]float64{e.Ts, value.(float64)})
			}
		default:
			t.Fatalf("event %q", e.Ph)
		}
		open[at] = stack
	}
	for at, stack := range open {
		if slices.ContainsFunc(stack, func(s span) bool { return s.to < 0 }) {
			t.Errorf("on %v %v is never ended", at, stack)
		}
	}
	for at := range v.slices {
		if v.names[at] == "" || v.process[at.pid] == "" {
			t.Errorf("track %v has no name", at)
		}
	}
	return v
}

func trace1(t *testing.T, r *journal.Reader) viewed {
	t.Helper()
	return view(t, written(t, func(w io.Writer) error { return WriteTrace(w, r) }))
}

// of is the track of that name in the process whose name begins so.
func (v viewed) of(t *testing.T, process, name string) track {
	t.Helper()
	for at, n := range v.names {
		if n == name && strings.HasPrefix(v.process[at.pid], process) {
			return at
		}
	}
	t.Fatalf("there is no track %q of the %s in %v", name, process, v.names)
	return track{}
}

// told is the slices of a track in the order of their ends.
func (v viewed) told(at track) string {
	var b strings.Builder
	for _, s := range v.slices[at] {
		fmt.Fprintf(&b, "%s%s %.0f-%.0f\n", strings.Repeat(" ", s.depth), s.name, s.from/1000, s.to/1000)
	}
	return strings.TrimSpace(b.String())
}

func TestEveryJobHasATrackWithWhatHappenedToIt(t *testing.T) {
	r := eventful(t)
	v := trace1(t, r)
	for i, c := range []struct{ slices, instants string }{
		{"queued 0-4\n paused 1200-1500\nrunning 4-3005", "pause resume"},
		{"queued 0-71\nrunning 71-1800", "advice: stalled"},
		{"queued 0-1810\nrunning 1810-1900\nqueued for a retry 1900-2000\nrunning, try 2 2000-2100\nqueued 4000-4000\nrunning, try 3 4000-5000", "retry restart stalled"},
		{"queued 0-2100\n paused 2300-2600\nrunning 2100-2600", "pause"},
		{"queued 0-2200", ""},
		{"", ""},
	} {
		at := v.of(t, "jobs", r.Info().Jobs[i].Name)
		if got := v.told(at); got != c.slices {
			t.Errorf("job %d:\n%s\nwant\n%s", i, got, c.slices)
		}
		if got := strings.Join(v.instants[at], " "); got != c.instants {
			t.Errorf("job %d has the moments %q, want %q", i, got, c.instants)
		}
		if v.order[at] != float64(i) {
			t.Errorf("job %d is at place %v", i, v.order[at])
		}
	}
	run := v.of(t, "run", "run")
	if got := v.told(run); !strings.HasPrefix(got, "paused as a whole 1300-1400\nnightly") {
		t.Errorf("the run:\n%s", got)
	}
	if got := v.instants[run]; !slices.Equal(got, []string{"advice: gil-bound"}) {
		t.Errorf("the run has the moments %q", got)
	}
	last := v.slices[v.of(t, "jobs", "again")]
	if args := last[3].args; args["signal"] != "SIGSEGV" || args["status"] != "failed" || args["try"] != 2.0 {
		t.Errorf("the second try has %v", args)
	}
	if args := last[5].args; args["status"] != "not over" {
		t.Errorf("the last try, which goes on, has %v", args)
	}
	if args := v.slices[v.of(t, "jobs", "primes")][2].args; args["exit"] != 0.0 || args["cpu_seconds"] != 2.0 || args["pid"] != 4711.0 {
		t.Errorf("the first job has %v", args)
	}
}

func TestCountersAreThoseOfTheSamples(t *testing.T) {
	v := trace1(t, eventful(t))
	for name, want := range map[string][][2]float64{
		"workers limit":                    {{0, 2}, {5e6, 1}},
		"parallelism cores":                {{0, 18.0 / 15}, {4e6, 3.0 / 15}},
		"host busy cores":                  {{0, 1.25}, {4e6, 1.25}},
		"memory of the run bytes":          {{1e6, 2 << 20}, {5e6, 1 << 20}},
		"GIL held, pid 4712 percent":       {{0, 98.1}, {4e6, 0}},
		"GIL waited for, pid 4712 threads": nil,
	} {
		got := v.counters[name]
		same := len(got) == len(want)
		for i := range want {
			same = same && math.Abs(got[i][0]-want[i][0]) < 1 && math.Abs(got[i][1]-want[i][1]) < 0.01*max(want[i][1], 1)
		}
		if !same {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

// TestCoresAreTheLanes adds up, for each core and holder, the lanes in the journal and the slices in the trace.
func TestCoresAreTheLanes(t *testing.T) {
	evs := begun(3)
	texts := [][]string{
		{"A10 a3 b2", "C1 .1 B1 .1 o11"}, {"b1 B13 b1", "o15"}, {"c5 .5 A5", ".15"}, {"a15", "b7 a8"}, {"C15", "a1 b1 c1 a1 o1 a10"},
	}
	for i, rows := range texts {
		drift := time.Duration(i%3) * 40 * ms // as clocks do: less than two cells
		sm := sample(time.Duration(i+1)*s, map[int]time.Duration{0: s, 1: s, 2: s}, rows)
		sm.Lanes.End = sm.When() + drift
		evs = append(evs, sm)
	}
	r := record(t, threeJobs(), evs...)
	v := trace1(t, r)
	cell := float64(s/15) / float64(time.Microsecond)
	for row, core := range []string{"core 0", "core 3"} {
		at := v.of(t, "cores", core)
		want, got := map[string]float64{}, map[string]float64{}
		for _, rows := range texts {
			for c, n := range cells(rows[row]) {
				if c.Task >= 0 {
					want[threeJobs()[c.Task].Name] += cell * float64(n) * float64(c.Ours) / 100
				}
				want["other programs"] += cell * float64(n) * float64(c.Load-c.Ours) / 100
			}
		}
		for _, slice := range v.slices[at] {
			got[slice.name] += slice.to - slice.from
		}
		for who := range want {
			if math.Abs(got[who]-want[who]) > cell || got[who] == 0 {
				t.Errorf("%s: %s had %.0f µs, want %.0f", core, who, got[who], want[who])
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: %v had it, want %v", core, got, want)
		}
	}
	if merged := v.slices[v.of(t, "cores", "core 0")][0]; merged.to-merged.from < 10*cell {
		t.Errorf("ten cells of one job became %+v and more", merged)
	}
}

func threeJobs() []runner.Job {
	return []runner.Job{{Name: "a", Line: "a"}, {Name: "b", Line: "b"}, {Name: "c", Line: "c"}}
}

// begun is the start of n jobs.
func begun(n int) []runner.Event {
	var evs []runner.Event
	for i := range n {
		evs = append(evs, runner.TaskQueued{Task: i, Try: 1})
	}
	for i := range n {
		evs = append(evs, begin(i, 1, 0, runner.Identity{PID: 100 + i})...)
	}
	return evs
}

func TestWhatOthersDoAfterTheEndIsNotInTheTrace(t *testing.T) {
	evs := begun(1)
	evs = append(
		evs,
		sample(s, map[int]time.Duration{0: s}, []string{"A10", "o10"}),
		end(0, 1, s, runner.Succeeded, "", runner.Exit{}),
		sample(2*s, nil, []string{"o10", "o10"}), // the screen is still open
		sample(3*s, nil, []string{"o10", "o10"}),
		runner.RunEnded{At: at(3 * s), Took: s},
	)
	v := trace1(t, record(t, threeJobs()[:1], evs...))
	for at, list := range v.slices {
		for _, slice := range list {
			if v.process[at.pid] != "" && strings.HasPrefix(v.process[at.pid], "cores") && slice.to > 1e6 {
				t.Errorf("%v has %+v", at, slice)
			}
		}
	}
	for _, name := range []string{"parallelism cores", "memory of the run bytes"} {
		if got := v.counters[name]; len(got) == 0 || got[len(got)-1][1] != 0 {
			t.Errorf("%s ends with %v", name, got)
		}
	}
}

func TestARunInWhichNothingHappenedIsATrace(t *testing.T) {
	r := record(t, threeJobs())
	if v := trace1(t, r); len(v.names) < 4 {
		t.Errorf("tracks %v", v.names)
	}
}

func TestSeveralRunsInATraceShareNoTrack(t *testing.T) {
	one, two := eventful(t), record(t, threeJobs(), begun(3)...)
	v := view(t, written(t, func(w io.Writer) error {
		trace := NewTracer(w)
		for _, r := range []*journal.Reader{one, two} {
			if err := trace.Run(r); err != nil {
				return err
			}
		}
		return trace.Close()
	}))
	if len(v.process) != 6 {
		t.Errorf("processes %v", v.process)
	}
	tids := map[int]bool{}
	for at := range v.names {
		if tids[at.tid] || v.process[at.tid] != "" {
			t.Errorf("two tracks have the number %d", at.tid)
		}
		tids[at.tid] = true
	}
}

// failing takes some bytes, and then no more.
type failing struct{ room int }

func (f *failing) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func TestAFullDiskIsTold(t *testing.T) {
	r := eventful(t)
	rec := load(t, r)
	for name, write := range map[string]func(io.Writer) error{
		"trace":   func(w io.Writer) error { return WriteTrace(w, r) },
		"jobs":    func(w io.Writer) error { return WriteJobs(w, rec, true) },
		"samples": func(w io.Writer) error { return WriteSamples(w, r, true) },
		"joblog":  func(w io.Writer) error { return WriteJoblog(w, r, true) },
		"json":    func(w io.Writer) error { return WriteJSON(w, r, rec) },
	} {
		if err := write(&failing{room: 100}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// measuring counts what is written, and looks now and then at how much memory is in use.
type measuring struct {
	size, next, peak uint64
}

func (m *measuring) Write(p []byte) (int, error) {
	if m.size += uint64(len(p)); m.size >= m.next {
		m.next = m.size + 1<<20
		m.peak = max(m.peak, inUse())
	}
	return len(p), nil
}

func inUse() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

func TestMemoryDoesNotGrowWithTheLengthOfARun(t *testing.T) {
	evs := begun(3)
	for sec := range 1200 {
		evs = append(evs, sample(time.Duration(sec+1)*s, map[int]time.Duration{0: s, 1: s, 2: s}, []string{"A3 B3 c5 o4", "a5 b5 c5"}))
	}
	r := record(t, threeJobs(), evs...)
	before := inUse()
	m := &measuring{}
	if err := WriteTrace(m, r); err != nil {
		t.Fatal(err)
	}
	const most = 2 << 20
	if grown := int64(m.peak) - int64(before); grown > most || m.size < most*3/2 {
		t.Errorf("%d bytes of trace took %d of memory, want %d at most", m.size, grown, most)
	}
}

func TestAnInterpreterThatJobsShareCountsOnceAndAnOpenPauseEnds(t *testing.T) {
	evs := begun(1)
	shared := runner.Identity{PID: 100, Host: runner.Host{ID: 1, Name: "python 3.13.0", Lock: 1}}
	for i := 1; i < 3; i++ {
		evs = append(evs, runner.TaskQueued{Task: i, Try: 1})
		evs = append(evs, begin(i, 1, 0, shared)...)
	}
	evs = append(
		evs,
		sample(s, map[int]time.Duration{0: s, 1: s, 2: s}, []string{"A10", "B10"}),
		runner.RunPaused{At: at(2 * s)},
		runner.TaskPaused{At: at(3 * s), Task: 1},
	)
	v := trace1(t, record(t, threeJobs(), evs...))
	if got := v.counters["memory of the run bytes"]; len(got) != 1 || got[0][1] != 2<<20 {
		t.Errorf("memory %v, want that of two processes", got)
	}
	if got := v.told(v.of(t, "run", "run")); !strings.HasPrefix(got, "paused as a whole 2000-3000\n") {
		t.Errorf("the run:\n%s", got)
	}
}
