package dashboard

import (
	"fmt"
	"os"
	"slices"

	osc52 "github.com/aymanbagabas/go-osc52/v2"
	tea "github.com/charmbracelet/bubbletea"

	"parallax/runner"
	"parallax/ui/dashboard/keys"
	"parallax/ui/dashboard/output"
	"parallax/ui/dashboard/table"
	"parallax/ui/text"
)

// notice is a sentence shown in the footer until the next key.
type notice string

func (m *model) typed(msg tea.KeyMsg) tea.Cmd {
	var cmds []tea.Cmd
	for i, k := range keys.Each(msg) {
		if i > 0 {
			m.settle()
		}
		cmds = append(cmds, m.key(k))
	}
	return tea.Batch(cmds...)
}

// key routes a key to what has the keyboard: the line being typed, the dialog, the help, the body.
func (m *model) key(msg tea.KeyMsg) tea.Cmd {
	m.flash = ""
	if m.ask.kind != askNothing {
		return m.askKey(msg)
	}
	action, ok := m.keys.Action(msg.String())
	if m.ending != staying {
		return m.endingKey(msg, action)
	}
	if m.front.question != nil {
		return m.questionKey(msg, action)
	}
	if m.front.chooser != nil {
		return m.chooserKey(action)
	}
	if !ok || len(m.state.Tasks) == 0 && action != keys.Quit && action != keys.Interrupt {
		return nil
	}
	if m.help.open {
		return m.helpKey(action)
	}
	if !m.enabled(action) {
		return nil
	}
	if m.control(action) || m.lanesAction(action) {
		return nil
	}
	if m.front.stack != nil {
		if cmd, done := m.stackAction(action); done {
			return cmd
		}
	}
	if m.opened {
		if cmd, done := m.pagerAction(action); done {
			return cmd
		}
	}
	return m.screenAction(action)
}

func (m *model) helpKey(a keys.Action) tea.Cmd {
	switch a {
	case keys.Up:
		m.help.top = max(0, m.help.top-1)
	case keys.Down:
		m.help.top++
	case keys.Quit, keys.Interrupt:
		m.help.open = false
		return m.quit()
	default:
		m.help.open = false
	}
	return nil
}

// control does what an action means for the jobs, and reports whether it means anything for them.
func (m *model) control(a keys.Action) bool {
	if m.unsure(a) {
		return true
	}
	do := m.acts.act.Do
	one := []int{m.focus}
	switch a {
	case keys.PauseJob:
		if m.holds() {
			do(runner.Resume{Tasks: one})
		} else {
			do(runner.Pause{Tasks: one})
		}
	case keys.PauseAll:
		if m.allHeld() {
			do(runner.Resume{})
		} else {
			do(runner.Pause{})
		}
	case keys.CancelJob:
		do(runner.Cancel{Tasks: one})
	case keys.KillJob:
		if m.acts.known.Resists[m.focus] != "" {
			m.askKill(m.focus)
			break
		}
		do(runner.KillNow{Tasks: one})
	case keys.CancelAll:
		do(runner.Cancel{})
	case keys.RestartJob:
		do(runner.Restart{Tasks: one})
	case keys.RestartMany:
		do(runner.Restart{Tasks: m.failed()})
	case keys.MoreWorkers:
		do(runner.SetWorkers{N: m.state.Workers + 1})
	case keys.LessWorkers:
		do(runner.SetWorkers{N: m.state.Workers - 1})
	default:
		return false
	}
	m.list.moved = true // what was acted on stays in focus
	return true
}

// holds reports whether the job in focus is paused or about to be: a pause can be taken back.
func (m *model) holds() bool {
	return m.state.Tasks[m.focus].Status == runner.Paused || m.state.IsPausing(m.focus)
}

