package tune

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"

	"parallax/ui/config"
	"parallax/ui/dashboard"
	"parallax/ui/dashboard/compare"
	"parallax/ui/dashboard/help"
	"parallax/ui/figures"
)

// The actions that the dashboard does not have. The others are the dashboard's: a key that the user bound
// anew there is bound here too.
const (
	writeReport dashboard.Action = "write_report"
	moreRounds  dashboard.Action = "more_rounds"
)

// manyRounds is how many rounds are usually made, and how many a press adds.
const manyRounds = 3

// binding is one row of the table of keys: its group and order are those of the help.
type binding struct {
	action dashboard.Action
	keys   []string
	show   string // what the help calls the keys; "" for the keys themselves
	does   string // in the help
	short  string // in the footer; "" for none
	group  string
	own    bool // config.yaml cannot name it
}

// defaults is every action with its keys. Help and footer are made from it.
var defaults = []binding{
	{dashboard.Left, []string{"left", "h"}, "← h", "fewer workers", "", "move", false},
	{dashboard.Right, []string{"right", "l"}, "→ l", "more workers", "", "move", false},
	{dashboard.Up, []string{"up", "k"}, "↑ k", "fewer workers", "", "move", false},
	{dashboard.Down, []string{"down", "j"}, "↓ j", "more workers", "", "move", false},
	{dashboard.Open, []string{"enter"}, "", "open the newest run with so many workers", "open run", "move", false},
	{dashboard.PageUp, []string{"pgup", "ctrl+b"}, "", "the recommendation further up", "", "move", false},
	{dashboard.PageDown, []string{"pgdown", "ctrl+f"}, "", "the recommendation further down", "", "move", false},

	{writeReport, []string{"w"}, "", "write a report, one file to send to others", "write report", "sweep", true},
	{moreRounds, []string{"+", "="}, "+", "three more rounds of every number of workers", "3 more rounds", "sweep", true},

	{dashboard.NextTheme, []string{"t"}, "", "next theme", "theme", "screen", false},
	{dashboard.Help, []string{"?"}, "", "all keys", "help", "screen", false},
	{dashboard.Back, []string{"esc", "backspace"}, "esc", "close the help", "", "screen", false},
	{dashboard.Quit, []string{"q"}, "", "quit; asks while something is measured", "quit", "screen", false},
	{dashboard.Interrupt, []string{"ctrl+c"}, "", "quit; twice: end it and quit", "", "screen", false},
}

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
		changed, ok := custom[string(b.action)]
		if ok {
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
			if _, taken := m.byKey[k]; !taken || ok {
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
	if m.enabled(dashboard.Left) || m.enabled(dashboard.Right) {
		out = append(out, key.NewBinding(key.WithKeys("←→"), key.WithHelp("←→", "workers")))
	}
	for _, b := range defaults {
		if b.short == "" || !m.enabled(b.action) {
			continue
		}
		k := m.keys.bindings[b.action]
		first, _, _ := strings.Cut(k.Help().Key, " ")
		k.SetHelp(first, b.short)
		out = append(out, k)
	}
	return out
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
		if b.own {
			name = ""
		}
		g := &groups[len(groups)-1]
		g.Entries = append(g.Entries, help.Entry{Binding: k, Name: name})
	}
	icons := &m.styles.Icons
	return append(groups, compare.Legend(
		icons.Succeeded, "recommended",
		"?", "the best guess, where none is recommended",
		icons.Running, "tried just now",
		"!", "its figures are in doubt",
		icons.Failed, "a job failed with it",
		"±", "how far the 95 % interval reaches",
		figures.Wide, "wider than the value; more rounds narrow it",
	))
}
