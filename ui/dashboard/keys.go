package dashboard

import (
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"

	"parallax/ui/config"
)

// Action is something a key does. Its value is the name used in config.yaml.
type Action string

// The actions.
const (
	Up, Down, Left, Right    Action = "up", "down", "left", "right"
	PageUp, PageDown         Action = "page_up", "page_down"
	Top, Bottom              Action = "top", "bottom"
	Open, Back               Action = "open", "back"
	PauseJob, PauseAll       Action = "pause", "pause_all"
	CancelJob, KillJob       Action = "cancel", "kill"
	CancelAll                Action = "cancel_all"
	RestartJob, RestartMany  Action = "restart", "restart_failed"
	ShowStack, OtherModel    Action = "stack", "model"
	MoreWorkers, LessWorkers Action = "more_workers", "fewer_workers"
	Search, NextHit, PrevHit Action = "search", "next_match", "previous_match"
	Follow, Wrap, Copy       Action = "follow", "wrap", "copy"
	Stream                   Action = "stream"
	Filter, SortBy           Action = "filter", "sort"
	NextView                 Action = "next_view"
	ViewPanes, ViewTable     Action = "panes", "table"
	ViewLanes, ViewOutput    Action = "lanes", "output"
	Closer, Wider            Action = "zoom_in", "zoom_out"
	Present, Rows            Action = "present", "rows"
	NextTheme, Help, Quit    Action = "theme", "help", "quit"
	Interrupt                Action = "interrupt"
)

// binding is one row of the table of keys: its group and order are those of the help.
type binding struct {
	action Action
	keys   []string
	show   string // what the help calls the keys; "" for the keys themselves
	does   string // in the help
	short  string // in the footer
	group  string
}

// defaults is every action with its keys. Help, footer and config.yaml are all made from it.
var defaults = []binding{
	{Up, []string{"up", "k"}, "↑ k", "job above", "", "move"},
	{Down, []string{"down", "j"}, "↓ j", "job below", "", "move"},
	{Left, []string{"left", "h"}, "← h", "job to the left, or earlier; scroll", "", "move"},
	{Right, []string{"right", "l"}, "→ l", "job to the right, or later; scroll", "", "move"},
	{PageUp, []string{"pgup", "ctrl+b"}, "", "a page up", "", "move"},
	{PageDown, []string{"pgdown", "ctrl+f"}, "", "a page down", "", "move"},
	{Top, []string{"home", "g"}, "", "first job; start of the output", "", "move"},
	{Bottom, []string{"end", "G"}, "", "last job; end of the output", "", "move"},
	{Open, []string{"enter"}, "", "open the job: all its output", "open", "move"},
	{Back, []string{"esc", "backspace"}, "esc", "back; clear a filter", "back", "move"},

	{PauseJob, []string{" "}, "space", "pause or resume the job", "pause", "jobs"},
	{PauseAll, []string{"P"}, "", "pause all, or resume all", "", "jobs"},
	{CancelJob, []string{"x"}, "", "cancel the job, with its grace", "cancel", "jobs"},
	{KillJob, []string{"X"}, "", "kill the job now", "kill now", "jobs"},
	{CancelAll, []string{"C"}, "", "cancel all jobs", "", "jobs"},
	{RestartJob, []string{"r"}, "", "run the job again", "restart", "jobs"},
	{RestartMany, []string{"R"}, "", "run all that failed again", "", "jobs"},
	{ShowStack, []string{"s"}, "", "where the job is now: its stack", "stack", "jobs"},
	{MoreWorkers, []string{"+", "="}, "+", "one worker more", "", "jobs"},
	{LessWorkers, []string{"-"}, "", "one worker fewer", "", "jobs"},

	{Search, []string{"/"}, "", "search the job's output", "search", "output"},
	{NextHit, []string{"n"}, "", "next match", "", "output"},
	{PrevHit, []string{"N"}, "", "match before", "", "output"},
	{Follow, []string{"f"}, "", "follow the end of the output", "follow", "output"},
	{Wrap, []string{"w"}, "", "wrap long lines", "wrap", "output"},
	{Copy, []string{"y"}, "", "copy what is shown to the clipboard", "copy", "output"},
	{Stream, []string{"e"}, "", "standard error or output, when kept apart", "", "output"},

	{Closer, []string{">", "]"}, "", "look closer: down to 5 ms a column", "closer", "lanes"},
	{Wider, []string{"<", "["}, "", "look less closely: up to the whole run", "wider", "lanes"},
	{Present, []string{"0"}, "", "follow the run again, without the cursor", "live", "lanes"},
	{Rows, []string{"v"}, "", "a row for each core, or for each job", "jobs", "lanes"},

	{NextView, []string{"tab"}, "", "next view", "view", "view"},
	{ViewPanes, []string{"1"}, "", "a pane for each job", "", "view"},
	{ViewTable, []string{"2"}, "", "a row for each job", "", "view"},
	{ViewLanes, []string{"3"}, "", "core lanes", "", "view"},
	{ViewOutput, []string{"4"}, "", "output of all jobs, merged", "", "view"},
	{Filter, []string{"F"}, "", "filter jobs by name, command or state", "filter", "view"},
	{SortBy, []string{"o"}, "", "sort jobs", "sort", "view"},
	{OtherModel, []string{"m"}, "", "run the same jobs in another model", "model", "view"},
	{NextTheme, []string{"t"}, "", "next theme", "theme", "view"},
	{Help, []string{"?"}, "", "all keys", "help", "view"},
	{Quit, []string{"q"}, "", "quit; asks while jobs run", "quit", "view"},
	{Interrupt, []string{"ctrl+c"}, "", "quit; twice: cancel all and quit", "", "view"},
}

// Actions lists what config.yaml may bind keys to.
func Actions() []config.Action {
	out := make([]config.Action, len(defaults))
	for i, b := range defaults {
		out[i] = config.Action{Name: string(b.action), Keys: b.keys}
	}
	return out
}

// keyMap finds the action of a key, and the keys of an action.
type keyMap struct {
	byKey    map[string]Action
	bindings map[Action]key.Binding
}

// newKeyMap makes the map of the default keys with those of custom in their place.
func newKeyMap(custom map[string][]string) keyMap {
	m := keyMap{byKey: map[string]Action{}, bindings: map[Action]key.Binding{}}
	for _, b := range defaults {
		keys, show := b.keys, b.show
		if own, ok := custom[string(b.action)]; ok {
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
			if _, taken := m.byKey[k]; !taken || custom[string(b.action)] != nil {
				m.byKey[k] = b.action
			}
		}
		m.bindings[b.action] = key.NewBinding(key.WithKeys(keys...), key.WithHelp(show, b.does))
	}
	return m
}

// footer returns the bindings of actions with their short descriptions, in that order.
func (m keyMap) footer(actions []Action) []key.Binding {
	var out []key.Binding
	for _, a := range actions {
		k := m.bindings[a]
		at := slices.IndexFunc(defaults, func(b binding) bool { return b.action == a })
		first, _, _ := strings.Cut(k.Help().Key, " ")
		k.SetHelp(first, defaults[at].short)
		out = append(out, k)
	}
	return out
}
