package compare

import (
	"flag"
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
	"parallax/monitor/verdict/stats"
	"parallax/monitor/verdict/trial"
	"parallax/runner"
	"parallax/themes"
	"parallax/ui/text"
)

var update = flag.Bool("update", false, "write the expected screens anew")

const (
	milli  = time.Millisecond
	second = time.Second
)

// fixed is a course that a test sets.
type fixed struct {
	mu    sync.Mutex
	now   Status
	asked int
	ready chan struct{}
}

func course(s Status) *fixed { return &fixed{now: s, ready: make(chan struct{}, 1)} }

func (f *fixed) Ready() <-chan struct{} { return f.ready }

func (f *fixed) Status() Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *fixed) More(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked += n
}

// The ways of the tests: four jobs on four cores.
var (
	serial       = trial.Way{Model: runner.Processes, Serial: true, Workers: 1}
	threads      = trial.Way{Model: runner.Threads, Workers: 4}
	interpreters = trial.Way{Model: runner.Interpreters, Workers: 4}
	processes    = trial.Way{Model: runner.Processes, Workers: 4}
	hybrid       = trial.Way{Model: runner.Hybrid, Workers: 4, Interpreters: 2}
	goroutines   = trial.Way{Model: runner.Goroutines, Workers: 4}
	all          = []trial.Way{serial, threads, interpreters, processes, hybrid, goroutines}
)

// kind is how the made-up runs of a way went.
type kind struct {
	wall, cores, gil float64
	memory           int64
}

var kinds = map[trial.Way]kind{
	serial:       {8.04, 1, 0, 12 << 20},
	threads:      {8.12, 1.01, .74, 15 << 20},
	interpreters: {2.31, 3.58, 0, 58 << 20},
	processes:    {2.19, 3.88, 0, 44 << 20},
	hybrid:       {4.20, 1.97, .45, 29 << 20},
	goroutines:   {2.25, 3.70, -1, 20 << 20},
}

var began = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// tried is a trial as its way goes.
func tried(w trial.Way, round int) trial.Trial {
	k := kinds[w]
	wall := k.wall * (1 + .004*float64(round%3))
	t := trial.Trial{
		Way: w, Round: round, Run: w.Name() + "-" + string(rune('0'+round)), Wall: wall, CPU: k.cores * wall, Live: 4 * wall,
		WaitGIL: k.gil * 4 * wall, WaitCore: 0, PeakPSS: k.memory, Switches: 400, Foreign: .02, Jobs: 4, Succeeded: 4,
	}
	if w.Serial {
		t.Live = wall
	}
	if k.gil < 0 {
		t.WaitGIL = -1
	}
	return t
}

