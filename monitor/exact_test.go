package monitor

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"parallax/monitor/switches"
	"parallax/runner"
)

// recording is a tracer that a test fills. Its clock is five seconds ahead of the run's.
type recording struct {
	now     time.Duration
	records []switches.Record
	noise   int           // records of others in each reading
	calm    time.Duration // from when on there are none any more, if ever
	off     bool
	fill    float64
	bad     error
	cost    time.Duration // processor time that a reading takes
	closed  bool
	clock   func() time.Duration // nil for now
}

const ahead = 5 * time.Second

func (r *recording) Now() time.Duration {
	if r.clock != nil {
		return r.clock() + ahead
	}
	return r.now + ahead
}

func (r *recording) Read(each func(switches.Record)) (n int, until time.Duration) {
	until = r.Now()
	for began := threadTime(); !r.off && threadTime()-began < r.cost; {
	}
	if !r.off && (r.calm == 0 || until < ahead+r.calm) {
		n = r.noise
	}
	r.records = slices.DeleteFunc(r.records, func(rec switches.Record) bool {
		if rec.At > until {
			return false
		}
		if !r.off {
			each(rec)
			n++
		}
		return true
	})
	return n, until
}

func (r *recording) Fill() float64        { return r.fill }
func (r *recording) Record(on bool) error { r.off = !on; return r.bad }
func (r *recording) Close()               { r.closed = true }

// on notes that a thread had a core, in ms of the run.
func (r *recording) on(core, tid, from, to int) {
	r.records = append(r.records,
		switches.Record{Kind: switches.In, Core: core, TID: tid, At: ahead + time.Duration(from)*ms},
		switches.Record{Kind: switches.Out, Core: core, TID: tid, At: ahead + time.Duration(to)*ms})
}

func TestRecordsBecomeLanes(t *testing.T) {
	var told []string
	r := &recording{}
	e := newExact(r, func(s slice) {
		told = append(told, fmt.Sprintf("%d@%d %v-%v %v", s.task, s.core, s.from, s.to, s.on))
	})
	e.read(0)
	e.watch(0, runner.Identity{PID: 10, TID: 10, Tree: true})
	e.watch(1, runner.Identity{PID: 20, TID: 21})
	r.on(0, 10, 10, 30)
	r.on(1, 21, 20, 50)
	r.on(0, 20, 40, 60) // the process that thread 21 is in
	r.on(0, 22, 60, 70) // another thread of task 1, which is told later
	r.now = 100 * ms
	e.read(r.now)
	e.belong(1, []int{21, 22})
	r.now = 150 * ms
	e.read(r.now)
	if got, want := strings.Join(told, ", "), "0@0 10ms-30ms 20ms, 1@1 20ms-50ms 30ms, 1@0 60ms-70ms 10ms"; got != want {
		t.Errorf("lanes: %s\nwant %s", got, want)
	}
	if e.on[0] != 20*ms || e.on[1] != 40*ms {
		t.Errorf("on cores: %v", e.on)
	}
	if got := e.together(50*ms, 2); !slices.Equal(got, []time.Duration{10 * ms, 10*ms + 20*ms, 10 * ms}) {
		t.Errorf("up to 50 ms together: %v", got)
	}
	e.forget(0, 120*ms)
	r.on(0, 10, 110, 130)
	r.now = 200 * ms
	told = nil
	e.read(r.now)
	if len(told) != 0 || len(e.on) != 1 {
		t.Errorf("what ended after its task did is told: %v, %v", told, e.on)
	}
	if e.tier() != "exact" || e.why() != "" {
		t.Errorf("tier %q, why %q", e.tier(), e.why())
	}
	r.records = append(r.records, switches.Record{Kind: switches.Lost, Count: 3, At: ahead})
	e.read(r.now)
	if e.tier() != "exact, 3 switches lost" {
		t.Errorf("tier %q", e.tier())
	}
}

