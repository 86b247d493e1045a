package verdict

import (
	"slices"
	"time"

	"parallax/runner"
)

// How calmly the advice changes.
const (
	// Settle is how long another rule must win, without a break, before its sentence replaces the
	// current one.
	Settle = 2 * time.Second
	// Refresh is the least time between two sentences of the same rule with other numbers.
	Refresh = 2 * time.Second
	// Courtesy is how long a warning that is not ours is left standing.
	Courtesy = 10 * time.Second
)

// Adviser turns Advise into sentences calm enough to read: it changes only when the facts do.
// The first sentence comes at once; from then on a rule must win for Settle before it is heard, and
// numbers change at most every Refresh. The zero value is ready. It belongs to one goroutine.
type Adviser struct {
	current runner.Advised // Text is "" before the first
	said    time.Duration  // when current was last said
	rival   string         // the rule that wins now and is not current's
	since   time.Duration  // since when it wins
}

// Next looks at the run and returns what to say now, or false when what was said still stands.
func (a *Adviser) Next(s *runner.State) (runner.Advised, bool) {
	next, ok := Advise(s)
	if !ok {
		a.rival = ""
		return runner.Advised{}, false
	}
	shown := s.Advice
	ours := shown.Text == "" || slices.Contains(Codes(), shown.Code)
	if !ours && shown.Level == runner.Warning && s.Now-shown.When() < Courtesy {
		return runner.Advised{}, false
	}
	switch {
	case a.current.Text == "":
		return a.say(next, s.Now)
	case next.Code == a.current.Code:
		a.rival = ""
		if (next.Text != a.current.Text || !ours) && s.Now-a.said >= Refresh {
			return a.say(next, s.Now)
		}
	case next.Code != a.rival:
		a.rival, a.since = next.Code, s.Now
	case s.Now-a.since >= Settle:
		return a.say(next, s.Now)
	}
	return runner.Advised{}, false
}

func (a *Adviser) say(next runner.Advised, now time.Duration) (runner.Advised, bool) {
	a.current, a.said, a.rival = next, now, ""
	return next, true
}
