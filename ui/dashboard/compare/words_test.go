package compare

import (
	"errors"
	"testing"
	"time"

	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/stats"
	"parallax/monitor/verdict/trial"
	"parallax/runner"
	"parallax/ui/dashboard/frame/frametest"
	"parallax/ui/text"
)

func TestWhatOneSeesIsSaid(t *testing.T) {
	for _, c := range []struct {
		way         trial.Way
		f           shares
		usable      float64
		long, short string
		tone        tone
	}{
		{threads, shares{1.01, .25, .01, .74}, 4, "one core at a time: the GIL hands it round", "GIL: one core", bad},
		{threads, shares{3.9, .97, .02, .01}, 4, "four cores, one process", "four cores", good},
		{threads, shares{.04, .01, 0, .01}, 4, "hardly a core: four wait at once", "four wait", good},
		{serial, shares{.02, .02, 0, 0}, 4, "hardly a core: one waits at a time", "one waits", plain},
		{threads, shares{.3, .04, .5, .01}, 4, "hardly a core: four wait at once", "four wait", good},
		{threads, shares{.5, .1, .6, .3}, 4, "one core at a time: the GIL hands it round", "GIL: one core", bad},
		{threads, shares{.5, .3, .62, .08}, 4, "waits for cores that others hold", "waits for a core", bad},
		{threads, shares{1.9, .6, .1, .3}, 4, "two cores, one process", "two cores", plain},
		{processes, shares{.1, .01, .95, -1}, 4, "waits for cores that others hold", "waits for a core", bad},
		{serial, shares{1, .99, 0, 0}, 4, "one core: one job at a time", "one at a time", plain},
		{serial, shares{.4, .4, .2, 0}, 4, "one job at a time", "one at a time", plain},
		{interpreters, shares{3.58, .9, .1, 0}, 4, "3.6 cores, one process", "3.6 cores", good},
		{processes, shares{3.88, .97, .02, -1}, 4, "four cores, four processes", "four cores", good},
		{processes, shares{2, .5, .5, -1}, 2, "two cores, four processes", "two cores", good},
		{processes, shares{.2, .1, .85, -1}, 2, "waits for cores that others hold", "waits for a core", bad},
		{hybrid, shares{1.97, .5, 0, .45}, 4, "two cores, two interpreters", "two cores", plain},
		{goroutines, shares{1.05, -1, -1, -1}, 4, "one core, one process", "one core", plain},
		{processes, shares{.5, .4, .1, -1}, 4, "0.5 of a core, four processes", "0.5 of a core", plain},
	} {
		forms, tone := seen(c.way, c.f, 4, c.usable)
		if forms[0] != c.long || forms[len(forms)-1] != c.short || text.Width(c.short) > leastColumn-4 || tone != c.tone {
			t.Errorf("%s %+v: %q, %d; want %q, %q, %d", c.way.Name(), c.f, forms, tone, c.long, c.short, c.tone)
		}
	}
}

func TestShapesOfFewJobs(t *testing.T) {
	if forms, _ := seen(processes, shares{1, 1, 0, -1}, 1, 1); forms[0] != "one core, one process" {
		t.Errorf("%q", forms)
	}
}

