package output

import (
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"parallax/ui/dashboard/scene"
	"parallax/ui/draw"
	"parallax/ui/text"
)

// Stack is where a task was when it was asked. Asking takes a while, so [Stack.Ask] returns a command,
// whose answer goes to Update.
type Stack struct {
	Task   int
	lines  []string
	top    int // the first row that is shown, of those that the lines fill
	gen    int // of the last question: answers to others are dropped
	asking bool
	err    string
	at     time.Duration // of the run, when it was answered
}

// Answer is what a task said, or why it did not.
type Answer struct {
	gen  int
	text string
	err  error
}

// Ask asks the task where it is. What it said before is shown meanwhile. gen is a number that no other
// question has, of whatever task.
func (k *Stack) Ask(gen int, ask func(task int) (string, error)) tea.Cmd {
	k.gen, k.asking = gen, true
	task := k.Task
	return func() tea.Msg {
		stack, err := ask(task)
		return Answer{gen, stack, err}
	}
}

// Update takes an answer, which came at a time of the run; a stale one changes nothing.
func (k *Stack) Update(msg Answer, now time.Duration) {
	if msg.gen != k.gen {
		return
	}
	k.asking, k.at, k.err, k.lines, k.top = false, now, "", nil, 0
	switch stack := strings.TrimRight(msg.text, "\n"); {
	case msg.err != nil:
		k.err = "cannot tell where it is: " + text.Plain([]byte(msg.err.Error()))
	case stack == "":
		k.err = "it has no stack: it is about to begin or to end"
	default:
		for line := range strings.SplitSeq(stack, "\n") {
			k.lines = append(k.lines, text.Plain([]byte(line))) // names of files and functions may be anything
		}
	}
}

// Scroll moves by n rows, down for a positive n; View stops it at the ends.
func (k *Stack) Scroll(n int) { k.top = max(k.top+n, 0) }

// Plain returns the stack as text, for the clipboard; "" when there is none.
func (k *Stack) Plain() string {
	if len(k.lines) == 0 {
		return ""
	}
	return strings.Join(k.lines, "\n") + "\n"
}

// View draws the stack in width x height, below what the job is.
func (k *Stack) View(s *scene.Scene, width, height int) []string {
	st := s.Styles
	icon, ink := s.Icon(k.Task)
	box := draw.Box{
		Border: st.BorderFocus, Width: width, Height: height,
		Left: []draw.Span{
			{Ink: ink, Text: icon + " "},
			{Ink: st.JobBold(k.Task), Text: s.State.Jobs[k.Task].Name},
			{Ink: st.Dim, Text: "  stack"},
		},
		Right: []draw.Span{{Ink: st.Dim, Text: k.when()}},
	}
	w := box.Inner()
	rows := append(facts(s, k.Task, w), below(s, k.Task, w))
	body := k.body(s, w)
	room := max(box.Rows()-len(rows), 1)
	k.top = max(0, min(k.top, len(body)-room))
	return box.View(append(rows, body[k.top:]...))
}

func (k *Stack) when() string {
	switch {
	case k.asking:
		return "asking …"
	case k.err != "":
		return "asked at " + draw.ClockTenths(k.at)
	}
	return "as it was at " + draw.ClockTenths(k.at)
}

// body are the rows of the stack: what names a thread stands out, and calls do before their text.
func (k *Stack) body(s *scene.Scene, width int) []*text.Row {
	st := s.Styles
	switch {
	case k.err != "":
		var rows []*text.Row
		for _, piece := range text.Wrap(k.err, width) {
			rows = append(rows, text.NewRow(width).Put(st.Warn, piece))
		}
		return rows
	case len(k.lines) == 0:
		return []*text.Row{text.NewRow(width).Put(st.Faint, "asking …")}
	}
	var rows []*text.Row
	for _, line := range k.lines {
		ink := st.Dim
		switch plain := strings.TrimLeft(line, " "); {
		case plain == line:
			ink = st.Title
		case strings.HasPrefix(plain, "File "):
			ink = st.Text
		}
		for _, piece := range text.Wrap(line, width) {
			rows = append(rows, text.NewRow(width).Put(ink, piece))
		}
	}
	return rows
}
