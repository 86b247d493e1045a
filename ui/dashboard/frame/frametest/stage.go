// Package frametest is for tests of screens that are built on package frame: a terminal to look at and to
// type on, a course of which a test says how it stands, and the events of made-up runs.
package frametest

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"parallax/runner"
	"parallax/themes"
	"parallax/ui/dashboard/frame"
	"parallax/ui/text"
)

var update = flag.Bool("update", false, "write the expected screens anew")

// Began is when all that is made up here began.
var Began = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// Options are those of a screen with all themes, in as many colours as told.
func Options(colours termenv.Profile) frame.Options {
	set := themes.All(nil)
	return frame.Options{
		Theme:     set[0],
		Styles:    func(t themes.Theme) themes.Styles { return themes.New(t, colours) },
		NextTheme: func(t themes.Theme) themes.Theme { return set.Next(t.Name) },
	}
}

// Stage is a screen on a terminal of some size.
type Stage struct {
	Quit  bool // the screen was left
	model tea.Model
	w, h  int
}

// On puts a screen on a terminal.
func On(m tea.Model, w, h int) *Stage {
	s := &Stage{model: m, w: w, h: h}
	s.Tell(tea.WindowSizeMsg{Width: w, Height: h})
	return s
}

// Tell gives the screen a message and does what comes of it.
func (s *Stage) Tell(msg tea.Msg) {
	_, cmd := s.model.Update(msg)
	s.Do(cmd)
}

// Do does what a command says.
func (s *Stage) Do(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.QuitMsg:
		s.Quit = true
	case tea.BatchMsg:
		for _, c := range msg {
			s.Do(c)
		}
	default:
		s.Tell(msg)
	}
}

// Key is the message of a key by its name.
func Key(name string) tea.KeyMsg {
	named := map[string]tea.KeyType{
		"left": tea.KeyLeft, "right": tea.KeyRight, "up": tea.KeyUp, "down": tea.KeyDown, "enter": tea.KeyEnter, "tab": tea.KeyTab,
		"esc": tea.KeyEsc, "ctrl+c": tea.KeyCtrlC, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown,
	}
	if t, ok := named[name]; ok {
		return tea.KeyMsg{Type: t}
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}
}

// Press presses keys one after the other.
func (s *Stage) Press(keys ...string) {
	for _, k := range keys {
		s.Tell(Key(k))
	}
}

// ClickAt clicks at a point of the screen.
func (s *Stage) ClickAt(x, y int) {
	s.Tell(tea.MouseMsg{X: x, Y: y, Button: tea.MouseButtonLeft, Action: tea.MouseActionPress})
}

// Rows is what is on the screen, without colours. Every row must have the width of the terminal.
func (s *Stage) Rows(tb interface {
	Errorf(format string, args ...any)
},
) []string {
	rows := strings.Split(s.model.View(), "\n")
	if len(rows) != s.h {
		tb.Errorf("%d rows of %d:\n%s", len(rows), s.h, text.Strip(s.model.View()))
	}
	for i, row := range rows {
		if n := text.Width(row); n != s.w {
			tb.Errorf("row %d has %d columns of %d: %q", i, n, s.w, text.Strip(row))
		}
		rows[i] = text.Strip(row)
	}
	return rows
}

// Says fails the test unless some words are on the screen.
func (s *Stage) Says(tb testing.TB, words string) {
	tb.Helper()
	if all := strings.Join(s.Rows(tb), "\n"); !strings.Contains(all, words) {
		tb.Errorf("%q is not on the screen:\n%s", words, all)
	}
}

// SaysNot fails the test if some words are on the screen.
func (s *Stage) SaysNot(tb testing.TB, words string) {
	tb.Helper()
	if all := strings.Join(s.Rows(tb), "\n"); strings.Contains(all, words) {
		tb.Errorf("%q is on the screen:\n%s", words, all)
	}
}

// Golden holds the screen against the one that was written down in testdata.
func (s *Stage) Golden(tb testing.TB, name string) {
	tb.Helper()
	rows := s.Rows(tb)
	for i := range rows {
		rows[i] = strings.TrimRight(rows[i], " ")
	}
	got := strings.Join(rows, "\n") + "\n"
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			tb.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	if got != string(want) {
		tb.Errorf("the screen is not as in %s (-update writes it anew):\n%s", path, got)
	}
}

// Typing is a keyboard on which some keys are typed.
func Typing(tb testing.TB, keys string) io.Reader {
	tb.Helper()
	r, w := io.Pipe()
	tb.Cleanup(func() { _ = w.Close() })
	go func() { _, _ = io.WriteString(w, keys) }() // fails only when the screen has ended before
	return r
}

// Course is a comparison or a sweep that stands as a test says, with a status of type S.
type Course[S any] struct {
	mu    sync.Mutex
	now   S
	asked int
}

// NewCourse returns a course that stands so.
func NewCourse[S any](now S) *Course[S] { return &Course[S]{now: now} }

// Ready never receives: a test tells of what is new.
func (c *Course[S]) Ready() <-chan struct{} { return nil }

// Status is how it stands.
func (c *Course[S]) Status() S {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// More counts the rounds that are asked for.
func (c *Course[S]) More(rounds int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked += rounds
}

// Asked is how many rounds were asked for.
func (c *Course[S]) Asked() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asked
}

// Run makes the events of a run of four jobs, which are on four cores at once, as far as told. It is
// sampled every tenth of a second, for the n-th time from 1 on, with lanes whose row of a core is what
// sample says, in cells of a part of the tenth. over says that the run ended then.
func Run(names [4]string, lasted time.Duration, over bool, sample func(n, core int) ([]runner.Cell, *runner.TaskSample)) []runner.Event {
	const tenth = 100 * time.Millisecond
	jobs := make([]runner.Job, len(names))
	for i, name := range names {
		jobs[i].Name = name
	}
	evs := []runner.Event{runner.RunStarted{ID: "run", Time: Began, Workers: 4, Cores: []int{0, 1, 2, 3}, Jobs: jobs}}
	for i := range jobs {
		evs = append(evs, runner.TaskQueued{Task: i, Try: 1}, runner.TaskStarted{Task: i, Try: 1})
	}
	for n := 1; time.Duration(n)*tenth <= lasted; n++ {
		at := time.Duration(n) * tenth
		ev := runner.Sampled{At: runner.At(at), Span: tenth, Lanes: runner.Lanes{Cores: []int{0, 1, 2, 3}, Tier: "exact", End: at}}
		for core := range jobs {
			cells, task := sample(n, core)
			ev.Lanes.Cell = tenth / time.Duration(len(cells))
			ev.Lanes.Rows = append(ev.Lanes.Rows, cells)
			if task != nil {
				ev.Tasks = append(ev.Tasks, *task)
			}
		}
		evs = append(evs, ev)
	}
	if over {
		for i := range jobs {
			evs = append(evs, runner.TaskEnded{At: runner.At(lasted), Task: i, Status: runner.Succeeded, Cause: -1})
		}
		evs = append(evs, runner.RunEnded{At: runner.At(lasted)})
	}
	return evs
}

// Fold makes a state of events.
func Fold(tb testing.TB, evs []runner.Event) *runner.State {
	tb.Helper()
	s := &runner.State{}
	for _, ev := range evs {
		if err := s.Apply(ev); err != nil {
			tb.Fatal(err)
		}
	}
	return s
}
