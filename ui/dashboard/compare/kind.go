package compare

import (
	"parallax/monitor/comparison"
	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/scaling"
	"parallax/monitor/verdict/trial"
	"parallax/monitor/verdict/tuning"
	inwords "parallax/ui/figures"
)

// tunes reports whether numbers of workers are compared, and not models.
func tunes(s *Status) bool { return s.Record.Kind == comparison.Tune }

// name is what a way is called on the screen.
func name(s *Status, w trial.Way) string {
	if tunes(s) {
		return tuning.Name(w)
	}
	return w.Name()
}

// figures are the rows of the table: once all is measured, without those of which nothing is known. Before
// that they all have their places, so that the screen does not jump.
func figures(s *Status) []choice.Figure {
	rows := choice.Figures()
	if tunes(s) {
		rows = tuning.Figures()
	}
	if known := inwords.Measured(&s.Table, rows); s.Doing == Over && len(known) > 0 {
		return known
	}
	return rows
}

// said is the verdict of a comparison, of whatever kind. Of numbers of workers it has no model.
type said struct {
	headline                  string
	reasons, doubts, changes  []string
	conclusive, onlySuggested bool
}

func verdictOf(s *Status) said {
	if t := s.Tuning; t != nil {
		return said{headline: tuning.Headline(t, s.Table.Columns), reasons: t.Reasons, conclusive: t.Found}
	}
	v := &s.Verdict
	return said{v.Headline, v.Reasons, v.Doubts, v.Changes, v.Conclusive(), v.Suggested}
}

// recommends reports whether the verdict is to use a way, or suggests it.
func recommends(s *Status, w trial.Way) bool {
	v := &s.Verdict
	switch {
	case early(s):
		return false
	case s.Tuning != nil:
		return chosen(s.Tuning, w)
	case !v.Conclusive() || w.Serial != v.Serial:
		return false
	}
	return w.Serial || w.Model == v.Model
}

func chosen(t *scaling.Recommendation, w trial.Way) bool { return t.Found && tuning.Chosen(t, w) }
