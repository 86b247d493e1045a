package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parallax/monitor/comparison"
	"parallax/monitor/verdict/trial"
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
