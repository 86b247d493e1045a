package compare

import (
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"

	"parallax/ui/config"
	"parallax/ui/dashboard"
	"parallax/ui/dashboard/help"
	inwords "parallax/ui/figures"
)

// The actions that only this screen has. The others are the dashboard's: a key that the user bound anew
// there is bound here too.
const (
	writeReport dashboard.Action = "write_report"
	exportTrace dashboard.Action = "export_trace"
	moreRounds  dashboard.Action = "more_rounds"
)

// manyRounds is how many rounds a press adds.
const manyRounds = 5

// binding is one row of the table of keys: its group and order are those of the help.
type binding struct {
	action dashboard.Action
	keys   []string
	show   string // what the help calls the keys; "" for the keys themselves
	does   string // in the help
	short  string // in the footer; "" for none
	group  string
}

// defaults is every action with its keys. Help and footer are made from it.
var defaults = []binding{
	{dashboard.Left, []string{"left", "h"}, "← h", "the column to the left", "", "move"},
	{dashboard.Right, []string{"right", "l"}, "→ l", "the column to the right", "", "move"},
	{dashboard.Up, []string{"up", "k"}, "↑ k", "the round before, of this column", "", "move"},
	{dashboard.Down, []string{"down", "j"}, "↓ j", "the round after, of this column", "", "move"},
	{dashboard.Open, []string{"enter"}, "", "open the run of this round: jobs, output, lanes", "open run", "move"},
	{dashboard.NextView, []string{"tab"}, "", "the other comparison", "other comparison", "move"},
	{dashboard.PageUp, []string{"pgup", "ctrl+b"}, "", "the verdict further up", "", "move"},
	{dashboard.PageDown, []string{"pgdown", "ctrl+f"}, "", "the verdict further down", "", "move"},

	{writeReport, []string{"w"}, "", "write a report, one file to send to others", "write report", "comparison"},
	{exportTrace, []string{"e"}, "", "export the trace of the run, for a trace viewer", "export trace", "comparison"},
	{moreRounds, []string{"+", "="}, "+", "five more rounds of every way", "5 more rounds", "comparison"},

	{dashboard.NextTheme, []string{"t"}, "", "next theme", "theme", "screen"},
	{dashboard.Help, []string{"?"}, "", "all keys", "help", "screen"},
	{dashboard.Back, []string{"esc", "backspace"}, "esc", "close the help", "", "screen"},
	{dashboard.Quit, []string{"q"}, "", "quit; asks while something is measured", "quit", "screen"},
	{dashboard.Interrupt, []string{"ctrl+c"}, "", "quit; twice: end it and quit", "", "screen"},
}

// own are the actions that config.yaml cannot name in the dashboard's list.
var own = []dashboard.Action{writeReport, exportTrace, moreRounds}

// keyMap finds the action of a key, and the keys of an action.
type keyMap struct {
	byKey    map[string]dashboard.Action
	bindings map[dashboard.Action]key.Binding
}

// newKeyMap makes the map of the default keys with those of custom in their place. A key that custom
// gives to an action does nothing else.
func newKeyMap(custom map[string][]string) keyMap {
	m := keyMap{byKey: map[string]dashboard.Action{}, bindings: map[dashboard.Action]key.Binding{}}
	for _, b := range defaults {
		keys, show := b.keys, b.show
		if changed, ok := custom[string(b.action)]; ok {
			keys, show = changed, ""
		}
		if show == "" {
			names := make([]string, len(keys))
			for i, k := range keys {
				names[i] = config.KeyName(k)
			}
			show = strings.Join(names, " ")
		}
		for _, k := range keys {
			if _, taken := m.byKey[k]; !taken || custom[string(b.action)] != nil {
				m.byKey[k] = b.action
			}
		}
		m.bindings[b.action] = key.NewBinding(key.WithKeys(keys...), key.WithHelp(show, b.does))
	}
	return m
}

// footerKeys are the bindings that mean something now, with their short descriptions.
func (m *model) footerKeys() []key.Binding {
	var out []key.Binding
	pair := func(a, b dashboard.Action, keys, does string) {
		if m.enabled(a) || m.enabled(b) {
			out = append(out, key.NewBinding(key.WithKeys(keys), key.WithHelp(keys, does)))
		}
	}
	pair(dashboard.Left, dashboard.Right, "←→", "model")
	pair(dashboard.Up, dashboard.Down, "↑↓", "round")
	for _, b := range defaults {
		if b.short == "" || !m.enabled(b.action) {
			continue
		}
		k := m.keys.bindings[b.action]
		first, _, _ := strings.Cut(k.Help().Key, " ")
		k.SetHelp(first, b.short)
		if b.action == dashboard.Open {
			k.SetHelp(first, m.openWords())
		}
		out = append(out, k)
	}
	return out
}

// openWords says which run is opened, in a footer.
func (m *model) openWords() string {
	if m.place.Round == 0 {
		return "open run"
	}
	return "open " + m.runs()[m.runAt()].name()
}

func (m *model) helpGroups() []help.Group {
	var groups []help.Group
	for _, b := range defaults {
		if n := len(groups); n == 0 || groups[n-1].Title != b.group {
			groups = append(groups, help.Group{Title: b.group})
		}
		k := m.keys.bindings[b.action]
		k.SetEnabled(m.enabled(b.action))
		name := string(b.action)
		if slices.Contains(own, b.action) {
			name = ""
		}
		g := &groups[len(groups)-1]
		g.Entries = append(g.Entries, help.Entry{Binding: k, Name: name})
	}
	icons := &m.styles.Icons
	return append(groups, Legend(
		icons.Succeeded, "recommended; in the table: best of the models",
		icons.Running, "tried just now",
		icons.Failed, "out of the ranking",
		unknown, "not measured",
		"±", "how far the 95 % interval reaches",
		inwords.Wide, "wider than the value; more rounds narrow it",
	))
}

// Legend explains the marks of a screen in its help: marks and what they mean, in turn.
func Legend(pairs ...string) help.Group {
	g := help.Group{Title: "marks"}
	for i := 0; i+1 < len(pairs); i += 2 {
		mark := key.NewBinding(key.WithKeys(pairs[i]), key.WithHelp(pairs[i], pairs[i+1])) // one without a key is drawn faint
		g.Entries = append(g.Entries, help.Entry{Binding: mark})
	}
	return g
}
