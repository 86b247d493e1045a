package journal

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parallax/runner"
)

// rounded is an event as it comes back: with the precision of the format, which docs/events.md
// promises.
func rounded(ev runner.Event) runner.Event {
	us := func(d time.Duration) time.Duration {
		if d < 0 {
			return -1
		}
		return d.Round(time.Microsecond)
	}
	at := func(a runner.At) runner.At { return runner.At(us(time.Duration(a))) }
	switch e := ev.(type) {
	case runner.RunStarted:
		e.At = at(e.At)
		return e
	case runner.TaskQueued:
		e.At, e.NotBefore = at(e.At), us(e.NotBefore)
		return e
	case runner.TaskStarted:
		e.At, e.Late = at(e.At), us(e.Late)
		return e
	case runner.TaskPaused:
		e.At = at(e.At)
		return e
	case runner.TaskResumed:
		e.At = at(e.At)
		return e
	case runner.TaskEnded:
		e.At = at(e.At)
		return e
	case runner.Advised:
		e.At = at(e.At)
		return e
	case runner.RunPaused:
		e.At = at(e.At)
		return e
	case runner.RunResumed:
		e.At = at(e.At)
		return e
	case runner.RunEnded:
		e.At = at(e.At)
		return e
	case runner.Sampled:
		e.At = at(e.At)
		return roundedSample(e, us)
	}
	return ev
}

func roundedSample(e runner.Sampled, us func(time.Duration) time.Duration) runner.Sampled {
	places := func(v, unit float64) float64 { return math.Round(v*unit) / unit }
	kib := func(v int64) int64 {
		if v < 0 {
			return -1
		}
		return (v + 512) >> 10 << 10
	}
	if e.Span > 0 {
		e.Span = max(us(e.Span), time.Microsecond)
	}
	for i, v := range e.Host.Busy {
		e.Host.Busy[i] = places(v, 1000)
	}
	for i, v := range e.Host.Load {
		e.Host.Load[i] = places(v, 100)
	}
	e.Host.Steal, e.Host.Throttle = places(e.Host.Steal, 10000), places(e.Host.Throttle, 10000)
	for i := range e.Tasks {
		ts := &e.Tasks[i]
		ts.Live, ts.OnCore, ts.WaitCore, ts.WaitGIL = us(ts.Live), us(ts.OnCore), us(ts.WaitCore), us(ts.WaitGIL)
		ts.RSS, ts.PSS = kib(ts.RSS), kib(ts.PSS)
	}
	e.Lanes.End = us(e.Lanes.End)
	for i := range e.GILs {
		g := &e.GILs[i]
		g.Span, g.Held, g.Handoffs, g.Waiting = us(g.Span), places(g.Held, 1000), max(places(g.Handoffs, 10), -1), max(places(g.Waiting, 100), -1)
	}
	for i, d := range e.Together {
		e.Together[i] = us(d)
	}
	return e
}

// same compares events; a list without elements is the same as none.
func same(a, b runner.Event) bool {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	return x.Type() == y.Type() && equal(x, y)
}

func equal(x, y reflect.Value) bool {
	switch x.Kind() {
	case reflect.Slice:
		if x.Len() != y.Len() {
			return false
		}
		for i := range x.Len() {
			if !equal(x.Index(i), y.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Struct:
		if t, ok := x.Interface().(time.Time); ok {
			return t.Equal(y.Interface().(time.Time))
		}
		for i := range x.NumField() {
			if x.Type().Field(i).IsExported() && !equal(x.Field(i), y.Field(i)) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(x.Interface(), y.Interface())
}

func TestAnyEventComesBackAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ev := genEvent(t)
		text := AppendEvent(nil, ev, Tally{})
		if !json.Valid(text) || strings.Count(string(text), "\n") != 1 {
			t.Fatalf("not one line of JSON: %q", text)
		}
		d := newDecoder(genTasks)
		got, err := d.event(text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if len(d.unknown) > 0 {
			t.Fatalf("its own fields are unknown to it: %v\n%s", d.unknown, text)
		}
		if want := rounded(ev); !same(got, want) {
			t.Fatalf("%s\ngot  %+v\nwant %+v", text, got, want)
		}
	})
}

// The order of keys and the white space are not part of the format: other tools may rewrite a file.
func TestRewrittenLinesMeanTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ev := genEvent(t)
		text := AppendEvent(nil, ev, Tally{})
		dec := json.NewDecoder(strings.NewReader(string(text)))
		dec.UseNumber()
		var v map[string]any
		if err := dec.Decode(&v); err != nil {
			t.Fatal(err)
		}
		sorted, err := json.MarshalIndent(v, " ", "  ")
		if err != nil {
			t.Fatal(err)
		}
		got, err := newDecoder(genTasks).event(sorted)
		if err != nil || !same(got, rounded(ev)) {
			t.Fatalf("%v\n%s\ngot  %+v", err, sorted, got)
		}
	})
}

