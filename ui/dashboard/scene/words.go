package scene

import (
	"fmt"
	"strings"

	"parallax/runner"
	"parallax/ui/draw"
	"parallax/ui/text"
)

// Icon returns what stands for a task's state, and its ink.
func (s *Scene) Icon(task int) (string, text.Ink) {
	if s.State.IsStopping(task) {
		return s.Styles.Icons.Stopping, s.Styles.Warn
	}
	return s.StatusIcon(s.State.Tasks[task].Status)
}

// StatusIcon returns the icon and the ink of a status.
func (s *Scene) StatusIcon(st runner.Status) (string, text.Ink) {
	i, t := s.Styles.Icons, s.Styles
	switch st {
	case runner.Running:
		return i.Running, t.Running
	case runner.Paused:
		return i.Paused, t.Paused
	case runner.Failed:
		return i.Failed, t.Failed
	case runner.Cancelled:
		return i.Cancelled, t.Cancelled
	case runner.Succeeded:
		return i.Succeeded, t.Succeeded
	default:
		return i.Queued, t.Queued
	}
}

// Word says a task's state in one or two words: running, stopping, exit 1, try 2 in 4 s.
func (s *Scene) Word(task int) string {
	t := &s.State.Tasks[task]
	switch {
	case s.State.IsStopping(task):
		return "stopping"
	case t.Status == runner.Queued && t.NotBefore > s.Now:
		return fmt.Sprintf("retry in %s", draw.Seconds(t.NotBefore-s.Now))
	case t.Status == runner.Queued && s.waiting(task) != "":
		return "waiting"
	case t.Status == runner.Succeeded:
		return "done"
	case t.Status == runner.Failed:
		return s.Ending(task)
	}
	return t.Status.String()
}

// Ending says how a task that ran has ended: exit 0, SIGKILL, cancelled, timed out.
func (s *Scene) Ending(task int) string {
	t := &s.State.Tasks[task]
	switch {
	case t.Status == runner.Cancelled:
		return "cancelled"
	case strings.HasPrefix(t.Reason, "timed out"):
		return "timed out"
	case t.Exit.Signal != "":
		return t.Exit.Signal
	case t.Exit.Code >= 0:
		return fmt.Sprintf("exit %d", t.Exit.Code)
	default:
		return "failed"
	}
}

// waiting names the first job that a queued task waits for, or "".
func (s *Scene) waiting(task int) string {
	if n := s.State.WaitsFor(task); n >= 0 {
		return s.State.Jobs[n].Name
	}
	return ""
}

// Line is the one sentence that matters most about a task: why it failed, what it waits for, what
// was refused; "" when there is nothing to say.
func (s *Scene) Line(task int) (string, text.Ink) {
	t := &s.State.Tasks[task]
	switch notice, ok := s.State.Notices[task]; {
	case ok && notice.Text != "" && !t.Status.Over():
		return notice.Text, s.Level(notice.Level)
	case t.Status == runner.Failed && t.Reason != "" && (!s.plainExit(task) || s.Last(task) == ""):
		return t.Reason, s.Styles.Bad
	case t.Status == runner.Cancelled:
		return t.Reason, s.Styles.Dim
	case t.Exit.Note != "":
		return t.Exit.Note, s.Styles.Warn
	case t.Status == runner.Queued:
		if name := s.waiting(task); name != "" {
			return "waits for " + name, s.Styles.Dim
		}
		if t.Reason != "" && t.Try > 1 {
			return "last try: " + t.Reason, s.Styles.Dim
		}
	}
	return "", s.Styles.Dim
}

// plainExit reports whether a task failed by its exit status or a signal, which is shown beside its
// state anyway: what the job wrote last says more.
func (s *Scene) plainExit(task int) bool {
	reason := s.State.Tasks[task].Reason
	return strings.HasPrefix(reason, "exit status ") || strings.HasPrefix(reason, "ended by ")
}

// Last is the last line with anything on it that a task wrote, without colours, as far as it is known.
func (s *Scene) Last(task int) string {
	lines := s.Tails[task]
	for i := len(lines) - 1; i >= 0; i-- {
		if plain := text.Strip(lines[i].Text); strings.TrimSpace(plain) != "" {
			return plain
		}
	}
	return ""
}

// Level is the ink of a sentence.
func (s *Scene) Level(l runner.Level) text.Ink {
	switch l {
	case runner.Good:
		return s.Styles.Good
	case runner.Warning:
		return s.Styles.Bad
	default:
		return s.Styles.Warn
	}
}

// Tries says which try of how many a task is at, or "" when there is only one.
func (s *Scene) Tries(task int) string {
	t := &s.State.Tasks[task]
	if most := s.State.Jobs[task].Retries + 1; most > 1 && t.Try <= most {
		return fmt.Sprintf("try %d of %d", t.Try, most)
	}
	if t.Try > 1 {
		return fmt.Sprintf("try %d", t.Try)
	}
	return ""
}
