package compare

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/muesli/termenv"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"parallax/monitor/verdict/trial"
	"parallax/runner"
	"parallax/themes"
	"parallax/ui/dashboard/frame"
	"parallax/ui/dashboard/frame/frametest"
	"parallax/ui/dashboard/keys"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestEnterOpensTheNewestRunOfTheColumnInFocus(t *testing.T) {
	s := shown(options(status(t, all, 5)), 140, 42)
	s.Press("right", "right", "right", "enter")
	if got := s.result(); !s.Quit || got.Open != "processes-5" || got.Act != 0 {
		t.Errorf("quit %v, %+v", s.Quit, got)
	}
}

func TestAnEarlierRoundIsOpened(t *testing.T) {
	s := shown(options(status(t, all, 5)), 140, 42)
	s.Press("right", "up", "up")
	s.Says(t, "round 3: 8.12 s")
	s.Says(t, "open round 3")
	s.Press("up", "up", "up", "up", "up", "up")
	s.Says(t, "warm-up: 8.12 s")
	s.Press("down", "enter")
	if got := s.result().Open; got != "threads-1" {
		t.Errorf("opened %q", got)
	}
	back := s.result().At
	o := options(status(t, all, 5))
	o.At = back
	if again := shown(o, 140, 42); again.chosen() != "threads-1" {
		t.Errorf("one comes back to %q", again.chosen())
	}
}

func TestARunThatGoesOnIsOpened(t *testing.T) {
	s := shown(options(goingOnAt(status(t, all, 1), Trying, 2, 2, runner.NewFeed())), 140, 42)
	s.Press("l", "l")
	s.Says(t, "open run")
	s.Press("enter")
	if got := s.result().Open; got != "live" {
		t.Errorf("opened %q", got)
	}
}

func TestTheDialogClosesWhenNothingIsMeasuredAnyMore(t *testing.T) {
	busy := goingOnAt(status(t, all, 1), Trying, 2, 2, nil)
	s := shown(options(busy), 140, 42)
	s.Press("q")
	s.Says(t, "The comparison goes on: round 2 of 5.")
	s.hears(status(t, all, 5))
	s.SaysNot(t, "The comparison goes on")
}

func TestTheScreenFollowsTheComparisonThatGoesOnUntilTheUserChooses(t *testing.T) {
	waiting := status(t, all, -1)
	waiting.Doing = Waiting
	first, second := goingOnAt(status(t, all, 1), Trying, 2, 2, nil), waiting
	s := shown(options(first, second), 140, 42)
	second.Doing, second.Way = Warming, 0
	s.hears(status(t, all, 5), second)
	if s.place.Act != 1 {
		t.Fatalf("act %d is shown", s.place.Act)
	}
	s.Press("tab")
	s.hears(status(t, all, 5), second)
	if s.place.Act != 0 {
		t.Errorf("the user's choice was taken back")
	}
	if at := s.result().At; !at.Chosen || at.Act != 0 {
		t.Errorf("%+v", at)
	}
}

func TestMoreRoundsAreAskedFor(t *testing.T) {
	o := options(status(t, all, 5))
	s := shown(o, 140, 42)
	s.Press("+", "=")
	if n := o.Acts[0].Course.(*frametest.Course[Status]).Asked(); n != 10 {
		t.Errorf("%d rounds were asked for", n)
	}
	read := status(t, all, 5)
	for i := range read.Newest {
		read.Newest[i].Feed = nil
	}
	o = options(read)
	s = shown(o, 140, 42)
	s.SaysNot(t, "more rounds")
	if s.Press("+"); o.Acts[0].Course.(*frametest.Course[Status]).Asked() != 0 {
		t.Error("rounds were asked for of a comparison that was read from disk")
	}
}

func TestReportAndTraceAreWrittenAndSaidWhere(t *testing.T) {
	o := options(status(t, all, 5))
	s := shown(o, 140, 42)
	s.Press("right", "w")
	s.Says(t, "wrote the report to report.html")
	s.Press("e")
	s.Says(t, "wrote the trace to threads-5.json")
	s.opts.Report = func(int) (string, error) { return "", errors.New("no space left on device") }
	s.Press("w")
	s.Says(t, "no report: no space left on device")
	s.opts.Report, s.opts.Export = nil, nil
	s.Press("left")
	s.SaysNot(t, "write report")
	s.SaysNot(t, "export trace")
}

