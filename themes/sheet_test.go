package themes

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"parallax/ui/text"
)

const sheetWidth = 140

// sheet draws every ink of a theme where it is used, so that the theme can be looked at whole. Each
// line is filled with the background that the theme was made for.
func sheet(theme Theme, p termenv.Profile, width int) string {
	s := New(theme, p)
	ground := ""
	if c, err := parseColour(theme.Background); err == nil && c.kind == exact && p == termenv.TrueColor {
		ground = fmt.Sprintf("\x1b[48;2;%d;%d;%dm", c.rgb[0], c.rgb[1], c.rgb[2])
	}
	var out strings.Builder
	for _, line := range append(append(sheetTop(&s, theme, p), sheetLanes(&s)...), sheetTable(&s)...) {
		out.WriteString(" " + ground + strings.ReplaceAll(line, "\x1b[0m", "\x1b[0m"+ground))
		out.WriteString(strings.Repeat(" ", max(width-columns(line)-1, 0)) + "\x1b[0m\n")
	}
	return out.String()
}

// columns counts what is not part of an escape sequence.
func columns(line string) int {
	n, escape := 0, false
	for _, r := range line {
		switch {
		case r == '\x1b':
			escape = true
		case escape:
			escape = r != 'm'
		default:
			n++
		}
	}
	return n
}

func sheetTop(s *Styles, theme Theme, p termenv.Profile) []string {
	rule := func(filled, all int) string {
		return s.Bar.Render(strings.Repeat("━", filled)) + s.BarRest.Render(strings.Repeat("━", all-filled))
	}
	i := s.Icons
	return []string{
		"",
		" " + s.AccentBold.Render("parallax") + "  " + s.Title.Render(theme.Name) + "  " + s.Badge.Render(" THREADS ") +
			s.Dim.Render(" 1 interpreter × 4 · "+p.Name()) + "     " +
			s.Running.Render(i.Running+" 3 running") + "  " + s.Paused.Render(i.Paused+" 1 paused") + "  " +
			s.Succeeded.Render(i.Succeeded+" 2 done") + "  " + s.Failed.Render(i.Failed+" 1 failed") + "  " +
			s.Cancelled.Render(i.Cancelled+" 1 cancelled") + "  " + s.Queued.Render(i.Queued+" 2 queued"),
		" " + rule(38, 100),
		s.Border.Render("╭─ ") + s.Heading.Render("cores") + s.Border.Render(" "+strings.Repeat("─", 20)) +
			s.Dim.Render(" last 60 s · colour = job ") + s.Border.Render("╮") +
			s.BorderFocus.Render("╭─ ") + s.JobBold(1).Render("wordcount.py") + s.BorderFocus.Render(" "+strings.Repeat("─", 24)+"╮"),
	}
}

func sheetLanes(s *Styles) []string {
	var lines []string
	for core := range 4 {
		var b strings.Builder
		b.WriteString(s.Border.Render("│ ") + s.Dim.Render(fmt.Sprint(core, "  9")) + s.Text.Render(fmt.Sprint(core, "% ")))
		for slice := range 38 {
			job := (slice/3*(core+2) + core) % 9
			cell := string([]rune("▅▆▇█")[(slice+core)%4])
			switch {
			case slice%11 == 10:
				b.WriteString(s.Faint.Render("·"))
			case job == 8:
				b.WriteString(s.Foreign.Render("▄"))
			case s.Letters:
				b.WriteString(s.Job(job).Render(Letter(job)))
			default:
				b.WriteString(s.Job(job).Render(cell))
			}
		}
		b.WriteString(s.Border.Render(strings.Repeat(" ", 7) + "│"))
		b.WriteString(s.BorderFocus.Render("│ "))
		n := []int{8, 3, 12, 6}[core]
		ink := []text.Ink{s.OnCore, s.WaitCore, s.WaitGIL, s.Blocked}[core]
		b.WriteString(s.Dim.Render([]string{"on a core  ", "core wait  ", "GIL wait   ", "blocked    "}[core]))
		b.WriteString(ink.Render(strings.Repeat("━", n)) + s.BarRest.Render(strings.Repeat("━", 18-n)))
		b.WriteString(s.Text.Render(fmt.Sprintf("  %2d%%", 4*n)))
		lines = append(lines, b.String())
	}
	return append(lines,
		s.Border.Render("│ ")+s.Warn.Render("GIL-bound: 3 threads share 1 core. As processes: 2.9 cores."),
		s.Border.Render("╰"+strings.Repeat("─", 52)+"╯")+s.BorderFocus.Render("╰"+strings.Repeat("─", 40)+"╯"))
}

