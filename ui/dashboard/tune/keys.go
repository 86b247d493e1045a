package tune

import (
	"fmt"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"parallax/ui/dashboard/frame"
	"parallax/ui/dashboard/help"
	"parallax/ui/dashboard/keys"
	"parallax/ui/figures"
)

// manyRounds is how many rounds are usually made, and how many a press adds.
const manyRounds = 3

// rows is what the keys mean here.
var rows = []keys.Row{
	{Action: keys.Left, Does: "fewer workers", Group: "move"},
	{Action: keys.Right, Does: "more workers", Group: "move"},
	{Action: keys.Up, Does: "fewer workers", Group: "move"},
	{Action: keys.Down, Does: "more workers", Group: "move"},
	{Action: keys.Open, Does: "open the newest run with so many workers", Short: "open run", Group: "move"},
	{Action: keys.PageUp, Does: "the recommendation further up", Group: "move"},
	{Action: keys.PageDown, Does: "the recommendation further down", Group: "move"},

	{Action: keys.WriteReport, Does: "write a report: one file to send", Short: "write report", Group: "sweep"},
	{Action: keys.MoreRounds, Does: "three more rounds of every number", Short: "3 more rounds", Group: "sweep"},
}

// Enabled implements frame.Screen.
func (m *model) Enabled(a keys.Action) bool {
	switch a {
	case keys.Left, keys.Up:
		return m.place.Load > 0
	case keys.Right, keys.Down:
		return m.place.Load < len(m.now().Record.Ways)-1
	case keys.Open:
		return m.newest() != ""
	case keys.PageUp, keys.PageDown:
		return m.hidden() > 0
	case keys.WriteReport:
		return m.opts.Report != nil && !m.Busy() && len(m.now().Record.Trials) > 0
	case keys.MoreRounds:
		return m.opts.Sweep.CanGoOn()
	}
	return false
}

// Act implements frame.Screen.
func (m *model) Act(a keys.Action) tea.Cmd {
	switch a {
	case keys.Left, keys.Up:
		m.focus(m.place.Load - 1)
	case keys.Right, keys.Down:
		m.focus(m.place.Load + 1)
	case keys.PageUp:
		m.Scroll(-max(m.layout().verdict.H-3, 1))
	case keys.PageDown:
		m.Scroll(max(m.layout().verdict.H-3, 1))
	case keys.Open:
		m.open = m.newest()
		return tea.Quit
	case keys.WriteReport:
		return m.Write("report", m.opts.Report)
	case keys.MoreRounds:
		m.opts.Sweep.More(manyRounds)
		m.Flash = fmt.Sprintf("%d more rounds of %s", manyRounds, m.now().Record.Title)
	}
	return nil
}

func (m *model) focus(load int) { m.place.Load, m.place.Chosen = load, true }

// Click implements frame.Screen: it chooses a load in the chart or in the table.
func (m *model) Click(x, y int) {
	l := m.layout()
	if l.chart.Has(x, y) {
		if at, ok := m.chart(l.chart).slotAt(x); ok {
			m.focus(at)
		}
	}
	first, n := window(len(m.columns()), l.table.H-1, m.place.Load)
	if row := y - l.table.Y - 1; l.table.Has(x, y) && row >= 0 && row < n {
		m.focus(first + row)
	}
}

// window is which of n rows are shown in room rows so that one is among them.
func window(n, room, at int) (first, shown int) {
	shown = max(min(n, room), 0)
	first = max(min(at-shown/2, n-shown), 0)
	return first, shown
}

// Scroll implements frame.Screen: it scrolls the recommendation.
func (m *model) Scroll(rows int) { m.top += rows }

// Footer implements frame.Screen.
func (m *model) Footer() []key.Binding {
	return append(m.Pair(keys.Left, keys.Right, "←→", "workers"), m.Short(nil)...)
}

// Marks implements frame.Screen.
func (m *model) Marks() help.Group {
	icons := &m.Styles.Icons
	return frame.Legend(
		icons.Succeeded, "recommended",
		"?", "the best guess, where none is recommended",
		icons.Running, "tried just now",
		"!", "its figures are in doubt",
		icons.Failed, "a job failed with it",
		"±", "how far the 95 % interval reaches",
		figures.Wide, "wider than the value; more rounds narrow it",
	)
}
