package dashboard

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"
	"go.uber.org/goleak"

	"parallax/runner"
	"parallax/themes"
	"parallax/ui/logs"
	"parallax/ui/text"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// stage is a model without a terminal: commands are kept, time stands where the test puts it.
type stage struct {
	*model
	did []runner.Command
	now time.Duration
}

func newStage(tb testing.TB, w, h int, change ...func(*Options)) *stage {
	tb.Helper()
	s := &stage{}
	opts := Options{
		Act: Act{
			Title: "test", Dir: tb.TempDir(), Clock: func() time.Duration { return s.now },
			Do: func(c runner.Command) { s.did = append(s.did, c) },
		},
		Theme:     themes.Builtin()[0],
		Styles:    func(t themes.Theme) themes.Styles { return themes.New(t, termenv.TrueColor) },
		NextTheme: func(t themes.Theme) themes.Theme { return themes.All(nil).Next(t.Name) },
	}
	for _, c := range change {
		c(&opts)
	}
	s.model = newModel(opts, func(*bridge) func() { return func() {} })
	s.send(tea.WindowSizeMsg{Width: w, Height: h})
	return s
}

func (s *stage) send(msg tea.Msg) tea.Cmd {
	_, cmd := s.Update(msg)
	return cmd
}

func (s *stage) press(keys ...string) tea.Cmd {
	var cmd tea.Cmd
	for _, k := range keys {
		msg := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(k)}
		for typ, name := range map[tea.KeyType]string{
			tea.KeyEnter: "enter", tea.KeyEsc: "esc", tea.KeyTab: "tab", tea.KeyDown: "down", tea.KeyUp: "up",
			tea.KeyRight: "right", tea.KeyLeft: "left", tea.KeyCtrlC: "ctrl+c", tea.KeySpace: "space", tea.KeyPgDown: "pgdown",
		} {
			if name == k {
				msg = tea.KeyMsg{Type: typ}
				if typ == tea.KeySpace {
					msg.Runes = []rune{' '}
				}
			}
		}
		cmd = s.send(msg)
	}
	return cmd
}

func (s *stage) events(evs ...runner.Event) { s.send(frame{gen: s.acts.n, events: evs}) }

// begin announces n jobs of which the first running ones run.
func (s *stage) begin(n, running int) {
	jobs := make([]runner.Job, n)
	for i := range jobs {
		jobs[i] = runner.Job{Name: fmt.Sprintf("job-%d", i), Model: runner.Processes, Line: fmt.Sprintf("work %d", i)}
	}
	evs := []runner.Event{runner.RunStarted{Jobs: jobs, Workers: max(running, 1), Cores: []int{0, 1}, Quota: 2}}
	for i := range n {
		evs = append(evs, runner.TaskQueued{Task: i, Try: 1})
	}
	for i := range running {
		evs = append(evs, runner.TaskStarted{Task: i, Try: 1, Identity: runner.Identity{PID: 100 + i, Label: fmt.Sprintf("pid %d", 100+i), Log: fmt.Sprintf("%d.log", i), Tree: true}})
	}
	s.events(evs...)
}

// sample is a second of the run in which each running task had half a core.
func (s *stage) sample(at time.Duration) {
	ev := runner.Sampled{At: runner.At(at), Span: time.Second, Host: runner.HostSample{Busy: []float64{.9, .4}, MemUsed: 5 << 30, MemTotal: 16 << 30}}
	ev.Lanes = runner.Lanes{Cores: []int{0, 1}, Cell: 100 * time.Millisecond, Tier: "sampled 50 Hz", Rows: make([][]runner.Cell, 2)}
	for c := range ev.Lanes.Rows {
		for i := range 10 {
			cell := runner.Cell{Task: runner.Idle}
			if n := len(s.state.Active); n > 0 {
				cell = runner.Cell{Task: int32(s.state.Active[(i+c)%n]), Ours: 80, Load: 90}
			}
			ev.Lanes.Rows[c] = append(ev.Lanes.Rows[c], cell)
		}
	}
	for _, i := range s.state.Active {
		ev.Tasks = append(ev.Tasks, runner.TaskSample{
			Task: i, Live: time.Second, OnCore: 500 * time.Millisecond, WaitCore: 200 * time.Millisecond, WaitGIL: -1,
			Core: i % 2, Processes: 1, Threads: 1, RSS: 9 << 20, PSS: 7 << 20,
		})
	}
	s.now = at
	s.events(ev)
}

