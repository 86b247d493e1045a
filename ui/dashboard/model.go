package dashboard

import (
	tea "github.com/charmbracelet/bubbletea"

	"parallax/runner"
	"parallax/themes"
	"parallax/ui/dashboard/cores"
	"parallax/ui/dashboard/header"
	"parallax/ui/dashboard/keys"
	"parallax/ui/dashboard/output"
	"parallax/ui/dashboard/panes"
	"parallax/ui/dashboard/scene"
	"parallax/ui/dashboard/table"
	"parallax/ui/logs"
)

// view is what the body of the screen shows.
type view int

const (
	panesView view = iota
	tableView
	lanesView
	mergedView
	views
)

// manyJobs is from how many jobs on the table is shown at first instead of panes.
const manyJobs = 13

// model is the root: it routes messages to the part they are for and composes what the parts draw.
// It does no I/O: commands and the bridge do.
type model struct {
	opts   Options
	keys   keys.Map
	look   look
	state  *runner.State
	acts   acts
	tails  map[int][]logs.Line
	w, h   int
	view   view
	focus  int
	list   list
	pager  output.Pager
	opened bool // pager covers the body
	merged merged
	ask    ask
	front  front
	asks   int    // how often a job was asked where it is
	flash  string // a sentence in place of the keys, until the next key
	help   helpState
	ending ending
	// interrupted says that it was ctrl+c that ended the run.
	interrupted bool
}

// front is what stands before the rest of the screen.
type front struct {
	question *question     // what must be answered before anything else, or nil
	stack    *output.Stack // covers the body, or nil
	chooser  *chooser      // asks for a model, or nil
	sure     keys.Action   // a key that ends jobs was pressed once; twice does it
}

// covered reports whether something else than the jobs fills the body.
func (m *model) covered() bool { return m.opened || m.front.stack != nil }

// look is how things are drawn.
type look struct {
	theme  themes.Theme
	styles themes.Styles
	lens   cores.Lens // at the lanes
}

// acts is the run on the screen, and the one before it.
type acts struct {
	act    Act
	n      int // how many were shown, with this one
	known  *scene.Known
	past   *cores.Past
	bridge *bridge
	before *scene.Before
	close  string // the sentence on how this one and the one before it differed
	// pending is the model in which the jobs are to run again when all are over; "" for none.
	pending  runner.Model
	starting bool // they are about to
	start    func(*bridge) (stop func())
	stop     func()
}

// list is the order of the jobs and what of them is on the screen.
type list struct {
	sort   table.Sort
	filter string
	order  []int // of the table; nil when it must be made anew
	stamp  stamp // of the state that order was made from
	top    int   // the first row of the table or the first pane that is shown
	moved  bool  // the user chose a job; until then the focus is on the first row
}

// stamp changes when the order of jobs may have changed.
type stamp [6]int

type merged struct {
	lines []output.MergedLine
	up    int // scrolled back by so many lines
	busy  bool
}

type helpState struct {
	open bool
	top  int
}

// ending is how far quitting is.
type ending int

const (
	staying ending = iota
	asking         // the dialog is open
	waiting        // jobs are being cancelled
)

func newModel(opts Options, start func(*bridge) func()) *model {
	m := &model{
		opts: opts, keys: keys.New(rows, opts.Keys), focus: 0,
		look: look{theme: opts.Theme, styles: opts.Styles(opts.Theme)},
		acts: acts{start: start}, flash: opts.Notice,
	}
	m.show(opts.Act)
	return m
}

