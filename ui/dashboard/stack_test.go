package dashboard

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"parallax/runner"
)

// withStacks lets tasks answer where they are; what they answer is taken from said, in turn.
func withStacks(said ...any) func(*Options) {
	return func(o *Options) {
		o.Act.Stack = func(int) (string, error) {
			next := said[0]
			if len(said) > 1 {
				said = said[1:]
			}
			if err, failed := next.(error); failed {
				return "", err
			}
			return next.(string), nil
		}
	}
}

func TestAStackIsAskedForShownAndAskedForAgain(t *testing.T) {
	for _, size := range [][2]int{{140, 42}, {80, 24}, {60, 16}} {
		s := newStage(t, size[0], size[1], withStacks("main thread · tid 73\n  File \"/w/a.py\", line 3, in work\n    x = \x1b[2Jy\n", "an old answer", errors.New("it is in C code")))
		s.begin(2, 2)
		s.sample(3 * time.Second)
		cmd := s.press("s")
		s.shows(t, "asking …")
		s.send(cmd())
		s.shows(t, "main thread · tid 73")
		s.shows(t, "as it was at 00:03.0")
		if strings.Contains(s.View(), "\x1b[2J") {
			t.Error("a stack reaches the terminal as it is")
		}
		first := s.press("s")
		s.shows(t, "main thread") // what was said before stays until there is more
		second := s.press("s")
		late := first() // the first to be asked
		s.send(second())
		s.shows(t, "cannot tell where it is: it is in C code")
		s.send(late) // stale
		s.shows(t, "cannot tell where it is: it is in C code")
		s.press("esc")
		s.showsNot(t, "cannot tell")
		s.send(s.press("s")()) // and once more, from the open job
		s.press("esc", "enter")
		s.send(s.press("s")())
		s.shows(t, "cannot tell")
		s.press("esc")
		if !s.opened {
			t.Error("esc leaves the open job with the stack")
		}
	}
}

func TestAnAnswerIsOfTheJobThatWasAsked(t *testing.T) {
	s := newStage(t, 100, 30, withStacks("of the first"))
	s.begin(2, 2)
	late := s.press("s")
	s.press("esc")
	s.focus = 1
	s.press("s")
	s.send(late())
	s.showsNot(t, "of the first")
	s.shows(t, "asking …")
}

func TestAStackScrollsAndIsCopied(t *testing.T) {
	var long strings.Builder
	for i := range 100 {
		fmt.Fprintf(&long, "  frame %d\n", i)
	}
	var clip strings.Builder
	s := newStage(t, 100, 30, withStacks(long.String()), func(o *Options) { o.Clipboard = &clip })
	s.begin(1, 1)
	s.send(s.press("s")())
	s.shows(t, "frame 0 ")
	s.press("pgdown", "down")
	s.showsNot(t, "frame 0 ")
	s.press("G")
	s.shows(t, "frame 99")
	s.send(tea.MouseMsg{Button: tea.MouseButtonWheelUp})
	s.showsNot(t, "frame 99")
	s.press("g")
	s.shows(t, "frame 0 ")
	if s.press("y")(); clip.Len() < 1000 {
		t.Errorf("copied %d bytes", clip.Len())
	}
	s.press("2")
	s.showsNot(t, "frame 0 ")
}

func TestWhatDoesNotRunHasNoStack(t *testing.T) {
	s := newStage(t, 100, 30, withStacks("here"))
	s.begin(2, 1)
	s.press("right")
	if s.focus = 1; s.press("s") != nil {
		t.Error("a queued job is asked where it is")
	}
	s.focus = 0
	late := s.press("s")
	s.events(runner.TaskEnded{Task: 0, Try: 1, Status: runner.Succeeded})
	s.send(late())
	s.shows(t, "here")
	if s.press("s") != nil {
		t.Error("a job that is over is asked where it is")
	}
	s.press("esc")
	s.showsNot(t, "here")
	replay := newStage(t, 100, 30, func(o *Options) { o.Act.Do = nil })
	replay.begin(1, 1)
	if replay.press("s") != nil {
		t.Error("a recording is asked where it is")
	}
}
