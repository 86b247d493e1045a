package dashboard

import (
	tea "github.com/charmbracelet/bubbletea"

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
func (m *model) stackAction(a Action) (tea.Cmd, bool) {
	k := m.front.stack
	page := max(output.Height(m.layout().body.h)-1, 1)
	const far = 1 << 20
	switch a {
	case Up, Down, PageUp, PageDown, Top, Bottom:
		k.Scroll(map[Action]int{Up: -1, Down: 1, PageUp: -page, PageDown: page, Top: -far, Bottom: far}[a])
	case Left, Right:
	case ShowStack:
		return m.askStack(), true
	case Copy:
		return m.copy(k.Plain()), true
	case Back:
		m.front.stack = nil
	case Help, NextTheme, Quit, Interrupt:
		return nil, false
	default:
		m.front.stack = nil
		return nil, false
	}
	return nil, true
}
