package dashboard

import (
	"slices"

	"parallax/ui/dashboard/cores"
	"parallax/ui/dashboard/keys"
)

// inLanes reports whether the lanes fill the body.
func (m *model) inLanes() bool { return m.view == lanesView && !m.covered() }

// sight is what there is to see of the lanes.
func (m *model) sight() cores.Sight { return cores.Look(m.scene(), m.layout().body.w) }

// moveInLanes moves the cursor. Up and down choose a job where each has a row or there is no cursor,
// else a core.
func (m *model) moveInLanes(a keys.Action) {
	v, lens := m.sight(), &m.look.lens
	page := max(v.Columns/2, 1)
	switch a {
	case keys.Left:
		*lens = lens.Move(v, -1, 0)
	case keys.Right:
		*lens = lens.Move(v, 1, 0)
	case keys.PageUp:
		*lens = lens.Scroll(v, -page)
	case keys.PageDown:
		*lens = lens.Scroll(v, page)
	case keys.Top:
		*lens = lens.Start(v)
	case keys.Bottom:
		*lens = lens.Follow()
	case keys.Up, keys.Down:
		step := map[keys.Action]int{keys.Up: -1, keys.Down: 1}[a]
		if lens.Cursor() && !lens.Jobs {
			*lens = lens.Move(v, 0, step)
			break
		}
		m.focus = min(max(m.focus+step, 0), len(m.state.Tasks)-1)
	}
	m.focusOnCursor()
}

// focusOnCursor has keys act on the job whose core is under the cursor.
func (m *model) focusOnCursor() {
	if task := m.look.lens.Task(&m.state.Lanes); task >= 0 && task < len(m.state.Tasks) {
		m.focus = task
	}
}

// lanesAction does what an action means for the lanes, and reports whether it means anything there.
func (m *model) lanesAction(a keys.Action) bool {
	lens := &m.look.lens
	switch {
	case !m.inLanes():
		return false
	case a == keys.Closer, a == keys.Wider:
		*lens = lens.Zoom(m.sight(), a == keys.Closer)
	case a == keys.Present, a == keys.Back && lens.Still():
		*lens = lens.Follow()
	case a == keys.Rows:
		lens.Jobs = !lens.Jobs
	default:
		return false
	}
	return true
}

// pointInLanes puts the cursor where the mouse clicked.
func (m *model) pointInLanes(x, y int) {
	b, s := m.layout().body, m.scene()
	spot, ok := cores.At(s, m.look.lens, b.w, b.h, x-b.x, y-b.y)
	if !ok {
		return
	}
	m.list.moved = true
	lens := &m.look.lens
	if spot.Job == lens.Jobs {
		*lens = lens.Point(m.sight(), spot.Column, spot.Row)
		m.focusOnCursor()
	}
	if spot.Job {
		m.focus = spot.Row
	}
}

// enabledInLanes reports whether an action of the lanes means anything now.
func (m *model) enabledInLanes(a keys.Action) bool {
	return m.inLanes() && (!slices.Contains([]keys.Action{keys.Present, keys.Back}, a) || m.look.lens.Still())
}
