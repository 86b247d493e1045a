package verdict

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
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
	// Calm is how far back reach the figures of what others do to the run.
	Calm = 3 * time.Second
)

// Adviser turns Advise into sentences calm enough to read: it changes only when the facts do.
// The first sentence comes at once; from then on a rule must win for Settle before it is heard, and
// a sentence with other numbers is heard when these differ by more than they usually swing, at most
// every Refresh. A rule whose sentence stands is left at other thresholds than it is entered. The
// zero value is ready. It belongs to one goroutine.
type Adviser struct {
	current runner.Advised // Text is "" before the first
	said    time.Duration  // when current was last said
	rival   string         // the rule that wins now and is not current's
	since   time.Duration  // since when it wins
	active  int            // how many jobs ran then
	host    machine        // as it was in the last seconds: single samples of it jump about
	looked  time.Duration  // when it was last looked at
	began   bool
}

// Next looks at the run and returns what to say now, or false when what was said still stands.
func (a *Adviser) Next(s *runner.State) (runner.Advised, bool) {
	f := gather(s)
	f.host = a.calmed(f.host, s.Now)
	next, ok := f.advise(s.Now, a.current.Code)
	if !ok {
		a.rival = ""
		return runner.Advised{}, false
	}
	shown := s.Advice
	ours := shown.Text == "" || slices.Contains(Codes(), shown.Code)
	if !ours && shown.Level == runner.Warning && s.Now-shown.When() < Courtesy {
		return runner.Advised{}, false
	}
	// A sentence that counts jobs which are over is wrong at once. While others wait to take their
	// places it is not: as many run again in a moment.
	fewer := ours && f.waiting == 0 && f.running+f.paused < a.active
	a.active = f.running + f.paused
	still, holds := f.says(a.current.Code, s.Now)
	switch {
	case a.current.Text == "", fewer && !holds:
		return a.say(next, s.Now)
	case fewer && still.Text != a.current.Text: // its rival has to wait all the same
		a.current, a.said = still, s.Now
		return still, true
	case next.Code == a.current.Code:
		a.rival = ""
		if (!alike(next.Text, a.current.Text) || !ours) && s.Now-a.said >= Refresh {
			return a.say(next, s.Now)
		}
	case next.Code != a.rival:
		a.rival, a.since = next.Code, s.Now
	case s.Now-a.since >= Settle:
		return a.say(next, s.Now)
	}
	return runner.Advised{}, false
}

// calmed is what others do to the run, of which what was Calm ago counts a third as much as what is now.
func (a *Adviser) calmed(now machine, at time.Duration) machine {
	keep := 0.0
	if a.began {
		keep = math.Exp(-(at - a.looked).Seconds() / Calm.Seconds())
	}
	a.began, a.looked = true, at
	mix := func(was, is float64) float64 {
		if was < 0 || is < 0 {
			return is
		}
		return keep*was + (1-keep)*is
	}
	a.host = machine{mix(a.host.throttle, now.throttle), mix(a.host.steal, now.steal), mix(a.host.foreign, now.foreign)}
	return a.host
}

func (a *Adviser) say(next runner.Advised, now time.Duration) (runner.Advised, bool) {
	a.current, a.said, a.rival = next, now, ""
	return next, true
}

// How much figures may differ before a sentence is said anew.
const (
	swingPercent = 5.0  // points
	swingPart    = 0.10 // of decimals, sizes and times
)

// figure is a number with its unit, or a name in quotes, whose digits are no figures.
var figure = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|\d+(\.\d+)?( %| MiB| GiB| ms| s\b| cores?\b)?`)

// alike reports whether two sentences say the same but for small swings of what is measured. What is
// counted, such as jobs, must be the same.
func alike(a, b string) bool {
	if a == b {
		return true
	}
	if figure.ReplaceAllString(a, "") != figure.ReplaceAllString(b, "") {
		return false
	}
	as, bs := figure.FindAllString(a, -1), figure.FindAllString(b, -1)
	for i := range as {
		if as[i] != bs[i] && !near(as[i], bs[i]) {
			return false
		}
	}
	return true
}

func near(a, b string) bool {
	aText, aUnit, _ := strings.Cut(a, " ")
	bText, bUnit, _ := strings.Cut(b, " ")
	x, errX := strconv.ParseFloat(aText, 64)
	y, errY := strconv.ParseFloat(bText, 64)
	counted := aUnit == "" && bUnit == "" && !strings.Contains(aText+bText, ".")
	if errX != nil || errY != nil || counted || strings.TrimSuffix(aUnit, "s") != strings.TrimSuffix(bUnit, "s") {
		return false
	}
	if aUnit == "%" {
		return math.Abs(x-y) <= swingPercent
	}
	const rounding = 0.1
	return math.Abs(x-y) <= max(swingPart*max(x, y), rounding)+1e-9
}
