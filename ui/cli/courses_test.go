package cli

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parallax/monitor/comparison"
	"parallax/monitor/verdict/trial"
	"parallax/ui/cli/course"
	"parallax/ui/cli/session"
	"parallax/ui/dashboard"
	"parallax/ui/dashboard/compare"
)

// sudden is a course that comes to its end together with all else, just after its status was asked for.
type sudden struct {
	compare.Course
	end  func()
	over bool
}

func (c *sudden) Ready() <-chan struct{} { return nil }

func (c *sudden) Status() compare.Status {
	s := standing(comparison.Record{Info: comparison.Info{Ways: []trial.Way{{Model: "threads", Workers: 2}}}})
	if !c.over {
		s.Doing = compare.Trying
	}
	c.over = true
	c.end()
	return s
}

func TestTheVerdictIsPrintedAlsoWhenAllEndsWithIt(t *testing.T) {
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	a := &app{std: Streams{Out: out, Err: out}}
	if err := errors.Join(a.printCourse(ctx, &sudden{end: stop}, courseView{lines: true}), out.Close()); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(out.Name()); err != nil || !strings.Contains(string(text), "Inconclusive") {
		t.Errorf("printed %q, %v", text, err)
	}
}

func TestComparisonsThatCannotAllBeginLeaveNothing(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	good := course.Plan{Ways: []course.Way{{Way: trial.Way{Model: "threads", Workers: 2}}}}
	bad := good
	bad.Info.Host.Quota = math.NaN() // which its record cannot hold
	var wrong *usageError
	a := &app{}
	if err := a.performCourses(t.Context(), session.Env{}, []course.Plan{good, bad}, courseView{}); !errors.As(err, &wrong) {
		t.Errorf("it says %v", err)
	}
	root, err := comparison.Root()
	if err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(root); err != nil || len(left) != 0 {
		t.Errorf("%d folders are left, %v", len(left), err)
	}
}

func TestAnInterruptOnTheScreenDoesNotHideWhatElseWentWrong(t *testing.T) {
	out, err := os.Create(filepath.Join(t.TempDir(), "err"))
	if err != nil {
		t.Fatal(err)
	}
	a := &app{std: Streams{Err: out}}
	if err := errors.Join(a.settle(nil, dashboard.ErrInterrupted, errors.New("no space left"), nil), out.Close()); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(out.Name()); err != nil || !strings.Contains(string(text), "no space left") || a.status != 130 {
		t.Errorf("status %d; said %q, %v", a.status, text, err)
	}
}
