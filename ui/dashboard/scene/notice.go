package scene

import (
	"regexp"
	"time"

	"parallax/runner"
	"parallax/ui/draw"
)

const (
	// passing is how long an answer to something that was asked of a job stays on the screen.
	passing = 10 * time.Second
	// bearsOut is how long a job that was killed must go on for it to be said that it may not end.
	bearsOut = 2 * time.Second
)

// notice is the last that was said of a task, if it is worth showing now.
func (s *Scene) notice(task int) (runner.Advised, bool) {
	n, said := s.State.Notices[task]
	t, age := &s.State.Tasks[task], s.Now-n.When()
	if !said || n.Text == "" {
		return n, false
	}
	switch n.Code {
	case runner.CodeRefused:
		return n, s.Known.Refused[task] && age < passing
	case runner.CodeResists: // as long as it is true it is said by Resists
		return n, false
	case runner.CodeStalled, runner.CodeDeadlock:
		goesOn := n.Level != runner.Warning && age < passing && t.Status.Active() && n.When() >= t.Started
		return n, goesOn || n.Level == runner.Warning && s.State.IsStalled(task)
	case runner.CodeStubborn:
		return n, !t.Status.Over() && age >= bearsOut
	case runner.CodeSilent:
		if !t.Status.Active() || n.When() < t.Started {
			return n, false
		}
		text, goesOn := stillSilent(n.Text, age)
		n.Text = text
		return n, goesOn || age < passing
	}
	return n, !t.Status.Over() || t.Status == runner.Succeeded && n.Level == runner.Warning // what it came to may be due to that
}

var silence = regexp.MustCompile(`^(.* has not answered for )([0-9hmsµn.]+)(:.*)$`)

// stillSilent brings up to date what was said, so long ago, of an interpreter that does not answer;
// goesOn is false for what says something else of it, such as that it answers again.
func stillSilent(text string, ago time.Duration) (now string, goesOn bool) {
	m := silence.FindStringSubmatch(text)
	if m == nil {
		return text, false
	}
	d, err := time.ParseDuration(m[2])
	if err != nil {
		return text, false
	}
	return m[1] + draw.Seconds(d+max(ago, 0)) + m[3], true
}