// show puts a run on the screen; the one that was there stays beside it.
func (m *model) show(act Act) {
	if m.acts.stop != nil {
		m.acts.stop()
		if m.acts.act.live() {
			m.acts.act.Do(runner.Finish{}) // nobody can restart its jobs any more: what it holds is let go
		}
		m.acts.before = &scene.Before{Label: header.Model(m.state), State: m.state}
	}
	m.state, m.acts.known, m.acts.past = &runner.State{}, &scene.Known{}, &cores.Past{}
	m.look.lens = m.look.lens.Follow()
	m.tails = map[int][]logs.Line{}
	m.acts.act, m.acts.starting, m.acts.close = act, false, ""
	m.acts.n++
	m.acts.bridge = newBridge(m.acts.n, act, m.opts.send)
	m.acts.stop = m.acts.start(m.acts.bridge)
	m.list.order, m.list.top, m.merged = nil, 0, merged{}
	m.front = front{}
	m.closePager()
}

// Init implements tea.Model.
func (m *model) Init() tea.Cmd { return nil }

// Update implements tea.Model.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
	case frame:
		cmd = m.frame(msg)
	case tea.KeyMsg:
		cmd = m.typed(msg)
	case tea.MouseMsg:
		cmd = m.mouse(msg)
	case nextAct:
		cmd = m.next(msg)
	case choices:
		m.chosen(msg)
	case mergedLines:
		m.merged.busy = false
		if msg.act == m.acts.n {
			m.merged.lines = msg.lines
		}
	case output.Answer:
		if m.front.stack != nil {
			m.front.stack.Update(msg, m.acts.act.Clock())
		}
	case notice:
		m.flash = string(msg)
	default:
		if m.opened {
			cmd = m.pager.Update(msg)
		}
	}
	m.settle()
	return m, cmd
}

// frame folds what happened and takes the tails that changed.
func (m *model) frame(f frame) tea.Cmd {
	if f.gen != m.acts.n {
		return nil
	}
	first := len(m.state.Tasks) == 0
	for _, ev := range f.events {
		if err := m.state.Apply(ev); err != nil {
			m.flash = err.Error()
			continue
		}
		m.acts.known.See(ev)
		m.acts.past.See(ev, m.state)
	}
	if first && len(m.state.Tasks) > 0 && m.acts.n == 1 && len(m.state.Tasks) >= manyJobs {
		m.view = tableView
	}
	for task, lines := range f.tails {
		m.tails[task] = lines
	}
	if m.state.Ended && m.acts.act.live() { // after quitting, or by a signal: nothing is left to steer
		return tea.Quit
	}
	return tea.Batch(m.advance(), m.readMerged())
}

// nextAct is the answer to starting the next act.
type nextAct struct {
	act Act
	err error
}

// advance starts the next act when this one is over and one was asked for, else says how it went.
func (m *model) advance() tea.Cmd {
	if len(m.state.Tasks) == 0 || !m.state.Over() {
		m.acts.close = "" // a job runs again
		return nil
	}
	switch {
	case m.ending != staying || m.acts.starting:
		return nil
	case m.acts.pending != "":
		return m.startAgain()
	case m.acts.close == "" && m.opts.Closing != nil && m.acts.before != nil:
		m.acts.close = m.opts.Closing(m.acts.before.State, m.state)
	}
	return nil
}

func (m *model) next(msg nextAct) tea.Cmd {
	m.acts.starting = false
	switch {
	case msg.err != nil:
		m.flash = msg.err.Error()
	case m.ending == waiting: // it was too late to say no
		msg.act.Do(runner.Finish{Cancel: true})
	default:
		m.flash = ""
		m.show(msg.act)
	}
	return m.advance()
}

type mergedLines struct {
	act   int
	lines []output.MergedLine
}

// readMerged asks for the merged output when that is on the screen.
func (m *model) readMerged() tea.Cmd {
	if m.view != mergedView || m.opened || m.merged.busy {
		return nil
	}
	m.merged.busy = true
	n := m.h + m.merged.up
	act, dir, chunks := m.acts.n, m.acts.act.Dir, m.state.Output[max(0, len(m.state.Output)-4*n):]
	over := make(map[int]bool, len(chunks))
	for _, c := range chunks {
		if c.Task < 0 {
			over[c.Task] = m.state.Over()
			continue
		}
		over[c.Task] = m.state.Tasks[c.Task].Status.Over()
	}
	return func() tea.Msg {
		return mergedLines{act, output.Merge(dir, chunks, func(task int) bool { return over[task] }, n)}
	}
}