// allHeld reports whether nothing runs on for it is held, or about to be. What only waits is held when
// the run is.
func (m *model) allHeld() bool {
	held := m.state.Held
	for _, i := range m.state.Active {
		switch {
		case m.state.Tasks[i].Status == runner.Paused || m.state.IsPausing(i):
			held = true
		case m.state.IsStopping(i): // what ends cannot be held
		case m.state.Held && m.acts.known.Refused[i]: // nor this, and to ask once more would change nothing
		default:
			return false
		}
	}
	return held
}

// unsure asks for a second press of keys that end what the user may not have meant: all jobs, or
// one that runs by the key that runs it again.
func (m *model) unsure(a keys.Action) bool {
	ask := ""
	switch {
	case m.front.sure == a:
	case a == keys.CancelAll && len(m.state.Active)+m.state.Count(runner.Queued) > 1:
		ask = "cancels all jobs: " + m.stillGoing()
	case a == keys.RestartJob && m.state.Tasks[m.focus].Status.Active():
		ask = "ends " + m.state.Jobs[m.focus].Name + ", which is running, and runs it again."
	}
	if m.front.sure = ""; ask == "" {
		return false
	}
	m.front.sure = a
	m.flash = fmt.Sprintf("%s %s Once more does it.", m.keys.Show(a), ask)
	return true
}

// failed lists the tasks that failed.
func (m *model) failed() []int {
	out := []int{}
	for i := range m.state.Tasks {
		if m.state.Tasks[i].Status == runner.Failed {
			out = append(out, i)
		}
	}
	return out
}

// enabled reports whether an action means anything now: keys that do not are dead, and faint in
// the help.
func (m *model) enabled(a keys.Action) bool {
	live := m.acts.act.live() && m.ending == staying
	t := m.state.Tasks
	if len(t) == 0 {
		return slices.Contains([]keys.Action{keys.Quit, keys.Interrupt, keys.Help, keys.NextTheme}, a)
	}
	focus := t[m.focus]
	switch a {
	case keys.PauseJob:
		return live && focus.Status.Active() && !m.state.IsStopping(m.focus)
	case keys.PauseAll:
		return live && !m.state.Over() // also when only queued jobs are held
	case keys.CancelJob, keys.KillJob:
		return live && !focus.Status.Over()
	case keys.CancelAll:
		return live && !m.state.Over()
	case keys.RestartJob:
		return live && (focus.Status.Over() || focus.Status.Active())
	case keys.OtherModel:
		return live && m.opts.Again != nil && !m.acts.starting
	case keys.ShowStack:
		return live && m.acts.act.Stack != nil && focus.Status.Active()
	case keys.RestartMany:
		return live && m.state.Count(runner.Failed) > 0
	case keys.MoreWorkers:
		return live
	case keys.LessWorkers:
		return live && m.state.Workers > 1
	case keys.NextHit, keys.PrevHit, keys.Follow, keys.Wrap:
		return m.opened
	case keys.Stream:
		return m.opened && focus.Err != ""
	case keys.Copy:
		return m.covered() || m.view == mergedView || m.view == panesView
	case keys.Back:
		return m.covered() || m.list.filter != "" || m.acts.pending != "" || m.enabledInLanes(a)
	case keys.Closer, keys.Wider, keys.Present, keys.Rows:
		return m.enabledInLanes(a)
	case keys.Search:
		return m.opened || m.view != mergedView
	case keys.SortBy:
		return !m.covered() && m.view == tableView
	case keys.Filter:
		return !m.covered() && (m.view == tableView || m.view == panesView)
	}
	return true
}

