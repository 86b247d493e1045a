package frame_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"
	"go.uber.org/goleak"

	"parallax/themes"
	"parallax/ui/dashboard"
	"parallax/ui/dashboard/frame"
	"parallax/ui/dashboard/frame/frametest"
	"parallax/ui/dashboard/help"
	"parallax/ui/dashboard/keys"
	"parallax/ui/text"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// plain is a screen with two actions, which writes down what it is told.
type plain struct {
	*frame.Frame
	over  bool
	fault error
	at    int // moved down by so many rows
	taken int
	wrote error
	x, y  int
}

func (p *plain) Take() error           { p.taken++; return p.fault }
func (p *plain) Settle()               { p.at = max(p.at, 0) }
func (p *plain) Over() bool            { return p.over }
func (p *plain) Click(x, y int)        { p.x, p.y = x, y }
func (p *plain) Scroll(rows int)       { p.at += rows }
func (p *plain) Footer() []key.Binding { return p.Short(nil) }
func (p *plain) Marks() help.Group     { return frame.Legend("✓", "what is good") }
func (p *plain) GoesOn() string        { return "The test goes on." }

func (p *plain) Enabled(a keys.Action) bool {
	return a == keys.Down || a == keys.Up && p.at > 0 || a == keys.WriteReport && !p.Busy()
}

func (p *plain) Act(a keys.Action) tea.Cmd {
	switch a {
	case keys.WriteReport:
		return p.Write("report", func() (string, error) { return "report.html", p.wrote })
	case keys.Up:
		p.at--
	case keys.Down:
		p.at++
	}
	return nil
}

func (p *plain) Head() frame.Head {
	return frame.Head{Kind: "test", Facts: []string{"primes.py", "4 cores"}, Phase: "round 2", Elapsed: time.Minute, Done: .5}
}

func (p *plain) Body() []string {
	return frame.Body(p.W, p.H, frame.Part{At: frame.Band(4, p.W, 1), Draw: func(r frame.Rect) []string {
		return []string{text.NewRow(r.W).Put(p.Styles.Text, "the body").String()}
	}})
}

func newPlain(o frame.Options) *plain {
	p := &plain{}
	p.Frame = frame.New(o, o.Theme, []keys.Row{
		{Action: keys.Up, Does: "further up", Group: "move"},
		{Action: keys.Down, Does: "further down", Group: "move"},
		{Action: keys.WriteReport, Does: "write a report", Short: "write report", Group: "file"},
	}, p)
	return p
}

func on(t *testing.T) (*plain, *frametest.Stage) {
	t.Helper()
	p := newPlain(frametest.Options(termenv.TrueColor))
	return p, frametest.On(p, 80, 24)
}

func TestTheFrameIsRoundTheScreen(t *testing.T) {
	p, s := on(t)
	rows := s.Rows(t)
	if !strings.HasPrefix(rows[0], " parallax  test  primes.py · 4 cores · round 2") || !strings.Contains(rows[0], "1:00.0") {
		t.Errorf("%q", rows[0])
	}
	if !strings.HasPrefix(rows[4], "the body") || !strings.HasPrefix(rows[23], " w write report   t theme   ? help   q quit") {
		t.Errorf("%q\n%q", rows[4], rows[23])
	}
	p.fault = errors.New("an event that cannot be")
	s.Tell(frame.News{})
	s.Says(t, "an event that cannot be")
	if s.Press("x"); p.taken != 1 {
		t.Errorf("news were taken %d times", p.taken)
	}
	s.SaysNot(t, "cannot be")
}

func TestKeysGoToTheScreen(t *testing.T) {
	p, s := on(t)
	if s.Press("up", "jj", "k"); p.at != 1 {
		t.Errorf("at row %d", p.at)
	}
	s.Tell(tea.MouseMsg{Button: tea.MouseButtonWheelDown})
	s.Tell(tea.MouseMsg{Button: tea.MouseButtonWheelDown})
	s.Tell(tea.MouseMsg{Button: tea.MouseButtonWheelUp})
	if s.ClickAt(3, 4); p.at != 2 || p.x != 3 || p.y != 4 {
		t.Errorf("at row %d, clicked at %d,%d", p.at, p.x, p.y)
	}
	s.Press("?", "j")
	s.Says(t, "close the help")
	s.Says(t, "what is good")
	s.Says(t, "write_report")
	if s.ClickAt(5, 5); p.at != 2 || p.x != 3 {
		t.Error("keys and clicks for the help reach the screen")
	}
	s.Press("esc", "j")
	if s.SaysNot(t, "close the help"); p.at != 3 {
		t.Errorf("at row %d", p.at)
	}
}

