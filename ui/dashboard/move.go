package dashboard

import (
	"slices"

	"parallax/ui/dashboard/keys"
	"parallax/ui/dashboard/panes"
	"parallax/ui/dashboard/table"
)

// move changes the focus, or scrolls what has none.
func (m *model) move(a keys.Action) {
	m.list.moved = true
	switch m.view {
	case panesView:
		m.moveInPanes(a)
	case lanesView:
		m.moveInLanes(a)
	case mergedView:
		page := max(m.layout().body.h-3, 1)
		up := map[keys.Action]int{keys.Up: 1, keys.Down: -1, keys.PageUp: page, keys.PageDown: -page, keys.Top: len(m.merged.lines), keys.Bottom: -m.merged.up}[a]
		m.merged.up = max(0, m.merged.up+up)
	default:
		page := table.Rows(m.layout().body.h)
		step := map[keys.Action]int{keys.Up: -1, keys.Down: 1, keys.PageUp: -page, keys.PageDown: page, keys.Top: -len(m.list.order), keys.Bottom: len(m.list.order)}[a]
		at := min(max(m.rowOf(m.focus)+step, 0), len(m.list.order)-1)
		if at >= 0 {
			m.focus = m.list.order[at]
			m.keepVisible(at, page)
		}
	}
}

func (m *model) moveInPanes(a keys.Action) {
	l := m.layout()
	tasks := m.paneOrder(l)
	if len(tasks) == 0 {
		return
	}
	g := panes.NewGrid(len(tasks), l.body.w, l.body.h)
	at := max(slices.Index(tasks, m.focus), 0)
	step := map[keys.Action]int{
		keys.Left: -1, keys.Right: 1, keys.Up: -g.Cols, keys.Down: g.Cols,
		keys.PageUp: -g.Capacity(), keys.PageDown: g.Capacity(), keys.Top: -len(tasks), keys.Bottom: len(tasks),
	}[a]
	to := at + step
	switch {
	case to < 0 && (a == keys.Up || a == keys.Down), to >= len(tasks) && a == keys.Down && at/g.Cols == (len(tasks)-1)/g.Cols:
		to = at // no row there
	default:
		to = min(max(to, 0), len(tasks)-1)
	}
	m.focus = tasks[to]
	row, first := to/g.Cols, m.list.top/g.Cols
	first = max(min(first, row), row-g.Rows+1)
	m.list.top = first * g.Cols
}

// rowOf is the row of a task in the table, or 0 when the filter hides it.
func (m *model) rowOf(task int) int {
	return max(slices.Index(m.list.order, task), 0)
}

// keepVisible scrolls the table so that row at is on it.
func (m *model) keepVisible(at, rows int) {
	m.list.top = max(min(m.list.top, at), at-rows+1)
	m.list.top = max(0, min(m.list.top, len(m.list.order)-rows))
}

// taskAt is the task drawn at a point of the screen, or -1.
func (m *model) taskAt(x, y int) int {
	l := m.layout()
	if l.small || !l.body.has(x, y) {
		return -1
	}
	x, y = x-l.body.x, y-l.body.y
	switch m.view {
	case panesView:
		g, shown := m.paneGrid(l)
		if at := g.At(x, y); at >= 0 && at < len(shown) {
			return shown[at]
		}
	case tableView:
		if at := m.list.top + y - 1; y >= 1 && y <= table.Rows(l.body.h) && at < len(m.list.order) {
			return m.list.order[at]
		}
	}
	return -1
}
