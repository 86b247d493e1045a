package compare

import (
	"errors"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"parallax/monitor/verdict/trial"
	"parallax/runner"
	"parallax/themes"
	"parallax/ui/text"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestEnterOpensTheNewestRunOfTheColumnInFocus(t *testing.T) {
	s := shown(options(status(t, all, 5)), 140, 42)
	s.press("right", "right", "right", "enter")
	if got := s.result(); !s.quit || got.Open != "processes-5" || got.Act != 0 {
		t.Errorf("quit %v, %+v", s.quit, got)
	}
}

func TestAnEarlierRoundIsOpened(t *testing.T) {
	s := shown(options(status(t, all, 5)), 140, 42)
	s.press("right", "up", "up")
	s.says(t, "round 3: 8.12 s")
	s.says(t, "open round 3")
	s.press("up", "up", "up", "up", "up", "up")
	s.says(t, "warm-up: 8.12 s")
	s.press("down", "enter")
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
	s.press("l", "l")
	s.says(t, "open run")
	s.press("enter")
	if got := s.result().Open; got != "live" {
		t.Errorf("opened %q", got)
	}
}

func TestQuitting(t *testing.T) {
	over := func() *screen { return shown(options(status(t, all, 5)), 140, 42) }
	busy := func() *screen {
		return shown(options(goingOnAt(status(t, all, 1), Trying, 2, 2, runner.NewFeed())), 140, 42)
	}
	for _, c := range []struct {
		name        string
		on          *screen
		keys        []string
		quit, ctrlC bool
	}{
		{"of what is over", over(), []string{"q"}, true, false},
		{"of what is over, by ctrl+c", over(), []string{"ctrl+c"}, true, false},
		{"asks", busy(), []string{"q"}, false, false},
		{"is taken back", busy(), []string{"q", "s", "right"}, false, false},
		{"is taken back by q", busy(), []string{"q", "q"}, false, false},
		{"is confirmed", busy(), []string{"q", "c"}, true, false},
		{"twice ctrl+c", busy(), []string{"ctrl+c", "ctrl+c"}, true, true},
		{"from the help", busy(), []string{"?", "q", "c"}, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.on.press(c.keys...)
			if c.on.quit != c.quit || c.on.interrupted != c.ctrlC || c.on.open != "" {
				t.Errorf("quit %v, interrupted %v, opens %q", c.on.quit, c.on.interrupted, c.on.open)
			}
		})
	}
}

func TestTheDialogClosesWhenNothingIsMeasuredAnyMore(t *testing.T) {
	busy := goingOnAt(status(t, all, 1), Trying, 2, 2, nil)
	s := shown(options(busy), 140, 42)
	s.press("q")
	s.says(t, "The comparison goes on: round 2 of 5.")
	s.folded.inbox.put(0, status(t, all, 5), nil)
	s.Update(news{})
	s.saysNot(t, "The comparison goes on")
}

func TestTheScreenFollowsTheComparisonThatGoesOnUntilTheUserChooses(t *testing.T) {
	waiting := status(t, all, -1)
	waiting.Doing = Waiting
	first, second := goingOnAt(status(t, all, 1), Trying, 2, 2, nil), waiting
	s := shown(options(first, second), 140, 42)
	tell := func(a, b Status) {
		s.folded.inbox.put(0, a, nil)
		s.folded.inbox.put(1, b, nil)
		s.Update(news{})
	}
	second.Doing, second.Way = Warming, 0
	tell(status(t, all, 5), second)
	if s.place.Act != 1 {
		t.Fatalf("act %d is shown", s.place.Act)
	}
	s.press("tab")
	tell(status(t, all, 5), second)
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
	s.press("+", "=")
	if n := o.Acts[0].Course.(*fixed).asked; n != 10 {
		t.Errorf("%d rounds were asked for", n)
	}
	read := status(t, all, 5)
	for i := range read.Newest {
		read.Newest[i].Feed = nil
	}
	o = options(read)
	s = shown(o, 140, 42)
	s.saysNot(t, "more rounds")
	if s.press("+"); o.Acts[0].Course.(*fixed).asked != 0 {
		t.Error("rounds were asked for of a comparison that was read from disk")
	}
}

