package tune

import (
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/tuning"
	"parallax/themes"
	"parallax/ui/dashboard"
	"parallax/ui/dashboard/compare"
)

// news says that the follower has some.
type news struct{}

// notice is a sentence shown in the footer until the next key.
type notice string

// written is the answer to the report that was to be written.
type written struct {
	path string
	err  error
}

func (w written) String() string {
	if w.err != nil {
		return fmt.Sprintf("no report: %v", w.err)
	}
	return "wrote the report to " + w.path
}

// model is the screen's state. It does no I/O: commands and the watcher do.
type model struct {
	opts   Options
	keys   keyMap
	theme  themes.Theme
	styles themes.Styles
	place  Place
	w, h   int
	top    int    // the first row of the recommendation that is shown
	flash  string // a sentence in place of the keys, until the next key
	busy   bool   // a report is being written
	help   bool
	helpAt int // the first row of the help
	asking bool
	open   string // the run with which the screen is left
	// interrupted says that it was ctrl+c that ended what was going on.
	interrupted bool
	clock       func() time.Time
}

func newModel(o Options) *model {
	m := &model{opts: o, keys: newKeyMap(o.Keys), theme: o.Theme, place: o.At, flash: o.Notice, clock: time.Now}
	if m.place.Theme.Name != "" {
		m.theme = m.place.Theme
	}
	m.styles = o.Styles(m.theme)
	m.settle()
	return m
}

func (m *model) now() *compare.Status { return m.opts.Sweep.Now() }

// columns are the loads.
func (m *model) columns() []choice.Column { return m.now().Table.Columns }

// over reports whether nothing is measured any more.
func (m *model) over() bool { return m.now().Doing == compare.Over }

// early reports whether too little is known for a recommendation, so that none is shown: of fewer rounds
// than the usual ones there is none.
func (m *model) early() bool {
	s := m.now()
	return s.Tuning == nil || !m.over() && s.Table.Rounds < manyRounds
}

// chosen reports whether a load is the recommended one, or the best guess.
func (m *model) chosen(load int) bool {
	return !m.early() && tuning.Chosen(m.now().Tuning, m.columns()[load].Way)
}

// settle brings what is derived up to date after a message.
func (m *model) settle() {
	s := m.now()
	m.asking = m.asking && !m.over()
	if !m.place.Chosen {
		if s.Way >= 0 && !m.over() {
			m.place.Load = s.Way
		}
		for i := range m.columns() {
			if m.over() && m.chosen(i) {
				m.place.Load = i
			}
		}
	}
	m.place.Load = max(min(m.place.Load, len(s.Record.Ways)-1), 0)
	if m.w > 0 {
		m.top = max(min(m.top, m.hidden()), 0)
	}
}

// newest is the id of the newest run of the load in focus, or "".
func (m *model) newest() string {
	s := m.now()
	if m.place.Load >= len(s.Record.Ways) {
		return ""
	}
	if m.place.Load < len(s.Newest) && s.Newest[m.place.Load].ID != "" {
		return s.Newest[m.place.Load].ID
	}
	for i := len(s.Record.Trials) - 1; i >= 0; i-- { // of a sweep that was read from disk
		if t := &s.Record.Trials[i]; t.Way == s.Record.Ways[m.place.Load] {
			return t.Run
		}
	}
	return ""
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
		if err := m.opts.Sweep.Take(); err != nil {
			m.flash = err.Error()
		}
	case tea.KeyMsg:
		cmd = m.typed(msg)
	case tea.MouseMsg:
		m.mouse(msg)
	case notice:
		m.flash = string(msg)
	case written:
		m.busy, m.flash = false, msg.String()
	}
	m.settle()
	return m, cmd
}

// typed takes keys one by one: those typed faster than they are read come as one message.
func (m *model) typed(msg tea.KeyMsg) tea.Cmd {
	if msg.Type != tea.KeyRunes || msg.Paste || len(msg.Runes) < 2 {
		return m.key(msg)
	}
	cmds := make([]tea.Cmd, len(msg.Runes))
	for i, r := range msg.Runes {
		cmds[i] = m.key(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}, Alt: msg.Alt})
		m.settle()
	}
	return tea.Batch(cmds...)
}

// key routes a key to what has the keyboard: the dialog, the help, the screen.
func (m *model) key(msg tea.KeyMsg) tea.Cmd {
	m.flash = ""
	action, ok := m.keys.byKey[msg.String()]
	switch {
	case m.asking:
		return m.answer(msg, action)
	case !ok:
		return nil
	case m.help:
		return m.helpKey(action)
	case !m.enabled(action):
		return nil
	}
	return m.act(action)
}