// screen returns the rows drawn, without colours, and fails when a row has another width.
func (s *stage) screen(tb testing.TB) []string {
	tb.Helper()
	rows := strings.Split(s.View(), "\n")
	if len(rows) != s.h && !s.layout().small {
		tb.Fatalf("%d rows drawn on %d", len(rows), s.h)
	}
	for i, row := range rows {
		if w := text.Width(row); w != s.w && !s.layout().small {
			tb.Fatalf("row %d is %d columns of %d: %q", i, w, s.w, text.Strip(row))
		}
		rows[i] = text.Strip(row)
	}
	return rows
}

func (s *stage) shows(tb testing.TB, want string) {
	tb.Helper()
	if all := strings.Join(s.screen(tb), "\n"); !strings.Contains(all, want) {
		tb.Errorf("the screen does not show %q:\n%s", want, all)
	}
}

func TestEverySizeAndViewFitsTheScreen(t *testing.T) {
	for _, n := range []int{1, 2, 5, 24, 300} {
		s := newStage(t, 140, 42)
		s.begin(n, min(n, 6))
		s.send(frame{gen: 1, tails: map[int][]logs.Line{0: {{Text: "wide 漢字 and \x1b[31mred\x1b[0m " + strings.Repeat("long ", 80)}}}})
		s.sample(time.Second)
		s.events(runner.TaskEnded{At: runner.At(time.Second), Task: 0, Try: 1, Status: runner.Failed, Reason: strings.Repeat("because ", 60), Exit: runner.Exit{Code: 3}})
		for _, size := range [][2]int{{60, 16}, {61, 17}, {79, 23}, {80, 24}, {99, 30}, {128, 36}, {140, 42}, {200, 60}, {301, 90}, {40, 10}, {1, 1}} {
			s.send(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
			for _, keys := range [][]string{{"1"}, {"2"}, {"3"}, {"4"}, {"1", "enter"}, {"esc", "?"}, {"esc", "q"}, {"s"}} {
				s.press(keys...)
				s.screen(t)
			}
		}
	}
}

func TestKeysBecomeCommands(t *testing.T) {
	s := newStage(t, 140, 42)
	s.begin(4, 3)
	s.press("right", "space", "x", "X", "P", "C")
	s.shows(t, "Once more does it")
	s.press("C", "+", "r", "space", "r", "r") // another key in between: it is asked anew
	want := []runner.Command{
		runner.Pause{Tasks: []int{1}},
		runner.Cancel{Tasks: []int{1}},
		runner.KillNow{Tasks: []int{1}},
		runner.Pause{},
		runner.Cancel{},
		runner.SetWorkers{N: 4},
		runner.Pause{Tasks: []int{1}},
		runner.Restart{Tasks: []int{1}},
	}
	if fmt.Sprint(s.did) != fmt.Sprint(want) {
		t.Errorf("did %v\nwant %v", s.did, want)
	}
	s.did = nil
	s.events(runner.TaskPaused{Task: 1})
	s.press("space")
	if fmt.Sprint(s.did) != fmt.Sprint([]runner.Command{runner.Resume{Tasks: []int{1}}}) {
		t.Errorf("space on a paused job did %v", s.did)
	}
	s.shows(t, "paused")
}

func TestRestartingWhatFailed(t *testing.T) {
	s := newStage(t, 140, 42)
	s.begin(3, 3)
	s.press("R")
	if len(s.did) != 0 {
		t.Errorf("nothing failed, and yet it did %v", s.did)
	}
	for i, st := range []runner.Status{runner.Failed, runner.Succeeded, runner.Failed} {
		s.events(runner.TaskEnded{Task: i, Try: 1, Status: st, Exit: runner.Exit{Code: i}})
	}
	s.press("R")
	if fmt.Sprint(s.did) != fmt.Sprint([]runner.Command{runner.Restart{Tasks: []int{0, 2}}}) {
		t.Errorf("did %v", s.did)
	}
}

func TestAReplayCannotBeControlled(t *testing.T) {
	s := newStage(t, 140, 42, func(o *Options) { o.Act.Do = nil })
	s.begin(2, 2)
	s.press("space", "x", "X", "C", "P", "r", "R", "+", "-")
	s.shows(t, "replay")
	if cmd := s.press("q"); cmd == nil || cmd() != tea.Quit() {
		t.Error("q does not quit")
	}
}

func TestQuittingAsksWhileJobsRun(t *testing.T) {
	s := newStage(t, 80, 24)
	s.begin(3, 2)
	if s.press("q") != nil {
		t.Fatal("q quits while jobs run")
	}
	s.shows(t, "2 jobs are running, 1 job is queued.")
	s.press("s")
	s.press("q", "c")
	if fmt.Sprint(s.did) != fmt.Sprint([]runner.Command{runner.Finish{Cancel: true}}) {
		t.Errorf("did %v", s.did)
	}
	s.shows(t, "ending 2 jobs")
	s.press("ctrl+c")
	if len(s.did) != 2 || fmt.Sprint(s.did[1]) != fmt.Sprint(runner.KillNow{}) {
		t.Errorf("ctrl+c while waiting did %v", s.did)
	}
	for i := range 2 {
		s.events(runner.TaskEnded{Task: i, Try: 1, Status: runner.Cancelled, Reason: "cancelled", Exit: runner.Exit{Code: -1}})
	}
	if cmd := s.send(frame{gen: 1, events: []runner.Event{runner.RunEnded{}}}); cmd == nil || cmd() != tea.Quit() {
		t.Error("it does not leave when the run has ended")
	}
}

func TestKeysTypedInOneGoCountOneByOne(t *testing.T) {
	s := newStage(t, 140, 42)
	s.begin(20, 0)
	s.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("2jjjjk")})
	if s.focus != 3 {
		t.Errorf("at job %d, want 3", s.focus)
	}
	s.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("Fabc")})
	s.shows(t, "filter: abc")
	s.send(tea.KeyMsg{Type: tea.KeyEsc})
	s.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("jj"), Paste: true})
	if s.focus != 0 {
		t.Error("what is pasted is no keys")
	}
}

