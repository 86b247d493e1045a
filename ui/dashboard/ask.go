package dashboard

import (
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"
)

// ask is the line at the bottom in which the user types a search or a filter.
type ask struct {
	kind  askKind
	input textinput.Model
}

type askKind int

const (
	askNothing askKind = iota
	askSearch
	askFilter
)

func (m *model) openAsk(kind askKind, prompt, value string) tea.Cmd {
	in := textinput.New()
	in.Prompt, in.CharLimit = prompt, 200
	in.SetValue(value)
	m.ask = ask{kind: kind, input: in}
	return m.ask.input.Focus()
}

// askKey handles a key while the line is open. A filter works while it is typed.
func (m *model) askKey(msg tea.KeyMsg) tea.Cmd {
	switch msg.Type {
	case tea.KeyEsc, tea.KeyCtrlC:
		if m.ask.kind == askFilter {
			m.filter("")
		}
		m.ask.kind = askNothing
		return nil
	case tea.KeyEnter:
		kind := m.ask.kind
		m.ask.kind = askNothing
		if kind == askSearch {
			return m.pager.Find(m.ask.input.Value(), m.tails[m.pager.Task])
		}
		return nil
	}
	var cmd tea.Cmd
	m.ask.input, cmd = m.ask.input.Update(msg)
	if m.ask.kind == askFilter {
		m.filter(m.ask.input.Value())
	}
	return cmd
}

func (m *model) filter(text string) {
	m.list.filter, m.list.order, m.list.top = text, nil, 0
	m.reorder()
	if len(m.list.order) > 0 {
		m.focus = m.list.order[0]
	}
}
