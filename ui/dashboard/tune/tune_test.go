package tune

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"parallax/monitor/verdict/trial"
	"parallax/monitor/verdict/tuning"
	"parallax/runner"
	"parallax/ui/dashboard"
	"parallax/ui/dashboard/compare"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var usual = []int{1, 2, 3, 4, 6, 8, 12, 16}

// shapes are loads of hybrid.
func shapes() []trial.Way { return tuning.Sweep(runner.Hybrid, 16, 2) }

func TestScreens(t *testing.T) {
	over := status(t, ways(usual...), 3)
	feed := func() compare.Feed {
		f := runner.NewFeed()
		f.Put(ran(t, 3, 1200*time.Millisecond, false))
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
			s.opts.Sweep.Watch(ctx, func() { s.Update(news{}); stop() })
			s.golden(t, name)
		})
	}
}

func TestKeys(t *testing.T) {
	over := status(t, ways(usual...), 3)
	s := shown(over, 140, 42)
	if s.place.Load != 3 {
		t.Fatalf("load %d is in focus, want the recommended one", s.place.Load)
	}
	s.press("right", "down", "l", "left")
	if s.press("enter"); !s.quit || s.open != "run-8-3" {
		t.Errorf("quit %v, opens %q", s.quit, s.open)
	}
	s = shown(over, 140, 42)
	s.press("+", "w")
	s.says(t, true, "wrote the report to report.html")
	if s.course.asked != 3 {
		t.Errorf("%d rounds were asked for", s.course.asked)
	}
	s.opts.Report = func() (string, error) { return "", errors.New("no space left on device") }
	s.press("w")
	s.says(t, true, "no report: no space left on device")
	s.opts.Report = nil
	s.press("left")
	s.says(t, false, "write report")
	s.press("?")
	s.says(t, true, "three more rounds")
	s.press("esc")
	before := s.theme.Name
	if s.press("t"); s.theme.Name == before || s.place.Theme.Name != s.theme.Name {
		t.Errorf("theme %s", s.theme.Name)
	}
	if s.press("q"); !s.quit {
		t.Error("q does not quit though nothing goes on")
	}
}

func TestQuittingAsksWhileSomethingIsMeasured(t *testing.T) {
	for _, c := range []struct {
		keys        string
		quit, ctrlC bool
	}{
		{"q", false, false},
		{"q s", false, false},
		{"q c", true, false},
		{"ctrl+c ctrl+c", true, true},
		{"? q c", true, false},
	} {
		s := shown(trying(status(t, ways(1, 2, 4), 1), compare.Trying, 1, 2, nil), 80, 24)
		s.press(strings.Fields(c.keys)...)
		if s.quit != c.quit || s.interrupted != c.ctrlC {
			t.Errorf("%s: quit %v, interrupted %v", c.keys, s.quit, s.interrupted)
		}
	}
}

func TestTheFocusFollowsWhatIsTriedUntilTheUserChooses(t *testing.T) {
	s := shown(trying(status(t, ways(1, 2, 4), 1), compare.Trying, 1, 2, nil), 80, 24)
	if s.place.Load != 1 {
		t.Fatalf("load %d is in focus", s.place.Load)
	}
	s.press("left")
	s.Update(news{})
	if s.place.Load != 0 || !s.place.Chosen {
		t.Errorf("%+v", s.place)
	}
}

func TestAClickChoosesALoad(t *testing.T) {
	s := shown(status(t, ways(usual...), 3), 140, 42)
	l := s.layout()
	click := func(x, y int) {
		s.Update(tea.MouseMsg{X: x, Y: y, Button: tea.MouseButtonLeft, Action: tea.MouseActionPress})
	}
	if click(s.chart(l.chart).center(6), l.chart.y+3); s.place.Load != 6 {
		t.Errorf("by the chart load %d", s.place.Load)
	}
	if click(5, l.table.y+2); s.place.Load != 1 {
		t.Errorf("by the table load %d", s.place.Load)
	}
	if click(5, l.table.y); s.place.Load != 1 {
		t.Errorf("by the heading load %d", s.place.Load)
	}
}

func TestALongRecommendationScrolls(t *testing.T) {
	s := shown(status(t, ways(usual...), 3), 60, 16)
	s.says(t, true, "Use -j 4")
	for range 30 {
		s.press("pgdown")
	}
	s.says(t, true, "above")
	s.says(t, false, "Use -j 4")
}

func TestNothingIsRecommendedBeforeARoundIsOver(t *testing.T) {
	s := shown(trying(status(t, ways(1, 2, 4), 0), compare.Trying, 1, 1, nil), 80, 24)
	s.says(t, false, "nconclusive")
	s.says(t, false, "Use")
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
		s := shown(of, rapid.IntRange(minWidth, 220).Draw(t, "w"), rapid.IntRange(minHeight, 70).Draw(t, "h"))
		for range rapid.IntRange(0, 6).Draw(t, "keys") {
			s.press(rapid.SampledFrom([]string{"left", "right", "pgdown", "pgup", "t", "?", "esc"}).Draw(t, "key"))
		}
		s.rows(t)
	})
}

func TestASmallTerminalIsToldSo(t *testing.T) {
	s := shown(status(t, ways(1, 2), 1), 59, 16)
	if got := s.View(); !strings.Contains(got, "needs 60 x 16") {
		t.Error(got)
	}
	s.press("right", "q")
}

// typing is a keyboard that a test types on.
func typing(t *testing.T, keys string) io.Reader {
	r, w := io.Pipe()
	t.Cleanup(func() { _ = w.Close() })
	go func() { _, _ = io.WriteString(w, keys) }() // fails only when the screen has ended before
	return r
}

func TestRunReturnsWhatIsToBeOpened(t *testing.T) {
	o := options(course(status(t, ways(usual...), 3)))
	o.In, o.Out = typing(t, "l\r"), &bytes.Buffer{}
	res, err := Run(t.Context(), o)
	if err != nil || res.Open != "run-6-3" || res.At.Load != 4 || !res.At.Chosen {
		t.Errorf("%+v, %v", res, err)
	}
}

func TestRunTellsOfAnInterruptAndEndsWithItsContext(t *testing.T) {
	busy := trying(status(t, ways(1, 2, 4), 1), compare.Trying, 1, 2, runner.NewFeed())
	o := options(course(busy))
	o.In, o.Out = typing(t, "\x03\x03"), &bytes.Buffer{}
	if _, err := Run(t.Context(), o); !errors.Is(err, dashboard.ErrInterrupted) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	o.In = typing(t, "")
	if res, err := Run(ctx, o); err != nil || res.Open != "" {
		t.Errorf("%+v, %v", res, err)
	}
}
