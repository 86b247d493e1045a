// Package keys is what the keys do on every screen: the actions, the keys that they have until a user
// binds others, and the tables of which a screen's help, its footer and its keyboard are all made.
package keys

import (
	"slices"

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
	WriteReport, ExportTrace Action = "write_report", "export_trace"
	MoreRounds               Action = "more_rounds"
	NextTheme, Help, Quit    Action = "theme", "help", "quit"
	Interrupt                Action = "interrupt"
)

// Where an action means something. The same key can do one thing with a run and another with
// comparisons: these are different screens.
const (
	Everywhere  = ""
	Run         = "run"         // the dashboard of a run
	Comparisons = "comparisons" // the screens of comparisons and of sweeps
)

// usual is what an action has as long as the user binds nothing else.
type usual struct {
	action Action
	keys   []string
	show   string // what the help calls the keys; "" for the keys themselves
	where  string
}

// defaults is every action. An action has the same keys on each screen that knows it.
var defaults = []usual{
	{Up, []string{"up", "k"}, "↑ k", Everywhere},
	{Down, []string{"down", "j"}, "↓ j", Everywhere},
	{Left, []string{"left", "h"}, "← h", Everywhere},
	{Right, []string{"right", "l"}, "→ l", Everywhere},
	{PageUp, []string{"pgup", "ctrl+b"}, "", Everywhere},
	{PageDown, []string{"pgdown", "ctrl+f"}, "", Everywhere},
	{Top, []string{"home", "g"}, "", Run},
	{Bottom, []string{"end", "G"}, "", Run},
	{Open, []string{"enter"}, "", Everywhere},
	{Back, []string{"esc", "backspace"}, "esc", Everywhere},

	{PauseJob, []string{" "}, "space", Run},
	{PauseAll, []string{"P"}, "", Run},
	{CancelJob, []string{"x"}, "", Run},
	{KillJob, []string{"X"}, "", Run},
	{CancelAll, []string{"C"}, "", Run},
	{RestartJob, []string{"r"}, "", Run},
	{RestartMany, []string{"R"}, "", Run},
	{ShowStack, []string{"s"}, "", Run},
	{MoreWorkers, []string{"+", "="}, "+", Run},
	{LessWorkers, []string{"-"}, "", Run},

	{Search, []string{"/"}, "", Run},
	{NextHit, []string{"n"}, "", Run},
	{PrevHit, []string{"N"}, "", Run},
	{Follow, []string{"f"}, "", Run},
	{Wrap, []string{"w"}, "", Run},
	{Copy, []string{"y"}, "", Run},
	{Stream, []string{"e"}, "", Run},

	{Closer, []string{">", "]"}, "", Run},
	{Wider, []string{"<", "["}, "", Run},
	{Present, []string{"0"}, "", Run},
	{Rows, []string{"v"}, "", Run},

	{NextView, []string{"tab"}, "", Everywhere},
	{ViewPanes, []string{"1"}, "", Run},
	{ViewTable, []string{"2"}, "", Run},
	{ViewLanes, []string{"3"}, "", Run},
	{ViewOutput, []string{"4"}, "", Run},
	{Filter, []string{"F"}, "", Run},
	{SortBy, []string{"o"}, "", Run},
	{OtherModel, []string{"m"}, "", Run},

	{WriteReport, []string{"w"}, "", Comparisons},
	{ExportTrace, []string{"e"}, "", Comparisons},
	{MoreRounds, []string{"+", "="}, "+", Comparisons},

	{NextTheme, []string{"t"}, "", Everywhere},
	{Help, []string{"?"}, "", Everywhere},
	{Quit, []string{"q"}, "", Everywhere},
	{Interrupt, []string{"ctrl+c"}, "", Everywhere},
}

// Actions lists what config.yaml may bind keys to.
func Actions() []config.Action {
	out := make([]config.Action, len(defaults))
	for i, u := range defaults {
		out[i] = config.Action{Name: string(u.action), Context: u.where, Keys: slices.Clone(u.keys)}
	}
	return out
}
