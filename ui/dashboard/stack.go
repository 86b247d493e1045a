package dashboard

import (
	tea "github.com/charmbracelet/bubbletea"

	"parallax/ui/dashboard/keys"
	"parallax/ui/dashboard/output"
)

// askStack asks the job in focus where it is, and shows its stack over the body.
func (m *model) askStack() tea.Cmd {
	if m.front.stack == nil {
		m.front.stack = &output.Stack{Task: m.focus}
	}
	m.asks++
	return m.front.stack.Ask(m.asks, m.acts.act.Stack)
}

// stackAction does what an action means while a stack is shown, and reports whether it means
// anything there. What leads elsewhere closes it.
func (m *model) stackAction(a keys.Action) (tea.Cmd, bool) {
	k := m.front.stack
	page := max(output.Height(m.layout().body.h)-1, 1)
	const far = 1 << 20
	switch a {
	case keys.Up, keys.Down, keys.PageUp, keys.PageDown, keys.Top, keys.Bottom:
		k.Scroll(map[keys.Action]int{keys.Up: -1, keys.Down: 1, keys.PageUp: -page, keys.PageDown: page, keys.Top: -far, keys.Bottom: far}[a])
	case keys.Left, keys.Right:
	case keys.ShowStack:
		return m.askStack(), true
	case keys.Copy:
		return m.copy(k.Plain()), true
	case keys.Back:
		m.front.stack = nil
	case keys.Help, keys.NextTheme, keys.Quit, keys.Interrupt:
		return nil, false
	default:
		m.front.stack = nil
		return nil, false
	}
	return nil, true
}
