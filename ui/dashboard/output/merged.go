package output

import (
	"os"
	"path/filepath"
	"slices"

	"parallax/runner"
	"parallax/ui/dashboard/scene"
	"parallax/ui/draw"
	"parallax/ui/logs"
	"parallax/ui/text"
)

// MergedLine is a line of some task's output or, with a Task of -1, of what the interpreter printed
// itself whose log is Log.
type MergedLine struct {
	Task int
	Log  string
	Text string
}

// Who names what a line is from.
func (l MergedLine) Who(s *runner.State, k *scene.Known) string {
	if l.Task < 0 {
		return k.HostName(l.Log)
	}
	return s.Jobs[l.Task].Name
}

// Merge reads the newest n lines of all tasks, in the order in which they were seen. A line belongs
// to the piece of output in which it ends; an unfinished one is shown when its task is over.
// It reads files, so it is for a command, not for Update.
func Merge(dir string, chunks []runner.Chunk, over func(task int) bool, n int) []MergedLine {
	var blocks [][]MergedLine
	for i := len(chunks) - 1; i >= 0 && n > 0; i-- {
		c := chunks[i]
		for i > 0 && chunks[i-1].Log == c.Log && chunks[i-1].To == c.From { // one piece seen in parts
			i--
			c.From = chunks[i].From
		}
		block := linesOf(dir, c, over(c.Task), n)
		blocks = append(blocks, block)
		n -= len(block)
	}
	slices.Reverse(blocks)
	return slices.Concat(blocks...)
}

func linesOf(dir string, c runner.Chunk, over bool, n int) []MergedLine {
	t, err := logs.Tail(filepath.Join(dir, c.Log), c.To, n+1)
	if err != nil {
		return nil
	}
	lines := t.Lines
	if k := len(lines); k > 0 && !over && !endsLine(filepath.Join(dir, c.Log), c.To) {
		lines = lines[:k-1]
	}
	var out []MergedLine
	for _, l := range lines[max(0, len(lines)-n):] {
		if l.To > c.From {
			out = append(out, MergedLine{c.Task, c.Log, l.Text})
		}
	}
	return out
}

// endsLine reports whether the byte before the offset at is a newline.
func endsLine(path string, at int64) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	var last [1]byte
	_, err = f.ReadAt(last[:], at-1)
	return err == nil && last[0] == '\n'
}

// MergedView draws merged lines in a box of width x height, the newest at the bottom; up says how
// many lines one has scrolled back.
func MergedView(s *scene.Scene, lines []MergedLine, up, width, height int) []string {
	st := s.Styles
	right := "following"
	if up > 0 {
		right = draw.Plural(up, "line", "lines") + " back"
	}
	box := draw.Box{
		Border: st.Border, Width: width, Height: height,
		Left:  []draw.Span{{Ink: st.Title, Text: "output of all jobs"}},
		Right: []draw.Span{{Ink: st.Dim, Text: right}},
	}
	w := box.Inner()
	label := labelWidth(s, lines, w)
	lines = lines[:max(0, len(lines)-up)]
	lines = lines[max(0, len(lines)-box.Rows()):]
	rows := make([]*text.Row, 0, len(lines))
	for _, l := range lines {
		ink := st.Dim
		if l.Task >= 0 {
			ink = st.Job(l.Task)
		}
		r := text.NewRow(w).Put(ink, text.Shorten(l.Who(s.State, s.Known), label))
		r.Skip(label-r.Used()).Put(st.Border, " │ ").PutStyled(text.Clip(s.Own(l.Text), r.Left()))
		rows = append(rows, r)
	}
	if len(rows) == 0 {
		rows = append(rows, text.NewRow(w).Put(st.Faint, "no output yet"))
	}
	return box.View(rows)
}

func labelWidth(s *scene.Scene, lines []MergedLine, width int) int {
	w := 4
	for _, l := range lines {
		w = max(w, text.Width(l.Who(s.State, s.Known)))
	}
	return min(w, width/4)
}
