package compare

import (
	"fmt"
	"slices"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"parallax/ui/dashboard/frame"
	"parallax/ui/dashboard/help"
	"parallax/ui/dashboard/keys"
	inwords "parallax/ui/figures"
)

// manyRounds is how many rounds a press adds.
const manyRounds = 5

// rows is what the keys mean here.
var rows = []keys.Row{
	{Action: keys.Left, Does: "the column to the left", Group: "move"},
	{Action: keys.Right, Does: "the column to the right", Group: "move"},
	{Action: keys.Up, Does: "the round before, of this column", Group: "move"},
	{Action: keys.Down, Does: "the round after, of this column", Group: "move"},
	{Action: keys.Open, Does: "open the run of this round: jobs, output, lanes", Short: "open run", Group: "move"},
	{Action: keys.NextView, Does: "the other comparison", Short: "other comparison", Group: "move"},
	{Action: keys.PageUp, Does: "the verdict further up", Group: "move"},
	{Action: keys.PageDown, Does: "the verdict further down", Group: "move"},

	{Action: keys.WriteReport, Does: "write a report: one file to send", Short: "write report", Group: "comparison"},
	{Action: keys.ExportTrace, Does: "export the run for a trace viewer", Short: "export trace", Group: "comparison"},
	{Action: keys.MoreRounds, Does: "five more rounds of every way", Short: "5 more rounds", Group: "comparison"},
}

// Enabled implements frame.Screen.
func (m *model) Enabled(a keys.Action) bool {
	s := m.now()
	switch a {
	case keys.Left:
		return m.place.Column > 0
	case keys.Right:
		return m.place.Column < len(s.Record.Ways)-1
	case keys.Up:
		return m.place.Round < len(m.runs())-1
	case keys.Down:
		return m.place.Round > 0
	case keys.Open:
		return m.chosen() != ""
	case keys.NextView:
		return len(m.opts.Acts) > 1
	case keys.PageUp, keys.PageDown:
		return m.hidden() > 0
	case keys.WriteReport:
		return m.opts.Report != nil && !m.Busy() && len(s.Record.Trials) > 0
	case keys.ExportTrace:
		return m.opts.Export != nil && !m.Busy() && m.chosen() != ""
	case keys.MoreRounds:
		return m.course().CanGoOn()
	}
	return false
}

// Act implements frame.Screen.
func (m *model) Act(a keys.Action) tea.Cmd {
	act, run := m.place.Act, m.chosen()
	switch a {
	case keys.Left:
		m.focus(m.place.Column - 1)
	case keys.Right:
		m.focus(m.place.Column + 1)
	case keys.Up:
		m.place.Round++
	case keys.Down:
		m.place.Round--
	case keys.PageUp:
		m.Scroll(-max(m.layout().verdict.H-3, 1))
	case keys.PageDown:
		m.Scroll(max(m.layout().verdict.H-3, 1))
	case keys.Open:
		m.open = run
		return tea.Quit
	case keys.NextView:
		m.show((act + 1) % len(m.opts.Acts))
		m.place.Chosen = true
	case keys.WriteReport:
		return m.Write("report", func() (string, error) { return m.opts.Report(act) })
	case keys.ExportTrace:
		return m.Write("trace", func() (string, error) { return m.opts.Export(act, run) })
	case keys.MoreRounds:
		m.course().More(manyRounds)
		m.Flash = fmt.Sprintf("%d more rounds of %s", manyRounds, m.now().Record.Title)
	}
	return nil
}

// focus moves the focus to another column, and there to the newest run.
func (m *model) focus(column int) { m.place.Column, m.place.Round, m.place.Steered = column, 0, true }

// Click implements frame.Screen: it chooses a column.
func (m *model) Click(x, y int) {
	l := m.layout()
	for i := range l.columns {
		if l.column(i).Has(x, y) && m.first+i < len(m.now().Record.Ways) {
			m.focus(m.first + i)
		}
	}
}

// Scroll implements frame.Screen: it scrolls the verdict.
func (m *model) Scroll(rows int) { m.top += rows }

// Footer implements frame.Screen.
func (m *model) Footer() []key.Binding {
	words := map[keys.Action]string{}
	if m.place.Round > 0 {
		words[keys.Open] = "open " + m.runs()[m.runAt()].name()
	}
	return slices.Concat(m.Pair(keys.Left, keys.Right, "←→", "model"), m.Pair(keys.Up, keys.Down, "↑↓", "round"), m.Short(words))
}

// Marks implements frame.Screen.
func (m *model) Marks() help.Group {
	icons := &m.Styles.Icons
	return frame.Legend(
		icons.Succeeded, "recommended; in the table: best of the models",
		icons.Running, "tried just now",
		icons.Failed, "out of the ranking",
		unknown, "not measured",
		"±", "how far the 95 % interval reaches",
		inwords.Wide, "wider than the value; more rounds narrow it",
	)
}
