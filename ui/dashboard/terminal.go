package dashboard

import (
	"context"
	"io"
	"os"

	tea "github.com/charmbracelet/bubbletea"
)

// NewProgram makes a program that draws a model on a terminal the way all screens here do: on a screen
// of its own, with the mouse, without handling signals, waking up seldom, and without taking the
// terminal's own answers for keys. in is nil for the terminal.
func NewProgram(ctx context.Context, m tea.Model, in io.Reader, out io.Writer) *tea.Program {
	options := []tea.ProgramOption{
		tea.WithContext(ctx), tea.WithOutput(out), tea.WithAltScreen(), tea.WithMouseCellMotion(),
		tea.WithoutSignalHandler(), tea.WithFPS(looks),
	}
	if f, ok := in.(*os.File); ok {
		in = &keyboard{File: f}
	}
	if in != nil {
		options = append(options, tea.WithInput(in))
	}
	return tea.NewProgram(m, options...)
}

// KeepRowsApart stops the terminal from wrapping a row that it finds wider than we do (terminals
// differ on emoji): it would push all rows below it out of place. The returned function undoes it.
func KeepRowsApart(out io.Writer) (restore func()) {
	const off, on = "\x1b[?7l", "\x1b[?7h"
	_, _ = io.WriteString(out, off)
	return func() { _, _ = io.WriteString(out, on) }
}
