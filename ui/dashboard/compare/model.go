package compare

import (
	"fmt"
	"slices"
	"time"

	"parallax/monitor/comparison"
	"parallax/monitor/verdict/trial"
	"parallax/runner"
	"parallax/ui/dashboard/frame"
)

// model is the screen's state. It does no I/O: commands and the watches do.
type model struct {
	*frame.Frame
	opts  Options
	place Place
	first int    // the first column that is shown
	top   int    // the first row of the verdict that is shown
	open  string // the run with which the screen is left
	clock func() time.Time
}

func newModel(o Options) *model {
	m := &model{opts: o, place: o.At, clock: time.Now}
	m.Frame = frame.New(o.Options, o.At.Theme, rows, m)
	courses := make([]*Follower, len(o.Acts))
	for i, a := range o.Acts {
		courses[i] = Follow(a.Course)
		if i < len(o.At.courses) { // what was folded of runs is kept: their feeds give each event once
			courses[i].states = o.At.courses[i].states
		}
	}
	m.place.courses = courses
	m.place.Act = min(max(m.place.Act, 0), len(o.Acts)-1)
	m.Settle()
	return m
}

// result says how the screen was left.
func (m *model) result() Result {
	at := m.place
	at.Theme = m.Chosen
	return Result{Open: m.open, Act: m.place.Act, At: at}
}

// course is the one that is shown.
func (m *model) course() *Follower { return m.place.courses[m.place.Act] }

// now is its status.
func (m *model) now() *Status { return m.course().Now() }

// state is what is known of the newest run of a way of it; nil before there is one.
func (m *model) state(way int) *runner.State { return m.course().State(way) }

// Take implements frame.Screen.
func (m *model) Take() error {
	var fault error
	for _, f := range m.place.courses {
		if err := f.Take(); err != nil {
			fault = err
		}
	}
	return fault
}

// Settle implements frame.Screen.
func (m *model) Settle() {
	if !m.place.Chosen {
		goesOn := func(f *Follower) bool { return f.now.Doing != Waiting && f.now.Doing != Over }
		if at := slices.IndexFunc(m.place.courses, goesOn); at >= 0 && at != m.place.Act {
			m.show(at)
		}
	}
	n := len(m.now().Record.Ways)
	m.place.Column = max(min(m.place.Column, n-1), 0)
	m.place.Round = max(min(m.place.Round, len(m.runs())-1), 0)
	if m.W == 0 {
		return
	}
	shown := m.layout().columns
	if at := m.winner(); shown < n && !m.place.Steered && at >= 0 {
		m.place.Column = at // else the verdict is of a column that nobody sees
	}
	m.first = max(min(m.first, m.place.Column, n-shown), m.place.Column-shown+1, 0)
	m.top = max(min(m.top, m.hidden()), 0)
}

// winner is the column that the verdict names, or -1 before there is one.
func (m *model) winner() int {
	s := m.now()
	if s.Doing != Over {
		return -1
	}
	return slices.IndexFunc(s.Record.Ways, func(w trial.Way) bool { return recommends(s, w) })
}

// show puts another act on the screen.
func (m *model) show(act int) {
	m.place.Act, m.place.Column, m.place.Round, m.first, m.top = act, 0, 0, 0, 0
	m.place.Steered = false
}

// Over implements frame.Screen.
func (m *model) Over() bool { return m.unfinished() == nil }

// unfinished is the first course that is not over, or nil.
func (m *model) unfinished() *Follower {
	for _, f := range m.place.courses {
		if f.now.Doing != Over {
			return f
		}
	}
	return nil
}

// GoesOn implements frame.Screen.
func (m *model) GoesOn() string { return "The comparison goes on: " + m.unfinished().Phase() + "." }

// run is a run of a way that can be opened.
type run struct {
	id    string
	round int
}

func (r run) name() string {
	if r.round == 0 {
		return "warm-up"
	}
	return fmt.Sprintf("round %d", r.round)
}

// runs lists the runs of the column in focus, oldest first.
func (m *model) runs() []run {
	s := m.now()
	if m.place.Column >= len(s.Record.Ways) {
		return nil
	}
	newest := ""
	if m.place.Column < len(s.Newest) {
		newest = s.Newest[m.place.Column].ID
	}
	return runsOf(&s.Record, s.Record.Ways[m.place.Column], newest, s.Round)
}

// runsOf lists the runs of a way, oldest first; the newest, which may be going on, is in the round told.
func runsOf(rec *comparison.Record, w trial.Way, newest string, round int) []run {
	var out []run
	for i := range rec.Trials {
		if t := &rec.Trials[i]; t.Way == w && t.Run != "" {
			out = append(out, run{t.Run, t.Round})
		}
	}
	if newest != "" && !slices.ContainsFunc(out, func(r run) bool { return r.id == newest }) {
		out = append(out, run{newest, round})
	}
	return out
}

// runAt is which of the runs of the column in focus is chosen.
func (m *model) runAt() int { return max(len(m.runs())-1-m.place.Round, 0) }

// chosen is the id of the run in focus, or "".
func (m *model) chosen() string {
	runs := m.runs()
	if len(runs) == 0 {
		return ""
	}
	return runs[m.runAt()].id
}
