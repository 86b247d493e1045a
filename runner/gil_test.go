package runner

import (
	"testing"
	"time"
)

func TestWhatIsSeenOfAGILIsAMeanOverTime(t *testing.T) {
	const s = time.Second
	a := Sampled{Span: s, GILs: []GIL{
		{PID: 1, Task: 3, Span: s, Held: 0.9, Handoffs: 100, Waiting: 3},
		{PID: 2, Task: -1, Span: s, Held: -1, Handoffs: -1, Waiting: 1},
	}}
	b := Sampled{Span: s, GILs: []GIL{
		{PID: 1, Task: -1, Span: 3 * s, Held: 0.5, Handoffs: -1, Waiting: 1},
		{PID: 1, Interpreter: 1, Task: -1, Span: s, Held: 1, Handoffs: 5, Waiting: 0},
	}}
	got := a.Merge(b).GILs
	want := []GIL{
		{PID: 1, Task: 3, Span: 4 * s, Held: 0.6, Handoffs: 100, Waiting: 1.5},
		a.GILs[1], b.GILs[1],
	}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %+v\nwant %+v", got[i], want[i])
		}
	}
	if again := a.Merge(Sampled{}).GILs; len(again) != 2 {
		t.Errorf("what tells nothing leaves %+v", again)
	}
	if a.GILs[0].Held != 0.9 {
		t.Error("what was merged is not as before")
	}
}

func TestAStateKnowsTheGILsThatWereSeenLast(t *testing.T) {
	var st State
	apply := func(ev Event) {
		if err := st.Apply(ev); err != nil {
			t.Fatal(err)
		}
	}
	apply(RunStarted{Jobs: make([]Job, 1)})
	for i := range 3 * maxLocks {
		at := time.Duration(i) * time.Second
		apply(Sampled{At: At(at), Span: time.Second, GILs: []GIL{
			{PID: 1, Task: -1, Span: time.Second, Held: float64(i % 2)},
			{PID: 1, Interpreter: 1 + i, Task: 0, Span: time.Second, Held: 1},
			{PID: 9, Task: 5}, // of a task that there is not
		}})
	}
	if len(st.Locks) != maxLocks {
		t.Fatalf("%d are kept, want %d", len(st.Locks), maxLocks)
	}
	if l := st.Locks[0]; l.Last.Held != 1 || l.Mean.Held < 0.49 || l.Mean.Held > 0.51 || l.Mean.Span != 3*maxLocks*time.Second {
		t.Errorf("the one that was there all the time: %+v", l)
	}
	if l := st.Locks[maxLocks-1]; l.Last.Interpreter != 3*maxLocks {
		t.Errorf("the newest: %+v", l)
	}
}

func TestWhatWasSeenOfAGILLatelyIsAMeanOfManyLooks(t *testing.T) {
	var st State
	if err := st.Apply(RunStarted{Jobs: make([]Job, 1)}); err != nil {
		t.Fatal(err)
	}
	var at time.Duration
	look := func(held float64) float64 {
		at += 100 * time.Millisecond
		if err := st.Apply(Sampled{At: At(at), Span: 100 * time.Millisecond, GILs: []GIL{{PID: 1, Span: 100 * time.Millisecond, Held: held}}}); err != nil {
			t.Fatal(err)
		}
		return st.Locks[0].Last.Held
	}
	for i := range 30 {
		if got := look(float64(i % 2)); i > 10 && (got < 0.4 || got > 0.6) {
			t.Errorf("held in every second look, told as %v after %v", got, at)
		}
	}
	for range 20 {
		look(1)
	}
	if got := st.Locks[0].Last.Held; got < 0.9 {
		t.Errorf("held for 2 s, told as %v", got)
	}
}

func TestTimesThatBecomeKnownAreTold(t *testing.T) {
	var times Times
	const ms = time.Millisecond
	times.add(100*ms, 100*ms, TaskSample{Live: 100 * ms, OnCore: 50 * ms, WaitGIL: -1})
	if times.Recent.WaitGIL >= 0 {
		t.Fatal("it is known what was not measured")
	}
	times.add(100*ms, 100*ms, TaskSample{Live: 100 * ms, OnCore: 20 * ms, WaitGIL: 70 * ms})
	if r := times.Recent; r.WaitGIL != 70*ms || r.Live != 100*ms || r.OnCore != 20*ms {
		t.Errorf("lately %+v", r)
	}
	if times.Total.WaitGIL >= 0 {
		t.Error("all of the time is known, though a part is not")
	}
}

func TestAShortTryDoesNotTellItsWaitingForTheGIL(t *testing.T) {
	m := newMeasured()
	const ms = time.Millisecond
	m.add(TaskSample{Live: 100 * ms, OnCore: 50 * ms})
	m.correct(Usage{}, 120*ms)
	if m.Total.WaitGIL >= 0 {
		t.Errorf("it waited %v", m.Total.WaitGIL)
	}
}

// Of a try with several threads parts are sums over threads: what they waited is no part of one thread's time.
func TestTheTimeThatNobodySampledIsAsTheRestOfItsThreads(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		name      string
		on        time.Duration // as sampled, of 2 s
		core, gil time.Duration
		cpu       time.Duration // as the system accounted it
		wantCore  time.Duration // of 2.05 s
		wantGIL   time.Duration
	}{
		{"one thread that waits for a core", 500 * ms, 1500 * ms, 0, 512 * ms, 1537 * ms, 0},
		{"one thread that used more than was seen", 500 * ms, 1500 * ms, 0, 600 * ms, 1450 * ms, 0},
		{"one thread that hardly waited", 1999 * ms, ms, 0, 2000 * ms, ms, 0},
		{"four threads with a GIL", 1990 * ms, 380 * ms, 5400 * ms, 2030 * ms, 389 * ms, 5535 * ms},
		{"four threads that used more than they lasted", 2010 * ms, 380 * ms, 5400 * ms, 2060 * ms, 389 * ms, 5535 * ms},
		{"four threads without a GIL that never wait", 7999 * ms, ms, 0, 8000 * ms, ms, 0},
		{"many that lived shortly", 100 * ms, 3000 * ms, 0, 4000 * ms, 0, 0},
	} {
		m := newMeasured()
		m.add(TaskSample{Live: 2000 * ms, OnCore: c.on, WaitCore: c.core, WaitGIL: c.gil})
		m.correct(Usage{Known: true, User: c.cpu}, 2050*ms)
		if got := m.Total; (got.WaitCore-c.wantCore).Abs() > 2*ms || (got.WaitGIL-c.wantGIL).Abs() > 2*ms {
			t.Errorf("%s: waited %v for a core, %v for the GIL; want %v, %v", c.name, got.WaitCore, got.WaitGIL, c.wantCore, c.wantGIL)
		}
	}
}
