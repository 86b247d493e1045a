package tune

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"parallax/monitor/verdict/trial"
	"parallax/monitor/verdict/tuning"
	"parallax/runner"
	"parallax/ui/dashboard"
	"parallax/ui/dashboard/compare"
	"parallax/ui/dashboard/frame"
	"parallax/ui/dashboard/frame/frametest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var usual = []int{1, 2, 3, 4, 6, 8, 12, 16}

// shapes are loads of hybrid.
func shapes() []trial.Way { return tuning.Sweep(runner.Hybrid, 16, 2) }

func TestScreens(t *testing.T) {
	over := status(t, ways(usual...), 3)
	feed := func() compare.Feed {
		f := runner.NewFeed()
		f.Put(ran(3, 1200*time.Millisecond, false))
		return f
	}
	mid := func() compare.Status {
		return trying(status(t, ways(usual...), 1), compare.Trying, 3, 2, feed())
	}
	warming := func() compare.Status {
		return trying(status(t, ways(usual...), -1), compare.Warming, 2, 0, feed())
	}
	failed := changed(over, func(x *trial.Trial) {
		if x.Workers == 16 {
			x.Error = "primes.py 7 failed: MemoryError"
		}
	})
	doubted := changed(over, func(x *trial.Trial) {
		x.WaitCore = x.CPU
		if x.Workers == 3 || x.Workers == 8 {
			x.Foreign = 1.7
		}
	})
	noisy := changed(over, func(x *trial.Trial) { x.Wall *= 1 + .35*float64((x.Round*7+x.Workers*3)%5) })
	for _, c := range []struct {
		name string
		of   func() compare.Status
		w, h int
	}{
		{"over", func() compare.Status { return over }, 140, 42},
		{"over", func() compare.Status { return over }, 80, 24},
		{"over", func() compare.Status { return over }, 200, 60},
		{"over", func() compare.Status { return over }, 60, 16},
		{"mid", mid, 140, 42},
		{"mid", mid, 80, 24},
		{"mid", mid, 60, 16},
		{"warm-up", warming, 140, 42},
		{"failed", func() compare.Status { return failed }, 80, 24},
		{"doubted", func() compare.Status { return doubted }, 140, 42},
		{"noisy", func() compare.Status { return noisy }, 80, 24},
		{"hybrid", func() compare.Status { return status(t, shapes(), 3) }, 140, 42},
		{"two", func() compare.Status { return status(t, ways(1, 2), 3) }, 80, 24},
	} {
		name := fmt.Sprintf("%s-%dx%d", c.name, c.w, c.h)
		t.Run(name, func(t *testing.T) {
			s := shown(c.of(), c.w, c.h)
			ctx, stop := context.WithCancel(t.Context())
			s.opts.Sweep.Watch(ctx, func() { s.Tell(frame.News{}); stop() })
			s.Golden(t, name)
		})
	}
}

func TestKeys(t *testing.T) {
	over := status(t, ways(usual...), 3)
	s := shown(over, 140, 42)
	if s.place.Load != 3 {
		t.Fatalf("load %d is in focus, want the recommended one", s.place.Load)
	}
	s.Press("right", "down", "l", "left")
	if s.Press("enter"); !s.Quit || s.open != "run-8-3" {
		t.Errorf("quit %v, opens %q", s.Quit, s.open)
	}
	s = shown(over, 140, 42)
	s.Press("+", "w")
	s.Says(t, "wrote the report to report.html")
	if s.course.Asked() != 3 {
		t.Errorf("%d rounds were asked for", s.course.Asked())
	}
	s.opts.Report = func() (string, error) { return "", errors.New("no space left on device") }
	s.Press("w")
	s.Says(t, "no report: no space left on device")
	s.opts.Report = nil
	s.Press("left")
	s.SaysNot(t, "write report")
	s.Press("?")
	s.Says(t, "three more rounds")
	s.Press("esc")
	before := s.Theme.Name
	if s.Press("t"); s.Theme.Name == before || s.result().At.Theme.Name != s.Theme.Name {
		t.Errorf("theme %s", s.Theme.Name)
	}
	if s.Press("q"); !s.Quit {
		t.Error("q does not quit though nothing goes on")
	}
}

func TestQuittingAsksWhileSomethingIsMeasured(t *testing.T) {
	s := shown(trying(status(t, ways(1, 2, 4), 1), compare.Trying, 1, 2, nil), 80, 24)
	s.Press("q")
	if s.Says(t, "The sweep goes on: round 2 of 3."); s.Quit {
		t.Error("it does not wait for the answer")
	}
	if s.Press("c"); !s.Quit {
		t.Error("c does not quit")
	}
}

func TestTheFocusFollowsWhatIsTriedUntilTheUserChooses(t *testing.T) {
	s := shown(trying(status(t, ways(1, 2, 4), 1), compare.Trying, 1, 2, nil), 80, 24)
	if s.place.Load != 1 {
		t.Fatalf("load %d is in focus", s.place.Load)
	}
	s.Press("left")
	s.Tell(frame.News{})
	if s.place.Load != 0 || !s.place.Chosen {
		t.Errorf("%+v", s.place)
	}
}

