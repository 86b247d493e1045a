package monitor

import (
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"parallax/runner"
)

const ms = time.Millisecond

func TestSince(t *testing.T) {
	for _, c := range []struct {
		name      string
		prev, now counters
		elapsed   time.Duration
		want      counters
	}{
		{"plain", counters{100 * ms, 10 * ms}, counters{118 * ms, 12 * ms}, 20 * ms, counters{18 * ms, 2 * ms}},
		{"new thread", counters{}, counters{7 * ms, 1 * ms}, ever, counters{7 * ms, 1 * ms}},
		{"new thread with a long life before it was found", counters{}, counters{90 * time.Second, 0}, ever, counters{90 * time.Second, 0}},
		{"nothing", counters{5 * ms, 5 * ms}, counters{5 * ms, 5 * ms}, 20 * ms, counters{}},
		{"counters went to zero", counters{500 * ms, 50 * ms}, counters{0, 0}, 20 * ms, counters{}},
		{"another's counter", counters{1 * ms, 0}, counters{time.Minute, 0}, 20 * ms, counters{}},
		{"late reading", counters{0, 0}, counters{50 * ms, 0}, 20 * ms, counters{50 * ms, 0}},
		{"clock went back", counters{0, 0}, counters{20 * ms, 0}, -time.Hour, counters{20 * ms, 0}},
		{"waiting unknown", counters{0, -1}, counters{20 * ms, -1}, 20 * ms, counters{20 * ms, -1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.now.since(c.prev, c.elapsed); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestTallyNeverShrinks(t *testing.T) {
	var a tally
	a.add(counters{10 * ms, 5 * ms})
	a.add(counters{0, 0})
	a.atLeast(8 * ms)
	if a != (tally{10 * ms, 5 * ms}) {
		t.Errorf("got %v", a)
	}
	a.atLeast(30 * ms)
	a.add(counters{1 * ms, -1})
	a.add(counters{1 * ms, 3 * ms})
	if a != (tally{32 * ms, -1}) {
		t.Errorf("got %v", a)
	}
}

func TestToldLeavesOutPauses(t *testing.T) {
	task := runner.Task{Status: runner.Running, Started: 100 * ms}
	// Wall needs a task that ran, which only events can make: fold some.
	var s runner.State
	apply := func(evs ...runner.Event) {
		t.Helper()
		for _, ev := range evs {
			if err := s.Apply(ev); err != nil {
				t.Fatal(err)
			}
		}
		task = s.Tasks[0]
	}
	apply(runner.RunStarted{Jobs: []runner.Job{{Name: "a"}}}, runner.TaskQueued{Try: 1}, runner.TaskStarted{At: runner.At(100 * ms), Try: 1})
	var d told
	use := func(on, wait time.Duration) figures {
		return figures{used: tally{on, wait}, timed: true, core: 1, rss: 5, pss: -1}
	}
	expect := func(now time.Duration, f figures, live, on, wait time.Duration) {
		t.Helper()
		got := d.sample(0, task, now, f)
		if got.Live != live || got.OnCore != on || got.WaitCore != wait || got.WaitGIL != -1 || got.PSS != -1 {
			t.Errorf("at %v: %+v", now, got)
		}
	}
	expect(50*ms, figures{timed: true, pss: -1}, 0, 0, 0) // before its start
	expect(200*ms, use(90*ms, 5*ms), 100*ms, 90*ms, 5*ms)
	apply(runner.TaskPaused{At: runner.At(250 * ms)})
	expect(300*ms, use(140*ms, 5*ms), 50*ms, 50*ms, 0)
	expect(400*ms, use(140*ms, 5*ms), 0, 0, 0)
	apply(runner.TaskResumed{At: runner.At(450 * ms)})
	expect(500*ms, use(180*ms, 15*ms), 50*ms, 40*ms, 10*ms)
	apply(runner.TaskPaused{At: runner.At(490 * ms)}) // learned of late: 10 ms too much were told
	expect(600*ms, use(180*ms, 15*ms), 0, 0, 0)
	apply(runner.TaskResumed{At: runner.At(600 * ms)})
	expect(700*ms, use(180*ms, 15*ms), 90*ms, 0, 0)
	f := use(180*ms, -1)
	expect(800*ms, f, 100*ms, 0, -1)
	f.timed = false
	expect(900*ms, f, 0, 0, -1)
	expect(800*ms, use(100*ms, -1), 0, 0, -1) // a clock that jumps, counters that shrink
}

func TestLanes(t *testing.T) {
	l := newLanes([]int{0, 2})
	l.add(slice{task: 1, core: 0, from: 0, to: 20 * ms, on: 20 * ms})
	l.add(slice{task: 2, core: 0, from: 20 * ms, to: 60 * ms, on: 40 * ms})
	l.add(slice{task: 1, core: 0, from: 60 * ms, to: 75 * ms, on: 15 * ms})
	l.add(slice{task: 3, core: 2, from: 80 * ms, to: 120 * ms, on: 20 * ms}) // over the edge, half of the time
	l.add(slice{task: 3, core: 1, from: 0, to: 100 * ms, on: 100 * ms})      // no lane
	l.add(slice{task: 3, core: 2, from: 50 * ms, to: 50 * ms, on: 1 * ms})   // no time
	if n := l.ready(99 * ms); n != 0 {
		t.Errorf("%d cells are ready too early", n)
	}
	got := l.take(210*ms, []float64{0.5, 0})
	want := [][]runner.Cell{
		{{Task: 2, Ours: 75, Load: 100}, {Task: runner.Foreign, Ours: 0, Load: 50}},
		{{Task: 3, Ours: 10, Load: 10}, {Task: 3, Ours: 10, Load: 10}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	l.add(slice{task: 9, core: 0, from: 150 * ms, to: 250 * ms, on: 100 * ms}) // its first half was taken
	if got := l.take(300*ms, nil); got[0][0] != (runner.Cell{Task: 9, Ours: 50, Load: 50}) || got[1][0].Task != runner.Idle {
		t.Errorf("got %v", got)
	}
}

func TestLanesAfterAGap(t *testing.T) {
	l := newLanes([]int{0})
	l.add(slice{task: 1, core: 0, from: 0, to: 50 * ms, on: 50 * ms})
	l.add(slice{task: 1, core: 0, from: 0, to: time.Hour, on: time.Hour})
	if got := l.take(time.Hour, nil); len(got[0]) != 0 {
		t.Errorf("%d cells for an hour that nobody saw", len(got[0]))
	}
	l.add(slice{task: 1, core: 0, from: time.Hour, to: time.Hour + 100*ms, on: 100 * ms})
	if got := l.take(time.Hour+100*ms, nil); len(got[0]) != 1 || got[0][0].Ours != 100 {
		t.Errorf("got %v", got)
	}
}

func TestTwoOnOneCore(t *testing.T) { // attribution is to the last core, so a cell can overflow
	got := cell([]share{{1, 90 * ms}, {2, 80 * ms}}, 0.3, cellLength)
	if got != (runner.Cell{Task: 1, Ours: 100, Load: 100}) {
		t.Errorf("got %v", got)
	}
}

func TestSpreadOverHost(t *testing.T) {
	a := reading{0, []coreTimes{{0, 0, 0, 0}, {2, 0, 0, 0}, {3, 5, 0, 5}}, []time.Duration{0, 0, 0}}
	b := reading{time.Second, []coreTimes{
		{0, 800 * ms, 100 * ms, time.Second}, {2, 300 * ms, 0, time.Second},
	}, []time.Duration{500 * ms, 299 * ms, 0}}
	busy, steal := between([]int{0, 2, 3}, a, b)
	if !slices.Equal(busy, []float64{0.8, 0.3, -1}) || math.Abs(steal-0.05) > 1e-9 {
		t.Errorf("busy %v, steal %v", busy, steal)
	}
	others := foreign(busy, a, b)
	if math.Abs(others[0]-0.3) > 1e-9 || others[1] != 0 || others[2] != 0 {
		t.Errorf("others %v", others)
	}
	if busy, steal := between([]int{0}, b, b); busy[0] != -1 || steal != -1 {
		t.Errorf("no time has passed: %v %v", busy, steal)
	}
}

func TestLimits(t *testing.T) {
	for _, c := range []struct {
		cores  []int
		online int
		quota  float64
		want   float64
		detail string
	}{
		{[]int{0, 3}, 2, 0, 2, "2 cores, no quota"},
		{[]int{5}, 8, 0, 1, "1 core of 8 (affinity), no quota"},
		{[]int{0, 1, 2, 3}, 4, 1.5, 1.5, "4 cores, quota 1.50 (cpu.max)"},
		{[]int{0, 1}, 2, 8, 2, "2 cores, quota 8 (cpu.max)"},
	} {
		if _, quota, detail := limits(c.cores, c.online, c.quota, "cpu.max"); quota != c.want || detail != c.detail {
			t.Errorf("%v %v: %v, %q", c.cores, c.quota, quota, detail)
		}
	}
}

func TestUsableHere(t *testing.T) {
	cores, quota, detail := Usable()
	if len(cores) == 0 || !slices.IsSorted(cores) || quota <= 0 || quota > float64(len(cores)) || detail == "" {
		t.Errorf("%v, %v, %q", cores, quota, detail)
	}
	if f := Host(); f.Lanes == "" || f.MemTotal <= 0 || len(f.Cores) != len(cores) {
		t.Errorf("facts: %+v", f)
	}
}

func TestPace(t *testing.T) {
	var p pace
	p.choose(0, 0, 0, true, 0)
	if p.interval() != slowest || p.quick() {
		t.Errorf("without tasks: %v", p.interval())
	}
	p.choose(10*time.Second, 9500*ms, 3, true, 0)
	if p.interval() != quickest || !p.quick() || p.rate() != 50 {
		t.Errorf("busy: %v", p.interval())
	}
	if w := p.wait(1015 * ms); w != 5*ms {
		t.Errorf("waits %v", w)
	}
	p.choose(10*time.Second, 9*time.Second, 3, true, 0)
	if p.interval() != resting || p.report() < 400*ms {
		t.Errorf("calm: %v", p.interval())
	}
	p.choose(10*time.Second, 10*time.Second, 3, false, 0)
	if p.interval() != reportCalm {
		t.Errorf("a slow reader: %v", p.interval())
	}
}

func TestPaceKeepsToItsBudget(t *testing.T) {
	var p pace
	p.choose(0, 0, 100, true, 0)
	spend := func(cost time.Duration) {
		for range 5 * patience {
			p.spent(cost)
		}
	}
	for _, c := range []struct {
		cost time.Duration
		rate int
	}{{100 * time.Microsecond, 50}, {400 * time.Microsecond, 25}, {time.Millisecond, 10}, {time.Second, 2}, {10 * time.Microsecond, 50}} {
		if spend(c.cost); p.rate() != c.rate {
			t.Errorf("at %v a reading: %d Hz, want %d", c.cost, p.rate(), c.rate)
		}
	}
	for i := range 800 { // what is rare does not count
		p.spent([]time.Duration{50 * time.Microsecond, 30 * ms, 40 * time.Microsecond, 60 * time.Microsecond}[i%4])
	}
	if p.rate() != 50 {
		t.Errorf("with rare long readings: %d Hz", p.rate())
	}
}
