// Package header draws the first lines of the screen: what runs, how, and how far it is; and the
// last: which keys work now.
package header

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"

	"parallax/monitor/verdict"
	"parallax/runner"
	"parallax/ui/dashboard/scene"
	"parallax/ui/draw"
	"parallax/ui/text"
)

// View draws the header: two rows of width columns.
func View(s *scene.Scene, title string, width int) []string {
	right := counts(s, width, true)
	spans, whole := left(s, title, width-draw.Length(right)-4)
	if !whole { // what the jobs run as matters more than words beside icons
		right = counts(s, width, false)
		spans, _ = left(s, title, width-draw.Length(right)-4)
	}
	r := text.NewRow(width).Skip(1)
	for _, span := range spans {
		r.Put(span.Ink, span.Text)
	}
	r.Skip(width - draw.Length(right) - 1 - r.Used())
	for _, span := range right {
		r.Put(span.Ink, span.Text)
	}
	return []string{r.String(), progress(s, width)}
}

// left is what fits into room columns: as it gets narrow, how many run at a time goes first, then the
// interpreters, the program's own name, then the model; what the user called the run stays, shortened if
// need be. whole: all but the first two is there.
func left(s *scene.Scene, title string, room int) (spans []draw.Span, whole bool) {
	st := s.Styles
	badge := Model(s.State)
	detail, interpreters := atOnce(s), s.Known.Interpreters()
	both := detail
	if interpreters != "" {
		both += " · " + interpreters
	}
	own := []draw.Span{{Ink: st.AccentBold, Text: "parallax"}, {Text: "  "}}
	name := []draw.Span{{Ink: st.Title, Text: text.Shorten(title, 40)}, {Text: "  "}}
	if !s.Live {
		name = append(name, draw.Span{Ink: st.Warn, Text: "replay"}, draw.Span{Text: "  "})
	}
	model := []draw.Span{{Ink: st.Badge, Text: " " + strings.ToUpper(badge) + " "}, {Text: " "}}
	for i, spans := range [][]draw.Span{
		slices.Concat(own, name, model, []draw.Span{{Ink: st.Dim, Text: both}}),
		slices.Concat(own, name, model, []draw.Span{{Ink: st.Dim, Text: cmp.Or(interpreters, detail)}}),
		slices.Concat(own, name, model),
		slices.Concat(name, model),
		slices.Concat(own, name),
		name,
	} {
		if draw.Length(spans) <= room {
			return spans, i < 3
		}
	}
	return []draw.Span{{Ink: st.Title, Text: text.Shorten(title, max(room, 1))}}, false
}

// Model names the model of a run's jobs, "mixed" when there are several.
func Model(state *runner.State) string {
	if len(state.Models) == 1 {
		return string(state.Models[0])
	}
	return "mixed"
}

// atOnce says what the model means here: how many run at a time, and how they share interpreters.
func atOnce(s *scene.Scene) string {
	n := min(s.State.Workers, max(len(s.State.Jobs), 1))
	shared := 0 // of several Pythons' jobs, those of one may wait while the other's run
	for _, task := range s.State.Active {
		if s.State.Tasks[task].Host.ID != 0 {
			shared++
		}
	}
	return cmp.Or(s.Sharing(shared), fmt.Sprintf("%d at a time", n))
}

// leftFrom is the width from which on it is said when the run will end: below, the model matters more.
const leftFrom = 96

// counts is how many jobs are in each state, with what that is called or by its icon alone, and the time.
func counts(s *scene.Scene, width int, words bool) []draw.Span {
	var spans []draw.Span
	for _, st := range []runner.Status{runner.Running, runner.Paused, runner.Succeeded, runner.Failed, runner.Cancelled, runner.Queued} {
		n := s.State.Count(st)
		if n == 0 {
			continue
		}
		icon, ink := s.StatusIcon(st)
		word := st.String()
		if st == runner.Succeeded {
			word = "done"
		}
		if st == runner.Queued && s.State.Held {
			icon, ink = s.StatusIcon(runner.Paused)
			word = "held"
		}
		count := icon + " " + draw.Count(n)
		if words {
			count += " " + word
		}
		spans = append(spans, draw.Span{Ink: ink, Text: count}, draw.Span{Text: "  "})
	}
	spans = append(spans, draw.Span{Ink: s.Styles.Title, Text: draw.ClockTenths(s.State.Elapsed(s.Now))})
	if left, ok := verdict.RunETA(s.State, s.Now); ok && width >= leftFrom {
		spans = append(spans, draw.Span{Ink: s.Styles.Dim, Text: "  " + draw.Left(left)})
	}
	return spans
}

func progress(s *scene.Scene, width int) string {
	ink := s.Styles.Bar
	if s.State.Over() && s.State.Count(runner.Failed) > 0 {
		ink = s.Styles.Bad
	}
	r := text.NewRow(width).Skip(1)
	draw.Rule(r, ink, s.Styles.BarRest, s.Share(), width-2)
	return r.String()
}

// Footer draws the keys that work now in one row; those that do not fit are left out, the last
// (help and quit) are always there.
func Footer(s *scene.Scene, keys []key.Binding, width int) string {
	r := text.NewRow(width).Skip(1)
	var shown []key.Binding
	for _, k := range keys {
		if k.Enabled() && k.Help().Key != "" {
			shown = append(shown, k)
		}
	}
	cost := func(k key.Binding) int { return text.Width(k.Help().Key) + 1 + text.Width(k.Help().Desc) + 3 }
	kept := 0
	for _, k := range shown[max(0, len(shown)-2):] {
		kept += cost(k)
	}
	for i, k := range shown {
		last := i >= len(shown)-2
		if !last && r.Left() < cost(k)+kept {
			continue
		}
		r.Put(s.Styles.Key, k.Help().Key).Skip(1).Put(s.Styles.Dim, k.Help().Desc).Skip(3)
	}
	return r.String()
}