func TestTooManySwitchesAreNotRecorded(t *testing.T) {
	r := &recording{noise: 2000}
	e := newExact(r, func(slice) {})
	run := func(until time.Duration) {
		for ; r.now < until; r.now += 50 * ms {
			e.read(r.now)
		}
	}
	run(time.Second)
	if e.records() || !r.off || !strings.Contains(e.why(), "more than 20000 records") || e.together(r.now, 2) != nil {
		t.Errorf("records %v, off %v, %q, %v", e.records(), r.off, e.why(), e.together(r.now, 2))
	}
	r.noise = 10
	run(4 * time.Second)
	if !e.records() || r.off || e.why() != "" {
		t.Errorf("when it is calm again: records %v, off %v, %q", e.records(), r.off, e.why())
	}
	at := r.now - 50*ms
	if got := e.together(at, 1); len(got) != 2 || got[0] > 3*time.Second {
		t.Errorf("the time in which nothing was recorded is told of: %v", got)
	}
	r.noise, r.bad = 20000, errors.New("it broke")
	run(5 * time.Second)
	if e.records() || e.why() != "it broke" {
		t.Errorf("after a fault: records %v, %q", e.records(), e.why())
	}
}

// Rings may be too small to hold a rate that is too high: what was lost of it counts too.
func TestLostSwitchesCountTowardsTooMany(t *testing.T) {
	r := &recording{}
	e := newExact(r, func(slice) {})
	for ; r.now < time.Second; r.now += 100 * ms {
		r.records = append(r.records, switches.Record{Kind: switches.Lost, Count: 5000, At: ahead + r.now})
		e.read(r.now)
	}
	if e.records() || !strings.Contains(e.why(), "more than 20000 records") {
		t.Errorf("50000 a second are recorded, of which none is read: %s", e.tier())
	}
}

// Records have a limit of their own: what they cost while they were too many is no reason to look seldom then.
func TestCoresAreLookedAtOftenWhileSwitchesAreTooMany(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("what a reading costs is told by the clock here, which stands still in the test")
	}
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		r := &recording{noise: 4000, cost: 8 * ms, clock: func() time.Duration { return time.Since(began) }}
		g := newStageWith(Options{}, func(s *Sampler) { s.exact = newExact(r, s.onCore) })
		defer g.stop()
		g.feed.put(started(2)...)
		g.feed.put(runner.TaskStarted{Task: 0, Try: 1, Identity: runner.Identity{PID: 10, Tree: true}})
		g.reader.set(0, true)
		got := g.pass(time.Second)
		for strings.HasPrefix(got[len(got)-1].Lanes.Tier, "exact") {
			got = g.pass(100 * ms)
		}
		before := g.reader.readings()
		g.pass(time.Second)
		if n := g.reader.readings() - before; n < 40 {
			t.Errorf("%d readings in the second after that", n)
		}
	})
}

// TestWhatWasMadeWhileNothingWasRecordedIsKnownAgain has a task make a thread while there are too many switches to
// record, or in what is lost of them. It is known from readings whose it is.
func TestWhatWasMadeWhileNothingWasRecordedIsKnownAgain(t *testing.T) {
	for _, lost := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			r := &recording{clock: func() time.Duration { return time.Since(began) }}
			for at := 3500; at < 6000; at += 10 {
				r.on(0, 11, at, at+4)
			}
			if lost {
				r.records = append(r.records, switches.Record{Kind: switches.Lost, Count: 1, At: ahead})
			} else {
				r.noise, r.calm = 20000, time.Second
			}
			g := newStageWith(Options{}, func(s *Sampler) { s.exact = newExact(r, s.onCore) })
			defer g.stop()
			g.feed.put(started(2)...)
			g.feed.put(runner.TaskStarted{Task: 0, Try: 1, Identity: runner.Identity{PID: 10, Tree: true}})
			g.reader.set(0, true)
			g.pass(3500 * time.Millisecond)
			g.reader.have(0, 10, 11)
			g.pass(time.Second)
			got := g.pass(time.Second)
			last := got[len(got)-1].Lanes
			if !strings.HasPrefix(last.Tier, "exact") {
				t.Fatalf("tier %q: %s", last.Tier, last.Why)
			}
			if c := last.Coarsen(cellLength).Rows[0][0]; c.Task != 0 || c.Ours != 40 {
				t.Errorf("lost %v: a cell %+v, want 40 %% of task 0", lost, c)
			}
		})
	}
}