func TestValuesAreWrittenWithHalfOfTheirInterval(t *testing.T) {
	figure := func(key string) choice.Figure {
		for _, f := range choice.Figures() {
			if f.Key == key {
				return f
			}
		}
		t.Fatalf("no figure %s", key)
		return choice.Figure{}
	}
	one := func(v float64) stats.Estimate { return stats.Mean([]float64{v}) }
	pm := func(v, half float64) stats.Estimate {
		return stats.Estimate{Mean: v, Low: v - half, High: v + half, N: 5}
	}
	for _, c := range []struct {
		key         string
		e           stats.Estimate
		long, short string
	}{
		{"wall_s", pm(8.12, .05), "8.12 s ±0.05", "8.12 s"},
		{"wall_s", pm(.0142, .001), "14 ms ±1", "14 ms"},
		{"wall_s", pm(.0042, .0003), "4.2 ms ±0.3", "4.2 ms"},
		{"wall_s", pm(.9996, .01), "1.00 s ±0.01", "1.00 s"},
		{"wall_s", pm(42.13, .26), "42.1 s ±0.3", "42.1 s"},
		{"wall_s", pm(312, 4), "312 s ±4", "312 s"},
		{"wall_s", pm(3600, 60), "60.0 min ±1.0", "60.0 min"},
		{"wall_s", one(2), "2.00 s", "2.00 s"},
		{"wall_s", stats.Estimate{}, "–", "–"},
		{"speedup", pm(3.68, .02), "3.68× ±0.02", "3.68×"},
		{"parallelism", pm(1.01, .02), "1.01 of 4 ±0.02", "1.01"},
		{"gil_wait", pm(.74, .02), "74 % ±2", "74 %"},
		{"serial_part", pm(.049, .004), "4.9 % ±0.4", "4.9 %"},
		{"peak_pss_bytes", pm(15<<20, 1<<20), "15.0 MiB ±1.0", "15.0 MiB"},
		{"peak_pss_bytes", pm(580<<20, 3<<20), "580 MiB ±3", "580 MiB"},
		{"peak_pss_bytes", pm(3<<30, 1<<29), "3.0 GiB ±0.5", "3.0 GiB"},
		{"switches_per_s", pm(172, 4), "172/s ±4", "172/s"},
	} {
		got := value(figure(c.key), c.e, 4)
		if got[0] != c.long || got[len(got)-1] != c.short {
			t.Errorf("%s %+v: %q; want %q and %q", c.key, c.e, got, c.long, c.short)
		}
	}
	if got := fitting(value(figure("parallelism"), pm(1.01, .02), 1.5), 12); got != "1.01 ±0.02" {
		t.Errorf("in 12 columns: %q", got)
	}
}

func TestWhatLooksTheSameIsNotTheBest(t *testing.T) {
	s := status(t, []trial.Way{threads, processes}, 3)
	f := choice.Figures()[0]
	if got := best(&s.Table, f); got != 1 {
		t.Errorf("column %d is marked", got)
	}
	for i, mean := range []float64{.0141, .0144} { // "14 ms" both
		s.Table.Columns[i].Wall = stats.Estimate{Mean: mean, Low: mean, High: mean, N: 5}
	}
	if got := best(&s.Table, f); got != -1 {
		t.Errorf("column %d is marked though both read the same", got)
	}
}

func TestBarsAreOfAllThatThereIs(t *testing.T) {
	s := status(t, []trial.Way{threads, processes}, 3)
	for _, f := range choice.Figures() {
		got := level(f, f.Of(&s.Table.Columns[0]), &s.Table)
		want := map[string]float64{"wall_s": 1, "parallelism": .2525, "gil_wait": .74, "peak_pss_bytes": 15. / 44}
		if w, ok := want[f.Key]; ok && (got < w-.01 || got > w+.01) {
			t.Errorf("%s: %.3f, want %.3f", f.Key, got, w)
		}
	}
}

func TestHowLongTheRestTakes(t *testing.T) {
	three := []trial.Way{threads, interpreters, processes} // 8.1 s, 2.3 s, 2.2 s
	for _, c := range []struct {
		name  string
		s     Status
		gone  time.Duration
		want  float64 // seconds
		known bool
	}{
		{"the last of all", goingOnAt(status(t, three, 4), Trying, 2, 5, nil), second, 1.2, true},
		{"a round and the rest of one", goingOnAt(status(t, three, 3), Trying, 1, 4, nil), 0, 4.5 + 12.6, true},
		{"longer than before", goingOnAt(status(t, three, 4), Trying, 2, 5, nil), time.Minute, 0, true},
		{"the first run", goingOnAt(status(t, three, -1), Warming, 0, 0, nil), second, 0, false},
		{"over", status(t, three, 5), 0, 0, false},
		{"without one that failed", goingOnAt(failing(status(t, three, 3), 0, "x"), Trying, 1, 4, nil), 0, 4.5 + 4.5, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, known := remaining(&c.s, c.gone)
			if known != c.known || got.Seconds() < c.want-.1 || got.Seconds() > c.want+.1 {
				t.Errorf("%v, %v; want %v s, %v", got, known, c.want, c.known)
			}
		})
	}
	warm := goingOnAt(status(t, three, -1), Warming, 2, 0, nil)
	warm.Record.Trials = []trial.Trial{tried(threads, 0), tried(interpreters, 0)}
	if got := lasts(&warm, second); got != "The warm-up takes about 5.0 s more." {
		t.Errorf("%q", got)
	}
}