func TestEveryTypeHasItsLine(t *testing.T) {
	at := runner.At(1500 * time.Microsecond)
	for _, c := range []struct {
		ev   runner.Event
		want string
	}{
		{
			runner.RunStarted{At: at, ID: "20261122-091503-k3f9", Time: time.Date(2026, 11, 22, 9, 15, 3, 5, time.UTC), Workers: 2, Cores: []int{0, 2}, Quota: 1.5},
			`{"type":"run_started","t":0.001500,"time":"2026-11-22T09:15:03.000000005Z","format":1,"id":"20261122-091503-k3f9","workers":2,"cores":[0,2],"quota":1.5}`,
		},
		{runner.TaskQueued{At: at, Task: 3, Try: 1}, `{"type":"task_queued","t":0.001500,"task":3,"try":1}`},
		{
			runner.TaskQueued{At: at, Task: 3, Try: 2, NotBefore: 2 * time.Second},
			`{"type":"task_queued","t":0.001500,"task":3,"try":2,"not_before":2.000000}`,
		},
		{
			runner.TaskStarted{At: at, Task: 3, Try: 1, Identity: runner.Identity{PID: 42, Label: "pid 42", Late: 900 * time.Microsecond}},
			`{"type":"task_started","t":0.001500,"task":3,"try":1,"pid":42,"label":"pid 42","late":0.000900}`,
		},
		{
			runner.TaskStarted{At: at, Task: 3, Try: 1, Identity: runner.Identity{PID: 42, Birth: 7, Tree: true, Label: "pid 42", Log: "logs/0003.log"}},
			`{"type":"task_started","t":0.001500,"task":3,"try":1,"pid":42,"birth":7,"tree":true,"label":"pid 42","log":"logs/0003.log"}`,
		},
		{
			runner.TaskStarted{At: at, Task: 3, Try: 1, Identity: runner.Identity{PID: 42, TID: 43, Label: "thread 1", Host: runner.Host{ID: 2, Name: "python 3.13.0", Lock: 1, Log: "hosts/python-1.log"}}},
			`{"type":"task_started","t":0.001500,"task":3,"try":1,"pid":42,"tid":43,"label":"thread 1","host":{"id":2,"name":"python 3.13.0","gil":1,"log":"hosts/python-1.log"}}`,
		},
		{runner.TaskPaused{At: at, Task: 3}, `{"type":"task_paused","t":0.001500,"task":3}`},
		{runner.TaskPaused{At: at, Task: 3, Where: "a.py:7"}, `{"type":"task_paused","t":0.001500,"task":3,"where":"a.py:7"}`},
		{runner.TaskResumed{At: at, Task: 3}, `{"type":"task_resumed","t":0.001500,"task":3}`},
		{
			runner.TaskEnded{At: at, Task: 3, Try: 1, Status: runner.Failed, Reason: "exit status 2", Cause: -1, LogSize: [2]int64{10, 0}, Exit: runner.Exit{Code: 2, Usage: runner.Usage{Known: true, User: 5, MaxRSS: 4096}}},
			`{"type":"task_ended","t":0.001500,"task":3,"try":1,"status":"failed","reason":"exit status 2","stdout":10,"stderr":0,"exit":{"code":2,"usage":{"user_ns":5,"system_ns":0,"max_rss":4096,"voluntary":0,"involuntary":0}}}`,
		},
		{
			runner.TaskEnded{At: at, Task: 3, Try: 1, Status: runner.Failed, Reason: "lost", Cause: 1, Exit: runner.Exit{Code: -1, Lost: true}},
			`{"type":"task_ended","t":0.001500,"task":3,"try":1,"status":"failed","reason":"lost","cause":1,"stdout":0,"stderr":0,"exit":{"code":-1,"lost":true}}`,
		},
		{runner.Sampled{At: at, Workers: 4, Stopping: []int{1, 2}}, `{"type":"sampled","t":0.001500,"workers":4,"stopping":[1,2]}`},
		{
			runner.Sampled{At: at, Workers: 4, Pausing: []int{5}, Logs: []runner.HostLog{{Log: "hosts/python-1.log", Size: 7}}},
			`{"type":"sampled","t":0.001500,"workers":4,"pausing":[5],"logs":[{"log":"hosts/python-1.log","size":7}]}`,
		},
		{
			runner.Sampled{
				At: at, Span: time.Second, Stalled: []int{3}, Host: runner.HostSample{MemTotal: 9},
				Tasks: []runner.TaskSample{{Task: 3, Live: time.Second, WaitCore: -1, WaitGIL: -1, Core: -1, RSS: -1, PSS: -1}},
			},
			`{"type":"sampled","t":0.001500,"span":1.000000,"stalled":[3],"host":{"busy":[],"steal":0,"mem_used":0,"mem_total":9,"load":[0,0,0],"throttle":0},"tasks":{"task":[3],"live_us":1000000,"on_core_us":0,"wait_core_us":-1,"wait_gil_us":-1,"core":-1,"processes":0,"threads":0,"rss_kib":-1,"pss_kib":-1,"stdout":0,"stderr":0}}`,
		},
		{
			runner.Advised{At: at, Task: -1, Level: runner.Warning, Code: "x", Text: "a \"b\"\n"},
			`{"type":"advised","t":0.001500,"task":-1,"level":"warning","code":"x","text":"a \"b\"\n"}`,
		},
		{runner.RunPaused{At: at}, `{"type":"run_paused","t":0.001500}`},
		{runner.RunResumed{At: at}, `{"type":"run_resumed","t":0.001500}`},
		{runner.RunEnded{At: at, Reason: "cancelled"}, `{"type":"run_ended","t":0.001500,"reason":"cancelled","succeeded":1,"failed":2,"cancelled":3}`},
	} {
		if got := string(AppendEvent(nil, c.ev, Tally{1, 2, 3})); got != c.want+"\n" {
			t.Errorf("got  %swant %s", got, c.want)
		}
	}
}