func TestAnEndedRunIsLeft(t *testing.T) {
	s := newStage(t, 80, 24)
	s.begin(1, 1)
	s.events(runner.TaskEnded{Task: 0, Try: 1, Status: runner.Cancelled, Reason: "interrupted by SIGTERM", Exit: runner.Exit{Code: -1}})
	ended := frame{gen: 1, events: []runner.Event{runner.RunEnded{Reason: "interrupted by SIGTERM"}}}
	if cmd := s.send(ended); cmd == nil || cmd() != tea.Quit() {
		t.Error("it stays although a signal has ended the run")
	}
}

func TestTwoInterruptsCancelAndQuit(t *testing.T) {
	s := newStage(t, 80, 24)
	s.begin(1, 1)
	s.press("ctrl+c", "ctrl+c")
	if fmt.Sprint(s.did) != fmt.Sprint([]runner.Command{runner.Finish{Cancel: true}}) {
		t.Errorf("did %v", s.did)
	}
}

func TestOpeningSearchingAndLeavingAJob(t *testing.T) {
	s := newStage(t, 100, 30)
	s.begin(2, 2)
	var b strings.Builder
	for i := range 500 {
		fmt.Fprintf(&b, "line %d\n", i)
	}
	path := filepath.Join(s.acts.act.Dir, "0.log")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	tail, err := logs.Tail(path, -1, 30)
	if err != nil {
		t.Fatal(err)
	}
	s.press("enter")
	s.send(frame{gen: 1, tails: map[int][]logs.Line{0: tail.Lines}})
	s.shows(t, "line 499")
	s.press("/")
	for _, c := range "line 123" {
		s.press(string(c))
	}
	s.follow(s.press("enter"))
	s.shows(t, "line 123")
	s.shows(t, "/line 123")
	s.follow(s.press("g"))
	s.shows(t, "line 0 ")
	s.press("G")
	s.send(frame{gen: 1, tails: map[int][]logs.Line{0: tail.Lines[len(tail.Lines)-3:]}}) // all that a small pane knew
	s.follow(s.press("up"))
	s.shows(t, "line 498 ")
	if strings.Contains(strings.Join(s.screen(t), "\n"), "line 499 ") {
		t.Error("a step up from a short tail did not scroll")
	}
	s.follow(s.press("g"))
	s.follow(s.press("down"))
	if strings.Contains(strings.Join(s.screen(t), "\n"), "line 0 ") {
		t.Error("it did not scroll down")
	}
	s.press("esc")
	if s.opened {
		t.Error("esc does not leave the job")
	}
}

// follow runs commands and what their answers ask for, until nothing is left to do.
func (s *stage) follow(cmd tea.Cmd) {
	for range 5 {
		if cmd == nil {
			return
		}
		cmd = s.send(cmd())
	}
}

