package keys

import (
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"parallax/ui/config"
	"parallax/ui/dashboard/help"
)

// Row is what an action means on one screen. The order of a screen's rows is that of its help and footer.
type Row struct {
	Action Action
	Does   string // in the help
	Short  string // in the footer; "" for none
	Group  string // its title in the help; rows of a group follow each other
}

// Map is the keyboard of one screen: it finds the action of a key, and the keys of an action. It does not
// change.
type Map struct {
	rows     []Row
	actions  map[string]Action
	bindings map[Action]key.Binding
}

// New makes the map of a screen's actions with their usual keys, or those of custom in their place. A key
// that custom gives to one of them does nothing else there; actions of other screens are passed over.
func New(rows []Row, custom map[string][]string) Map {
	m := Map{rows: rows, actions: map[string]Action{}, bindings: map[Action]key.Binding{}}
	for _, row := range rows {
		at := slices.IndexFunc(defaults, func(u usual) bool { return u.action == row.Action })
		keys, show := defaults[at].keys, defaults[at].show
		own, changed := custom[string(row.Action)]
		if changed {
			keys, show = own, ""
		}
		if show == "" {
			names := make([]string, len(keys))
			for i, k := range keys {
				names[i] = config.KeyName(k)
			}
			show = strings.Join(names, " ")
		}
		for _, k := range keys {
			if _, taken := m.actions[k]; !taken || changed {
				m.actions[k] = row.Action
			}
		}
		m.bindings[row.Action] = key.NewBinding(key.WithKeys(keys...), key.WithHelp(show, row.Does))
	}
	return m
}

// Action is what a key, as bubbletea names it, does on this screen; false: nothing.
func (m Map) Action(key string) (Action, bool) {
	a, ok := m.actions[key]
	return a, ok
}

// Show is how the keys of an action are written, such as "↑ k"; "" when it has none.
func (m Map) Show(a Action) string { return m.bindings[a].Help().Key }

// First is the same of its first key alone.
func (m Map) First(a Action) string {
	first, _, _ := strings.Cut(m.Show(a), " ")
	return first
}

// Footer returns the bindings of actions as a footer shows them, in that order: the first key, and the
// short description, which may be "".
func (m Map) Footer(actions []Action) []key.Binding {
	var out []key.Binding
	for _, a := range actions {
		k := m.bindings[a]
		at := slices.IndexFunc(m.rows, func(r Row) bool { return r.Action == a })
		k.SetHelp(m.First(a), m.rows[at].Short)
		out = append(out, k)
	}
	return out
}

// Help returns all bindings for a help. Those whose row is not enabled are drawn faint there.
func (m Map) Help(enabled func(Row) bool) []help.Group {
	var groups []help.Group
	for _, row := range m.rows {
		if n := len(groups); n == 0 || groups[n-1].Title != row.Group {
			groups = append(groups, help.Group{Title: row.Group})
		}
		k := m.bindings[row.Action]
		k.SetEnabled(enabled(row))
		g := &groups[len(groups)-1]
		g.Entries = append(g.Entries, help.Entry{Binding: k, Name: string(row.Action)})
	}
	return groups
}

// Each returns the keys of a message one by one: those typed faster than they are read come as one
// message. What is pasted stays together.
func Each(msg tea.KeyMsg) []tea.KeyMsg {
	if msg.Type != tea.KeyRunes || msg.Paste || len(msg.Runes) < 2 {
		return []tea.KeyMsg{msg}
	}
	out := make([]tea.KeyMsg, len(msg.Runes))
	for i, r := range msg.Runes {
		out[i] = tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}, Alt: msg.Alt}
	}
	return out
}
