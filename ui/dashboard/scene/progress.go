package scene

import (
	"parallax/monitor/verdict"
	"parallax/runner"
	"parallax/themes"
	"parallax/ui/draw"
	"parallax/ui/text"
)

// Done is how far a task says that it is, as a bar in its colour; false when it says nothing, or has
// done all there was to do.
func (s *Scene) Done(task int, rest text.Ink) (draw.Gauge, bool) {
	t := &s.State.Tasks[task]
	share, known := t.Progress.Share()
	if !known || !t.Ran() || t.Status == runner.Succeeded {
		return draw.Gauge{}, false
	}
	g := draw.Gauge{
		Share: share, Ink: s.Styles.Job(task), Rest: rest, Full: "━", Void: "─", Label: s.Styles.Dim,
		Words: []string{draw.Percent(share)},
	}
	if s.Styles.Icons == themes.ASCIIIcons {
		g.Full, g.Void = "=", "-"
	}
	if !t.Status.Active() {
		g.Ink = s.Styles.Dim
	}
	if left, ok := verdict.TaskETA(s.State, task, s.Now); ok {
		g.Words = append(g.Words, draw.Left(left))
	}
	return g, true
}

// Share is how much of the run is done: its jobs that are over and, of those that run, what they say
// of themselves.
func (s *Scene) Share() float64 {
	st := s.State
	done := float64(st.Count(runner.Succeeded) + st.Count(runner.Failed) + st.Count(runner.Cancelled))
	for _, i := range st.Active {
		if share, known := st.Tasks[i].Progress.Share(); known {
			done += share
		}
	}
	return done / float64(max(len(st.Tasks), 1))
}
