// Package frame is what the screens of comparisons and of sweeps have in common: a header with the time
// and how far it is, a footer of keys or notices, the help, the question before quitting, themes, and the
// watchers that wait for news. A screen is built on a [Frame] and adds what is its own as a [Screen].
package frame

import (
	"io"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"parallax/themes"
	"parallax/ui/dashboard/help"
	"parallax/ui/dashboard/keys"
	"parallax/ui/draw"
)

// Screen is what a screen has of its own. All its methods are called on bubbletea's goroutine, those that
// draw only once the terminal is known and large enough.
type Screen interface {
	// Take takes up the news that a watcher told of. An error is shown, and nothing ends.
	Take() error
	// Settle brings what is derived up to date. It is called after each message and each key.
	Settle()
	// Over reports whether nothing goes on any more, so that quitting ends nothing.
	Over() bool
	// Enabled reports whether one of the screen's own actions means anything now: keys of those that do not
	// are dead, and faint in the help.
	Enabled(a keys.Action) bool
	// Act does what one of its own actions means that is enabled.
	Act(a keys.Action) tea.Cmd
	// Click is a click at a point of the screen.
	Click(x, y int)
	// Scroll moves what scrolls by so many rows, up where negative. Settle keeps it within its ends.
	Scroll(rows int)

	// Head is what the header says.
	Head() Head
	// Body draws what is between header and footer: two rows below the upper edge, as many as Frame.H less 3.
	Body() []string
	// Footer are the keys that mean something now.
	Footer() []key.Binding
	// Marks explains in the help what stands on the screen.
	Marks() help.Group
	// GoesOn says in a sentence what quitting would end.
	GoesOn() string
}

// Head is what a header says.
type Head struct {
	Kind    string        // what is done: "compare"
	Tabs    []draw.Span   // never left out; nil where there is one thing to show
	Facts   []string      // the weightiest first
	Phase   string        // how far it is, in two or three words
	Elapsed time.Duration // how long it has gone on
	Done    float64       // how much of it is over, 0..1
}

// Options is what a screen needs of who opens it.
type Options struct {
	Theme     themes.Theme
	Styles    func(themes.Theme) themes.Styles
	NextTheme func(themes.Theme) themes.Theme
	KeepTheme func(themes.Theme) error // nil: not kept
	Keys      map[string][]string      // keys of actions that the user bound anew

	Notice string // shown in the footer until the first key

	In  io.Reader // nil: the terminal
	Out io.Writer // nil: standard output

	// Broke is told of a panic in a goroutine of the screen, which then ends. nil: nobody is.
	Broke func(value any, stack []byte)
}

// Rows of the table of keys that every screen has, for its end.
var usual = []keys.Row{
	{Action: keys.NextTheme, Does: "next theme", Short: "theme", Group: "screen"},
	{Action: keys.Help, Does: "all keys", Short: "help", Group: "screen"},
	{Action: keys.Back, Does: "close the help", Group: "screen"},
	{Action: keys.Quit, Does: "quit; asks while something is measured", Short: "quit", Group: "screen"},
	{Action: keys.Interrupt, Does: "quit; twice: end it and quit", Group: "screen"},
}
