package tune

import (
	"time"

	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/tuning"
	"parallax/ui/dashboard/compare"
	"parallax/ui/dashboard/frame"
)

// model is the screen's state. It does no I/O: commands and the watch do.
type model struct {
	*frame.Frame
	opts  Options
	place Place
	top   int    // the first row of the recommendation that is shown
	open  string // the run with which the screen is left
	clock func() time.Time
}

func newModel(o Options) *model {
	m := &model{opts: o, place: o.At, clock: time.Now}
	m.Frame = frame.New(o.Options, o.At.Theme, rows, m)
	m.Settle()
	return m
}

// result says how the screen was left.
func (m *model) result() Result {
	at := m.place
	at.Theme = m.Chosen
	return Result{Open: m.open, At: at}
}

func (m *model) now() *compare.Status { return m.opts.Sweep.Now() }

// columns are the loads.
func (m *model) columns() []choice.Column { return m.now().Table.Columns }

// Over implements frame.Screen.
func (m *model) Over() bool { return m.now().Doing == compare.Over }

// GoesOn implements frame.Screen.
func (m *model) GoesOn() string { return "The sweep goes on: " + m.opts.Sweep.Phase() + "." }

// early reports whether too little is known for a recommendation, so that none is shown: of fewer rounds
// than the usual ones there is none.
func (m *model) early() bool {
	s := m.now()
	return s.Tuning == nil || !m.Over() && s.Table.Rounds < manyRounds
}

// chosen reports whether a load is the recommended one, or the best guess.
func (m *model) chosen(load int) bool {
	return !m.early() && tuning.Chosen(m.now().Tuning, m.columns()[load].Way)
}

// Take implements frame.Screen.
func (m *model) Take() error { return m.opts.Sweep.Take() }

// Settle implements frame.Screen.
func (m *model) Settle() {
	s := m.now()
	if !m.place.Chosen {
		if s.Way >= 0 && !m.Over() {
			m.place.Load = s.Way
		}
		for i := range m.columns() {
			if m.Over() && m.chosen(i) {
				m.place.Load = i
			}
		}
	}
	m.place.Load = max(min(m.place.Load, len(s.Record.Ways)-1), 0)
	if m.W > 0 {
		m.top = max(min(m.top, m.hidden()), 0)
	}
}

// newest is the id of the newest run of the load in focus, or "".
func (m *model) newest() string {
	s := m.now()
	if m.place.Load >= len(s.Record.Ways) {
		return ""
	}
	if m.place.Load < len(s.Newest) && s.Newest[m.place.Load].ID != "" {
		return s.Newest[m.place.Load].ID
	}
	for i := len(s.Record.Trials) - 1; i >= 0; i-- { // of a sweep that was read from disk
		if t := &s.Record.Trials[i]; t.Way == s.Record.Ways[m.place.Load] {
			return t.Run
		}
	}
	return ""
}