// ran makes the events of a run of a way as far as told, sampled every tenth of a second, of which each
// core is held by one job in turn; over says that it ended then.
func ran(w trial.Way, lasted time.Duration, over bool) []runner.Event {
	k := kinds[w]
	evs := []runner.Event{runner.RunStarted{
		ID: "run", Time: began, Workers: 4, Cores: []int{0, 1, 2, 3},
		Jobs: []runner.Job{{Name: "primes.1"}, {Name: "primes.2"}, {Name: "primes.3"}, {Name: "primes.4"}},
	}}
	for i := range 4 {
		evs = append(evs, runner.TaskQueued{Task: i, Try: 1}, runner.TaskStarted{Task: i, Try: 1})
	}
	for n := 1; time.Duration(n)*100*milli <= lasted; n++ {
		at := time.Duration(n) * 100 * milli
		ev := runner.Sampled{At: runner.At(at), Span: 100 * milli, Lanes: runner.Lanes{Cores: []int{0, 1, 2, 3}, Cell: 20 * milli, Tier: "exact", End: at}}
		for core := range 4 {
			cell := runner.Cell{Task: runner.Idle}
			switch {
			case k.cores > 3:
				cell = runner.Cell{Task: int32(core), Ours: 98, Load: 98}
			case k.cores > 1.5 && core < 2, core == n*7%4 && k.cores <= 1.5:
				cell = runner.Cell{Task: int32(n % 4), Ours: 100, Load: 100}
			}
			ev.Lanes.Rows = append(ev.Lanes.Rows, []runner.Cell{cell, cell, cell, cell, cell})
			ev.Tasks = append(ev.Tasks, runner.TaskSample{
				Task: core, Live: 100 * milli, OnCore: time.Duration(k.cores / 4 * 100 * float64(milli)),
				WaitGIL: time.Duration(max(k.gil, 0) * 100 * float64(milli)), Core: core, Processes: 1, Threads: 1, RSS: -1, PSS: -1,
			})
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

func fold(tb testing.TB, evs []runner.Event) *runner.State {
	tb.Helper()
	s := &runner.State{}
	for _, ev := range evs {
		if err := s.Apply(ev); err != nil {
			tb.Fatal(err)
		}
	}
	return s
}

// status is a comparison of some ways in which so many rounds were made, the warm-up not counted; none for
// less than 0.
func status(tb testing.TB, ways []trial.Way, rounds int) Status {
	tb.Helper()
	s := Status{Way: -1, Newest: make([]Shown, len(ways)), Doing: Over}
	s.Record.Info = comparison.Info{
		ID: "c1", Title: "primes.py ×4", Start: began, Python: "Python 3.13.0", Ways: ways, Jobs: make([]runner.Job, 4), Memory: 8 << 30,
	}
	if rounds > 0 {
		s.Record.Rounds = 5
	}
	for r := 0; r <= rounds; r++ {
		for i, w := range ways {
			s.Record.Trials = append(s.Record.Trials, tried(w, r))
			st := fold(tb, ran(w, time.Duration(kinds[w].wall*float64(second)), true))
			s.Newest[i] = Shown{ID: s.Record.Trials[len(s.Record.Trials)-1].Run, State: st, Feed: runner.NewFeed()}
		}
	}
	judge(&s)
	return s
}

// judge makes the table and the verdict of the trials.
func judge(s *Status) {
	s.Table = choice.Tabulate(s.Record.Ways, s.Record.Trials, choice.Setting{
		Jobs: 4, Cores: 4, Memory: 8 << 30,
		Startup: func(w trial.Way) (stats.Estimate, bool) {
			mean := .014 * float64(len(w.Name()))
			return stats.Estimate{Mean: mean, Low: .9 * mean, High: 1.1 * mean, N: 5}, true
		},
	})
	s.Verdict = choice.Decide(&s.Table)
}

// failing makes a way fail in the warm-up.
func failing(s Status, at int, why string) Status {
	w := s.Record.Ways[at]
	var kept []trial.Trial
	for _, t := range s.Record.Trials {
		if t.Way == w {
			if t.Round > 0 {
				continue
			}
			t.Error, t.Succeeded = why, 3
		}
		kept = append(kept, t)
	}
	s.Record.Trials = kept
	judge(&s)
	return s
}

// goingOnAt is a comparison that tries a way in a round; the run of it has gone on for so long.
func goingOnAt(s Status, d Doing, way, round int, feed Feed) Status {
	s.Doing, s.Way, s.Round = d, way, round
	s.Newest = append([]Shown(nil), s.Newest...)
	if feed != nil {
		s.Newest[way] = Shown{ID: "live", Feed: feed}
	}
	return s
}

// screen is a model under test, on a terminal of some size.
type screen struct {
	*model
	quit bool
}

func styled(profile termenv.Profile) func(themes.Theme) themes.Styles {
	return func(t themes.Theme) themes.Styles { return themes.New(t, profile) }
}

func options(statuses ...Status) Options {
	set := themes.All(nil)
	o := Options{
		Theme: set[0], Styles: styled(termenv.TrueColor),
		NextTheme: func(t themes.Theme) themes.Theme { return set.Next(t.Name) },
		Report:    func(int) (string, error) { return "report.html", nil },
		Export:    func(_ int, run string) (string, error) { return run + ".json", nil },
	}
	titles := []string{"CPU-bound", "I/O-bound", "another"}
	for i, s := range statuses {
		o.Acts = append(o.Acts, Act{Title: titles[i], Course: course(s)})
	}
	return o
}

func shown(o Options, w, h int) *screen {
	m := newModel(o)
	m.clock = func() time.Time { return began.Add(58300 * milli) }
	s := &screen{model: m}
	s.Update(tea.WindowSizeMsg{Width: w, Height: h})
	return s
}

// press presses keys; a command that comes of one is run.
func (s *screen) press(keys ...string) {
	named := map[string]tea.KeyType{
		"left": tea.KeyLeft, "right": tea.KeyRight, "up": tea.KeyUp, "down": tea.KeyDown, "enter": tea.KeyEnter, "tab": tea.KeyTab,
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
	case tea.BatchMsg:
		for _, c := range msg {
			s.done(c)
		}
	default:
		s.Update(msg)
	}
}

// rows is what is on the screen, without colours. Every row has the width of the terminal.
func (s *screen) rows(tb testing.TB) []string {
	tb.Helper()
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

func (s *screen) says(tb testing.TB, words string) {
	tb.Helper()
	if all := strings.Join(s.rows(tb), "\n"); !strings.Contains(all, words) {
		tb.Errorf("%q is not on the screen:\n%s", words, all)
	}
}

func (s *screen) saysNot(tb testing.TB, words string) {
	tb.Helper()
	if all := strings.Join(s.rows(tb), "\n"); strings.Contains(all, words) {
		tb.Errorf("%q is on the screen:\n%s", words, all)
	}
}

// golden holds the screen against the one that was written down.
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
