package compare

import (
	"fmt"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"parallax/monitor/comparison"
	"parallax/monitor/verdict/trial"
	"parallax/runner"
	"parallax/themes"
)

// model is the screen's state. It does no I/O: commands and the watchers do.
type model struct {
	opts   Options
	keys   keyMap
	theme  themes.Theme
	styles themes.Styles
	status []Status // of each act
	folded *folded
	place  Place
	w, h   int
	first  int    // the first column that is shown
	top    int    // the first row of the verdict that is shown
	flash  string // a sentence in place of the keys, until the next key
	busy   string // what is being written, or ""
	help   bool
	helpAt int // the first row of the help
	asking bool
	open   string // the run with which the screen is left
	// interrupted says that it was ctrl+c that ended what was going on.
	interrupted bool
	clock       func() time.Time
}

func newModel(o Options) *model {
	m := &model{
		opts: o, keys: newKeyMap(o.Keys), theme: o.Theme, place: o.At, folded: o.At.folded,
		status: make([]Status, len(o.Acts)), flash: o.Notice, clock: time.Now,
	}
	if m.place.Theme.Name != "" {
		m.theme = m.place.Theme
	}
	m.styles = o.Styles(m.theme)
	if m.folded == nil {
		m.folded = &folded{states: map[string]*runner.State{}}
	}
	m.place.Act = min(max(m.place.Act, 0), len(o.Acts)-1)
	for i, a := range o.Acts {
		m.status[i] = a.Course.Status()
	}
	m.settle()
	return m
}

// result says how the screen was left.
func (m *model) result() Result {
	at := m.place
	at.folded = m.folded
	return Result{Open: m.open, Act: m.place.Act, At: at}
}

// now is the status that is shown.
func (m *model) now() *Status { return &m.status[m.place.Act] }

// takeNews folds what the watchers found.
func (m *model) takeNews() {
	status, events := m.folded.inbox.take()
	for _, h := range events {
		s := m.folded.states[h.run]
		if s == nil {
			s = &runner.State{}
			m.folded.states[h.run] = s
		}
		for _, ev := range h.events {
			if err := s.Apply(ev); err != nil {
				m.flash = err.Error()
			}
		}
	}
	for act, s := range status {
		m.status[act] = s
	}
	m.forget()
}

// forget lets go of the states that are no longer the newest of their way.
func (m *model) forget() {
	for id := range m.folded.states {
		shown := slices.ContainsFunc(m.status, func(s Status) bool {
			return slices.ContainsFunc(s.Newest, func(r Shown) bool { return r.ID == id && r.State == nil })
		})
		if !shown {
			delete(m.folded.states, id)
		}
	}
}

// state is what is known of the newest run of a way; nil before there is one.
func (m *model) state(s *Status, way int) *runner.State {
	if way >= len(s.Newest) {
		return nil
	}
	if r := s.Newest[way]; r.State != nil {
		return r.State
	}
	return m.folded.states[s.Newest[way].ID]
}

// settle brings what is derived up to date after a message.
func (m *model) settle() {
	if !m.place.Chosen {
		if at := slices.IndexFunc(m.status, func(s Status) bool { return s.Doing != Waiting && s.Doing != Over }); at >= 0 && at != m.place.Act {
			m.show(at)
		}
	}
	m.asking = m.asking && !m.over()
	n := len(m.now().Record.Ways)
	m.place.Column = max(min(m.place.Column, n-1), 0)
	m.place.Round = max(min(m.place.Round, len(m.runs())-1), 0)
	if m.w == 0 {
		return
	}
	shown := m.layout().columns
	m.first = max(min(m.first, m.place.Column, n-shown), m.place.Column-shown+1, 0)
	m.top = max(min(m.top, m.hidden()), 0)
}

// show puts another act on the screen.
func (m *model) show(act int) {
	m.place.Act, m.place.Column, m.place.Round, m.first, m.top = act, 0, 0, 0, 0
}

// over reports whether nothing is measured any more.
func (m *model) over() bool {
	return !slices.ContainsFunc(m.status, func(s Status) bool { return s.Doing != Over })
}

// run is a run of a way that can be opened.
type run struct {
	id    string
	round int
}

func (r run) name() string {
	if r.round == 0 {
		return "warm-up"
	}
	return fmt.Sprintf("round %d", r.round)
}

// runs lists the runs of the column in focus, oldest first.
func (m *model) runs() []run {
	s := m.now()
	if m.place.Column >= len(s.Record.Ways) {
		return nil
	}
	newest := ""
	if m.place.Column < len(s.Newest) {
		newest = s.Newest[m.place.Column].ID
	}
	return runsOf(&s.Record, s.Record.Ways[m.place.Column], newest, s.Round)
}

// runsOf lists the runs of a way, oldest first; the newest, which may be going on, is in the round told.
func runsOf(rec *comparison.Record, w trial.Way, newest string, round int) []run {
	var out []run
	for i := range rec.Trials {
		if t := &rec.Trials[i]; t.Way == w && t.Run != "" {
			out = append(out, run{t.Run, t.Round})
		}
	}
	if newest != "" && !slices.ContainsFunc(out, func(r run) bool { return r.id == newest }) {
		out = append(out, run{newest, round})
	}
	return out
}

// runAt is which of the runs of the column in focus is chosen.
func (m *model) runAt() int { return max(len(m.runs())-1-m.place.Round, 0) }

// chosen is the id of the run in focus, or "".
func (m *model) chosen() string {
	runs := m.runs()
	if len(runs) == 0 {
		return ""
	}
	return runs[m.runAt()].id
}

// Init implements tea.Model.
func (m *model) Init() tea.Cmd { return nil }

// Update implements tea.Model.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
	case news:
		m.takeNews()
	case tea.KeyMsg:
		cmd = m.typed(msg)
	case tea.MouseMsg:
		m.mouse(msg)
	case notice:
		m.flash = string(msg)
	case written:
		m.busy = ""
		m.flash = msg.String()
	}
	m.settle()
	return m, cmd
}
