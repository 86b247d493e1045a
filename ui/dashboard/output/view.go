package output

import (
	"fmt"
	"path/filepath"
	"strings"

	"parallax/monitor/verdict"
	"parallax/ui/dashboard/panes"
	"parallax/ui/dashboard/scene"
	"parallax/ui/draw"
	"parallax/ui/logs"
	"parallax/ui/text"
)

// factRows is how many rows above the output say what the job is and how it does.
const factRows = 3

// Height is how many rows of output a pager in a body of height has.
func Height(height int) int { return max(height-2-factRows-1, 1) }

// View draws the opened job in width x height.
func (p *Pager) View(s *scene.Scene, width, height int) []string {
	st := s.Styles
	icon, ink := s.Icon(p.Task)
	box := draw.Box{
		Border: st.BorderFocus, Width: width, Height: height,
		Left: []draw.Span{
			{Ink: ink, Text: icon + " "},
			{Ink: st.JobBold(p.Task), Text: s.State.Jobs[p.Task].Name},
			{Ink: st.Dim, Text: "  " + s.Word(p.Task)},
		},
		Right: []draw.Span{{Ink: st.Dim, Text: p.where(s.State.Tasks[p.Task].Status.Over())}},
	}
	w := box.Inner()
	rows := append(facts(s, p.Task, w), below(s, p.Task, w))
	room := box.Rows() - len(rows)
	return box.View(append(rows, p.body(s, w, room)...))
}

// where says which part of the log is shown and how.
func (p *Pager) where(over bool) string {
	var words []string
	if p.Stderr {
		words = append(words, "standard error")
	}
	if p.status != "" {
		words = append(words, p.status)
	} else if !p.query.Empty() {
		words = append(words, "/"+p.asked)
	}
	if p.Wrap {
		words = append(words, "wrap")
	}
	if p.Follow && over {
		words = append(words, "end")
	} else if p.Follow {
		words = append(words, "following")
	} else if n := len(p.lines); n > 0 && p.size > 0 {
		words = append(words, fmt.Sprintf("%d %% of %s", 100*p.lines[n-1].To/p.size, draw.Bytes(p.size)))
	}
	return strings.Join(words, " · ")
}

// below is what parts the facts of a job from its output: how far it is, where it says so.
func below(s *scene.Scene, task, width int) *text.Row {
	r := text.NewRow(width)
	if done, ok := s.Done(task, s.Styles.Border); ok {
		done.Put(r, width)
		return r
	}
	return r.Repeat(s.Styles.Border, "─", width)
}

// facts are the rows above the output: the command, what it is, where its time went.
func facts(s *scene.Scene, task, width int) []*text.Row {
	st := s.Styles
	t := &s.State.Tasks[task]
	job := &s.State.Jobs[task]
	first := text.NewRow(width).Put(st.Dim, "runs  ").Put(st.Text, text.Shorten(oneLine(job.Command()), width-6))
	second := text.NewRow(width).Put(st.Dim, "as    ")
	second.Put(st.Text, text.Shorten(identity(s, task), second.Left()))
	switch line, ink := s.Line(task); {
	case line == "":
	case text.Width(line)+3 <= second.Left():
		second.Put(ink, " · "+line)
	default: // it matters more than the command, which one knows
		first = text.NewRow(width).Put(st.Dim, "note  ").Put(ink, text.Shorten(line, width-6))
	}
	third := text.NewRow(width).Put(st.Dim, "time  ")
	if split, ok := scene.Split(t); ok {
		draw.Stack(third, s.Pieces(split), min(40, width/3))
		third.Skip(2).Put(st.Text, text.Shorten(shares(verdict.Shares(split)), third.Left()))
	} else {
		third.Put(st.Faint, "–")
	}
	return []*text.Row{first, second, third}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func identity(s *scene.Scene, task int) string {
	t, job := &s.State.Tasks[task], &s.State.Jobs[task]
	words := []string{string(job.Model)}
	if !t.Ran() {
		return words[0]
	}
	words = append(words, t.Label)
	if len(job.Preload) > 0 {
		words = append(words, "preloaded "+strings.Join(job.Preload, ", "))
	}
	if held := s.Held(task); held != "" {
		words = append(words, held)
	}
	if tries := s.Tries(task); tries != "" {
		words = append(words, tries)
	}
	words = append(words, draw.Seconds(t.Wall(s.Now)))
	if u := t.Exit.Usage; t.Status.Over() && u.Known {
		words = append(words, "cpu "+draw.Seconds(u.CPU()))
		if peak := panes.Peak(t); peak > 0 {
			words = append(words, "peak "+draw.Bytes(peak))
		}
		words = append(words, draw.Plural(int(u.Voluntary), "wait", "waits"), draw.Plural(int(u.Involuntary), "pre-emption", "pre-emptions"))
	} else if t.Stats != nil {
		last := t.Stats.Last
		if last.Processes > 0 {
			words = append(words, draw.Plural(last.Processes, "process", "processes")+", "+draw.Plural(last.Threads, "thread", "threads"))
		}
		switch {
		case last.PSS >= 0 && t.Host.ID != 0:
			words = append(words, s.Shared(task)+" "+draw.Bytes(last.PSS)+" PSS")
		case last.PSS >= 0:
			words = append(words, draw.Bytes(last.PSS)+" PSS")
		}
	}
	words = append(words, s.Within(task)...)
	if job.Dir != "" {
		words = append(words, "in "+filepath.Base(job.Dir))
	}
	return strings.Join(words, " · ")
}

func shares(sh verdict.Share) string {
	words := []string{"on a core " + draw.Percent(sh.OnCore)}
	if sh.WaitKnown {
		words = append(words, "core wait "+draw.Percent(sh.WaitCore))
	}
	if sh.GILKnown {
		words = append(words, "GIL wait "+draw.Percent(sh.WaitGIL))
	}
	return strings.Join(append(words, sh.BlockedLabel()+" "+draw.Percent(sh.Blocked)), " · ")
}

// body draws the lines of output. A following pager is filled from the end upwards.
func (p *Pager) body(s *scene.Scene, width, height int) []*text.Row {
	lines := p.shown(s.Tails[p.Task])
	var rows []*text.Row
	for _, l := range lines {
		t := s.Own(l.Text)
		if !p.query.Empty() {
			match := s.Styles.Match
			if p.found && l.From == p.hit.From {
				match = s.Styles.MatchCurrent
			}
			on, off := match.Sequences()
			t = logs.Highlight(t, p.query, on, off)
		}
		if !p.Wrap {
			rows = append(rows, text.NewRow(width).PutStyled(text.Clip(text.Skip(t, p.Col), width)))
			continue
		}
		for _, piece := range text.Wrap(t, width) {
			rows = append(rows, text.NewRow(width).PutStyled(piece))
		}
	}
	if len(rows) == 0 {
		return []*text.Row{text.NewRow(width).Put(s.Styles.Faint, empty(s, p.Task))}
	}
	if p.Follow && len(rows) > height {
		rows = rows[len(rows)-height:]
	}
	return rows[:min(len(rows), height)]
}

func empty(s *scene.Scene, task int) string {
	switch t := &s.State.Tasks[task]; {
	case !t.Ran():
		return "not started yet"
	case t.Status.Over():
		return "no output"
	}
	return "no output yet; programs that are not on a terminal often write in blocks"
}

// Plain returns what is on the screen as text without colours, for the clipboard.
func (p *Pager) Plain(tail []logs.Line) string {
	var b strings.Builder
	for _, l := range p.shown(tail) {
		b.WriteString(text.Strip(l.Text))
		b.WriteByte('\n')
	}
	return b.String()
}
