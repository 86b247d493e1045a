package dashboard

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"parallax/runner"
	"parallax/ui/dashboard/header"
	"parallax/ui/dashboard/keys"
	"parallax/ui/draw"
	"parallax/ui/text"
)

// Again runs the jobs on the screen once more in another model. Its functions read files, ask
// interpreters and start processes: they are called off the main loop.
type Again struct {
	Models func() []Choice
	// Start starts the jobs in a model, so many at a time.
	Start func(m runner.Model, workers int) (Act, error)
}

// Choice is a model that the jobs could run in.
type Choice struct {
	Model runner.Model
	Why   string // why they cannot, in words; "" when they can
}

// chooser is the box in which the user chooses a model.
type chooser struct {
	act     int // the act that it was opened on
	choices []Choice
	asking  bool
	at      int
}

// choices is the answer to asking for them.
type choices struct {
	act  int
	list []Choice
}

// chooseModel opens the chooser.
func (m *model) chooseModel() tea.Cmd {
	m.front.chooser = &chooser{act: m.acts.n, asking: true}
	act, models := m.acts.n, m.opts.Again.Models
	return func() tea.Msg { return choices{act, models()} }
}

func (m *model) chosen(msg choices) {
	c := m.front.chooser
	if c == nil || c.act != msg.act || !c.asking {
		return
	}
	c.choices, c.asking = msg.list, false
	now := runner.Model(header.Model(m.state))
	for i, choice := range c.choices { // another than now, if there is one
		if choice.Why == "" && (choice.Model != now || c.choices[c.at].Why != "") {
			if c.at = i; choice.Model != now {
				break
			}
		}
	}
}

func (m *model) chooserKey(a keys.Action) tea.Cmd {
	c := m.front.chooser
	switch a {
	case keys.Up:
		c.at = max(c.at-1, 0)
	case keys.Down:
		c.at = max(min(c.at+1, len(c.choices)-1), 0)
	case keys.Back, keys.OtherModel:
		m.front.chooser = nil
	case keys.Quit, keys.Interrupt:
		m.front.chooser = nil
		return m.quit()
	case keys.Open:
		if c.asking || len(c.choices) == 0 || c.choices[c.at].Why != "" {
			return nil
		}
		m.front.chooser = nil
		return m.runAs(c.choices[c.at].Model)
	}
	return nil
}

// runAs runs the jobs in a model once this run is over. If it still goes on, that is asked first.
func (m *model) runAs(as runner.Model) tea.Cmd {
	if m.state.Over() {
		m.acts.pending = as
		return m.advance()
	}
	m.front.question = &question{
		title: "run as " + string(as), text: m.stillGoing() + " They are cancelled first.",
		key: "c", word: "cancel them and run as " + string(as),
		do: func() tea.Cmd {
			m.acts.pending = as
			if m.state.Over() {
				return m.advance()
			}
			m.acts.act.Do(runner.Cancel{})
			m.flash = fmt.Sprintf("ending %s; then they run as %s (esc: no, leave it)", draw.Plural(len(m.state.Active), "job", "jobs"), as)
			return nil
		},
		stands: func() bool { return true },
	}
	return nil
}

// startAgain starts the jobs in the model that was chosen.
func (m *model) startAgain() tea.Cmd {
	as, workers, start := m.acts.pending, m.state.Workers, m.opts.Again.Start
	m.acts.pending, m.acts.starting = "", true
	m.flash = "starting as " + string(as) + " …"
	return func() tea.Msg {
		act, err := start(as, workers)
		return nextAct{act, err}
	}
}

func (m *model) chooserBox() []string {
	const widest = 76
	st, c := &m.look.styles, m.front.chooser
	box := draw.Box{Border: st.BorderFocus, Width: min(widest, m.w-2), Left: []draw.Span{{Ink: st.Title, Text: "run the same jobs as"}}}
	w := box.Inner()
	var rows []*text.Row
	if c.asking {
		rows = append(rows, text.NewRow(w).Put(st.Dim, "asking what can run them …"))
	}
	now := runner.Model(header.Model(m.state))
	for i, choice := range c.choices {
		r := text.NewRow(w)
		if i == c.at {
			r = text.NewRowOn(w, st.Selected).Put(st.Key, "▸ ")
		} else {
			r.Skip(2)
		}
		ink, word := st.Text, ""
		switch {
		case choice.Why != "":
			ink, word = st.Faint, choice.Why
		case choice.Model == now:
			word = "as now"
		}
		r.Put(ink, string(choice.Model))
		r.Skip(16-r.Used()).Put(st.Faint, text.Shorten(text.Plain([]byte(word)), r.Left()))
		rows = append(rows, r)
	}
	rows = append(rows, text.NewRow(w))
	does := "run"
	if c.at < len(c.choices) && c.choices[c.at].Why != "" { // in full
		why := ansi.Wrap("cannot: "+text.Plain([]byte(c.choices[c.at].Why)), w, "")
		for line := range strings.SplitSeq(why, "\n") {
			rows = append(rows, text.NewRow(w).Put(st.Warn, line))
		}
		does = ""
	}
	last := text.NewRow(w)
	if does != "" && !c.asking {
		last.Put(st.Key, "enter").Put(st.Dim, " "+does+"     ")
	}
	rows = rows[:min(len(rows), max(m.h-5, 1))]
	rows = append(rows, last.Put(st.Key, "esc").Put(st.Dim, " stay"))
	box.Height = len(rows) + 2
	return box.View(rows)
}
