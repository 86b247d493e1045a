package dashboard

import (
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"parallax/runner"
	"parallax/ui/dashboard/keys"
	"parallax/ui/draw"
	"parallax/ui/text"
)

// question is a box that asks before something that the user may not have meant. nil: none is open.
type question struct {
	title string
	text  string
	key   string        // that does it
	too   keys.Action   // whose keys do it as well, or "": those that opened the box
	since time.Duration // when one of these was last pressed
	word  string        // what it does
	do    func() tea.Cmd
	// stands reports whether there is still something to ask. When there is not, the box closes.
	stands func() bool
}

// deliberate is how long the key that opened a box must have been let alone before it answers it: one
// that is held down does not.
const deliberate = 700 * time.Millisecond

// again takes a further press of the key that opened the box, and reports whether it is meant.
func (q *question) again(now time.Duration) bool {
	was := q.since
	q.since = now
	return now-was >= deliberate
}

// questionKey handles a key while a question is open: only those that do it do anything but close it.
func (m *model) questionKey(msg tea.KeyMsg, a keys.Action) tea.Cmd {
	q := m.front.question
	switch {
	case msg.String() == q.key, a != "" && a == q.too && q.again(m.acts.act.Clock()):
		m.front.question = nil
		return q.do()
	case a == keys.Interrupt:
		m.front.question = nil
		return m.quit()
	case a == keys.Back, a == keys.Quit, msg.String() == "s":
		m.front.question = nil
	}
	return nil
}

func (m *model) questionBox() []string {
	const widest = 72
	st, q := &m.look.styles, m.front.question
	box := draw.Box{Border: st.BorderFocus, Width: min(widest, m.w-2), Left: []draw.Span{{Ink: st.Title, Text: q.title}}}
	w := box.Inner()
	var rows []*text.Row
	for line := range strings.SplitSeq(ansi.Wrap(q.text, w, ""), "\n") {
		rows = append(rows, text.NewRow(w).Put(st.Text, line))
	}
	rows = rows[:min(len(rows), max(m.h-6, 1))]
	pressed := q.key
	if q.too != "" {
		pressed += " " + m.keys.Show(q.too)
	}
	rows = append(
		rows, text.NewRow(w),
		text.NewRow(w).Put(st.Key, pressed).Put(st.Dim, " "+q.word+"     ").Put(st.Key, "s").Put(st.Dim, " stay"),
	)
	box.Height = len(rows) + 2
	return box.View(rows)
}

// askKill asks before a task that resists is killed again: that ends what it shares with others, and
// them with it.
func (m *model) askKill(task int) {
	try := m.state.Tasks[task].Try
	m.front.question = &question{
		title: "kill " + m.state.Jobs[task].Name,
		text:  m.state.Jobs[task].Name + " " + text.Plain([]byte(m.acts.known.Resists[task])) + ".",
		key:   "k", too: keys.KillJob, since: m.acts.act.Clock(), word: "kill them all",
		do: func() tea.Cmd {
			m.acts.act.Do(runner.KillNow{Tasks: []int{task}, Force: true})
			return nil
		},
		stands: func() bool { return m.acts.known.Resists[task] != "" && m.state.Tasks[task].Try == try },
	}
}