func TestReportAndTraceAreWrittenAndSaidWhere(t *testing.T) {
	o := options(status(t, all, 5))
	s := shown(o, 140, 42)
	s.press("right", "w")
	s.says(t, "wrote the report to report.html")
	s.press("e")
	s.says(t, "wrote the trace to threads-5.json")
	s.opts.Report = func(int) (string, error) { return "", errors.New("no space left on device") }
	s.press("w")
	s.says(t, "no report: no space left on device")
	s.opts.Report, s.opts.Export = nil, nil
	s.press("left")
	s.saysNot(t, "write report")
	s.saysNot(t, "export trace")
}

func TestWhileOneThingIsWrittenNoOtherIs(t *testing.T) {
	s := shown(options(status(t, all, 5)), 140, 42)
	_, cmd := s.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("w")})
	s.says(t, "writing the report")
	if _, again := s.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("w")}); again != nil || cmd == nil {
		t.Error("it was begun twice")
	}
	s.done(cmd)
	s.says(t, "wrote the report to report.html")
}

func TestColumnsScroll(t *testing.T) {
	s := shown(options(status(t, all, 5)), 80, 24)
	s.says(t, "1–3 of 6")
	s.press("right", "right", "right")
	s.says(t, "2–4 of 6")
	s.says(t, "processes")
	s.press("l", "l", "l", "l")
	s.says(t, "4–6 of 6")
	s.press("h", "h", "h", "h", "h", "h")
	s.says(t, "1–3 of 6")
}

func TestAClickChoosesAColumn(t *testing.T) {
	s := shown(options(status(t, all, 5)), 80, 24)
	s.press("right", "right", "right") // 2 to 4 are shown
	l := s.model.layout()
	s.Update(tea.MouseMsg{X: l.column(1).x + 2, Y: l.boxes.y + 1, Button: tea.MouseButtonLeft, Action: tea.MouseActionPress})
	if s.place.Column != 2 {
		t.Errorf("column %d is in focus", s.place.Column)
	}
}

func TestALongVerdictScrolls(t *testing.T) {
	s := shown(options(status(t, all, 5)), 80, 24)
	s.says(t, "Use goroutines.")
	s.says(t, " more   pgdown")
	for range 40 {
		s.press("pgdown")
	}
	s.says(t, "above")
	s.says(t, "In a Python without a GIL")
	s.saysNot(t, "Use goroutines.")
	for range 40 {
		s.press("pgup")
	}
	s.says(t, "Use goroutines.")
}

func TestHelpListsTheKeysThatWork(t *testing.T) {
	s := shown(options(status(t, all, 5)), 140, 42)
	s.press("?")
	s.says(t, "five more rounds of every way")
	s.press("esc")
	s.saysNot(t, "five more rounds of every way")
}

func TestKeysOfTheUserWork(t *testing.T) {
	o := options(status(t, all, 5))
	o.Keys = map[string][]string{"open": {"o"}, "right": {"w"}, "theme": {"l"}}
	s := shown(o, 140, 42)
	s.says(t, "o open run")
	s.press("w", "enter")
	if s.place.Column != 1 || s.quit {
		t.Errorf("column %d, quit %v", s.place.Column, s.quit)
	}
	if s.press("l"); s.theme.Name == o.Theme.Name {
		t.Error("a key that the user gave to something else still does what it did")
	}
	if s.press("o"); s.result().Open != "threads-5" {
		t.Errorf("opened %q", s.result().Open)
	}
}