func TestAClickChoosesALoad(t *testing.T) {
	s := shown(status(t, ways(usual...), 3), 140, 42)
	l := s.layout()
	if s.ClickAt(s.chart(l.chart).center(6), l.chart.Y+3); s.place.Load != 6 {
		t.Errorf("by the chart load %d", s.place.Load)
	}
	if s.ClickAt(5, l.table.Y+2); s.place.Load != 1 {
		t.Errorf("by the table load %d", s.place.Load)
	}
	if s.ClickAt(5, l.table.Y); s.place.Load != 1 {
		t.Errorf("by the heading load %d", s.place.Load)
	}
}

func TestALongRecommendationScrolls(t *testing.T) {
	s := shown(status(t, ways(usual...), 3), 60, 16)
	s.Says(t, "Use -j 4")
	for range 30 {
		s.Press("pgdown")
	}
	s.Says(t, "above")
	s.SaysNot(t, "Use -j 4")
}

func TestNothingIsRecommendedBeforeARoundIsOver(t *testing.T) {
	s := shown(trying(status(t, ways(1, 2, 4), 0), compare.Trying, 1, 1, nil), 80, 24)
	s.SaysNot(t, "nconclusive")
	s.SaysNot(t, "Use")
}

func TestTheChartKeepsItsScale(t *testing.T) {
	for want, v := range map[float64]float64{4: 3.2, 1: 1, 1.5: 1.2, 10: 8.4, 20: 16, 5: 4.0001, 0.5: 0.5} {
		if got := upwards(v); got != want {
			t.Errorf("%v up to %v, want %v", v, got, want)
		}
	}
	c := &chart{cores: 4, base: 2, w: 80, h: 20, points: []point{{workers: 2}, {workers: 4}, {workers: 16}}}
	for n, want := range map[float64]float64{2: 1, 3: 1.5, 4: 2, 16: 2} {
		if got := c.ideal(n); got != want {
			t.Errorf("ideal of %v over 2: %v, want %v", n, got, want)
		}
	}
	for i, p := range c.points {
		if n, ok := c.workersAt(float64(c.center(i))); !ok || n != p.workers {
			t.Errorf("at the column of %v: %v", p.workers, n)
		}
	}
	if n, _ := c.workersAt(float64(c.center(1)+c.center(2)) / 2); n != 10 {
		t.Errorf("half-way between 4 and 16: %v", n)
	}
	if _, ok := c.workersAt(0); ok {
		t.Error("a number left of the first load")
	}
	if low, high := c.row(0, 2), c.row(2, 2); low != float64(c.rows()-1) || high != 0 {
		t.Errorf("rows %v and %v", low, high)
	}
}

func TestTheScreenIsWholeInAnyTerminal(t *testing.T) {
	over, mixed := status(t, ways(usual...), 3), status(t, shapes(), 2)
	many := status(t, ways(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16), 1)
	rapid.Check(t, func(t *rapid.T) {
		of := rapid.SampledFrom([]compare.Status{over, mixed, many}).Draw(t, "of")
		s := shown(of, rapid.IntRange(frame.MinWidth, 220).Draw(t, "w"), rapid.IntRange(frame.MinHeight, 70).Draw(t, "h"))
		for range rapid.IntRange(0, 6).Draw(t, "keys") {
			s.Press(rapid.SampledFrom([]string{"left", "right", "pgdown", "pgup", "t", "?", "esc"}).Draw(t, "key"))
		}
		s.Rows(t)
	})
}

func TestActionsOfTheScreenHaveTheKeysOfTheUser(t *testing.T) {
	c := frametest.NewCourse(status(t, ways(usual...), 3))
	o := options(c)
	o.Keys = map[string][]string{"write_report": {"W"}, "more_rounds": {"3"}}
	s := frametest.On(newModel(o), 140, 42)
	s.Press("w", "+")
	if s.SaysNot(t, "wrote"); c.Asked() != 0 {
		t.Error("the keys that the actions had before still work")
	}
	s.Press("3", "W")
	if s.Says(t, "wrote the report"); c.Asked() != 3 {
		t.Errorf("%d rounds were asked for", c.Asked())
	}
	s.Press("?")
	s.Says(t, "write_report")
	s.Says(t, "more_rounds")
}

func TestRunReturnsWhatIsToBeOpened(t *testing.T) {
	o := options(frametest.NewCourse(status(t, ways(usual...), 3)))
	o.In, o.Out = frametest.Typing(t, "l\r"), &bytes.Buffer{}
	res, err := Run(t.Context(), o)
	if err != nil || res.Open != "run-6-3" || res.At.Load != 4 || !res.At.Chosen {
		t.Errorf("%+v, %v", res, err)
	}
}

func TestRunTellsOfAnInterruptAndEndsWithItsContext(t *testing.T) {
	busy := trying(status(t, ways(1, 2, 4), 1), compare.Trying, 1, 2, runner.NewFeed())
	o := options(frametest.NewCourse(busy))
	o.In, o.Out = frametest.Typing(t, "\x03\x03"), &bytes.Buffer{}
	if _, err := Run(t.Context(), o); !errors.Is(err, dashboard.ErrInterrupted) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	o.In = frametest.Typing(t, "")
	if res, err := Run(ctx, o); err != nil || res.Open != "" {
		t.Errorf("%+v, %v", res, err)
	}
}