// scene is what the parts draw this frame from.
func (m *model) scene() *scene.Scene {
	return &scene.Scene{
		State: m.state, Now: m.acts.act.Clock(), Styles: &m.look.styles, Tails: m.tails,
		Focus: m.focus, Before: m.acts.before, Live: m.acts.act.live(), Known: m.acts.known,
	}
}

// settle brings everything derived up to date after a message: the order of the jobs, the focus,
// and what the bridge should read. Setting what is wanted is no I/O.
func (m *model) settle() {
	if len(m.state.Tasks) == 0 || m.w == 0 {
		return
	}
	m.reorder()
	if m.front.question != nil && !m.front.question.stands() {
		m.front.question = nil
	}
	l := m.layout()
	var w want
	w.grow = m.acts.act.live() && len(m.state.Active) > 0
	add := func(task, lines int) {
		if t := &m.state.Tasks[task]; t.Ran() && lines > 0 {
			w.tails = append(w.tails, tail{task, t.Log, m.limit(task, 0), lines})
		}
	}
	switch {
	case l.small, m.front.stack != nil:
	case m.opened:
		m.pointPager(l.body.h)
		if m.pager.Follow {
			t := &m.state.Tasks[m.pager.Task]
			if t.Ran() {
				w.tails = append(w.tails, tail{m.pager.Task, m.pager.Log(), m.limit(m.pager.Task, b2i(m.pager.Stderr)), output.Height(l.body.h) + 1})
			}
		}
	case m.view == panesView:
		g, shown := m.paneGrid(l)
		_, h := g.Cell(0, 0)
		for _, task := range shown {
			add(task, h-2)
		}
	case m.view == tableView:
		rows := table.Rows(l.body.h)
		for _, task := range m.list.order[min(m.list.top, len(m.list.order)):min(m.list.top+rows, len(m.list.order))] {
			add(task, 3)
		}
	default:
		w.grow = false
	}
	m.acts.bridge.want(w)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// limit is how much of a task's log exists for the screen: all there is while it is live, what had
// been seen by now in a replay.
func (m *model) limit(task, stream int) int64 {
	if m.acts.act.live() {
		return -1
	}
	return m.state.Tasks[task].LogSize[stream]
}

// reorder makes the order of the jobs anew when it may have changed, and keeps the focus in it.
func (m *model) reorder() {
	s := stamp{len(m.state.Tasks)}
	for i, st := range []runner.Status{runner.Running, runner.Paused, runner.Failed, runner.Cancelled, runner.Succeeded} {
		s[i+1] = m.state.Count(st)
	}
	figures := m.list.sort != table.ByState && m.list.sort != table.ByJob // these change with every sample
	if m.list.order == nil || s != m.list.stamp || figures {
		m.list.order = table.Order(m.state, m.list.sort, m.list.filter)
		m.list.stamp = s
	}
	m.focus = min(max(m.focus, 0), len(m.state.Tasks)-1)
	if m.view == tableView && !m.list.moved && len(m.list.order) > 0 {
		m.focus = m.list.order[0]
	}
	if m.view == tableView {
		m.keepVisible(m.rowOf(m.focus), table.Rows(m.layout().body.h))
	}
}

// paneGrid is the grid of panes and the tasks in it.
func (m *model) paneGrid(l layout) (panes.Grid, []int) {
	tasks := m.paneOrder(l)
	g := panes.NewGrid(len(tasks), l.body.w, l.body.h)
	top := min(m.list.top, max(0, len(tasks)-1))
	top -= top % g.Cols
	return g, tasks[top:min(top+g.Capacity(), len(tasks))]
}

func (m *model) paneOrder(l layout) []int {
	most := panes.NewGrid(len(m.state.Tasks), l.body.w, l.body.h)
	if m.list.filter != "" {
		return m.list.order
	}
	return panes.Order(m.state, most.Capacity())
}