func TestRowsAreRunLengthCoded(t *testing.T) {
	idle, foreign := runner.Cell{Task: runner.Idle}, runner.Cell{Task: runner.Foreign, Load: 40}
	row := []runner.Cell{{Task: 3, Ours: 100, Load: 100}, {Task: 3, Ours: 100, Load: 100}, {Task: 3, Ours: 40, Load: 70}, idle, idle, foreign, {Task: runner.Idle, Load: 1}}
	if got, want := string(appendRow(nil, row)), "3*2 3:40+30 .*2 ~+40 .+1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDamageIsRefused(t *testing.T) {
	for _, c := range []struct{ line, why string }{
		{``, "ends too early"},
		{`[]`, `'{' expected`},
		{`{"t":1}`, "no type"},
		{`{"type":"task_queued","task":1,"try":1}`, "no t"},
		{`{"type":"task_queued","t":-1,"task":1,"try":1}`, "no time"},
		{`{"type":"task_queued","t":1e300,"task":1,"try":1}`, "no time"},
		{`{"type":"task_queued","t":1,"try":1}`, "task -1 is none"},
		{`{"type":"task_queued","t":1,"task":12,"try":1}`, "task 12 is none of 0 to 11"},
		{`{"type":"task_queued","t":1,"task":1.5,"try":1}`, "no whole number"},
		{`{"type":"task_queued","t":1,"task":99999999999999999999,"try":1}`, "too large"},
		{`{"type":"task_queued","t":1,"task":1,"try":1}}`, "follows"},
		{`{"type":"task_queued","t":1,"task":1,"try":1`, "too early"},
		{`{"type":"task_ended","t":1,"task":1,"status":"running"}`, "does not end running"},
		{`{"type":"task_ended","t":1,"task":1,"status":"lost"}`, "unknown status"},
		{`{"type":"task_ended","t":1,"task":1,"status":"failed","cause":50}`, "task 50"},
		{`{"type":"task_started","t":1,"task":1,"log":"../../etc/passwd"}`, "out of the run's folder"},
		{`{"type":"task_started","t":1,"task":1,"stderr_log":"/etc/passwd"}`, "out of the run's folder"},
		{`{"type":"task_started","t":1,"task":1,"host":{"id":1,"log":"../x"}}`, "out of the run's folder"},
		{`{"type":"sampled","t":1,"logs":[{"log":"/etc/passwd","size":1}]}`, "out of the run's folder"},
		{`{"type":"sampled","t":1,"pausing":[3,3]}`, "out of order"},
		{`{"type":"sampled","t":1,"stopping":[2,1]}`, "out of order"},
		{`{"type":"sampled","t":1,"span":1,"tasks":{"core":[1]}}`, "no list of tasks"},
		{`{"type":"sampled","t":1,"span":1,"tasks":{"task":[1,2],"core":[1]}}`, "1 figures of core for 2 tasks"},
		{`{"type":"sampled","t":1,"span":1,"tasks":{"task":[2,1]}}`, "out of order"},
		{`{"type":"sampled","t":1,"span":1,"lanes":{"cores":[0],"rows":["99:1"]}}`, "task 99"},
		{`{"type":"sampled","t":1,"span":1,"lanes":{"cores":[0],"rows":[".*999999999"]}}`, "more than"},
		{`{"type":"sampled","t":1,"span":1,"lanes":{"cores":[0],"rows":["1:300"]}}`, "no cell"},
		{`{"type":"sampled","t":1,"span":1,"lanes":{"cores":[0],"rows":[".*0"]}}`, "no cell"},
		{`{"type":"sampled","t":1,"span":1,"lanes":{"cores":[0,1],"rows":["."]}}`, "1 rows of lanes for 2 cores"},
		{`{"type":"sampled","t":1,"span":1,"lanes":{"cores":[0,1],"rows":[".",".*2"]}}`, "differ in length"},
		{`{"type":"advised","t":1,"task":70}`, "task 70"},
		{`{"type":"run_started","t":0,"format":2}`, "written in format 2"},
		{`{"type":"run_ended","t":1,"x":` + strings.Repeat("[", 1000) + `}`, "too deep"},
		{`{"type":"tasks_swapped","t":1}`, `unknown type of event "tasks_swapped"`},
	} {
		ev, err := newDecoder(genTasks).event([]byte(c.line))
		if err == nil || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s\ngot %v, %v; want an error with %q", c.line, ev, err, c.why)
		}
	}
}