// enabled reports whether an action means anything now: keys that do not are dead, and faint in the help.
func (m *model) enabled(a dashboard.Action) bool {
	switch a {
	case dashboard.Left, dashboard.Up:
		return m.place.Load > 0
	case dashboard.Right, dashboard.Down:
		return m.place.Load < len(m.now().Record.Ways)-1
	case dashboard.Open:
		return m.newest() != ""
	case dashboard.PageUp, dashboard.PageDown:
		return m.hidden() > 0
	case dashboard.Back:
		return m.help
	case writeReport:
		return m.opts.Report != nil && !m.busy && len(m.now().Record.Trials) > 0
	case moreRounds:
		return m.opts.Sweep.CanGoOn()
	}
	return true
}

func (m *model) act(a dashboard.Action) tea.Cmd {
	switch a {
	case dashboard.Left, dashboard.Up:
		m.focus(m.place.Load - 1)
	case dashboard.Right, dashboard.Down:
		m.focus(m.place.Load + 1)
	case dashboard.PageUp:
		m.top -= max(m.layout().verdict.h-3, 1)
	case dashboard.PageDown:
		m.top += max(m.layout().verdict.h-3, 1)
	case dashboard.Open:
		m.open = m.newest()
		return tea.Quit
	case writeReport:
		m.busy = true
		return func() tea.Msg {
			path, err := m.opts.Report()
			return written{path, err}
		}
	case moreRounds:
		m.opts.Sweep.More(manyRounds)
		m.flash = fmt.Sprintf("%d more rounds of %s", manyRounds, m.now().Record.Title)
	case dashboard.NextTheme:
		return m.nextTheme()
	case dashboard.Help:
		m.help, m.helpAt = true, 0
	case dashboard.Quit, dashboard.Interrupt:
		return m.quit()
	}
	return nil
}

func (m *model) focus(load int) { m.place.Load, m.place.Chosen = load, true }

func (m *model) nextTheme() tea.Cmd {
	m.theme = m.opts.NextTheme(m.theme)
	m.styles = m.opts.Styles(m.theme)
	m.place.Theme = m.theme
	m.flash = "theme " + m.theme.Name
	if m.opts.KeepTheme == nil {
		return nil
	}
	keep, theme := m.opts.KeepTheme, m.theme
	return func() tea.Msg {
		if err := keep(theme); err != nil {
			return notice(fmt.Sprintf("theme %s, not kept: %v", theme.Name, err))
		}
		return nil
	}
}

func (m *model) helpKey(a dashboard.Action) tea.Cmd {
	switch a {
	case dashboard.Up:
		m.helpAt = max(0, m.helpAt-1)
	case dashboard.Down:
		m.helpAt++
	case dashboard.Quit, dashboard.Interrupt:
		m.help = false
		return m.quit()
	default:
		m.help = false
	}
	return nil
}

// quit leaves at once when nothing is measured any more, else asks.
func (m *model) quit() tea.Cmd {
	if m.over() {
		return tea.Quit
	}
	m.asking = true
	return nil
}

// answer handles keys while the dialog is open.
func (m *model) answer(msg tea.KeyMsg, a dashboard.Action) tea.Cmd {
	switch {
	case a == dashboard.Interrupt:
		m.interrupted = true
		return tea.Quit
	case msg.String() == "c":
		return tea.Quit
	case a == dashboard.Back, a == dashboard.Quit, msg.String() == "s":
		m.asking = false
	}
	return nil
}

// mouse: a click chooses a load in the chart or in the table, the wheel scrolls the recommendation.
func (m *model) mouse(msg tea.MouseMsg) {
	if m.asking || m.help || m.w == 0 {
		return
	}
	switch {
	case msg.Button == tea.MouseButtonWheelUp:
		m.top--
	case msg.Button == tea.MouseButtonWheelDown:
		m.top++
	case msg.Action == tea.MouseActionPress && msg.Button == tea.MouseButtonLeft:
		l := m.layout()
		if l.chart.has(msg.X, msg.Y) {
			if at, ok := m.chart(l.chart).slotAt(msg.X); ok {
				m.focus(at)
			}
		}
		first, n := window(len(m.columns()), l.table.h-1, m.place.Load)
		if row := msg.Y - l.table.y - 1; l.table.has(msg.X, msg.Y) && row >= 0 && row < n {
			m.focus(first + row)
		}
	}
}

// window is which of n rows are shown in room rows so that one is among them.
func window(n, room, at int) (first, shown int) {
	shown = max(min(n, room), 0)
	first = max(min(at-shown/2, n-shown), 0)
	return first, shown
}
