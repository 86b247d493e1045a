package dashboard

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/x/ansi"

	"parallax/runner"
	"parallax/ui/dashboard/cores"
	"parallax/ui/dashboard/gauges"
	"parallax/ui/dashboard/header"
	"parallax/ui/dashboard/help"
	"parallax/ui/dashboard/keys"
	"parallax/ui/dashboard/output"
	"parallax/ui/dashboard/panes"
	"parallax/ui/dashboard/scene"
	"parallax/ui/dashboard/table"
	"parallax/ui/draw"
	"parallax/ui/text"
)

// View implements tea.Model.
func (m *model) View() string {
	if m.w == 0 {
		return ""
	}
	l := m.layout()
	if l.small {
		return ansi.Wordwrap(fmt.Sprintf("parallax needs %d x %d; this terminal is %d x %d", minWidth, minHeight, m.w, m.h), m.w, "")
	}
	if len(m.state.Tasks) == 0 {
		return m.starting()
	}
	s := m.scene()
	rows := header.View(s, m.acts.act.Title, m.w)
	rows = append(rows, m.band(s, l)...)
	if l.closing.h > 0 {
		rows = append(rows, m.closing(l.closing)...)
	}
	body := m.body(s, l.body)
	if m.help.open {
		body = help.View(s.Styles, m.keys.Help(m.inHelp), m.help.top, l.body.w, l.body.h)
	}
	rows = append(rows, body...)
	if l.queue.h > 0 {
		rows = append(rows, queued(s, l.queue.w))
	}
	rows = append(rows, m.footer(s, l.footer.w))
	switch {
	case m.ending != staying:
		rows = draw.Over(rows, m.dialog(), m.w)
	case m.front.question != nil:
		rows = draw.Over(rows, m.questionBox(), m.w)
	case m.front.chooser != nil:
		rows = draw.Over(rows, m.chooserBox(), m.w)
	}
	return strings.Join(rows, "\n")
}

// starting is the screen before anything is known of the run.
func (m *model) starting() string {
	st := &m.look.styles
	rows := []string{text.NewRow(m.w).Skip(1).Put(st.AccentBold, "parallax").Skip(2).Put(st.Title, m.acts.act.Title).String()}
	for len(rows) < m.h {
		row := text.NewRow(m.w)
		if len(rows) == m.h/2 {
			row.Skip((m.w-len("starting …"))/2).Put(st.Dim, "starting …")
		}
		rows = append(rows, row.String())
	}
	return strings.Join(rows, "\n")
}

func (m *model) layout() layout {
	lanes := len(m.state.Lanes.Cores)
	if lanes == 0 {
		lanes = len(m.state.Cores)
	}
	queue := m.view == panesView && !m.covered() && m.hidden() > 0
	return arrange(m.w, m.h, wishes{
		cores: lanes, before: m.acts.before != nil, locks: len(gauges.Locks(m.state)), closing: len(m.closingLines()), queue: queue,
		whole: m.view == lanesView && !m.covered(),
	})
}

// hidden is how many queued tasks have no pane.
func (m *model) hidden() int {
	if len(m.state.Active) == 0 && !m.begun() {
		return 0
	}
	return m.state.Count(runner.Queued)
}

// begun reports whether any task has ended.
func (m *model) begun() bool {
	return m.state.Count(runner.Failed)+m.state.Count(runner.Succeeded)+m.state.Count(runner.Cancelled) > 0
}

// band draws the row of panels under the header.
func (m *model) band(s *scene.Scene, l layout) []string {
	if l.advice.h > 0 {
		return []string{cores.AdviceRow(s, l.advice.w)}
	}
	var blocks [][]string
	var widths []int
	add := func(r rect, block []string) { blocks, widths = append(blocks, block), append(widths, r.w) }
	if l.before.h > 0 {
		add(l.before, cores.Earlier(s, l.before.w, l.before.h))
	}
	if l.cores.h > 0 {
		add(l.cores, cores.Panel(s, l.cores.w, l.cores.h))
	}
	if l.parallelism.h > 0 {
		add(l.parallelism, gauges.Parallelism(s, l.parallelism.w, l.parallelism.h, l.lower))
	}
	if l.memory.h > 0 {
		add(l.memory, gauges.Memory(s, l.memory.w, l.memory.h))
	}
	if l.locks.h > 0 {
		add(l.locks, gauges.GIL(s, l.locks.w, l.locks.h))
	}
	return draw.Beside(0, widths, blocks...)
}

// closing draws what differed between the run before and this one.
func (m *model) closing(r rect) []string {
	st := &m.look.styles
	box := draw.Box{Border: st.Good, Width: r.w, Height: r.h, Left: []draw.Span{{Ink: st.GoodBold, Text: "what differed"}}}
	var rows []*text.Row
	for _, line := range m.closingLines() {
		rows = append(rows, text.NewRow(box.Inner()).Put(st.Text, line))
	}
	return box.View(rows)
}