// pagerAction does what an action means in an opened job.
func (m *model) pagerAction(a keys.Action) (tea.Cmd, bool) {
	p, tail := &m.pager, m.tails[m.pager.Task]
	page := max(output.Height(m.layout().body.h)-1, 1)
	switch a {
	case keys.Up:
		return p.Scroll(-1, tail), true
	case keys.Down:
		return p.Scroll(1, tail), true
	case keys.PageUp:
		return p.Scroll(-page, tail), true
	case keys.PageDown:
		return p.Scroll(page, tail), true
	case keys.Top:
		return p.Start(), true
	case keys.Bottom:
		p.Follow = true
	case keys.Left:
		p.Col = max(0, p.Col-16)
	case keys.Right:
		p.Col += 16
	case keys.Follow:
		if p.Follow = !p.Follow; !p.Follow {
			p.Follow = true
			return p.Scroll(0, tail), true
		}
	case keys.Wrap:
		p.Wrap, p.Col = !p.Wrap, 0
	case keys.Stream:
		p.Stderr = !p.Stderr
	case keys.Search:
		return m.openAsk(askSearch, "/", ""), true
	case keys.NextHit:
		return p.Next(false, tail), true
	case keys.PrevHit:
		return p.Next(true, tail), true
	case keys.Copy:
		return m.copy(p.Plain(tail)), true
	case keys.Back:
		m.closePager()
	default:
		return nil, false
	}
	return nil, true
}

// screenAction does everything else: moving, views, themes, quitting.
func (m *model) screenAction(a keys.Action) tea.Cmd {
	switch a {
	case keys.Up, keys.Down, keys.Left, keys.Right, keys.PageUp, keys.PageDown, keys.Top, keys.Bottom:
		m.move(a)
	case keys.Open:
		m.openJob()
	case keys.Search:
		m.openJob()
		return m.openAsk(askSearch, "/", "")
	case keys.Back:
		if m.acts.pending != "" {
			m.acts.pending = ""
			return nil
		}
		m.filter("")
	case keys.NextView:
		return m.setView((m.view + 1) % views)
	case keys.ViewPanes:
		return m.setView(panesView)
	case keys.ViewTable:
		return m.setView(tableView)
	case keys.ViewLanes:
		return m.setView(lanesView)
	case keys.ViewOutput:
		return m.setView(mergedView)
	case keys.Filter:
		return m.openAsk(askFilter, "filter: ", m.list.filter)
	case keys.SortBy:
		m.list.sort, m.list.order = m.list.sort.Next(), nil
	case keys.NextTheme:
		return m.nextTheme()
	case keys.ShowStack:
		return m.askStack()
	case keys.OtherModel:
		return m.chooseModel()
	case keys.Help:
		m.help = helpState{open: true}
	case keys.Copy:
		return m.copy(m.plain())
	case keys.Quit, keys.Interrupt:
		return m.quit()
	}
	return nil
}

func (m *model) setView(v view) tea.Cmd {
	m.closePager()
	m.front.stack, m.view, m.list.top = nil, v, 0
	return m.readMerged()
}

func (m *model) openJob() {
	m.opened = true
	m.pager = output.Opened(m.focus, m.acts.act.Dir, m.state.Tasks[m.focus].Log, m.pager.Wrap)
}

func (m *model) closePager() {
	wrap := m.pager.Wrap
	m.pager.Close()
	m.pager.Wrap, m.opened = wrap, false
}

// pointPager keeps the opened job's pager on the current try's log.
func (m *model) pointPager(height int) {
	t := &m.state.Tasks[m.pager.Task]
	log := t.Log
	if m.pager.Stderr {
		log = t.Err
	}
	m.pager.Point(log)
	m.pager.Resize(output.Height(height), m.limit(m.pager.Task, b2i(m.pager.Stderr)))
}

func (m *model) nextTheme() tea.Cmd {
	m.look.theme = m.opts.NextTheme(m.look.theme)
	m.look.styles = m.opts.Styles(m.look.theme)
	m.flash = "theme " + m.look.theme.Name
	if m.opts.KeepTheme == nil {
		return nil
	}
	keep, theme := m.opts.KeepTheme, m.look.theme
	return func() tea.Msg {
		if err := keep(theme); err != nil {
			return notice(fmt.Sprintf("theme %s, not kept: %v", theme.Name, err))
		}
		return nil
	}
}

