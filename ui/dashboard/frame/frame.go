package frame

import (
	"fmt"
	"slices"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"parallax/themes"
	"parallax/ui/dashboard/keys"
)

// News says that a watcher has some, for the screen to take.
type News struct{}

// notice is a sentence shown in the footer until the next key.
type notice string

// written is the answer to what was to be written.
type written struct {
	what, path string
	err        error
}

func (w written) String() string {
	if w.err != nil {
		return fmt.Sprintf("no %s: %v", w.what, w.err)
	}
	return fmt.Sprintf("wrote the %s to %s", w.what, w.path)
}

// Frame is a bubbletea model: what is round a screen, and the way of messages and keys to it. It does no
// I/O: commands and watchers do.
type Frame struct {
	W, H   int // of the terminal; 0 before it is known
	Keys   keys.Map
	Theme  themes.Theme
	Styles themes.Styles
	Flash  string // a sentence in place of the keys, until the next key
	// Chosen is the theme that the user changed to, on this screen or before; without a name: none.
	Chosen themes.Theme
	// Interrupted says that it was ctrl+c that ended what was going on.
	Interrupted bool

	opts   Options
	rows   []keys.Row
	screen Screen
	busy   string // what is being written, or ""
	help   bool
	helpAt int // the first row of the help
	asking bool
}

// New makes the frame of a screen, whose own keys are those of rows. chosen is the theme that the user has
// changed to before, if it has a name. The screen is used first when a message comes.
func New(o Options, chosen themes.Theme, rows []keys.Row, s Screen) *Frame {
	rows = slices.Concat(rows, usual)
	f := &Frame{Keys: keys.New(rows, o.Keys), Theme: o.Theme, Chosen: chosen, Flash: o.Notice, opts: o, rows: rows, screen: s}
	if chosen.Name != "" {
		f.Theme = chosen
	}
	f.Styles = o.Styles(f.Theme)
	return f
}

// Init implements tea.Model.
func (f *Frame) Init() tea.Cmd { return nil }

// Update implements tea.Model.
func (f *Frame) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		f.W, f.H = msg.Width, msg.Height
	case News:
		if err := f.screen.Take(); err != nil {
			f.Flash = err.Error()
		}
	case tea.KeyMsg:
		cmd = f.typed(msg)
	case tea.MouseMsg:
		f.mouse(msg)
	case notice:
		f.Flash = string(msg)
	case written:
		f.busy, f.Flash = "", msg.String()
	}
	f.settle()
	return f, cmd
}

func (f *Frame) settle() {
	f.screen.Settle()
	f.asking = f.asking && !f.screen.Over()
}

func (f *Frame) typed(msg tea.KeyMsg) tea.Cmd {
	var cmds []tea.Cmd
	for i, k := range keys.Each(msg) {
		if i > 0 {
			f.settle()
		}
		cmds = append(cmds, f.key(k))
	}
	return tea.Batch(cmds...)
}

// key routes a key to what has the keyboard: the dialog, the help, the frame, the screen.
func (f *Frame) key(msg tea.KeyMsg) tea.Cmd {
	f.Flash = ""
	a, ok := f.Keys.Action(msg.String())
	switch {
	case f.asking:
		return f.answer(msg, a)
	case !ok:
		return nil
	case f.help:
		return f.helpKey(a)
	case !f.enabled(a):
		return nil
	}
	switch a {
	case keys.NextTheme:
		return f.nextTheme()
	case keys.Help:
		f.help, f.helpAt = true, 0
		return nil
	case keys.Quit, keys.Interrupt:
		return f.quit()
	}
	return f.screen.Act(a)
}

func (f *Frame) enabled(a keys.Action) bool {
	switch a {
	case keys.NextTheme, keys.Help, keys.Quit, keys.Interrupt:
		return true
	case keys.Back:
		return f.help
	}
	return f.screen.Enabled(a)
}

// Busy reports whether something is being written.
func (f *Frame) Busy() bool { return f.busy != "" }

// Write has something written off the main loop, one thing at a time, and then says where to.
func (f *Frame) Write(what string, do func() (path string, err error)) tea.Cmd {
	f.busy = "writing the " + what + " …"
	return func() tea.Msg {
		path, err := do()
		return written{what, path, err}
	}
}

// Short returns the bindings with a short description that mean something now, in their order. What words
// has of an action takes the place of its description.
func (f *Frame) Short(words map[keys.Action]string) []key.Binding {
	var actions []keys.Action
	for _, r := range f.rows {
		if r.Short != "" && f.enabled(r.Action) {
			actions = append(actions, r.Action)
		}
	}
	out := f.Keys.Footer(actions)
	for i, a := range actions {
		if own, ok := words[a]; ok {
			out[i].SetHelp(out[i].Help().Key, own)
		}
	}
	return out
}

// Pair is one entry of a footer for two actions that belong together, or none when neither means anything now.
func (f *Frame) Pair(a, b keys.Action, show, does string) []key.Binding {
	if !f.enabled(a) && !f.enabled(b) {
		return nil
	}
	return []key.Binding{key.NewBinding(key.WithKeys(show), key.WithHelp(show, does))}
}

func (f *Frame) nextTheme() tea.Cmd {
	f.Theme = f.opts.NextTheme(f.Theme)
	f.Styles = f.opts.Styles(f.Theme)
	f.Chosen = f.Theme
	f.Flash = "theme " + f.Theme.Name
	if f.opts.KeepTheme == nil {
		return nil
	}
	keep, theme := f.opts.KeepTheme, f.Theme
	return func() tea.Msg {
		if err := keep(theme); err != nil {
			return notice(fmt.Sprintf("theme %s, not kept: %v", theme.Name, err))
		}
		return nil
	}
}

func (f *Frame) helpKey(a keys.Action) tea.Cmd {
	switch a {
	case keys.Up:
		f.helpAt = max(0, f.helpAt-1)
	case keys.Down:
		f.helpAt++
	case keys.Quit, keys.Interrupt:
		f.help = false
		return f.quit()
	default:
		f.help = false
	}
	return nil
}

// quit leaves at once when nothing goes on any more, else asks.
func (f *Frame) quit() tea.Cmd {
	if f.screen.Over() {
		return tea.Quit
	}
	f.asking = true
	return nil
}

// answer handles keys while the dialog is open.
func (f *Frame) answer(msg tea.KeyMsg, a keys.Action) tea.Cmd {
	switch {
	case a == keys.Interrupt:
		f.Interrupted = true
		return tea.Quit
	case msg.String() == "c":
		return tea.Quit
	case a == keys.Back, a == keys.Quit, msg.String() == "s":
		f.asking = false
	}
	return nil
}

// mouse: what a click means is the screen's, the wheel scrolls.
func (f *Frame) mouse(msg tea.MouseMsg) {
	if f.asking || f.help || f.W == 0 {
		return
	}
	switch {
	case msg.Button == tea.MouseButtonWheelUp:
		f.screen.Scroll(-1)
	case msg.Button == tea.MouseButtonWheelDown:
		f.screen.Scroll(1)
	case msg.Action == tea.MouseActionPress && msg.Button == tea.MouseButtonLeft:
		f.screen.Click(msg.X, msg.Y)
	}
}