func TestTheSamplerTrustsRecordsMoreThanReadings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		r := &recording{clock: func() time.Duration { return time.Since(began) }}
		for at := 0; at < 5000; at += 10 {
			r.on(0, 10, at, at+4)
		}
		g := newStageWith(Options{Live: true}, func(s *Sampler) { s.exact = newExact(r, s.onCore) })
		g.feed.put(started(2)...)
		g.feed.put(runner.TaskStarted{Task: 0, Try: 1, Identity: runner.Identity{PID: 10, Tree: true}})
		g.reader.set(0, true) // the readings say that it is on core 0 all the time
		g.pass(2 * time.Second)
		before := g.reader.readings()
		got := g.pass(2 * time.Second)
		if n := g.reader.readings() - before; n < 19 || n > 21 {
			t.Errorf("%d readings in 2 s, though cores are recorded", n)
		}
		var together [3]time.Duration
		for _, s := range got {
			if s.Lanes.Tier != "exact" || s.Lanes.Why != "" || s.Lanes.Cell != fineLength {
				t.Fatalf("tier %q %q, cells of %v", s.Lanes.Tier, s.Lanes.Why, s.Lanes.Cell)
			}
			if late := s.When() - s.Lanes.End; late < settled || late > settled+cellLength {
				t.Errorf("lanes are %v late", late)
			}
			for _, c := range s.Lanes.Coarsen(cellLength).Rows[0] {
				if c.Task != 0 || c.Ours != 40 {
					t.Errorf("a cell %+v, want 40 %% of task 0", c)
				}
			}
			for k, d := range s.Together {
				together[k] += d
			}
		}
		if on := together[1].Seconds(); on < 0.78 || on > 0.82 {
			t.Errorf("one was on a core for %v of 2 s", together[1])
		}
		g.feed.put(runner.RunEnded{})
		<-g.err
		if !r.closed {
			t.Error("the tracer is left open")
		}
		g.stop()
	})
}

func TestWhyLanesAreNotExactIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newStageWith(Options{}, func(s *Sampler) { s.inexact = "not allowed" })
		defer g.stop()
		g.feed.put(started(1)...)
		g.feed.put(runner.TaskStarted{Task: 0, Try: 1})
		got := g.pass(time.Second)
		if l := got[len(got)-1].Lanes; l.Tier != "fake" || l.Why != "not allowed" {
			t.Errorf("%q %q", l.Tier, l.Why)
		}
	})
}

func TestWhileCoresAreRecordedReadingsAreAsRareAsTheirReadersAllow(t *testing.T) {
	r := &recording{}
	s := New(Options{})
	s.exact = newExact(r, func(slice) {})
	for _, c := range []struct {
		name string
		age  time.Duration
		live bool
		off  bool
		want time.Duration
	}{
		{"a task has just begun", 100 * ms, false, false, quickest},
		{"it is a little older", 500 * ms, false, false, 2 * quickest},
		{"nobody looks", 2 * time.Second, false, false, reportDark},
		{"somebody does", 2 * time.Second, true, false, reportBusy},
		{"nothing is recorded", 2 * time.Second, false, true, 0},
	} {
		s.opts.Live, s.exact.flow.off, s.now = c.live, c.off, s.born+c.age
		if got := s.ease(); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// A ring that fills up is emptied before it is full, whatever the readings are.
func TestRecordsAreTakenUpBeforeTheirRingIsFull(t *testing.T) {
	r := &recording{}
	e := newExact(r, func(slice) {})
	for _, c := range []struct {
		since time.Duration
		fill  float64
		want  time.Duration
	}{
		{250 * ms, 0, slowest},
		{250 * ms, 0.01, slowest},
		{250 * ms, 0.25, 500 * ms},
		{500 * ms, 1, 250 * ms}, // some were lost: sooner, and then sooner yet
		{250 * ms, 1, 125 * ms},
		{5 * ms, 1, 5 * ms},
	} {
		r.now += c.since
		r.fill = c.fill
		e.read(r.now)
		if got := e.room(); got != c.want {
			t.Errorf("%v of the ring in %v: again after %v, want %v", c.fill, c.since, got, c.want)
		}
	}
}