// copy puts text into the terminal's clipboard with OSC 52, through tmux and screen where they are.
func (m *model) copy(plain string) tea.Cmd {
	if plain == "" {
		m.flash = "nothing to copy"
		return nil
	}
	out, lines := m.opts.Clipboard, len(plain)
	return func() tea.Msg {
		seq := osc52.New(plain)
		switch {
		case os.Getenv("TMUX") != "":
			seq = seq.Tmux()
		case os.Getenv("STY") != "":
			seq = seq.Screen()
		}
		if _, err := seq.WriteTo(out); err != nil {
			return notice("cannot copy: " + err.Error())
		}
		return notice(fmt.Sprintf("sent %d characters to the clipboard", lines))
	}
}

// plain is the text of the focused pane or of the merged output.
func (m *model) plain() string {
	out := ""
	if m.view == mergedView {
		for _, l := range m.merged.lines {
			out += l.Who(m.state, m.acts.known) + " │ " + text.Strip(l.Text) + "\n"
		}
		return out
	}
	for _, l := range m.tails[m.focus] {
		out += text.Strip(l.Text) + "\n"
	}
	return out
}

// mouse: a click focuses, a second click on the same job opens it, the wheel scrolls.
func (m *model) mouse(msg tea.MouseMsg) tea.Cmd {
	if len(m.state.Tasks) == 0 || m.ending != staying || m.front.question != nil || m.front.chooser != nil || m.help.open {
		return nil
	}
	switch {
	case msg.Button == tea.MouseButtonWheelUp:
		return m.wheel(-3)
	case msg.Button == tea.MouseButtonWheelDown:
		return m.wheel(3)
	case msg.Action != tea.MouseActionPress || msg.Button != tea.MouseButtonLeft || m.covered():
		return nil
	}
	if m.inLanes() {
		m.pointInLanes(msg.X, msg.Y)
		return nil
	}
	task := m.taskAt(msg.X, msg.Y)
	if task < 0 {
		return nil
	}
	m.list.moved = true
	if task == m.focus {
		m.openJob()
		return nil
	}
	m.focus = task
	return nil
}

func (m *model) wheel(n int) tea.Cmd {
	if m.front.stack != nil {
		m.front.stack.Scroll(n)
		return nil
	}
	if m.opened {
		return m.pager.Scroll(n, m.tails[m.pager.Task])
	}
	switch m.view {
	case lanesView:
		m.look.lens = m.look.lens.Scroll(m.sight(), n)
	case mergedView:
		m.merged.up = max(0, m.merged.up-n)
		return m.readMerged()
	case tableView:
		m.list.moved = true
		last := len(m.list.order) - table.Rows(m.layout().body.h)
		m.list.top = max(0, min(m.list.top+n, last))
		at := m.rowOf(m.focus)
		at = min(max(at, m.list.top), m.list.top+table.Rows(m.layout().body.h)-1)
		m.focus = m.list.order[min(at, len(m.list.order)-1)]
	default:
		m.move(map[bool]keys.Action{true: keys.Up, false: keys.Down}[n < 0])
	}
	return nil
}

// quit leaves at once when nothing runs, else asks.
func (m *model) quit() tea.Cmd {
	if !m.acts.act.live() || m.state.Over() && len(m.state.Tasks) > 0 && !m.acts.starting {
		return tea.Quit
	}
	m.ending = asking
	return nil
}

// endingKey handles keys while the dialog is open or jobs are being ended.
func (m *model) endingKey(msg tea.KeyMsg, a keys.Action) tea.Cmd {
	again := a == keys.Interrupt
	switch {
	case m.ending == asking && (again || msg.String() == "c"):
		m.interrupted = again
		m.acts.act.Do(runner.Finish{Cancel: true})
		m.ending = waiting
		if m.state.Ended {
			return tea.Quit
		}
	case m.ending == asking && (a == keys.Back || a == keys.Quit || msg.String() == "s"):
		m.ending = staying
	case m.ending == waiting && (again || msg.String() == "k"):
		m.acts.act.Do(runner.KillNow{})
	}
	return nil
}
