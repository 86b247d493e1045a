package scene

import (
	"parallax/monitor/verdict"
	"parallax/runner"
	"parallax/ui/draw"
)

// Pieces is the time bar of a split: where wall time went.
func (s *Scene) Pieces(split runner.Split) []draw.Piece {
	sh, st := verdict.Shares(split), s.Styles
	return []draw.Piece{
		{Share: sh.OnCore, Glyph: "█", Ink: st.OnCore},
		{Share: sh.WaitCore, Glyph: "▓", Ink: st.WaitCore},
		{Share: sh.WaitGIL, Glyph: "▒", Ink: st.WaitGIL},
		{Share: sh.Blocked, Glyph: "░", Ink: st.Blocked},
	}
}

// Split returns where a task's time goes: lately while it runs, in total when it is over.
func Split(t *runner.Task) (runner.Split, bool) {
	if t.Stats == nil || t.Stats.Total.Live <= 0 {
		return runner.Split{}, false
	}
	if t.Status.Over() {
		return t.Stats.Total, true
	}
	return t.Stats.Recent, true
}