func TestColumnsScroll(t *testing.T) {
	s := shown(options(status(t, all, 5)), 80, 24)
	s.Says(t, "4–6 of 6") // goroutines, which are recommended
	s.Press("h", "h", "h", "h", "h", "h")
	s.Says(t, "1–3 of 6")
	s.Press("right", "right", "right")
	s.Says(t, "2–4 of 6")
	s.Says(t, "processes")
	s.Press("l", "l", "l", "l")
	s.Says(t, "4–6 of 6")
	s.Press("h", "h", "h", "h", "h", "h")
	s.Says(t, "1–3 of 6")
}

func TestAClickChoosesAColumn(t *testing.T) {
	s := shown(options(status(t, all, 5)), 80, 24)
	s.Press("h", "h", "h", "h", "right") // 2 to 4 are shown
	l := s.model.layout()
	s.ClickAt(l.column(1).X+2, l.boxes.Y+1)
	if s.place.Column != 2 {
		t.Errorf("column %d is in focus", s.place.Column)
	}
}

func TestALongVerdictScrolls(t *testing.T) {
	s := shown(options(status(t, all, 5)), 80, 24)
	s.Says(t, "Use goroutines.")
	s.Says(t, " more   pgdown")
	for range 40 {
		s.Press("pgdown")
	}
	s.Says(t, "above")
	s.Says(t, "In a Python without a GIL")
	s.SaysNot(t, "Use goroutines.")
	for range 40 {
		s.Press("pgup")
	}
	s.Says(t, "Use goroutines.")
}

func TestHelpListsTheKeysThatWork(t *testing.T) {
	s := shown(options(status(t, all, 5)), 140, 42)
	s.Press("?")
	s.Says(t, "five more rounds of every way")
	s.Press("esc")
	s.SaysNot(t, "five more rounds of every way")
}

func TestKeysOfTheUserWork(t *testing.T) {
	o := options(status(t, all, 5))
	o.Keys = map[string][]string{"open": {"o"}, "right": {"w"}, "theme": {"l"}}
	s := shown(o, 140, 42)
	s.Says(t, "o open run")
	s.Press("w", "enter")
	if s.place.Column != 1 || s.Quit {
		t.Errorf("column %d, quit %v", s.place.Column, s.Quit)
	}
	if s.Press("l"); s.Theme.Name == o.Theme.Name {
		t.Error("a key that the user gave to something else still does what it did")
	}
	if s.Press("o"); s.result().Open != "threads-5" {
		t.Errorf("opened %q", s.result().Open)
	}
}

func TestWhatIsWrittenHasTheKeysOfTheUser(t *testing.T) {
	o := options(status(t, all, 5))
	o.Keys = map[string][]string{"write_report": {"W"}, "export_trace": {"f5"}, "more_rounds": {"5"}}
	s := shown(o, 140, 42)
	s.Says(t, "W write report   f5 export trace   5 5 more rounds")
	if s.Press("w", "e", "+"); o.Acts[0].Course.(*frametest.Course[Status]).Asked() != 0 {
		t.Error("the keys that the actions had before still work")
	}
	s.SaysNot(t, "wrote")
	s.Press("W")
	s.Says(t, "wrote the report")
	if s.Press("5"); o.Acts[0].Course.(*frametest.Course[Status]).Asked() != 5 {
		t.Error("no rounds were asked for")
	}
	s.Press("?")
	for _, name := range []string{"write_report", "export_trace", "more_rounds"} {
		s.Says(t, name)
	}
}

func TestTheScreenKnowsAllActionsOfComparisons(t *testing.T) {
	s := shown(options(status(t, all, 5)), 140, 42)
	for _, a := range keys.Actions() {
		if has, want := s.Keys.Show(keys.Action(a.Name)) != "", a.Context != keys.Run; has != want {
			t.Errorf("%s, of %q: known %v, want %v", a.Name, a.Context, has, want)
		}
	}
}

func TestTheThemeComesBackWithTheUser(t *testing.T) {
	o := options(status(t, all, 5))
	s := shown(o, 140, 42)
	s.Press("t")
	o.At = s.result().At
	if again := shown(o, 140, 42); again.Theme.Name != s.Theme.Name || s.Theme.Name == o.Theme.Name {
		t.Errorf("theme %s, then %s", s.Theme.Name, again.Theme.Name)
	}
}

