package scene

import (
	"fmt"
	"slices"
	"strings"

	"parallax/runner"
	"parallax/ui/draw"
	"parallax/ui/text"
)

// Icon returns what stands for a task's state, and its ink.
func (s *Scene) Icon(task int) (string, text.Ink) {
	if s.State.IsStopping(task) {
		ink := s.Styles.Warn
		if s.Resists(task) {
			ink = s.Styles.BadBold
		}
		return s.Styles.Icons.Stopping, ink
	}
	if s.State.IsPausing(task) {
		return s.Styles.Icons.Pausing, s.Styles.Paused
	}
	if s.State.IsStalled(task) {
		return s.Styles.Icons.Stalled, s.Styles.Bad
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

// Word says a task's state in one or two words: running, stopping, pausing …, exit 1, try 2 in 4 s.
func (s *Scene) Word(task int) string {
	t := &s.State.Tasks[task]
	switch {
	case s.Resists(task):
		return "resists"
	case s.State.IsStopping(task):
		return "stopping"
	case s.State.IsPausing(task):
		return "pausing …"
	case s.State.IsDeadlocked(task):
		return "deadlock"
	case s.State.IsStalled(task):
		return "stalled"
	case t.Status == runner.Queued && t.NotBefore > s.Now:
		return fmt.Sprintf("retry in %s", draw.Seconds(t.NotBefore-s.Now))
	case t.Status == runner.Queued && s.waiting(task) != "":
		return "waiting"
	case t.Status == runner.Queued && s.State.Held:
		return "held"
	case s.Starting(task):
		return "starting"
	case t.Status == runner.Succeeded:
		return "done"
	case t.Status == runner.Failed:
		return s.Ending(task)
	}
	return t.Status.String()
}

// Starting reports whether a task was given to a worker and does not run yet, as while the interpreter
// is started that it will run in. No event tells that: it is so of the first tasks that may run when
// fewer run than may.
func (s *Scene) Starting(task int) bool {
	if s.State.Tasks[task].Status != runner.Queued {
		return false
	}
	if !s.looked {
		s.looked, s.starting = true, s.starts()
	}
	_, found := slices.BinarySearch(s.starting, task)
	return found
}

// starts lists the tasks that are starting, ascending.
func (s *Scene) starts() (tasks []int) {
	const most = 1000 // queued tasks that are looked at
	st := s.State
	free := st.Workers - len(st.Active)
	if free <= 0 || st.Held || st.Ended {
		return nil
	}
	looked := 0
	for i := range st.Queued() {
		if looked++; len(tasks) == free || looked > most {
			break
		}
		if st.Tasks[i].NotBefore <= s.Now && st.WaitsFor(i) < 0 {
			tasks = append(tasks, i)
		}
	}
	return tasks
}

// Label is what a task is to the system, and what it was forked from.
func (s *Scene) Label(task int) string {
	label := s.State.Tasks[task].Label
	if label != "" && len(s.State.Jobs[task].Preload) > 0 {
		label += " · preloaded"
	}
	return label
}

// Held says where in its code a paused task stands, short enough for a pane: "held at main.py:12"; ""
// where that is not known.
func (s *Scene) Held(task int) string {
	t := &s.State.Tasks[task]
	if t.Status != runner.Paused || t.Where == "" {
		return ""
	}
	return "held at " + shortPlace(t.Where)
}

// shortPlace leaves of a place such as /w/pkg/main.py:12 the file's name and the line. A file that
// many folders have, such as __init__.py, keeps its folder.
func shortPlace(where string) string {
	parts := strings.FieldsFunc(printable(where), func(r rune) bool { return r == '/' || r == '\\' })
	if len(parts) == 0 {
		return printable(where)
	}
	last := parts[len(parts)-1]
	if strings.HasPrefix(last, "__") && len(parts) > 1 {
		return parts[len(parts)-2] + "/" + last
	}
	return last
}

// printable makes a name that came from outside fit to be drawn: files may be called anything.
func printable(s string) string { return text.Plain([]byte(s)) }

// Ending says how a task that ran has ended: exit 0, SIGKILL, cancelled, timed out.
func (s *Scene) Ending(task int) string {
	t := &s.State.Tasks[task]
	switch {
	case t.Status == runner.Cancelled:
		return "cancelled"
	case strings.HasPrefix(t.Reason, "timed out"):
		return "timed out"
	case t.Exit.Lost: // the signal was its interpreter's
		return "lost"
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
	line, ink := s.line(task)
	return printable(line), ink
}

func (s *Scene) line(task int) (string, text.Ink) {
	t := &s.State.Tasks[task]
	switch notice, ok := s.notice(task); {
	case s.Resists(task):
		return s.Known.Resists[task], s.Styles.BadBold
	case ok && notice.Code == runner.CodeRefused:
		return notice.Text, s.Styles.Bad
	case ok && !t.Status.Over():
		return notice.Text, s.Styles.Warn
	case t.Status == runner.Failed && t.Reason != "" && (!s.plainExit(task) || s.Last(task) == ""):
		return t.Reason, s.Styles.Bad
	case t.Status == runner.Cancelled && t.Reason != s.Ending(task): // which is shown anyway
		return t.Reason, s.Styles.Dim
	case t.Exit.Note != "":
		return t.Exit.Note, s.Styles.Warn
	case ok:
		return notice.Text, s.Styles.Warn
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

// Resists reports whether a task outlives being killed, so that killing it again ends others with it.
func (s *Scene) Resists(task int) bool {
	return s.Known.Resists[task] != "" && !s.State.Tasks[task].Status.Over()
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