func TestManyJobsBeginInTheTableAndTheFilterNarrowsIt(t *testing.T) {
	s := newStage(t, 120, 30)
	s.begin(1000, 4)
	if s.view != tableView {
		t.Fatal("1000 jobs are not shown as a table")
	}
	s.press("F")
	for _, c := range "job-77" {
		s.press(string(c))
	}
	s.press("enter")
	if got := len(s.list.order); got != 11 {
		t.Errorf("%d jobs match job-77, want 11 (77 and 770 to 779)", got)
	}
	s.shows(t, "filter: job-77")
	s.press("esc")
	if got := len(s.list.order); got != 1000 {
		t.Errorf("%d jobs without a filter", got)
	}
	s.press("G")
	s.shows(t, "job-999")
	s.press("g")
	s.shows(t, "job-0 ")
}

func TestHelpShowsEveryKeyAsItIsBound(t *testing.T) {
	s := newStage(t, 140, 60, func(o *Options) { o.Keys = map[string][]string{"pause": {"z"}} })
	s.begin(2, 2)
	s.press("?")
	screen := strings.Join(s.screen(t), "\n")
	for _, b := range rows {
		if !strings.Contains(screen, b.Does) {
			t.Errorf("the help lacks %q", b.Does)
		}
	}
	s.press("?", "z")
	if fmt.Sprint(s.did) != fmt.Sprint([]runner.Command{runner.Pause{Tasks: []int{0}}}) {
		t.Errorf("the key bound to pause did %v", s.did)
	}
	s.did = nil
	if s.press("space"); len(s.did) != 0 {
		t.Error("the key that pause had before still works")
	}
}

func TestWithoutColoursJobsHaveNoneEither(t *testing.T) {
	s := newStage(t, 140, 42, func(o *Options) {
		o.Styles = func(th themes.Theme) themes.Styles { return themes.New(th, termenv.Ascii) }
	})
	s.begin(1, 1)
	lines := []logs.Line{{Text: "\x1b[31mred\x1b[0m", To: 1}}
	s.send(frame{gen: 1, tails: map[int][]logs.Line{0: lines}})
	for _, keys := range [][]string{nil, {"enter"}} {
		s.press(keys...)
		s.shows(t, "red")
		if strings.Contains(s.View(), "\x1b[31m") {
			t.Errorf("after %v the job's colour is drawn", keys)
		}
	}
}

func TestAClickFocusesAndTheNextOpens(t *testing.T) {
	s := newStage(t, 140, 42)
	s.begin(4, 4)
	click := tea.MouseMsg{X: 100, Y: 14, Action: tea.MouseActionPress, Button: tea.MouseButtonLeft}
	s.send(click)
	if s.focus != 1 {
		t.Fatalf("focus is on %d", s.focus)
	}
	s.send(click)
	if !s.opened {
		t.Error("a click on the job in focus does not open it")
	}
}

// busy is the state that the speed of a frame is measured in: 24 panes, all of which print.
func busy(b *testing.B, w, h int) *stage {
	s := newStage(b, w, h)
	s.begin(24, 24)
	s.press("1")
	for at := range 60 {
		s.sample(time.Duration(at+1) * time.Second)
	}
	tails := map[int][]logs.Line{}
	for i := range 24 {
		for n := range 20 {
			tails[i] = append(tails[i], logs.Line{Text: fmt.Sprintf("\x1b[32mline\x1b[0m %d of job %d: %s", n, i, strings.Repeat("x", 60))})
		}
	}
	s.send(frame{gen: 1, tails: tails})
	return s
}

func BenchmarkFrame24Panes200x60(b *testing.B) {
	s := busy(b, 200, 60)
	tails := s.tails
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.now += time.Millisecond
		s.send(frame{gen: 1, tails: tails})
		_ = s.View()
	}
}

func BenchmarkFrameTable100000Jobs(b *testing.B) {
	s := newStage(b, 200, 60)
	s.begin(100_000, 8)
	s.sample(time.Second)
	next := 8
	b.ReportAllocs()
	for b.Loop() { // each frame a job ends and another starts, so that the order is made anew
		s.events(
			runner.TaskEnded{Task: next - 8, Try: 1, Status: runner.Succeeded},
			runner.TaskStarted{Task: next, Try: 1},
		)
		next++
		_ = s.View()
	}
}