func sheetTable(s *Styles) []string {
	lines := []string{"   " + s.Heading.Render("job              state      core   cpu  ran  core  GIL  blocked     memory")}
	i := s.Icons
	states := []struct {
		icon, word string
		ink        text.Ink
	}{
		{i.Running, "running", s.Running},
		{i.Running, "running", s.Running},
		{i.Stopping, "stopping", s.Warn},
		{i.Running, "running", s.Running},
		{i.Paused, "paused", s.Paused},
		{i.Failed, "exit 1", s.Failed},
		{i.Cancelled, "cancelled", s.Cancelled},
		{i.Succeeded, "done", s.Succeeded},
	}
	for n, st := range states {
		on := func(k text.Ink) text.Ink {
			if n == 3 {
				return k.Over(s.Selected)
			}
			return k
		}
		row := []struct {
			ink text.Ink
			s   string
		}{
			{st.ink, " " + st.icon},
			{text.Ink{}, " "},
			{s.Job(n), fmt.Sprintf("photo-0481%d.jpg  ", n)},
			{st.ink, fmt.Sprintf("%-10s", st.word)},
			{s.Dim, fmt.Sprintf("%5d", n%4)},
			{s.Text, fmt.Sprintf("%5d%%  ", 7*n)},
			{s.OnCore, "█████"},
			{s.WaitCore, "▓▓▓"},
			{s.WaitGIL, "▒▒▒▒"},
			{s.Blocked, "░░░░░░░░"},
			{s.Faint, "   shared  "},
			{s.Text, "resized to 320×240       "},
		}
		var b strings.Builder
		for _, span := range row {
			on(span.ink).Write(&b, span.s)
		}
		lines = append(lines, b.String())
	}
	key := func(k, does string) string { return s.Key.Render(k) + s.Dim.Render(" "+does+"   ") }
	return append(lines,
		" "+s.Text.Render("found ")+s.Match.Render("prime")+s.Text.Render("s and ")+s.MatchCurrent.Render("prime")+s.Text.Render("s  ")+
			s.Good.Render("CPU-bound ")+s.GoodBold.Render("3.91 ")+s.WarnBold.Render("1.80 ")+s.BadBold.Render("1.01 ")+
			s.Bad.Render("ConnectionRefusedError ")+s.Accent.Render("accent ")+s.Faint.Render("faint"),
		" "+key("↑↓", "move")+key("enter", "open")+key("space", "pause")+key("x", "cancel")+key("t", "theme")+key("q", "quit"),
		"")
}

// TestSheet prints the sheet of every theme, or of those named in PALETTE (such as
// PALETTE=night,paper@ANSI256), for looking at: go test -run TestSheet -v ./themes/
func TestSheet(t *testing.T) {
	asked := strings.Split(os.Getenv("PALETTE"), ",")
	for _, theme := range Builtin() {
		for p := termenv.TrueColor; p <= termenv.Ascii; p++ {
			name := theme.Name + "@" + p.Name()
			drawn := sheet(theme, p, sheetWidth)
			for n, line := range strings.Split(strings.TrimSuffix(drawn, "\n"), "\n") {
				if columns(line) != sheetWidth {
					t.Errorf("%s: line %d is %d columns wide", name, n, columns(line))
				}
			}
			for _, a := range asked {
				if a == name || a == theme.Name && p == termenv.TrueColor {
					fmt.Print(drawn)
				}
			}
		}
	}
}
