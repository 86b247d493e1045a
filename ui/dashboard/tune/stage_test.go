package tune

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"parallax/monitor/comparison"
	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/scaling"
	"parallax/monitor/verdict/trial"
	"parallax/monitor/verdict/tuning"
	"parallax/runner"
	"parallax/themes"
	"parallax/ui/dashboard/compare"
	"parallax/ui/text"
)

var update = flag.Bool("update", false, "write the expected screens anew")

// fixed is a course that a test sets.
type fixed struct {
	mu    sync.Mutex
	now   compare.Status
	asked int
	ready chan struct{}
}

func course(s compare.Status) *fixed { return &fixed{now: s, ready: make(chan struct{}, 1)} }

func (f *fixed) Ready() <-chan struct{} { return f.ready }

func (f *fixed) Status() compare.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *fixed) More(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked += n
}

var began = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// wall is how long 16 jobs of half a second take on four cores: with a little contention, and some
// overhead above the cores.
func wall(n int) float64 {
	p := float64(min(n, 4))
	return 8/p*(1+.03*(p-1)) + .03*float64(n)
}

// tried is a trial of a load.
func tried(w trial.Way, round int) trial.Trial {
	t := wall(w.Workers) * (1 + .004*float64((round+w.Workers)%3))
	return trial.Trial{
		Way: w, Round: round, Run: fmt.Sprintf("run-%s-%d", tuning.Short(w), round), Wall: t, CPU: 8 + .02*float64(w.Workers), Live: t,
		WaitGIL: 0, WaitCore: 0, PeakPSS: int64(w.Workers) * 9 << 20, Foreign: .02, Jobs: 16, Succeeded: 16,
	}
}

// ran is a run in which the first cores were busy.
func ran(tb testing.TB, busy int, lasted time.Duration, over bool) []runner.Event {
	tb.Helper()
	evs := []runner.Event{runner.RunStarted{
		ID: "run", Time: began, Workers: 4, Cores: []int{0, 1, 2, 3}, Jobs: []runner.Job{{Name: "a"}, {Name: "b"}, {Name: "c"}, {Name: "d"}},
	}}
	for i := range 4 {
		evs = append(evs, runner.TaskQueued{Task: i, Try: 1}, runner.TaskStarted{Task: i, Try: 1})
	}
	for at := 100 * time.Millisecond; at <= lasted; at += 100 * time.Millisecond {
		ev := runner.Sampled{At: runner.At(at), Span: 100 * time.Millisecond, Lanes: runner.Lanes{
			Cores: []int{0, 1, 2, 3}, Cell: 100 * time.Millisecond, Tier: "exact", End: at,
		}}
		for core := range 4 {
			c := runner.Cell{Task: runner.Idle}
			if core < busy {
				c = runner.Cell{Task: int32(core), Ours: 98, Load: 98}
			}
			ev.Lanes.Rows = append(ev.Lanes.Rows, []runner.Cell{c})
		}
		evs = append(evs, ev)
	}
	if over {
		for i := range 4 {
			evs = append(evs, runner.TaskEnded{At: runner.At(lasted), Task: i, Status: runner.Succeeded, Cause: -1})
		}
		evs = append(evs, runner.RunEnded{At: runner.At(lasted)})
	}
	return evs
}

func ways(ns ...int) []trial.Way {
	var out []trial.Way
	for _, n := range ns {
		out = append(out, trial.Way{Model: runner.Processes, Workers: n})
	}
	return out
}

// status is a sweep over in which so many rounds were made, the warm-up not counted; none for less than 0.
func status(tb testing.TB, ways []trial.Way, rounds int) compare.Status {
	tb.Helper()
	s := compare.Status{Way: -1, Newest: make([]compare.Shown, len(ways)), Doing: compare.Over}
	s.Record.Info = comparison.Info{
		ID: "t1", Kind: comparison.Tune, Target: string(scaling.Time), Title: "primes.py ×16", Start: began, Python: "Python 3.13.0", Ways: ways,
		Jobs: make([]runner.Job, 16),
	}
	if rounds > 0 {
		s.Record.Rounds = 3
	}
	for r := 0; r <= rounds; r++ {
		for i, w := range ways {
			s.Record.Trials = append(s.Record.Trials, tried(w, r))
			st := &runner.State{}
			for _, ev := range ran(tb, w.Workers, time.Duration(wall(w.Workers)*float64(time.Second)), true) {
				if err := st.Apply(ev); err != nil {
					tb.Fatal(err)
				}
			}
			s.Newest[i] = compare.Shown{ID: s.Record.Trials[len(s.Record.Trials)-1].Run, State: st, Feed: runner.NewFeed()}
		}
	}
	judge(&s)
	return s
}