func TestTheThemeIsKept(t *testing.T) {
	var kept []string
	o := options(status(t, all, 5))
	o.KeepTheme = func(th themes.Theme) error {
		kept = append(kept, th.Name)
		return errors.New("read-only")
	}
	s := shown(o, 140, 42)
	s.press("t")
	if len(kept) != 1 || kept[0] == o.Theme.Name || s.result().At.Theme.Name != kept[0] {
		t.Errorf("kept %v", kept)
	}
	s.says(t, "not kept: read-only")
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
		o.Styles = styled(profiles[rapid.IntRange(0, 2).Draw(rt, "colours")])
		s := shown(o, rapid.IntRange(minWidth, 220).Draw(rt, "width"), rapid.IntRange(minHeight, 70).Draw(rt, "height"))
		for _, k := range rapid.SliceOfN(rapid.SampledFrom([]string{"left", "right", "up", "down", "tab", "pgdown", "pgup", "t", "?", "esc", "q", "s", "+", "w"}), 0, 12).Draw(rt, "keys") {
			s.press(k)
		}
		rows := strings.Split(s.View(), "\n")
		if len(rows) != s.h {
			rt.Fatalf("%d rows of %d", len(rows), s.h)
		}
		for i, row := range rows {
			if n := text.Width(row); n != s.w {
				rt.Fatalf("row %d has %d columns of %d: %q", i, n, s.w, text.Strip(row))
			}
		}
	})
}

func TestATerminalThatIsTooSmallIsTold(t *testing.T) {
	s := shown(options(status(t, all, 5)), 59, 15)
	if got := strings.Join(strings.Fields(text.Strip(s.View())), " "); got != "parallax needs 60 x 16; this terminal is 59 x 15" {
		t.Errorf("%q", got)
	}
}

// Without colours jobs are told apart by letters, and the best values by their marks.
func TestWithoutColours(t *testing.T) {
	o := options(status(t, []trial.Way{threads, processes}, 5))
	o.Styles = styled(termenv.Ascii)
	s := shown(o, 140, 42)
	s.says(t, "AAAA")
	s.says(t, "✓ 2.20 s")
	s.golden(t, "mono-140x42")
	o.Styles = func(th themes.Theme) themes.Styles {
		st := themes.New(th, termenv.Ascii)
		return st.WithASCII()
	}
	shown(o, 140, 42).says(t, "+ 2.20 s")
}

// What was folded of a run's events is not lost when another run is opened meanwhile.
func TestTheFoldedRunsOutliveTheScreen(t *testing.T) {
	feed := runner.NewFeed()
	evs := ran(threads, 2*second, false)
	feed.Put(evs[:len(evs)/2])
	now := goingOnAt(status(t, all[1:3], -1), Warming, 0, 0, feed)
	o := options(now)
	s := shown(o, 140, 42)
	s.folded.inbox.put(0, now, taken(&now))
	s.Update(news{})
	half := s.model.state(&now, 0).Elapsed(0)
	feed.Put(evs[len(evs)/2:])
	s.folded.inbox.put(0, now, taken(&now)) // came when the screen was about to end
	s.takeNews()
	o.At = s.result().At
	again := shown(o, 140, 42)
	st := again.model.state(&now, 0)
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
	s.saysNot(t, "✓ inter")
	s.saysNot(t, "So far")
	s.says(t, "3 rounds: one takes 13 s")
}

func TestWhatIsNoLongerShownIsForgotten(t *testing.T) {
	feed := runner.NewFeed()
	feed.Put(ran(threads, second, false))
	now := goingOnAt(status(t, all[1:3], -1), Warming, 0, 0, feed)
	s := shown(options(now), 140, 42)
	s.folded.inbox.put(0, now, taken(&now))
	s.Update(news{})
	if len(s.folded.states) != 1 {
		t.Fatalf("%d runs were folded", len(s.folded.states))
	}
	over := now
	over.Newest = append([]Shown(nil), now.Newest...)
	over.Newest[0].State = fold(t, ran(threads, second, true))
	feed.Put(ran(threads, second, false))
	evs := taken(&over)
	s.folded.inbox.put(0, over, evs)
	s.Update(news{})
	if len(s.folded.states) != 0 || len(evs) != 0 {
		t.Errorf("%d runs are kept though all are over, %d events were taken", len(s.folded.states), len(evs))
	}
}