func TestWhatIsDoneIsSaid(t *testing.T) {
	three := []trial.Way{threads, interpreters, processes}
	at := func(d Doing, way, round int) Status { return goingOnAt(status(t, three, 1), d, way, round, nil) }
	stopped, ended := status(t, three, 2), status(t, three, 2)
	stopped.Err = errors.New("no space left on device")
	ended.Record.Reason = "interrupted"
	for _, c := range []struct {
		s            Status
		phase, doing string
	}{
		{at(Waiting, -1, 0), "waiting", "It begins when the other comparison is over."},
		{at(Starting, 1, 0), "measuring start-up", "It measures what empty jobs cost to start: interpreters, 2 of 3."},
		{at(Warming, 0, 0), "warm-up", "A warm-up, which counts for nothing: threads, 1 of 3."},
		{at(Trying, 2, 3), "round 3 of 5", "Round 3 of 5: processes, 3 of 3."},
		{at(Trying, 2, 7), "round 7 of 7", "Round 7 of 7: processes, 3 of 3."},
		{status(t, three, 5), "5 rounds", ""},
		{stopped, "stopped", ""},
		{ended, "ended early", "It was ended early: interrupted."},
	} {
		if p, d := phase(&c.s), doing(&c.s); p != c.phase || d != c.doing {
			t.Errorf("%q, %q; want %q, %q", p, d, c.phase, c.doing)
		}
	}
}

func TestTheTimeAxisGrowsInSteps(t *testing.T) {
	for d, want := range map[time.Duration]time.Duration{
		0: 100 * milli, 90 * milli: 100 * milli, 1010 * milli: 1200 * milli, 4 * second: 4 * second, 4001 * milli: 5 * second,
		9 * second: 10 * second, 61 * second: 80 * second, 900 * second: 1000 * second,
	} {
		if got := nice(d); got != want {
			t.Errorf("%v: %v, want %v", d, got, want)
		}
	}
}

func TestTheFirstRunHasATimeAxisOfItsOwn(t *testing.T) {
	feed := runner.NewFeed()
	feed.Put(ran(threads, 1300*milli, false))
	now := goingOnAt(status(t, []trial.Way{threads, processes}, -1), Warming, 0, 0, feed)
	s := shown(options(now), 140, 42)
	s.hears(now)
	if got := s.span(); got != 1500*milli {
		t.Errorf("%v", got)
	}
}

func TestAllColumnsHaveTheTimeAxisOfTheLongest(t *testing.T) {
	feed := runner.NewFeed()
	feed.Put(ran(threads, second, false))
	now := goingOnAt(status(t, []trial.Way{threads, processes}, 2), Trying, 0, 3, feed)
	s := shown(options(now), 140, 42)
	s.hears(now)
	if got := s.span(); got < 8*second || got > 9*second {
		t.Errorf("%v while threads run again: the axis must not shrink to what they have run by now", got)
	}
}

func TestTheTimeOfAComparison(t *testing.T) {
	s := status(t, []trial.Way{threads, processes}, 2)
	if got := elapsed(&s, frametest.Began.Add(time.Hour)); got < 8*second || got > 9*second {
		t.Errorf("%v of one that is over: it stands still", got)
	}
	s.Doing = Trying
	if got := elapsed(&s, frametest.Began.Add(time.Minute)); got != time.Minute {
		t.Errorf("%v of one that goes on", got)
	}
	s.Doing = Waiting
	if got := elapsed(&s, frametest.Began.Add(time.Minute)); got != 0 {
		t.Errorf("%v of one that has not begun", got)
	}
}