func judge(s *compare.Status) {
	base := tuning.Base(s.Record.Ways)
	s.Table = choice.Tabulate(s.Record.Ways, s.Record.Trials, choice.Setting{Jobs: 16, Cores: 4, Base: &base})
	rec := tuning.Recommend(&s.Table, s.Record.Trials, scaling.Target(s.Record.Target))
	s.Tuning = &rec
}

// trying is a sweep that tries a load in a round.
func trying(s compare.Status, doing compare.Doing, load, round int, feed compare.Feed) compare.Status {
	s.Doing, s.Way, s.Round = doing, load, round
	s.Newest = append([]compare.Shown(nil), s.Newest...)
	s.Newest[load] = compare.Shown{ID: "live", Feed: feed}
	return s
}

// changed is a sweep with other trials.
func changed(s compare.Status, change func(*trial.Trial)) compare.Status {
	s.Record.Trials = append([]trial.Trial(nil), s.Record.Trials...)
	for i := range s.Record.Trials {
		change(&s.Record.Trials[i])
	}
	judge(&s)
	return s
}

// screen is a model under test, on a terminal of some size.
type screen struct {
	*model
	course *fixed
	quit   bool
}

func options(c compare.Course) Options {
	set := themes.All(nil)
	return Options{
		Sweep: compare.Follow(c), Theme: set[0],
		Styles:    func(t themes.Theme) themes.Styles { return themes.New(t, termenv.TrueColor) },
		NextTheme: func(t themes.Theme) themes.Theme { return set.Next(t.Name) },
		Report:    func() (string, error) { return "report.html", nil },
	}
}

func shown(s compare.Status, w, h int) *screen {
	c := course(s)
	m := newModel(options(c))
	m.clock = func() time.Time { return began.Add(58300 * time.Millisecond) }
	out := &screen{model: m, course: c}
	out.Update(tea.WindowSizeMsg{Width: w, Height: h})
	return out
}

func (s *screen) press(keys ...string) {
	named := map[string]tea.KeyType{
		"left": tea.KeyLeft, "right": tea.KeyRight, "up": tea.KeyUp, "down": tea.KeyDown, "enter": tea.KeyEnter,
		"esc": tea.KeyEsc, "ctrl+c": tea.KeyCtrlC, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown,
	}
	for _, k := range keys {
		msg := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(k)}
		if t, ok := named[k]; ok {
			msg = tea.KeyMsg{Type: t}
		}
		_, cmd := s.Update(msg)
		s.done(cmd)
	}
}

func (s *screen) done(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.QuitMsg:
		s.quit = true
	default:
		s.Update(msg)
	}
}

// rows is what is on the screen, without colours. Every row has the width of the terminal.
func (s *screen) rows(tb interface{ Errorf(string, ...any) }) []string {
	rows := strings.Split(s.View(), "\n")
	if len(rows) != s.h {
		tb.Errorf("%d rows of %d:\n%s", len(rows), s.h, text.Strip(s.View()))
	}
	for i, row := range rows {
		if n := text.Width(row); n != s.w {
			tb.Errorf("row %d has %d columns of %d: %q", i, n, s.w, text.Strip(row))
		}
		rows[i] = text.Strip(row)
	}
	return rows
}

func (s *screen) says(t *testing.T, want bool, words string) {
	t.Helper()
	if all := strings.Join(s.rows(t), "\n"); strings.Contains(all, words) != want {
		t.Errorf("%q on the screen: %v, want %v:\n%s", words, !want, want, all)
	}
}

func (s *screen) golden(t *testing.T, name string) {
	t.Helper()
	rows := s.rows(t)
	for i := range rows {
		rows[i] = strings.TrimRight(rows[i], " ")
	}
	got := strings.Join(rows, "\n") + "\n"
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the screen is not as in %s (-update writes it anew):\n%s", path, got)
	}
}