// closingLines is what differed between runs in as many rows as it needs, up to a few.
func (m *model) closingLines() []string {
	const most = 4
	if m.acts.close == "" {
		return nil
	}
	lines := strings.Split(ansi.Wordwrap(m.acts.close, m.w-4, ""), "\n")
	return lines[:min(len(lines), most)]
}

func (m *model) body(s *scene.Scene, r rect) []string {
	if m.front.stack != nil {
		return m.front.stack.View(s, r.w, r.h)
	}
	if m.opened {
		return m.pager.View(s, r.w, r.h)
	}
	switch m.view {
	case tableView:
		sorted := m.list.sort.String()
		if m.list.filter != "" {
			sorted = "filter: " + m.list.filter + " · " + sorted
		}
		return table.View(s, m.list.order, m.list.top, sorted, r.w, r.h)
	case lanesView:
		return cores.Full(s, m.look.lens, m.acts.past, r.w, r.h)
	case mergedView:
		return output.MergedView(s, m.merged.lines, m.merged.up, r.w, r.h)
	}
	g, shown := m.paneGrid(m.layout())
	return panes.View(s, g, shown)
}

// queued names what waits and has no pane.
func queued(s *scene.Scene, width int) string {
	r := text.NewRow(width).Skip(1)
	word := " queued:"
	if s.State.Held {
		word = " held:"
	}
	r.Put(s.Styles.Dim, draw.Count(s.State.Count(runner.Queued))+word)
	for i := range s.State.Tasks {
		if r.Left() < 4 {
			break
		}
		if s.State.Tasks[i].Status == runner.Queued {
			r.Skip(1).Put(s.Styles.Dim, text.Shorten(s.State.Jobs[i].Name, r.Left()-1)).Skip(1)
		}
	}
	return r.String()
}

// footer is the line being typed, a notice, or the keys that work now.
func (m *model) footer(s *scene.Scene, width int) string {
	switch {
	case m.ending != staying, m.front.question != nil, m.front.chooser != nil:
		return text.Blanks(width)
	case m.ask.kind != askNothing:
		return text.NewRow(width).Skip(1).PutStyled(m.ask.input.View()).String()
	case m.flash != "":
		return text.NewRow(width).Skip(1).Put(s.Styles.Warn, text.Shorten(m.flash, width-2)).String()
	}
	return header.Footer(s, m.footerKeys(), width)
}

// footerKeys are the bindings for where one is, those that mean something now.
func (m *model) footerKeys() []key.Binding {
	actions := []keys.Action{
		keys.Open, keys.PauseJob, keys.CancelJob, keys.RestartJob, keys.ShowStack, keys.Search, keys.NextView,
		keys.OtherModel, keys.SortBy, keys.Filter, keys.NextTheme, keys.Help, keys.Quit,
	}
	switch {
	case !m.covered() && m.view == lanesView:
		actions = []keys.Action{
			keys.Closer, keys.Wider, keys.Rows, keys.Present, keys.PauseJob, keys.CancelJob, keys.RestartJob,
			keys.ShowStack, keys.Open, keys.NextView, keys.OtherModel, keys.NextTheme, keys.Help, keys.Quit,
		}
	case m.front.stack != nil:
		actions = []keys.Action{keys.Back, keys.ShowStack, keys.Copy, keys.PauseJob, keys.CancelJob, keys.Help, keys.Quit}
	case m.opened:
		actions = []keys.Action{
			keys.Back, keys.Search, keys.NextHit, keys.Follow, keys.Wrap, keys.Copy, keys.ShowStack,
			keys.PauseJob, keys.CancelJob, keys.RestartJob, keys.Help, keys.Quit,
		}
	}
	out := []key.Binding{}
	if !m.covered() {
		out = append(out, key.NewBinding(key.WithKeys("up"), key.WithHelp("↑↓←→", "move")))
	}
	if at := slices.Index(actions, keys.CancelJob); at >= 0 && m.state.IsStopping(m.focus) { // it was asked to end, and resists
		actions[at] = keys.KillJob
	}
	for i, k := range m.keys.Footer(actions) {
		if actions[i] == keys.PauseJob && m.holds() {
			k.SetHelp(k.Help().Key, "resume")
		}
		if actions[i] == keys.Rows && m.look.lens.Jobs {
			k.SetHelp(k.Help().Key, "cores")
		}
		if actions[i] == keys.ShowStack && m.front.stack != nil {
			k.SetHelp(k.Help().Key, "ask again")
		}
		if m.enabled(actions[i]) && k.Help().Desc != "" {
			out = append(out, k)
		}
	}
	return out
}

// inHelp reports whether an action stands out in the help: what works in an opened job does there, also
// when it means nothing yet.
func (m *model) inHelp(r keys.Row) bool {
	return m.enabled(r.Action) || m.opened && r.Group == "output"
}