// Whatever is shown in whatever size and colours, no row is too long, none is missing, and there is always
// a way out.
func TestEveryRowFits(t *testing.T) {
	stages := []Status{
		status(t, all, 5), status(t, all[1:4], 3), status(t, all[:1], 1), status(t, all, -1),
		failing(status(t, all, 5), 1, "プライム.2 failed: 素数が見つかりません "+strings.Repeat("x", 300)),
		goingOnAt(status(t, all, 2), Trying, 3, 3, nil), goingOnAt(status(t, all, -1), Starting, 1, 0, nil),
		{Way: -1},
	}
	stages[1].Record.Title = "素数を数える.py ×4 " + strings.Repeat("長い", 60)
	stages[2].Err = errors.New("write comparison.ndjson: no space left on device\n\x1b[31mor so")
	profiles := []termenv.Profile{termenv.TrueColor, termenv.ANSI, termenv.Ascii}
	set := themes.All(nil)
	rapid.Check(t, func(rt *rapid.T) {
		o := options(stages[rapid.IntRange(0, len(stages)-1).Draw(rt, "first")], stages[rapid.IntRange(0, len(stages)-1).Draw(rt, "second")])
		o.Theme = set[rapid.IntRange(0, len(set)-1).Draw(rt, "theme")]
		o.Styles = frametest.Options(rapid.SampledFrom(profiles).Draw(rt, "colours")).Styles
		s := shown(o, rapid.IntRange(frame.MinWidth, 220).Draw(rt, "width"), rapid.IntRange(frame.MinHeight, 70).Draw(rt, "height"))
		for _, k := range rapid.SliceOfN(rapid.SampledFrom([]string{"left", "right", "up", "down", "tab", "pgdown", "pgup", "t", "?", "esc", "q", "s", "+", "w"}), 0, 12).Draw(rt, "keys") {
			s.Press(k)
		}
		s.Rows(rt)
	})
}

// Without colours jobs are told apart by letters, and the best values by their marks.
func TestWithoutColours(t *testing.T) {
	o := options(status(t, []trial.Way{threads, processes}, 5))
	o.Styles = frametest.Options(termenv.Ascii).Styles
	s := shown(o, 140, 42)
	s.Says(t, "AAAA")
	s.Says(t, "✓ 2.20 s")
	s.Golden(t, "mono-140x42")
	o.Styles = func(th themes.Theme) themes.Styles {
		st := themes.New(th, termenv.Ascii)
		return st.WithASCII()
	}
	shown(o, 140, 42).Says(t, "+ 2.20 s")
}

// What was folded of a run's events is not lost when another run is opened meanwhile.
func TestTheFoldedRunsOutliveTheScreen(t *testing.T) {
	feed := runner.NewFeed()
	evs := ran(threads, 2*second, false)
	feed.Put(evs[:len(evs)/2])
	now := goingOnAt(status(t, all[1:3], -1), Warming, 0, 0, feed)
	o := options(now)
	s := shown(o, 140, 42)
	s.hears(now)
	half := s.state(0).Elapsed(0)
	feed.Put(evs[len(evs)/2:])
	s.course().inbox.put(now, taken(&now)) // came when the screen was about to end
	if err := s.Take(); err != nil {
		t.Fatal(err)
	}
	o.At = s.result().At
	st := shown(o, 140, 42).state(0)
	if st == nil || st.Elapsed(0) != 2*time.Second || half >= st.Elapsed(0) {
		t.Errorf("%v and then %v", half, st.Elapsed(0))
	}
}

// Before every way has a trial that counts nothing is recommended: those that come first would be.
func TestNothingIsRecommendedBeforeAllWereTried(t *testing.T) {
	now := goingOnAt(status(t, all[1:4], 0), Trying, 2, 1, nil)
	now.Record.Rounds, now.Record.Why = 3, "3 rounds: one takes 13 s"
	now.Record.Trials = append(now.Record.Trials, tried(threads, 1), tried(interpreters, 1))
	judge(&now)
	if !now.Verdict.Conclusive() {
		t.Fatalf("the test needs a verdict of two ways: %+v", now.Verdict)
	}
	s := shown(options(now), 140, 42)
	s.SaysNot(t, "✓ inter")
	s.SaysNot(t, "So far")
	s.Says(t, "3 rounds: one takes 13 s")
}

func TestWhatIsNoLongerShownIsForgotten(t *testing.T) {
	feed := runner.NewFeed()
	feed.Put(ran(threads, second, false))
	now := goingOnAt(status(t, all[1:3], -1), Warming, 0, 0, feed)
	s := shown(options(now), 140, 42)
	s.hears(now)
	if n := len(s.course().states); n != 1 {
		t.Fatalf("%d runs were folded", n)
	}
	over := now
	over.Newest = append([]Shown(nil), now.Newest...)
	over.Newest[0].State = frametest.Fold(t, ran(threads, second, true))
	feed.Put(ran(threads, second, false))
	if evs := taken(&over); len(evs) != 0 {
		t.Errorf("events of %d runs were taken though all are over", len(evs))
	}
	s.hears(over)
	if n := len(s.course().states); n != 0 {
		t.Errorf("%d runs are kept though all are over", n)
	}
}