func TestProgressIsAColumnOnlyWhereATaskTellsIt(t *testing.T) {
	s := runner.Sampled{Span: time.Second, Tasks: []runner.TaskSample{{Task: 0}, {Task: 2}}}
	if text := string(AppendEvent(nil, s, Tally{})); strings.Contains(text, "progress") {
		t.Errorf("nobody tells it: %s", text)
	}
	s.Tasks[1].Progress = runner.ProgressOf(0.4)
	if text := string(AppendEvent(nil, s, Tally{})); !strings.Contains(text, `"progress":[-1,4000]`) {
		t.Errorf("one tells 40 %%: %s", text)
	}
	for _, c := range []struct {
		column string
		want   runner.Progress
	}{{`-1`, 0}, {`-9`, 0}, {`0`, runner.ProgressOf(0)}, {`10000`, runner.ProgressOf(1)}, {`9223372036854775807`, runner.ProgressOf(1)}, {`[1]`, runner.ProgressOf(0.0001)}} {
		ev, err := newDecoder(1).event([]byte(`{"type":"sampled","t":1,"span":1,"tasks":{"task":[0],"progress":` + c.column + `}}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := ev.(runner.Sampled).Tasks[0].Progress; got != c.want {
			t.Errorf("%s is read as %d, want %d", c.column, got, c.want)
		}
	}
}

func TestFiguresThatAreNotThereAreUnknown(t *testing.T) {
	ev, err := newDecoder(3).event([]byte(`{"type":"sampled","t":1,"span":1,"host":{},"tasks":{"task":[2]}}`))
	if err != nil {
		t.Fatal(err)
	}
	s := ev.(runner.Sampled)
	ts := s.Tasks[0]
	if ts.Task != 2 || ts.WaitCore != -1 || ts.WaitGIL != -1 || ts.Core != -1 || ts.RSS != -1 || ts.PSS != -1 || ts.LogSize != [2]int64{} || ts.Progress != 0 {
		t.Errorf("task: %+v", ts)
	}
	if h := s.Host; h.Steal != -1 || h.MemTotal != -1 || h.Throttle != -1 || h.Load != [3]float64{-1, -1, -1} {
		t.Errorf("host: %+v", h)
	}
}

func TestImpossibleFiguresAreWrittenAsUnknown(t *testing.T) {
	s := runner.Sampled{Span: time.Second, Host: runner.HostSample{Busy: []float64{math.NaN(), math.Inf(1)}, Steal: math.NaN()}}
	text := AppendEvent(nil, s, Tally{})
	ev, err := newDecoder(1).event(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if h := ev.(runner.Sampled).Host; h.Busy[0] != -1 || h.Busy[1] != -1 || h.Steal != -1 {
		t.Errorf("%+v", h)
	}
}

func FuzzEvent(f *testing.F) {
	for i := range 60 {
		f.Add(AppendEvent(nil, rapid.Custom(genEvent).Example(i), Tally{}))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		ev, err := newDecoder(genTasks).event(text)
		if err != nil {
			return
		}
		if !json.Valid(text) {
			t.Fatalf("accepted what is no JSON: %q", text)
		}
		again, err := newDecoder(genTasks).event(AppendEvent(nil, ev, Tally{}))
		if err != nil {
			t.Fatalf("what was read from %q cannot be read again: %v", text, err)
		}
		if again.When() != ev.When() || again.Type() != ev.Type() {
			t.Fatalf("%+v became %+v", ev, again)
		}
		s := (&Recording{}).State
		_ = s.Apply(runner.RunStarted{Jobs: make([]runner.Job, genTasks)})
		_ = s.Apply(ev) // must not panic
	})
}