func TestOneThingIsWrittenAtATime(t *testing.T) {
	p, s := on(t)
	_, cmd := p.Update(frametest.Key("w"))
	s.Says(t, "writing the report …")
	if _, again := p.Update(frametest.Key("w")); cmd == nil || again != nil {
		t.Error("it was begun twice")
	}
	s.Do(cmd)
	s.Says(t, "wrote the report to report.html")
	p.wrote = errors.New("no space left on device")
	s.Press("w")
	s.Says(t, "no report: no space left on device")
}

func TestQuitting(t *testing.T) {
	for _, c := range []struct {
		keys                string
		over, quit, byCtrlC bool
	}{
		{"q", true, true, false},
		{"ctrl+c", true, true, false},
		{"? q", true, true, false},
		{"q", false, false, false},
		{"q s j", false, false, false},
		{"q q", false, false, false},
		{"q esc", false, false, false},
		{"q c", false, true, false},
		{"ctrl+c c", false, true, false},
		{"ctrl+c ctrl+c", false, true, true},
		{"? q c", false, true, false},
	} {
		p, s := on(t)
		p.over = c.over
		s.Press(strings.Fields(c.keys)...)
		if s.Quit != c.quit || p.Interrupted != c.byCtrlC {
			t.Errorf("%s, over %v: quit %v, interrupted %v", c.keys, c.over, s.Quit, p.Interrupted)
		}
	}
	p, s := on(t)
	s.Press("q")
	s.Says(t, "The test goes on.")
	p.over = true
	s.Tell(frame.News{})
	s.SaysNot(t, "The test goes on.")
}

func TestTheThemeIsKept(t *testing.T) {
	o := frametest.Options(termenv.TrueColor)
	var kept []string
	o.KeepTheme = func(th themes.Theme) error {
		kept = append(kept, th.Name)
		return errors.New("read-only")
	}
	p := newPlain(o)
	s := frametest.On(p, 80, 24)
	s.Press("t")
	if len(kept) != 1 || kept[0] == o.Theme.Name || p.Theme.Name != kept[0] || p.Chosen.Name != kept[0] {
		t.Errorf("kept %v, chosen %s", kept, p.Chosen.Name)
	}
	s.Says(t, "not kept: read-only")
}

func TestATerminalThatIsTooSmallIsTold(t *testing.T) {
	p := newPlain(frametest.Options(termenv.Ascii))
	if p.View() != "" {
		t.Error("something is drawn on a terminal of unknown size")
	}
	frametest.On(p, 59, 15).Press("down", "?", "esc", "t")
	if got := strings.Join(strings.Fields(text.Strip(p.View())), " "); got != "parallax needs 60 x 16; this terminal is 59 x 15" {
		t.Errorf("%q", got)
	}
}

// waiting is a watch that does nothing.
func waiting(ctx context.Context, _ func()) { <-ctx.Done() }

func TestRunEnds(t *testing.T) {
	fault := errors.New("the user's own end")
	for name, c := range map[string]struct {
		keys   string
		over   bool
		cancel error // of the context
		watch  frame.Watch
		want   func(error) bool
	}{
		"when the user quits":   {keys: "q", over: true, watch: waiting, want: func(err error) bool { return err == nil }},
		"by ctrl+c":             {keys: "\x03\x03", watch: waiting, want: func(err error) bool { return errors.Is(err, dashboard.ErrInterrupted) }},
		"with its context":      {cancel: context.Canceled, watch: waiting, want: func(err error) bool { return err == nil }},
		"with the reason given": {cancel: fault, watch: waiting, want: func(err error) bool { return errors.Is(err, fault) }},
		"with a fault": {watch: func(context.Context, func()) { panic("a fault") }, want: func(err error) bool {
			return err != nil && strings.Contains(err.Error(), "a fault in the screen: a fault")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			o := frametest.Options(termenv.Ascii)
			o.In, o.Out = frametest.Typing(t, c.keys), &bytes.Buffer{}
			broke := 0
			o.Broke = func(any, []byte) { broke++ }
			p := newPlain(o)
			p.over = c.over
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			if c.cancel != nil {
				cancel(c.cancel)
			}
			if err := p.Run(ctx, c.watch); !c.want(err) {
				t.Errorf("%v", err)
			}
			if (broke == 1) != (name == "with a fault") {
				t.Errorf("%d faults were told", broke)
			}
		})
	}
}
