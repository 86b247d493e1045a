package compare

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"parallax/ui/dashboard"
)

// notice is a sentence shown in the footer until the next key.
type notice string

// written is the answer to what was to be written.
type written struct {
	what, path string
	err        error
}

func (w written) String() string {
	if w.err != nil {
		return fmt.Sprintf("no %s: %v", w.what, w.err)
	}
	return fmt.Sprintf("wrote the %s to %s", w.what, w.path)
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
	s := m.now()
	switch a {
	case dashboard.Left:
		return m.place.Column > 0
	case dashboard.Right:
		return m.place.Column < len(s.Record.Ways)-1
	case dashboard.Up:
		return m.place.Round < len(m.runs())-1
	case dashboard.Down:
		return m.place.Round > 0
	case dashboard.Open:
		return m.chosen() != ""
	case dashboard.NextView:
		return len(m.opts.Acts) > 1
	case dashboard.PageUp, dashboard.PageDown:
		return m.hidden() > 0
	case dashboard.Back:
		return m.help
	case writeReport:
		return m.opts.Report != nil && m.busy == "" && len(s.Record.Trials) > 0
	case exportTrace:
		return m.opts.Export != nil && m.busy == "" && m.chosen() != ""
	case moreRounds:
		return s.Doing != Waiting && s.Err == nil && s.more()
	}
	return true
}

// more reports whether rounds can be added: not to a comparison that was read from disk, of which no run
// has events, nor to one that was ended early.
func (s *Status) more() bool {
	if s.Record.Reason != "" {
		return false
	}
	for i := range s.Newest {
		if s.Newest[i].Feed != nil {
			return true
		}
	}
	return s.Doing != Over
}

func (m *model) act(a dashboard.Action) tea.Cmd {
	switch a {
	case dashboard.Left:
		m.focus(m.place.Column - 1)
	case dashboard.Right:
		m.focus(m.place.Column + 1)
	case dashboard.Up:
		m.place.Round++
	case dashboard.Down:
		m.place.Round--
	case dashboard.PageUp:
		m.top -= max(m.layout().verdict.h-3, 1)
	case dashboard.PageDown:
		m.top += max(m.layout().verdict.h-3, 1)
	case dashboard.Open:
		m.open = m.chosen()
		return tea.Quit
	case dashboard.NextView:
		m.show((m.place.Act + 1) % len(m.opts.Acts))
		m.place.Chosen = true
	case writeReport:
		act := m.place.Act
		return m.write("report", func() (string, error) { return m.opts.Report(act) })
	case exportTrace:
		act, run := m.place.Act, m.chosen()
		return m.write("trace", func() (string, error) { return m.opts.Export(act, run) })
	case moreRounds:
		m.opts.Acts[m.place.Act].Course.More(manyRounds)
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

// focus moves the focus to another column, and there to the newest run.
func (m *model) focus(column int) { m.place.Column, m.place.Round = column, 0 }

// write has something written off the main loop, one thing at a time.
func (m *model) write(what string, do func() (string, error)) tea.Cmd {
	m.busy = "writing the " + what + " …"
	return func() tea.Msg {
		path, err := do()
		return written{what, path, err}
	}
}

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

// mouse: a click chooses a column or an act, the wheel scrolls the verdict.
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
		for i := range l.columns {
			if l.column(i).has(msg.X, msg.Y) && m.first+i < len(m.now().Record.Ways) {
				m.focus(m.first + i)
			}
		}
	}
}
